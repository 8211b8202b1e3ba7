//! Why a sign-in failed, as a message for the person, and the address that starts another.

use super::flows::FlowError;
use crate::mirror::MirrorError;
use crate::model::ParseError;
use crate::oidc::OidcError;
use crate::session::{BreakGlassError, HandOverError, SessionError};
use crate::store::CommitError;

/// Why a sign-in failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// `return_to` is not an address of Samovar or of an application.
    #[error(transparent)]
    Address(#[from] ParseError),
    /// The callback lacks parameters.
    #[error("the address of this page is incomplete; start the sign-in again")]
    Incomplete,
    /// The flow is unknown, used, expired or another browser's.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// Too many sign-ins were finished from one address block.
    #[error("too many sign-ins from your network; wait a moment, then try again")]
    TooMany,
    /// No provider of that id is configured.
    #[error("unknown provider; start the sign-in again")]
    ProviderUnknown,
    /// The person refused the consent.
    #[error("the sign-in was declined at the provider; try again, and accept there")]
    Declined,
    /// The provider sent the browser back with an error of its own.
    #[error(
        "the provider ended the sign-in with `{0}`; try again, and if Samovar was authorized with other scopes before, first revoke it in Gitea under Settings, Applications"
    )]
    ProviderRefused(String),
    /// The provider's response is missing or invalid.
    #[error(transparent)]
    Provider(#[from] OidcError),
    /// The account is known and may not sign in.
    #[error("the account is disabled in Gitea or gone; ask a Gitea administrator")]
    Disabled,
    /// The provider ended the sign-in before it completed here.
    #[error("the provider says that you have signed out there in the meantime; sign in again")]
    SignedOutThere,
    /// Gitea did not return the teams of the account.
    #[error("Gitea did not return the account's teams; try again in a moment")]
    Mirror(#[from] MirrorError),
    /// Break-glass is not for applications.
    #[error(
        "break-glass opens Samovar alone and no application; sign out of Samovar, and sign in as a person to open this page"
    )]
    NotForApplications,
    /// The hand-over code is invalid at this host.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// No session.
    #[error("no credential was presented; sign in first")]
    NotSignedIn,
    /// No application has this host any more.
    #[error("no application answers to this host; add the host to an application")]
    HostUnknown,
    /// The break-glass password was not accepted.
    #[error(transparent)]
    BreakGlass(#[from] BreakGlassError),
    /// The sign-out could not be written.
    #[error(
        "you are signed out, but the sign-out could not be recorded and a restart would undo it; sign out again later"
    )]
    SignOut(SessionError),
    /// The disk is almost full, so nothing new is written.
    #[error(
        "the disk of the server is almost full, so new sign-ins are refused; ask its operator to free space"
    )]
    StorageLow,
    /// The session or the event could not be written.
    #[error("the sign-in could not be recorded, so you are not signed in; see the server's log")]
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

/// A failed sign-in, and the address that starts another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct FailedSignIn {
    /// Why.
    pub error: SignInError,
    /// Path, at the same host, that starts another sign-in; `None` when that cannot help.
    pub again: Option<String>,
}

impl From<SignInError> for FailedSignIn {
    fn from(error: SignInError) -> Self {
        Self { error, again: None }
    }
}

impl SignInError {
    /// The kind of error, by which denials are counted: never text of the caller.
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

    /// Is the cause the provider or its configuration, rather than this one sign-in?
    pub const fn is_ours_or_the_providers(&self) -> bool {
        matches!(
            self,
            Self::Provider(
                OidcError::Unreachable(_)
                    | OidcError::InvalidResponse(..)
                    | OidcError::IssuerMismatch { .. }
                    | OidcError::AlgorithmUnsupported
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

    /// With the path that starts another sign-in.
    pub(super) const fn again(self, path: String) -> FailedSignIn {
        FailedSignIn {
            error: self,
            again: Some(path),
        }
    }
}
