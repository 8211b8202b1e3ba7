//! Why a Gitea token stands for nobody here, each in its own words.

use crate::model::GiteaClientId;

/// Why a token stands for nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenOwnerError {
    /// Not even the form of one.
    #[error(
        "this is no token of Gitea's: send an OAuth access token or a personal access token as Gitea showed it"
    )]
    NotAToken,
    /// No personal token is taken.
    #[error(
        "this application takes no personal tokens of Gitea's; switch on `gitea_tokens.personal` for it in Samovar, or get a token in another way"
    )]
    PersonalNotTaken,
    /// No OAuth token is taken.
    #[error(
        "this application takes no OAuth tokens of Gitea's; list the client id of the OAuth application in `gitea_tokens.oauth_clients` for it in Samovar, or get a token in another way"
    )]
    OAuthNotTaken,
    /// Another OAuth application got it.
    #[error(
        "the OAuth application with the client id `{0}` got this token, and its tokens are not taken here; list it in `gitea_tokens.oauth_clients` of the application in Samovar, or get a token in another way"
    )]
    ClientNotListed(GiteaClientId),
    /// Nobody says who got it.
    #[error(
        "Gitea does not say which OAuth application got this token, so it is not taken: from 1.27 on Gitea tells Samovar only of tokens that Samovar's own OAuth application got and that still live; use a personal token with the scope `read:user`, or get a token in another way"
    )]
    ClientUnknown,
    /// A personal token that was not made to say who its person is.
    #[error(
        "the personal token lacks Gitea's scope `read:user`, or is limited to what is public; make one with `read:user` in Gitea's settings under Applications"
    )]
    ScopeMissing,
    /// Gitea does not know it, or not any more.
    #[error(
        "Gitea does not know the token, or not any more; get a new one from Gitea, and send the access token, no other"
    )]
    Unknown,
    /// Gitea knows it, and does not let anybody in with it.
    #[error(
        "Gitea lets nobody in with this token: the account is disabled or must change its password, or it is no access token; sign in at Gitea to see"
    )]
    NotActive,
    /// No answer.
    #[error("Gitea does not answer, so the token cannot be checked; try again when it does")]
    Away,
    /// Gitea refuses our own question.
    #[error(
        "Gitea refused Samovar's question about the token (status {0}); whoever runs Samovar should look at `gitea.client_id` and its secret"
    )]
    Refused(u16),
}
