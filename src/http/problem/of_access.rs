//! Problems of what access and sign-in refuse. Every refusal keeps the code that access gave it.

use super::{Code, Problem};
use crate::access::Refusal;
use crate::access::sign_in::{SignInFailed, SignInFault};
use crate::token::TokenFault;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        let code = match &refusal {
            Refusal::HostUnknown => Code::HostUnknown,
            Refusal::TargetAmbiguous(_) | Refusal::EncodedSlash(_) | Refusal::Semicolon(_) => {
                Code::TargetAmbiguous
            }
            Refusal::CredentialsMissing => Code::CredentialsMissing,
            Refusal::SessionEnded => Code::SessionEnded,
            Refusal::Token(fault) => of_token(fault),
            Refusal::PrincipalDisabled => Code::PrincipalDisabled,
            Refusal::RouteUnknown => Code::RouteUnknown,
            Refusal::PermissionMissing { .. } | Refusal::OwnPermissionMissing(_) => {
                Code::PermissionMissing
            }
            Refusal::ScopeInsufficient { .. } | Refusal::OwnScopeInsufficient(_) => {
                Code::ScopeInsufficient
            }
            Refusal::RepositoryAccessMissing { .. } => Code::RepositoryAccessMissing,
            Refusal::MembershipStale { .. } => Code::MembershipStale,
            Refusal::StorageLow => Code::StorageLow,
            Refusal::StoreUnavailable => Code::StoreUnavailable,
        };
        let mut problem = Self::new(code, detail);
        problem.scope = refusal.scope();
        problem
    }
}

const fn of_token(fault: &TokenFault) -> Code {
    match fault {
        TokenFault::Malformed => Code::TokenMalformed,
        TokenFault::TypeWrong { .. } => Code::TokenTypeWrong,
        TokenFault::KeyUnknown => Code::TokenKeyUnknown,
        TokenFault::SignatureInvalid => Code::TokenSignatureInvalid,
        TokenFault::Expired { .. } => Code::TokenExpired,
        TokenFault::NotYetValid { .. } => Code::TokenNotYetValid,
        TokenFault::IssuerWrong { .. } => Code::TokenIssuerWrong,
        TokenFault::AudienceWrong { .. } | TokenFault::AudienceReplaced { .. } => {
            Code::TokenAudienceWrong
        }
        TokenFault::ClaimInvalid(_) => Code::TokenClaimInvalid,
        TokenFault::Revoked => Code::TokenRevoked,
    }
}

impl From<SignInFailed> for Problem {
    fn from(failed: SignInFailed) -> Self {
        let again = failed.again;
        Self {
            again,
            ..failed.fault.into()
        }
    }
}

impl From<SignInFault> for Problem {
    fn from(fault: SignInFault) -> Self {
        use SignInFault as F;
        let code = match &fault {
            F::Address(_) => Code::RequestMalformed,
            F::Mirror(_) => Code::ProviderUnavailable,
            F::NotSignedIn => Code::CredentialsMissing,
            F::HostUnknown => Code::HostUnknown,
            F::StorageLow => Code::StorageLow,
            F::Store(_) | F::SignOut(_) => Code::StoreUnavailable,
            F::Provider(_) if fault.is_ours_or_the_providers() => Code::ProviderUnavailable,
            F::TooMany => Code::TooManyRequests,
            F::BreakGlass(_) if fault.is_a_matter_of_time() => Code::TooManyRequests,
            F::Disabled | F::NotForApplications | F::BreakGlass(_) => Code::SignInRefused,
            F::Incomplete
            | F::ProviderUnknown
            | F::Flow(_)
            | F::Declined
            | F::ProviderRefused(_)
            | F::Provider(_)
            | F::SignedOutThere
            | F::HandOver(_) => Code::SignInFailed,
        };
        Self::new(code, fault.to_string())
    }
}
