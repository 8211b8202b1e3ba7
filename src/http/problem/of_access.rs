//! Problems from the denials of access and the errors of sign-in. Every denial keeps its code.

use super::{Problem, ProblemCode};
use crate::access::Denial;
use crate::sign_in::{FailedSignIn, SignInError};

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let mut problem = Self::new(denial.code(), denial.to_string());
        problem.scope = denial.scope();
        problem
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
        use SignInError as E;
        let code = match &error {
            E::Address(_) => ProblemCode::RequestMalformed,
            E::Mirror(_) => ProblemCode::ProviderUnavailable,
            E::NotSignedIn => ProblemCode::CredentialsMissing,
            E::HostUnknown => ProblemCode::HostUnknown,
            E::StorageLow => ProblemCode::StorageLow,
            E::Store(_) | E::SignOut(_) => ProblemCode::StoreUnavailable,
            E::Provider(_) if error.is_ours_or_the_providers() => ProblemCode::ProviderUnavailable,
            E::TooMany => ProblemCode::TooManyRequests,
            E::BreakGlass(_) if error.is_a_matter_of_time() => ProblemCode::TooManyRequests,
            E::Disabled | E::NotForApplications | E::BreakGlass(_) => ProblemCode::SignInRefused,
            E::Incomplete
            | E::ProviderUnknown
            | E::Flow(_)
            | E::Declined
            | E::ProviderRefused(_)
            | E::Provider(_)
            | E::SignedOutThere
            | E::HandOver(_) => ProblemCode::SignInFailed,
        };
        Self::new(code, error.to_string())
    }
}
