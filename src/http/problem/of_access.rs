//! Problems of the denials of access and the errors of sign-in. Every denial keeps its code.

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
