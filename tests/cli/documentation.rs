//! README and guides: every file that they link to or name in the repository is there.

use super::shipped;
use std::fs;
use std::path::{Path, PathBuf};

/// README and every guide.
fn documents() -> Vec<PathBuf> {
    let guides = fs::read_dir(shipped("docs")).unwrap();
    let guides = guides.map(|entry| entry.unwrap().path());
    std::iter::once(PathBuf::from(shipped("README.md")))
        .chain(guides)
        .collect()
}

/// Targets of Markdown links and of pictures.
fn links(text: &str) -> Vec<&str> {
    let markdown = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let pictures = ["src=\"", "srcset=\""].into_iter().flat_map(|attribute| {
        let parts = text.split(attribute).skip(1);
        parts.filter_map(|rest| rest.split_once('"'))
    });
    markdown.chain(pictures).map(|(target, _)| target).collect()
}

/// Files that the text names as code, such as `packaging/proxies/samovar.nginx.conf`.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|code| {
        ["packaging/", "src/", "tests/", "docs/"]
            .iter()
            .any(|top| code.starts_with(top))
    })
}

#[test]
fn every_file_that_a_document_names_is_there() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap();
        let links = links(&text)
            .into_iter()
            .filter(|link| !link.contains("://"));
        let links = links.map(|link| folder.join(link));
        let named = named(&text).map(|path| Path::new(&shipped("")).join(path));
        let missing: Vec<_> = links.chain(named).filter(|path| !path.exists()).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", document.display());
    }
}

#[test]
fn every_guide_is_linked_from_the_readme() {
    let readme = fs::read_to_string(shipped("README.md")).unwrap();
    for guide in documents().into_iter().skip(1) {
        let name = guide.file_name().unwrap().to_string_lossy().into_owned();
        assert!(readme.contains(&format!("](docs/{name})")), "{name}");
    }
}

/// Commands of the documents, and the test that runs each; `None` for those that no test runs, because they change a machine.
const COMMANDS: [(&str, Option<&str>); 10] = [
    ("make demo", Some("tests/demo/demo.rs")),
    ("samovar check-config", Some("tests/config/mod.rs")),
    ("sudo samovar state", Some("tests/cli/socket.rs")),
    (
        "curl http://127.0.0.1:8700/readyz",
        Some("tests/main_job/people.rs"),
    ),
    (
        "pip install https://samovar.example.com/downloads/",
        Some("tests/fastapi/mod.rs"),
    ),
    ("sudo systemctl stop samovar", None),
    ("sudo systemctl start samovar", None),
    ("sudo cp -a /var/lib/private/samovar", None),
    ("sudo apt install ./target/package/", None),
    ("journalctl -u samovar", None),
];

/// Lines of fenced blocks that are commands.
fn commands(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("```"));
    blocks.flat_map(|(block, _)| block.lines()).collect()
}

#[test]
fn every_command_is_run_by_a_test_or_listed_as_not_run() {
    let mut found = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for command in commands(&text) {
            let listed = COMMANDS
                .iter()
                .find(|(known, _)| command.starts_with(known));
            let (_, run_by) = listed.unwrap_or_else(|| panic!("{}: {command}", document.display()));
            assert!(run_by.is_none_or(|file| Path::new(&shipped(file)).exists()));
            found += 1;
        }
    }
    assert_eq!(
        found,
        COMMANDS.len(),
        "each listed command is in a document"
    );
}

#[test]
fn readme_has_at_most_110_lines() {
    let readme = fs::read_to_string(shipped("README.md")).unwrap();
    assert!(readme.lines().count() <= 110);
}
