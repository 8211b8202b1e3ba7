//! What Gitea calls its own version, and whether that deserves a word. A version is never a reason to refuse.

use crate::model::DisplayText;

/// The oldest release to which Samovar's facts about Gitea apply.
const OLDEST: (u32, u32) = (1, 24);

/// A server's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As the server says it.
    pub text: DisplayText,
    /// What an operator should know about it.
    pub warning: Option<String>,
}

impl Version {
    /// Looks at what `/version` said.
    pub fn of(text: &str) -> Self {
        let text = DisplayText::lossy(text);
        let warning = warning(text.as_str());
        Self { text, warning }
    }

    /// Does introspection tell each client of its own tokens alone? So it does from 1.27 on.
    pub fn introspects_own_alone(&self) -> bool {
        let text = self.text.as_str();
        !text.contains("+gitea-") && release(text).is_none_or(|release| release >= (1, 27))
    }
}

fn warning(text: &str) -> Option<String> {
    if text.contains("+gitea-") {
        return Some(format!(
            "`{text}` is a Forgejo: most things work alike, but Samovar is tried with Gitea alone"
        ));
    }
    let Some(release) = release(text) else {
        return Some(format!(
            "`{text}` is no version of a Gitea release: Samovar goes on and takes it for a current one"
        ));
    };
    if text.contains(['+', '-']) {
        return Some(format!(
            "`{text}` is a pre-release of Gitea: Samovar is tried with releases"
        ));
    }
    (release < OLDEST).then(|| {
        let (major, minor) = OLDEST;
        format!("`{text}` is older than {major}.{minor}: update Gitea, older ones tell less about teams and give tokens more power")
    })
}

/// The first two numbers of `1.26.3` or of anything that begins so.
fn release(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(['.', '+', '-']).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn an_odd_version_is_a_warning_and_a_release_is_not() {
        for text in ["1.24.0", "1.26.3", "1.27.0", "2.0.1"] {
            assert_eq!(Version::of(text).warning, None, "{text}");
        }
        for (text, word) in [
            ("development", "no version"),
            ("", "no version"),
            ("1.27.0+rc0", "pre-release"),
            ("1.26.0+dev-12-gabc", "pre-release"),
            ("11.0.1+gitea-1.22.0", "Forgejo"),
            ("1.22.6", "older"),
        ] {
            let warning = Version::of(text).warning.unwrap();
            assert!(warning.contains(word), "{text}: {warning}");
        }
    }
}
