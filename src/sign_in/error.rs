//! Why a sign-in does not go on, in words for the person, and where trying again begins.

use super::flows::FlowError;
use crate::mirror::MirrorError;
use crate::model::ParseError;
use crate::oidc::OidcError;
use crate::session::{BreakGlassError, HandOverError, SessionError};
use crate::store::CommitError;

/// Why a sign-in does not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The address to go back to is not one of ours.
    #[error(transparent)]
    Address(#[from] ParseError),
    /// The address that the browser came back to does not say what it must.
    #[error("the address of this page is not complete; begin the sign-in again")]
    Incomplete,
    /// The flow is unknown, used, too old or another browser's.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// Too many sign-ins were finished from one address block.
    #[error("too many sign-ins from your network; wait a moment, then try again")]
    TooMany,
    /// No provider of that id is configured.
    #[error("there is no such provider to sign in with; begin the sign-in again")]
    ProviderUnknown,
    /// The person refused the consent.
    #[error("the sign-in was declined at the provider; try again, and accept there")]
    Declined,
    /// The provider sent the browser back with an error of its own.
    #[error(
        "the provider ended the sign-in with `{0}`; try again, and if Samovar was authorized with other scopes before, first revoke it in Gitea under Settings, Applications"
    )]
    ProviderRefused(String),
    /// What the provider says cannot be had or does not hold.
    #[error(transparent)]
    Provider(#[from] OidcError),
    /// The account is known and may not sign in.
    #[error("the account is disabled in Gitea or gone; ask a Gitea administrator")]
    Disabled,
    /// Of the sign-in that was just about to begin here.
    #[error("the provider says that you have signed out there in the meantime; sign in again")]
    SignedOutThere,
    /// Gitea does not say what the person may do.
    #[error("Gitea does not say which teams the account is in; try again in a moment")]
    Mirror(#[from] MirrorError),
    /// Break-glass is no person.
    #[error(
        "break-glass opens Samovar alone and no application; sign out of Samovar, and sign in as a person to open this page"
    )]
    NotForApplications,
    /// The code does not open a session at this host.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// Nobody is signed in here.
    #[error("nobody is signed in; sign in first")]
    NotSignedIn,
    /// No application has this host any more.
    #[error("no application answers to this host; add the host to an application")]
    HostUnknown,
    /// The break-glass password was not accepted.
    #[error(transparent)]
    BreakGlass(#[from] BreakGlassError),
    /// The sign-out could not be written.
    #[error(
        "you are signed out, but that could not be recorded and would be forgotten by a restart; sign out again when the server has mended"
    )]
    SignOut(SessionError),
    /// The disk is almost full, so nothing new is written.
    #[error(
        "the disk of the server is almost full, so new sign-ins are refused; ask its operator to free space"
    )]
    StorageLow,
    /// The session or the event could not be written.
    #[error("the sign-in could not be recorded, so it does not hold; the server's log says why")]
    Store(CommitError),
}

impl From<CommitError> for SignInError {
    fn from(error: CommitError) -> Self {
        if error.is_low_space() {
            Self::StorageLow
        } else {
            Self::Store(error)
        }
    }
}

impl From<SessionError> for SignInError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::ParentEnded => Self::HandOver(HandOverError::Unknown),
            SessionError::Store(error) => error.into(),
        }
    }
}

/// A sign-in that does not go on, and where it may be begun again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct FailedSignIn {
    /// Why.
    pub error: SignInError,
    /// Path, at the same host, that tries again; none when that would be no use.
    pub again: Option<String>,
}

impl From<SignInError> for FailedSignIn {
    fn from(error: SignInError) -> Self {
        Self { error, again: None }
    }
}

impl SignInError {
    /// A word for each kind, by which refusals are counted: nothing in it comes from outside.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Incomplete => "incomplete",
            Self::Flow(_) => "flow",
            Self::TooMany => "too-many",
            Self::ProviderUnknown => "provider-unknown",
            Self::Declined => "declined",
            Self::ProviderRefused(_) => "provider-refused",
            Self::Provider(_) => "provider",
            Self::Disabled => "disabled",
            Self::SignedOutThere => "signed-out-there",
            Self::Mirror(_) => "mirror",
            Self::NotForApplications => "not-for-applications",
            Self::HandOver(_) => "hand-over",
            Self::NotSignedIn => "not-signed-in",
            Self::HostUnknown => "host-unknown",
            Self::BreakGlass(_) => "break-glass",
            Self::StorageLow => "storage-low",
            Self::Store(_) => "store",
            Self::SignOut(_) => "sign-out",
        }
    }

    /// Is it the provider's or its configuration's fault, rather than this one sign-in's?
    pub const fn is_ours_or_the_providers(&self) -> bool {
        matches!(
            self,
            Self::Provider(
                OidcError::Away(_)
                    | OidcError::Garbage(..)
                    | OidcError::IssuerWrong { .. }
                    | OidcError::AlgorithmWrong
            )
        )
    }

    /// Would waiting help?
    pub const fn is_a_matter_of_time(&self) -> bool {
        matches!(
            self,
            Self::TooMany | Self::BreakGlass(BreakGlassError::Busy | BreakGlassError::TooMany(_))
        )
    }

    /// With the path that tries again.
    pub(super) const fn again(self, path: String) -> FailedSignIn {
        FailedSignIn {
            error: self,
            again: Some(path),
        }
    }
}
