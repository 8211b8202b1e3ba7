//! Why a change to a policy object was not made; nothing was written.

use super::application_change::ApplicationPart;
use crate::access::{ApplicationsAny, OwnPermission as _};
use crate::model::{Issuer, Permission, PermissionPattern, ProviderId};
use crate::policy::PolicyError;
use crate::store::CommitError;
use crate::token::KeyError;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// No object has this id.
    #[error("no {0} has this id; it may have been deleted")]
    Missing(&'static str),
    /// Another caller changed it meanwhile.
    #[error(
        "this {object} was changed meanwhile: it is at version {current}, not {given}; read it again, then repeat your change"
    )]
    Stale {
        /// The kind of object.
        object: &'static str,
        /// Its version now.
        current: u64,
        /// The version that the change was based on.
        given: u64,
    },
    /// Everything that is wrong with the policy that the change would make.
    #[error("{}", sentences(.0))]
    PolicyErrors(Vec<PolicyError>),
    /// A role that comes with Samovar.
    #[error("the role comes with Samovar and cannot be changed; create a role of your own")]
    BuiltIn,
    /// The role is still assigned.
    #[error("the role is assigned by {0} role bindings; delete them first")]
    RoleInUse(usize),
    /// Role bindings are still limited to the application.
    #[error("{0} role bindings are limited to this application; delete them first")]
    ApplicationInUse(usize),
    /// Callers assign and remove only permissions that they hold.
    #[error(
        "you can assign and remove only what you hold, and you do not hold {} there; ask a person who does, or an administrator",
        quoted(.0)
    )]
    NotHeld(Vec<PermissionPattern>),
    /// The same for an application.
    #[error("{}", not_delegated(.missing, .any))]
    NotDelegated {
        /// Permissions that the caller would have to hold in the application.
        missing: Vec<Permission>,
        /// Why the change needs `samovar.applications:any`; empty when it does not.
        any: BTreeSet<ApplicationPart>,
    },
    /// Only administrators assign Samovar's own permissions.
    #[error("only administrators assign and remove Samovar's own permissions")]
    OwnPermission,
    /// Only administrators let a client skip consent.
    #[error(
        "only administrators set `first_party` and change clients that have it; leave out `first_party`"
    )]
    ConsentRequired,
    /// The last administrator would be removed.
    #[error(
        "this would remove the last administrator without an end date, counting only people whom the mirror knows and whose accounts are enabled; assign `administrator` to another person or team first"
    )]
    LastAdministrator,
    /// The mirror does not have this organization, team or user.
    #[error("the mirror knows no {0} with this id; sync with Gitea, then choose again")]
    SubjectUnknown(&'static str),
    /// The configuration does not list the provider.
    #[error(
        "no OpenID provider `{0}` is configured; use the id of a provider that people sign in with"
    )]
    ProviderUnknown(ProviderId),
    /// Another object of the kind has the name.
    #[error("another {0} has this name; choose another name")]
    NameTaken(&'static str),
    /// Role bindings still name the service account.
    #[error("role bindings still name this service account ({0}); delete them first")]
    ServiceAccountInUse(usize),
    /// Clients are still registered for the application.
    #[error("clients are still registered for this application ({0}); delete them first")]
    ApplicationHasClients(usize),
    /// The mirror does not have this team or user as an owner.
    #[error("the mirror knows no {0} with this id to own it; sync with Gitea, then choose again")]
    OwnerUnknown(&'static str),
    /// The configuration does not list the issuer.
    #[error(
        "the issuer `{issuer}` is not listed in `token.workload_issuers` of Samovar's configuration; ask the server's operator to add it"
    )]
    IssuerNotListed {
        /// Which trust, from 0.
        place: usize,
        /// Its issuer.
        issuer: Issuer,
    },
    /// A token could match the trusts of two accounts, and would then be accepted for neither.
    #[error(
        "a token could match this trust and one of {account}, and would be accepted for neither; give both different values of the audience or of one claim, or remove the other trust"
    )]
    TrustConflict {
        /// Which trust, from 0.
        place: usize,
        /// The account of the other trust, as far as the caller may know it.
        account: String,
    },
    /// No application has this id.
    #[error("no application has this id; it may have been deleted")]
    ApplicationUnknown,
    /// Two secrets are valid already.
    #[error("two secrets are valid already; first delete the one that is not used any more")]
    TooManySecrets,
    /// A public client has no secret.
    #[error("a public client keeps no secret; make it confidential first, if it runs on a server")]
    PublicClient,
    /// The caller lost the permission while the change waited for another one.
    #[error(
        "you do not hold permission `{0}` any more; ask an administrator of Samovar for a role that gives it"
    )]
    PermissionWithdrawn(&'static str),
    /// The principal has made many changes that were denied; this one is not recorded.
    #[error("too many of your changes were denied; wait {} seconds", .0.as_secs() + 1)]
    TooManyDenials(Duration),
    /// A token is not enough.
    #[error("this cannot be done with a token; sign in with a browser")]
    SessionRequired,
    /// A signing key could not be made.
    #[error("the signing key could not be made: {0}")]
    Keys(KeyError),
    /// The change could not be written.
    #[error("the change could not be written: {0}")]
    Store(CommitError),
}

impl AdminError {
    /// Does the caller lack a right? Then the attempt is recorded.
    pub(super) const fn is_denial(&self) -> bool {
        matches!(
            self,
            Self::NotHeld(_)
                | Self::NotDelegated { .. }
                | Self::OwnPermission
                | Self::ConsentRequired
        )
    }
}

fn sentences(errors: &[PolicyError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}

fn quoted(permissions: &[impl Display]) -> String {
    let all: Vec<String> = permissions.iter().map(|p| format!("`{p}`")).collect();
    all.join(", ")
}

fn not_delegated(missing: &[Permission], any: &BTreeSet<ApplicationPart>) -> String {
    let mut required = Vec::new();
    if !missing.is_empty() {
        required.push(format!("{} in this application", quoted(missing)));
    }
    if !any.is_empty() {
        let reasons: Vec<String> = any.iter().map(ToString::to_string).collect();
        required.push(format!(
            "`{}` ({})",
            ApplicationsAny::PERMISSION,
            reasons.join("; ")
        ));
    }
    format!(
        "this change needs {}, which you do not hold; ask a person who does, or an administrator",
        required.join(" and ")
    )
}
