//! Why a Gitea token has no owner here, with a message that says what to do.

use crate::model::GiteaClientId;

/// Why a Gitea token has no owner here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenOwnerError {
    /// The text has not the form of a token.
    #[error(
        "this is not a Gitea token: send an OAuth access token or a personal access token as Gitea showed it"
    )]
    Malformed,
    /// The application accepts no personal tokens.
    #[error(
        "this application accepts no personal Gitea tokens; switch on `gitea_tokens.personal` for it in Samovar, or get a token in another way"
    )]
    PersonalNotAccepted,
    /// The application accepts no OAuth tokens.
    #[error(
        "this application accepts no Gitea OAuth tokens; list the client id of the OAuth application in `gitea_tokens.oauth_clients` for it in Samovar, or get a token in another way"
    )]
    OAuthNotAccepted,
    /// The application does not accept tokens of this OAuth application.
    #[error(
        "the token belongs to the OAuth application with the client id `{0}`, whose tokens are not accepted here; list it in `gitea_tokens.oauth_clients` of the application in Samovar, or get a token in another way"
    )]
    ClientNotListed(GiteaClientId),
    /// Gitea does not name the OAuth application of the token.
    #[error(
        "Gitea does not name the OAuth application of this token, so it is not accepted: from 1.27 on Gitea answers Samovar only for active tokens of Samovar's own OAuth application; use a personal token with the scope `read:user`, or get a token in another way"
    )]
    ClientUnknown,
    /// A personal token that cannot read its own account.
    #[error(
        "the personal token lacks Gitea's scope `read:user`, or is limited to public data; create one with `read:user` in Gitea's settings under Applications"
    )]
    ScopeMissing,
    /// Gitea does not know the token.
    #[error(
        "Gitea does not know the token, or not any more; get a new one from Gitea, and send the access token, no other"
    )]
    Unknown,
    /// Gitea knows the token and refuses it.
    #[error(
        "Gitea does not accept this token: the account is disabled or must change its password, or it is not an access token; sign in at Gitea to see"
    )]
    Inactive,
    /// Gitea does not answer.
    #[error("Gitea does not answer, so the token cannot be checked; try again when it does")]
    Unavailable,
    /// Gitea refuses Samovar's own request, with this status.
    #[error(
        "Gitea refused Samovar's request to introspect the token (status {0}); the operator of Samovar should check `gitea.client_id` and its secret"
    )]
    RequestRefused(u16),
}
