//! Why a change to a policy object was not made; nothing was written.

use super::application_change::ApplicationPart;
use crate::access::{ApplicationsAny, OwnPermission as _};
use crate::model::{Issuer, Permission, PermissionPattern};
use crate::policy::PolicyError;
use crate::store::CommitError;
use crate::token::KeyError;
use std::collections::BTreeSet;
use std::fmt::Display;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// No object has this id.
    #[error("no {0} has this id; it may have been deleted")]
    Missing(&'static str),
    /// Somebody else changed it meanwhile.
    #[error(
        "somebody changed this {what} meanwhile: it is at version {present}, not {given}; read it again, then repeat your change"
    )]
    Stale {
        /// Which kind of object.
        what: &'static str,
        /// Its version now.
        present: u64,
        /// The version that the change was based on.
        given: u64,
    },
    /// The policy would not be valid. Everything that is wrong, at once.
    #[error("{}", sentences(.0))]
    Errors(Vec<PolicyError>),
    /// A role that comes with Samovar.
    #[error("the role comes with Samovar and cannot be changed; make a role of your own")]
    BuiltIn,
    /// The role is still given to somebody.
    #[error("the role is given by {0} role bindings; delete them first")]
    RoleInUse(usize),
    /// Role bindings are still limited to the application.
    #[error("{0} role bindings are limited to this application; delete them first")]
    ApplicationInUse(usize),
    /// A caller gives and takes only what the caller holds.
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
    /// Samovar's own roles are for administrators to give.
    #[error("only administrators give or take Samovar's own permissions")]
    OwnRole,
    /// A client that acts for people without asking them is for administrators to make.
    #[error(
        "only administrators say that people are not asked for consent, and change clients of which that is said; leave out `first_party`"
    )]
    FirstParty,
    /// The last administrator cannot go.
    #[error(
        "this would remove the last administrator without an end date, counting only people whom the mirror knows and whose accounts are enabled; assign `administrator` to another person or team first"
    )]
    LastAdministrator,
    /// Gitea has no such organization, team or user, or has it no more.
    #[error("the mirror knows no {0} with this id; sync with Gitea, then choose again")]
    SubjectUnknown(&'static str),
    /// The name belongs to another one.
    #[error("another {0} has this name; choose another name")]
    NameTaken(&'static str),
    /// Role bindings still name the service account.
    #[error("role bindings still name this service account ({0}); delete them first")]
    ServiceAccountInUse(usize),
    /// Clients are still registered for the application.
    #[error("clients are still registered for this application ({0}); delete them first")]
    ApplicationHasClients(usize),
    /// Gitea has no such team or user to answer for a service account.
    #[error(
        "the mirror knows no {0} with this id to answer for it; sync with Gitea, then choose again"
    )]
    OwnerUnknown(&'static str),
    /// The operator did not allow the issuer.
    #[error(
        "the issuer `{issuer}` is not listed in `token.workload_issuers` of Samovar's configuration; whoever runs Samovar adds it there"
    )]
    IssuerNotListed {
        /// Which trust, from 0.
        place: usize,
        /// Its issuer.
        issuer: Issuer,
    },
    /// Tokens that stand for two accounts stand for neither.
    #[error(
        "tokens that fit this trust and one of {account} would stand for neither; let the audience or a claim have different values in both, or take the other trust away"
    )]
    TrustTaken {
        /// Which trust, from 0.
        place: usize,
        /// Whose the other is, as far as the caller may know.
        account: String,
    },
    /// No application has this id.
    #[error("no application has this id; it may have been deleted")]
    ApplicationUnknown,
    /// Two secrets live already.
    #[error("two secrets live already; delete the one that is not used any more first")]
    SecretsFull,
    /// It could keep no secret.
    #[error("a public client keeps no secret; make it confidential first, if it runs on a server")]
    PublicClient,
    /// A token is not enough.
    #[error("this cannot be done with a token; sign in with a browser")]
    SessionNeeded,
    /// A key could not be made.
    #[error("the signing key could not be made: {0}")]
    Keys(KeyError),
    /// It could not be written.
    #[error("the change could not be written: {0}")]
    Unavailable(CommitError),
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
    let mut needs = Vec::new();
    if !missing.is_empty() {
        needs.push(format!("{} in this application", quoted(missing)));
    }
    if !any.is_empty() {
        let why: Vec<String> = any.iter().map(ToString::to_string).collect();
        needs.push(format!(
            "`{}` ({})",
            ApplicationsAny::PERMISSION,
            why.join("; ")
        ));
    }
    format!(
        "this change needs {}, which you do not hold; ask a person who does, or an administrator",
        needs.join(" and ")
    )
}
