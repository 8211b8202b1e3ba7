//! Problems of what access and sign-in refuse. Every refusal keeps the code that access gave it.

use super::{Problem, ProblemCode};
use crate::access::Denial;
use crate::sign_in::{FailedSignIn, SignInError};
use crate::token::TokenError;

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let detail = denial.to_string();
        let code = match &denial {
            Denial::HostUnknown => ProblemCode::HostUnknown,
            Denial::TargetAmbiguous(_) | Denial::EncodedSlash(_) | Denial::Semicolon(_) => {
                ProblemCode::TargetAmbiguous
            }
            Denial::CredentialsMissing => ProblemCode::CredentialsMissing,
            Denial::SessionEnded => ProblemCode::SessionEnded,
            Denial::Token(error) => of_token(error),
            Denial::PrincipalDisabled => ProblemCode::PrincipalDisabled,
            Denial::RouteUnknown => ProblemCode::RouteUnknown,
            Denial::PermissionMissing { .. } | Denial::OwnPermissionMissing(_) => {
                ProblemCode::PermissionMissing
            }
            Denial::ScopeInsufficient { .. } | Denial::OwnScopeInsufficient(_) => {
                ProblemCode::ScopeInsufficient
            }
            Denial::RepositoryAccessMissing { .. } => ProblemCode::RepositoryAccessMissing,
            Denial::MembershipStale { .. } => ProblemCode::MembershipStale,
            Denial::StorageLow => ProblemCode::StorageLow,
            Denial::StoreUnavailable => ProblemCode::StoreUnavailable,
        };
        let mut problem = Self::new(code, detail);
        problem.scope = denial.scope();
        problem
    }
}

const fn of_token(error: &TokenError) -> ProblemCode {
    match error {
        TokenError::Malformed => ProblemCode::TokenMalformed,
        TokenError::TypeWrong { .. } => ProblemCode::TokenTypeWrong,
        TokenError::KeyUnknown => ProblemCode::TokenKeyUnknown,
        TokenError::SignatureInvalid => ProblemCode::TokenSignatureInvalid,
        TokenError::Expired { .. } => ProblemCode::TokenExpired,
        TokenError::NotYetValid { .. } => ProblemCode::TokenNotYetValid,
        TokenError::IssuerWrong { .. } => ProblemCode::TokenIssuerWrong,
        TokenError::AudienceWrong { .. } | TokenError::AudienceReplaced { .. } => {
            ProblemCode::TokenAudienceWrong
        }
        TokenError::ClaimInvalid(_) => ProblemCode::TokenClaimInvalid,
        TokenError::Revoked => ProblemCode::TokenRevoked,
    }
}

impl From<FailedSignIn> for Problem {
    fn from(failed: FailedSignIn) -> Self {
        let again = failed.again;
        Self {
            again,
            ..failed.error.into()
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        use SignInError as F;
        let code = match &error {
            F::Address(_) => ProblemCode::RequestMalformed,
            F::Mirror(_) => ProblemCode::ProviderUnavailable,
            F::NotSignedIn => ProblemCode::CredentialsMissing,
            F::HostUnknown => ProblemCode::HostUnknown,
            F::StorageLow => ProblemCode::StorageLow,
            F::Store(_) | F::SignOut(_) => ProblemCode::StoreUnavailable,
            F::Provider(_) if error.is_ours_or_the_providers() => ProblemCode::ProviderUnavailable,
            F::TooMany => ProblemCode::TooManyRequests,
            F::BreakGlass(_) if error.is_a_matter_of_time() => ProblemCode::TooManyRequests,
            F::Disabled | F::NotForApplications | F::BreakGlass(_) => ProblemCode::SignInRefused,
            F::Incomplete
            | F::ProviderUnknown
            | F::Flow(_)
            | F::Declined
            | F::ProviderRefused(_)
            | F::Provider(_)
            | F::SignedOutThere
            | F::HandOver(_) => ProblemCode::SignInFailed,
        };
        Self::new(code, error.to_string())
    }
}
