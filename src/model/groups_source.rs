//! Where an OpenID provider states the groups of a person.

/// The claims that list a person's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupsSource {
    /// Those of the ID token.
    Token,
    /// Those of userinfo.
    Userinfo,
    /// Those of userinfo if the ID token lacks the claim.
    TokenOrUserinfo,
}
