//! Plain, standard words: fails on a private idiom in an identifier, comment or document, and on a type name that
//! stands for two things.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking"
)]

use regex::Regex;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Patterns that no text may have, and what to write instead. Letters are compared without case.
const IN_TEXT: [(&str, &str); 14] = [
    (
        r"\b(somebody|someone|nobody|whoever|whomever|anybody)\b",
        "the principal, caller, person, client, owner, or anonymous",
    ),
    (r"\bdoors?\b", "endpoint"),
    (r"\b(rooms?|stairs|full house)\b", "module, layer, space"),
    (
        r"\b(it|this|that|which|who|[a-z]*`|name|key|address|value) (is|are) no [a-km-z`]",
        "invalid …, … is not a …",
    ),
    (r"\bno such thing\b", "not found"),
    (
        r"\bworth (nothing|something)\b|\bwhat it is worth\b",
        "say which rights it gives",
    ),
    (
        r"\btake[sn]? away\b|\btook away\b|\btaking away\b",
        "remove",
    ),
    (r"\bgives? away\b|\bgiven away\b", "assign"),
    (
        r"\bunless told\b|\bis told otherwise\b",
        "by default, unless set",
    ),
    (r"\bin words of\b|\bin the words of\b", "name the terms"),
    (r"\bled?ger\b|\btally\b", "state, counter"),
    (r"\bis heard\b|\bin good hands\b", "say who accepts what"),
    (r"\ba newcomer's map\b", "the map of the crate"),
    (
        r"\bthat is another's business\b|\bsomebody else's business\b",
        "is not handled here",
    ),
];

/// Words that no identifier of a type, function, field, variable or module may have as a part.
const IN_IDENTIFIERS: [(&str, &str); 12] = [
    ("fault", "error"),
    ("refusal", "denial, problem or error"),
    ("broken", "error"),
    ("judgement", "decision, outcome"),
    ("tally", "counter"),
    ("ledger", "state"),
    ("party", "client"),
    ("strangers", "rate limits"),
    ("elsewhere", "external"),
    ("meant", "config"),
    ("whose", "owner"),
    ("door", "endpoint"),
];

/// Identifiers that are a term of the field, or of a library.
const TERMS: [&str; 3] = ["first_party", "BrokenPipe", "authorized_party"];

/// Type names that state a condition instead of naming a thing.
const TYPE_NAMES: [&str; 12] = [
    "Known", "Asked", "Decided", "Said", "Meant", "Held", "Sought", "Wanted", "Passed", "Proved",
    "Begun", "Handed",
];

/// Names that a file may have for a type of its own, beside the same name in other files.
const PRIVATE_NAMES: [&str; 12] = [
    "State", "Table", "Kind", "Question", "Settings", "Inner", "Entry", "Case", "Key", "Counts",
    "Header", "Claims",
];

/// One violation.
struct Finding {
    file: PathBuf,
    line: usize,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let skipped = [
                "node_modules",
                "dist",
                "recordings",
                ".venv",
                "words",
                "schema.d.ts",
            ];
            if skipped.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found
}

fn texts() -> Vec<PathBuf> {
    let mut all = files("src", &[".rs"]);
    all.extend(files("tests", &[".rs", ".py", ".toml"]));
    all.extend(files("ui/src", &[".ts", ".tsx", ".css"]));
    all.extend(files("packaging", &[".py", ".md", ".lua", ".service"]));
    all.extend(files("docs", &[".md"]));
    all.extend(["README.md", "CHANGELOG.md", "SECURITY.md"].map(|name| root().join(name)));
    all
}

fn assert_none(findings: &[Finding]) {
    let lines = findings
        .iter()
        .map(|finding| format!("{}:{}: {}", finding.name(), finding.line, finding.text));
    let lines: Vec<String> = lines.collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

impl Finding {
    fn name(&self) -> String {
        let file = self.file.strip_prefix(root()).unwrap();
        file.display().to_string()
    }
}

fn in_file(file: &Path, pattern: &Regex, instead: &str) -> Vec<Finding> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate();
    let found = lines.filter_map(|(number, line)| {
        let word = pattern.find(line)?;
        Some(Finding {
            file: file.to_owned(),
            line: number + 1,
            text: format!("`{}`: write {instead}", word.as_str()),
        })
    });
    found.collect()
}

#[test]
fn texts_use_plain_words() {
    let mut findings = Vec::new();
    for (pattern, instead) in IN_TEXT {
        let pattern = Regex::new(&format!("(?i){pattern}")).unwrap();
        for file in texts() {
            findings.extend(in_file(&file, &pattern, instead));
        }
    }
    assert_none(&findings);
}

/// Each identifier of a file with its line.
fn identifiers(text: &str) -> Vec<(String, usize)> {
    let tokens: proc_macro2::TokenStream = text.parse().expect("Rust parses");
    let mut found = Vec::new();
    let mut open = vec![tokens];
    while let Some(tokens) = open.pop() {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => open.push(group.stream()),
                proc_macro2::TokenTree::Ident(name) => {
                    found.push((name.to_string(), name.span().start().line));
                }
                _ => {}
            }
        }
    }
    found
}

/// The words of an identifier in lower case: `OAuthError` has `error`, `wrong_door` has `door`.
fn words(identifier: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in identifier.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[test]
fn identifiers_use_plain_words() {
    let mut findings = Vec::new();
    for file in [files("src", &[".rs"]), files("tests", &[".rs"])].concat() {
        let text = fs::read_to_string(&file).unwrap();
        for (name, line) in identifiers(&text) {
            let words = words(&name);
            let private = |(word, _): &&(&str, &str)| {
                let plural = format!("{word}s");
                words.iter().any(|one| one == word || *one == plural)
            };
            if let Some((_, instead)) = IN_IDENTIFIERS.iter().find(private)
                && !TERMS.contains(&name.as_str())
            {
                findings.push(Finding {
                    file: file.clone(),
                    line,
                    text: format!("`{name}`: call it {instead}"),
                });
            }
        }
    }
    assert_none(&findings);
}

/// Names of the types that a file of `src/` defines, those of its tests left out.
fn types(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let items = syn::parse_file(&text).expect("src/ parses").items;
    let names = items.iter().filter_map(|item| match item {
        syn::Item::Struct(item) => Some(&item.ident),
        syn::Item::Enum(item) => Some(&item.ident),
        syn::Item::Trait(item) => Some(&item.ident),
        _ => None,
    });
    names.map(ToString::to_string).collect()
}

#[test]
fn a_type_name_stands_for_one_thing() {
    let mut places: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files("src", &[".rs"]) {
        let name = file.to_string_lossy();
        if name.contains("tests") || name.ends_with("testing.rs") {
            continue;
        }
        for name in types(&file) {
            places.entry(name).or_default().push(file.clone());
        }
    }
    let mut findings = Vec::new();
    for (name, files) in places {
        // What the API shows has the name of what it shows.
        let api = |file: &&PathBuf| file.to_string_lossy().contains("/http/api/");
        let inside = files.iter().filter(|file| !api(file)).count();
        let shown = files.iter().filter(api).count();
        let twice = (inside > 1 || shown > 1) && !PRIVATE_NAMES.contains(&name.as_str());
        if twice || TYPE_NAMES.contains(&name.as_str()) {
            findings.extend(files.into_iter().map(|file| Finding {
                file,
                line: 1,
                text: format!("type `{name}`: name one thing, once"),
            }));
        }
    }
    assert_none(&findings);
}
