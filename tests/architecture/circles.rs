//! Finds circles of files: files that name one another, directly or through others.
//!
//! A file names the file in which a path ends. A re-export is followed to the file that defines the item, so that
//! `super::Denial` is the file of `Denial` and not the parent's `mod.rs`.

use crate::architecture::source::{Source, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use syn::visit::Visit;

type ModulePath = Vec<String>;

/// What one file says: paths that it names, and names that it gives on.
#[derive(Default)]
struct Contents {
    named: Vec<Vec<String>>,
    re_exports: Vec<(String, Vec<String>)>,
}

impl Contents {
    fn of(text: &str) -> Self {
        let mut contents = Self::default();
        contents.visit_file(&syn::parse_file(text).expect("src/ parses"));
        contents
    }

    fn tree(&mut self, prefix: &[String], tree: &syn::UseTree, public: bool) {
        let with = |ident: &syn::Ident| [prefix, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree, public),
            syn::UseTree::Name(name) => self.import(&name.ident, with(&name.ident), public),
            syn::UseTree::Rename(name) => self.import(&name.rename, with(&name.ident), public),
            syn::UseTree::Glob(_) => self.named.push(prefix.to_vec()),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(prefix, tree, public);
                }
            }
        }
    }

    fn import(&mut self, name: &syn::Ident, path: Vec<String>, public: bool) {
        if public {
            self.re_exports.push((name.to_string(), path));
        } else {
            self.named.push(path);
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    let tests = |attribute: &syn::Attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        attribute.path().is_ident("cfg") && tokens.contains("test")
    };
    attributes.iter().any(tests)
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        if !is_test(&item.attrs) {
            self.tree(&[], &item.tree, public);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let segments = path.segments.iter().map(|s| s.ident.to_string());
            self.named.push(segments.collect());
        }
        syn::visit::visit_path(self, path);
    }
}

/// The files by their module path, each with its name and contents.
struct Files(BTreeMap<ModulePath, (String, Contents)>);

impl Files {
    fn new(sources: &[Source]) -> Self {
        let product = sources.iter().filter(|source| !source.is_test());
        let files = product.map(|source| {
            let name = source.name();
            (module_path(&name), (name, Contents::of(&source.text)))
        });
        Self(files.collect())
    }

    /// The file in which a path ends that stands in the file of this module; `None` outside of the crate.
    fn resolve(&self, from: &ModulePath, path: &[String]) -> Option<&str> {
        let mut module = from.clone();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => {
                module.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {}
            first => {
                let child = [from.as_slice(), &[first.to_owned()]].concat();
                if !self.0.contains_key(&child) {
                    return None;
                }
            }
        }
        while rest.first().is_some_and(|segment| segment == "super") {
            module.pop();
            rest = &rest[1..];
        }
        while let Some((first, after)) = rest.split_first() {
            let child = [module.as_slice(), std::slice::from_ref(first)].concat();
            if !self.0.contains_key(&child) {
                break;
            }
            module = child;
            rest = after;
        }
        self.item(&module, rest)
    }

    /// The file that defines an item of a module, its re-exports followed.
    fn item(&self, module: &ModulePath, rest: &[String]) -> Option<&str> {
        let (name, contents) = self.0.get(module)?;
        let Some(item) = rest.first() else {
            return Some(name);
        };
        let mut exported = contents.re_exports.iter();
        match exported.find(|(exported, _)| exported == item) {
            Some((_, path)) => self.resolve(module, path),
            None => Some(name),
        }
    }

    /// From each file to the files that it names.
    fn arrows(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let arrows = self.0.iter().map(|(module, (name, contents))| {
            let named = contents.named.iter();
            let targets = named.filter_map(|path| self.resolve(module, path));
            let others = targets.filter(|target| *target != name.as_str());
            (name.as_str(), others.collect())
        });
        arrows.collect()
    }
}

fn module_path(name: &str) -> ModulePath {
    let name = name.trim_end_matches(".rs").trim_end_matches("/mod");
    if matches!(name, "lib" | "main") {
        return Vec::new();
    }
    name.split('/').map(str::to_owned).collect()
}

/// Everything that can be reached from a file.
fn reached<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in arrows.get(file).into_iter().flatten() {
            if seen.insert(*next) {
                open.push(next);
            }
        }
    }
    seen
}

/// Each circle once, as the files that reach one another.
fn circles(arrows: &BTreeMap<&str, BTreeSet<&str>>) -> BTreeSet<Vec<String>> {
    let reach: BTreeMap<_, _> = arrows
        .keys()
        .map(|file| (*file, reached(arrows, file)))
        .collect();
    let in_circle = reach
        .iter()
        .filter(|(file, reached)| reached.contains(*file));
    let circles = in_circle.map(|(file, reached)| {
        let both = reached.iter().filter(|other| reach[**other].contains(file));
        both.map(|other| (*other).to_owned()).collect()
    });
    circles.collect()
}

fn described(circles: &BTreeSet<Vec<String>>, arrows: &BTreeMap<&str, BTreeSet<&str>>) -> String {
    let mut text = String::new();
    for circle in circles {
        text.push_str("files that name one another:\n");
        for file in circle {
            let others = arrows[file.as_str()].iter();
            let inside: Vec<&str> = others
                .filter(|other| circle.iter().any(|one| one == *other))
                .copied()
                .collect();
            writeln!(text, "  {file} → {}", inside.join(", ")).unwrap();
        }
    }
    text
}

#[test]
fn files_form_no_circle() {
    let files = Files::new(&sources());
    let arrows = files.arrows();
    assert!(arrows.len() > 100, "src/ was not read");
    let all = circles(&arrows);
    assert!(all.is_empty(), "{}", described(&all, &arrows));
}

#[test]
fn planted_circle_is_found_through_a_re_export() {
    let file = |name: &str, text: &str| Source {
        module: "m".to_owned(),
        path: crate::architecture::source::src().join(name),
        text: text.to_owned(),
    };
    let sources = [
        file("m/mod.rs", "mod a; mod b; pub use a::A;"),
        file("m/a.rs", "use super::b::B; pub struct A;"),
        file("m/b.rs", "fn f(_: super::A) {} pub struct B;"),
        file("m/c.rs", "use super::a::A;"),
    ];
    let files = Files::new(&sources);
    let found = circles(&files.arrows());
    let circle = vec!["m/a.rs".to_owned(), "m/b.rs".to_owned()];
    assert_eq!(found, BTreeSet::from([circle]));
}
