//! The first administrator, and the next one when none is left: a one-time code in a file that only the server's user can
//! read.
//!
//! Must never print the code to the journal, and must never make an administrator while a person is one.

use super::Admin;
use super::draft::Draft;
use super::error::AdminError;
use crate::access::Caller;
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome};
use crate::model::{
    BindingSubject, DisplayText, Principal, Random, Range, RoleBinding, RoleBindingId, UserId,
};
use crate::policy::{ADMINISTRATOR, AdministratorState};
use crate::store::{Change, Operation, Precondition};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// Name of the file in the state folder.
const FILE: &str = "claim-code";

/// Why nobody became the first administrator.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// There is an administrator.
    #[error("Samovar has an administrator; ask an administrator for a role")]
    Claimed,
    /// The code is not the one.
    #[error("this is not the claim code; run `samovar claim-code` on the server to see it")]
    WrongCode,
    /// Only a site administrator of Gitea may claim.
    #[error("only a site administrator of Gitea can use the claim code; sign in as one")]
    NotSiteAdministrator,
    /// It could not be written.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

/// The one-time code, while no person administers.
pub struct Bootstrap {
    path: PathBuf,
    code: Mutex<Option<String>>,
    seen: Mutex<Option<AdministratorState>>,
}

impl Bootstrap {
    /// Without a code; removes the file of an earlier one. [`Admin::watch_administrators`] makes it when it is needed.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(FILE);
        remove(&path)?;
        Ok(Self {
            path,
            code: Mutex::new(None),
            seen: Mutex::new(None),
        })
    }

    /// Makes a code, unless there is one, and writes it to its file (mode 0600).
    fn make(&self, random: &dyn Random) -> std::io::Result<()> {
        let mut present = self.lock();
        if present.is_some() {
            return Ok(());
        }
        remove(&self.path)?;
        let code = generate(random);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)?;
        file.write_all(code.as_bytes())?;
        file.write_all(b"\n")?;
        *present = Some(code);
        Ok(())
    }

    /// The code, for the administration socket; none while a person administers.
    pub fn code(&self) -> Option<String> {
        self.lock().clone()
    }

    /// The file that holds the code.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is(&self, given: &str) -> Result<bool, BootstrapError> {
        let code = self.lock().clone().ok_or(BootstrapError::Claimed)?;
        let given = given.trim().to_ascii_uppercase();
        Ok(code.as_bytes().ct_eq(given.as_bytes()).into())
    }

    fn drop_code(&self) {
        if self.lock().take().is_none() {
            return;
        }
        if let Err(error) = remove(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the file of a claim code that no longer counts could not be removed; remove it");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.code.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the state; true when it is another one than before.
    fn is_news(&self, state: AdministratorState) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.replace(state) != Some(state)
    }
}

impl Admin {
    /// Looks whether a person administers: makes the claim code when none does, and drops it once one does. Gives the
    /// state when it is another one than at the last look, so that it is logged once.
    pub fn watch_administrators(
        &self,
        claim: &Bootstrap,
    ) -> std::io::Result<Option<AdministratorState>> {
        let state = self.administrators().state();
        if state == AdministratorState::None {
            claim.make(&*self.random)?;
        } else {
            claim.drop_code();
        }
        Ok(claim.is_news(state).then_some(state))
    }

    /// Makes the caller, a site administrator of Gitea who knows the code, administrator while no person is.
    pub async fn claim(
        &self,
        caller: &Caller,
        claim: &Bootstrap,
        given: &str,
    ) -> Result<RoleBinding, BootstrapError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        if self.administrators().acting > 0 {
            return Err(BootstrapError::Claimed);
        }
        let user = match may_claim(caller, claim, given) {
            Ok(user) => user,
            Err(denial) => return Err(self.refuse_claim(caller, denial).await),
        };
        let binding = RoleBinding {
            id: RoleBindingId::generate(&*self.clock, &*self.random),
            role: ADMINISTRATOR,
            subject: BindingSubject::User { id: user },
            range: Range::Everywhere,
            until: None,
            version: 1,
        };
        let mut next = Draft::of(&policy);
        next.role_bindings.push(binding.clone());
        let change = Change::from(Operation::PutRoleBinding(
            binding.clone(),
            Precondition::Absent,
        ));
        let event = self.claim_event(caller);
        self.put_in_force(&turn, next, change, event).await?;
        claim.drop_code();
        Ok(binding)
    }

    fn claim_event(&self, caller: &Caller) -> AuditEvent {
        let who = match caller.principal() {
            Principal::User(id) => id.to_string(),
            other => other.to_string(),
        };
        let object = Object::new(ObjectKind::User, &who);
        let (now, action) = (self.clock.now(), Action::AdministratorClaim);
        caller.event(now, action, object, &self.policy.load())
    }

    /// A code that opens nothing is a use of a credential: it is recorded before it is answered.
    async fn refuse_claim(&self, caller: &Caller, denial: BootstrapError) -> BootstrapError {
        let event = AuditEvent {
            outcome: Outcome::Denied,
            reasons: vec![DisplayText::lossy(&denial.to_string())],
            ..self.claim_event(caller)
        };
        match self.store.commit(Change::none(), event).await {
            Ok(_) => denial,
            Err(error) => AdminError::Unavailable(error).into(),
        }
    }
}

/// Only a site administrator of Gitea who knows the code.
fn may_claim(caller: &Caller, claim: &Bootstrap, given: &str) -> Result<UserId, BootstrapError> {
    let administers = caller.user().is_some_and(|user| user.site_administrator);
    match caller.principal() {
        Principal::User(_) if !administers => Err(BootstrapError::NotSiteAdministrator),
        Principal::User(_) if !claim.is(given)? => Err(BootstrapError::WrongCode),
        Principal::User(user) => Ok(user),
        _ => Err(BootstrapError::NotSiteAdministrator),
    }
}

/// 120 random bits as six groups of four letters and digits (RFC 4648 base32), easy to type.
fn generate(random: &dyn Random) -> String {
    let mut bytes = [0; 15];
    random.fill(&mut bytes);
    let text = data_encoding::BASE32_NOPAD.encode(&bytes);
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|c| c.iter().collect()).collect();
    groups.join("-")
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
