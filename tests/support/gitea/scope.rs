//! Scopes of tokens: parsing, the order Gitea stores them in, and what OAuth words turn into. Pure.

use std::collections::BTreeSet;

/// Categories in the order in which Gitea stores and prints them.
const CATEGORIES: [&str; 9] = [
    "activitypub",
    "admin",
    "misc",
    "notification",
    "organization",
    "package",
    "issue",
    "repository",
    "user",
];

/// What a token is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// `all`.
    All,
    /// Known scope words.
    Words(BTreeSet<String>),
}

impl Scope {
    /// Scopes of a personal access token; the word that is none is the error.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        if words.iter().any(|word| word == "all") {
            return Ok(Self::All);
        }
        match words.iter().find(|word| !is_known(word)) {
            Some(unknown) => Err(unknown.clone()),
            None => Ok(Self::Words(words.iter().cloned().collect())),
        }
    }

    /// The trap of OAuth scopes: no API word at all, or one that is unknown, and the token may do everything.
    pub fn of_grant(scope: &str) -> Self {
        let oidc = ["openid", "profile", "email", "groups"];
        let words: Vec<String> = scope
            .split_whitespace()
            .filter(|word| !oidc.contains(word))
            .map(str::to_owned)
            .collect();
        if words.is_empty() {
            return Self::All;
        }
        Self::parse(&words).unwrap_or(Self::All)
    }

    /// Whether a category may be read, or written; write implies read.
    pub fn allows(&self, category: &str, write: bool) -> bool {
        match self {
            Self::All => true,
            Self::Words(words) => {
                words.contains(&format!("write:{category}"))
                    || (!write && words.contains(&format!("read:{category}")))
            }
        }
    }

    /// Words in Gitea's order, what is implied left out.
    pub fn words(&self) -> Vec<String> {
        let Self::Words(words) = self else {
            return vec!["all".to_owned()];
        };
        let mut list = Vec::new();
        if words.contains("public-only") {
            list.push("public-only".to_owned());
        }
        for category in CATEGORIES {
            let level = ["write", "read"]
                .map(|level| format!("{level}:{category}"))
                .into_iter()
                .find(|word| words.contains(word));
            list.extend(level);
        }
        list
    }
}

fn is_known(word: &str) -> bool {
    match word.split_once(':') {
        Some((level, category)) => {
            ["read", "write"].contains(&level) && CATEGORIES.contains(&category)
        }
        None => word == "public-only",
    }
}
