//! Gitea's version and its warnings for the operator. No version makes Samovar refuse to work.

use crate::model::DisplayText;

/// The oldest release to which Samovar's facts about Gitea apply.
const OLDEST: (u32, u32) = (1, 24);

/// The version of the Gitea server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiteaVersion {
    /// As `/version` answers.
    pub text: DisplayText,
    /// What the operator should know about it.
    pub warning: Option<String>,
}

impl GiteaVersion {
    /// From the answer of `/version`.
    pub fn new(text: &str) -> Self {
        let text = DisplayText::lossy(text);
        let warning = warning(text.as_str());
        Self { text, warning }
    }

    /// Whether introspection answers a client only for the client's own tokens, as Gitea does from 1.27 on.
    pub fn introspects_own_tokens_only(&self) -> bool {
        let text = self.text.as_str();
        !text.contains("+gitea-") && release(text).is_none_or(|release| release >= (1, 27))
    }
}

fn warning(text: &str) -> Option<String> {
    if text.contains("+gitea-") {
        return Some(format!(
            "`{text}` is Forgejo: Samovar is tested with Gitea only, so expect differences"
        ));
    }
    let Some(release) = release(text) else {
        return Some(format!(
            "`{text}` is not the version of a Gitea release: Samovar treats it as a current one"
        ));
    };
    if text.contains(['+', '-']) {
        return Some(format!(
            "`{text}` is a pre-release of Gitea: Samovar is tested with releases"
        ));
    }
    (release < OLDEST).then(|| {
        let (major, minor) = OLDEST;
        format!("`{text}` is older than {major}.{minor}: update Gitea, because older releases report less about teams and give tokens more rights")
    })
}

/// Major and minor version.
fn release(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(['.', '+', '-']).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::GiteaVersion;

    #[test]
    fn versions_other_than_supported_releases_have_a_warning() {
        for text in ["1.24.0", "1.26.3", "1.27.0", "2.0.1"] {
            assert_eq!(GiteaVersion::new(text).warning, None, "{text}");
        }
        for (text, word) in [
            ("development", "not the version"),
            ("", "not the version"),
            ("1.27.0+rc0", "pre-release"),
            ("1.26.0+dev-12-gabc", "pre-release"),
            ("11.0.1+gitea-1.22.0", "Forgejo"),
            ("1.22.6", "older"),
        ] {
            let warning = GiteaVersion::new(text).warning.unwrap();
            assert!(warning.contains(word), "{text}: {warning}");
        }
    }
}
