//! The web UI's sources: reads `ui/src` and fails on a circle of relative imports and on a line past its bound.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

const MAX_LINE_CHARACTERS: usize = 120;
/// Written by the build from the API's document; exists only after a build.
const GENERATED: &str = "api/schema.d.ts";
/// What stands before the quoted path of an import, in TypeScript and in CSS.
const IMPORTS: [&str; 3] = ["from \"", "import \"", "import(\""];
/// What an import may leave out at the end of a path.
const ENDINGS: [&str; 5] = ["", ".ts", ".tsx", ".d.ts", "/index.ts"];

/// Path below `ui/src` and text of each file.
type Files = BTreeMap<String, String>;
type Graph = BTreeMap<String, BTreeSet<String>>;

fn read() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src");
    let mut files = Files::from([(GENERATED.to_owned(), String::new())]);
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_string_lossy();
            if name != GENERATED {
                files.insert(name.into_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(files.len() > 50, "ui/src was not read");
    files
}

/// The relative paths that a file imports.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let quoted = IMPORTS.iter().flat_map(|import| text.split(import).skip(1));
    quoted
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with('.'))
}

/// The file that an import names.
fn resolve(files: &Files, from: &str, import: &str) -> Option<String> {
    let mut path = PathBuf::from(from);
    path.pop();
    for part in Path::new(import).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    let path = path.to_string_lossy();
    let mut candidates = ENDINGS.iter().map(|ending| format!("{path}{ending}"));
    candidates.find(|candidate| files.contains_key(candidate))
}

/// The files that one file imports.
fn imported(files: &Files, from: &str, text: &str) -> BTreeSet<String> {
    let file = |import| {
        let file = resolve(files, from, import);
        assert!(file.is_some(), "ui/src/{from}: `{import}` is not a file");
        file
    };
    imports(text).filter_map(file).collect()
}

fn graph(files: &Files) -> Graph {
    files
        .iter()
        .map(|(from, text)| (from.clone(), imported(files, from, text)))
        .collect()
}

/// A circle of files, the first one again at the end.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    graph
        .keys()
        .find_map(|file| circle_from(graph, file, &mut Vec::new(), &mut done))
}

/// Follows imports; `way` is the files from the start to this one, `done` those that lead to no circle.
fn circle_from<'a>(
    graph: &'a Graph,
    file: &'a str,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|earlier| *earlier == file) {
        let files = way.iter().skip(start).chain([&file]);
        return Some(files.map(|file| (*file).to_owned()).collect());
    }
    if done.contains(file) {
        return None;
    }
    way.push(file);
    let found = graph
        .get(file)
        .into_iter()
        .flatten()
        .find_map(|next| circle_from(graph, next, way, done));
    way.pop();
    done.insert(file);
    found
}

/// Places of the lines that are too long.
fn long_lines(files: &Files) -> Vec<String> {
    let in_file = |(name, text): (&String, &String)| {
        let lines = text.lines().enumerate();
        let long = lines.filter(|(_, line)| line.chars().count() > MAX_LINE_CHARACTERS);
        long.map(|(n, _)| format!("ui/src/{name}:{}", n + 1))
            .collect::<Vec<_>>()
    };
    files.iter().flat_map(in_file).collect()
}

#[test]
fn ui_files_import_each_other_in_no_circle() {
    let circle = circle(&graph(&read())).unwrap_or_default();
    assert!(circle.is_empty(), "ui/src: {}", circle.join(" -> "));
}

#[test]
fn ui_lines_have_at_most_120_characters() {
    let long = long_lines(&read());
    assert!(long.is_empty(), "longer than 120: {}", long.join(", "));
}

#[test]
fn planted_circle_and_long_line_of_ui_are_found() {
    let text = |text: &str| text.to_owned();
    let mut files = Files::from([
        (text("app.tsx"), text("import { A } from \"./parts/a\";")),
        (text("parts/a.tsx"), text("import { B } from \"../pages\";")),
        (
            text("pages/index.ts"),
            text("import type { A } from \"../parts/a\";"),
        ),
    ]);
    let way = circle(&graph(&files)).unwrap().join(" -> ");
    assert_eq!(way, "parts/a.tsx -> pages/index.ts -> parts/a.tsx");
    files.insert(text("pages/index.ts"), "ä".repeat(MAX_LINE_CHARACTERS));
    assert_eq!(circle(&graph(&files)), None);
    assert!(long_lines(&files).is_empty());
    files.insert(text("app.tsx"), format!("\n{}", "ä".repeat(121)));
    assert_eq!(long_lines(&files), ["ui/src/app.tsx:2"]);
}
