//! Every message for callers in one place, for review: problem codes with status and title, and the templates of details.
//! `SAMOVAR_BLESS=1` writes the golden file anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking"
)]

use regex::Regex;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Code, status and title of each problem.
fn problems() -> String {
    let texts = read("src/model/problem_code.rs");
    let titles = read("src/http/problem/code.rs");
    let code = Regex::new(r#"(?m)^    (\w+) = "([a-z_]+)";"#).unwrap();
    let mut lines = String::new();
    for found in code.captures_iter(&texts) {
        let (name, text) = (&found[1], &found[2]);
        let title = Regex::new(&format!(r#"(?m)^    {name} = ([A-Z_]+), "([^"]+)";"#)).unwrap();
        let title = title.captures(&titles).expect("every code has a title");
        writeln!(lines, "{text} ({}): {}", &title[1], &title[2]).unwrap();
    }
    assert!(lines.lines().count() > 40, "the codes were not read");
    lines
}

/// Files of the product, those of its tests left out, in order.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs")
                && !name.contains("test")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The templates of one file: `#[error("…")]`, and literals that are given to a problem or bound as its detail.
fn templates(text: &str) -> BTreeSet<String> {
    let literal = r#"\s*(?:format!\(\s*|format_args!\(\s*)?"((?:[^"\\]|\\.)*)""#;
    let places = [
        format!(r"#\[error\({literal}"),
        format!(r"Problem::new\([^,;]*,{literal}"),
        format!(r"problem_at\([^,;]*,{literal}"),
        format!(r"let detail ={literal}"),
        format!(r"let sentence ={literal}"),
    ];
    let line_break = Regex::new(r"\\\n\s*").unwrap();
    let mut found = BTreeSet::new();
    for place in places {
        for template in Regex::new(&place).unwrap().captures_iter(text) {
            let template = line_break.replace_all(&template[1], "");
            if template.contains(' ') {
                found.insert(template.into_owned());
            }
        }
    }
    found
}

fn messages() -> String {
    let mut text = format!("Problems: code (status): title\n\n{}", problems());
    text.push_str("\nTemplates of details and errors, by file\n");
    for file in sources() {
        let templates = templates(&fs::read_to_string(&file).unwrap());
        if templates.is_empty() {
            continue;
        }
        let name = file.strip_prefix(root()).unwrap().display();
        writeln!(text, "\n{name}").unwrap();
        for template in templates {
            writeln!(text, "  {template}").unwrap();
        }
    }
    text
}

#[test]
fn every_message_is_in_the_golden_file() {
    let golden = root().join("tests/golden/messages.txt");
    let messages = messages();
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        fs::write(&golden, &messages).unwrap();
    }
    let pinned = fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        pinned == messages,
        "messages changed; read them aloud, then run this test with SAMOVAR_BLESS=1"
    );
}

#[test]
fn templates_of_each_form_are_found() {
    let found = templates(
        r#"#[error("a {0} b")] let detail = format!("c d"); Problem::new(ProblemCode::X, "e f"); "g h""#,
    );
    let expected = ["a {0} b", "c d", "e f"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}
