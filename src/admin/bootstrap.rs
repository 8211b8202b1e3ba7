//! Bootstrap: the first administrator, and the next one when none is left. A one-time code, the claim code, stands in a file
//! that only the server's user can read.
//!
//! Must never write the code to the journal, and must never make an administrator while a person is one.

use super::edit::{Edit, ObjectChange};
use super::{Admin, AdminError};
use crate::access::Caller;
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{BindingSubject, Principal, Random, Range, RoleBinding, RoleBindingId, UserId};
use crate::policy::{ADMINISTRATOR, AdministratorState};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// Name of the file in the state folder.
const FILE: &str = "claim-code";

/// Why the caller did not become administrator.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// A person is administrator already.
    #[error("Samovar has an administrator; ask an administrator for a role")]
    AdministratorExists,
    /// Not the claim code.
    #[error("this is not the claim code; run `samovar claim-code` on the server to see it")]
    WrongCode,
    /// The caller is not a site administrator of Gitea.
    #[error("only a site administrator of Gitea can use the claim code; sign in as one")]
    NotSiteAdministrator,
    /// It could not be written.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

/// The claim code, which exists while no person is administrator.
pub struct Bootstrap {
    path: PathBuf,
    code: Mutex<Option<String>>,
    last_state: Mutex<Option<AdministratorState>>,
}

impl Bootstrap {
    /// Without a code; removes the file of an earlier one. [`Admin::watch_administrators`] makes one when it is needed.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(FILE);
        remove(&path)?;
        Ok(Self {
            path,
            code: Mutex::new(None),
            last_state: Mutex::new(None),
        })
    }

    /// Makes a code, unless there is one, and writes it to its file (mode 0600).
    fn make_code(&self, random: &dyn Random) -> std::io::Result<()> {
        let mut current = self.lock();
        if current.is_some() {
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
        *current = Some(code);
        Ok(())
    }

    /// The code, for the administration socket; none while a person is administrator.
    pub fn code(&self) -> Option<String> {
        self.lock().clone()
    }

    /// The file that holds the code.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn matches(&self, given: &str) -> Result<bool, BootstrapError> {
        let code = self.lock().clone();
        let code = code.ok_or(BootstrapError::AdministratorExists)?;
        let given = given.trim().to_ascii_uppercase();
        Ok(code.as_bytes().ct_eq(given.as_bytes()).into())
    }

    fn drop_code(&self) {
        if self.lock().take().is_none() {
            return;
        }
        if let Err(error) = remove(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the file of a claim code that is no longer valid could not be removed; remove it");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.code.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the state; true when it has changed.
    fn has_changed(&self, state: AdministratorState) -> bool {
        let mut last = self
            .last_state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        last.replace(state) != Some(state)
    }
}

impl Admin {
    /// Makes the claim code while no person is administrator, and drops it afterwards. Returns the state when it has changed,
    /// so that it is logged once.
    pub fn watch_administrators(
        &self,
        bootstrap: &Bootstrap,
    ) -> std::io::Result<Option<AdministratorState>> {
        let state = self.administrators().state();
        if state == AdministratorState::None {
            bootstrap.make_code(&*self.random)?;
        } else {
            bootstrap.drop_code();
        }
        Ok(bootstrap.has_changed(state).then_some(state))
    }

    /// Makes the caller administrator: a site administrator of Gitea who knows the claim code, while no person is
    /// administrator.
    pub async fn bootstrap(
        &self,
        caller: &Caller,
        bootstrap: &Bootstrap,
        code: &str,
    ) -> Result<RoleBinding, BootstrapError> {
        let edit = self.edit_of(caller).await;
        if self.administrators().acting > 0 {
            return Err(BootstrapError::AdministratorExists);
        }
        let event = claim_event(&edit, caller);
        let user = match may_claim(caller, bootstrap, code) {
            Ok(user) => user,
            Err(denial) => {
                // A wrong code is a use of a credential, so it is recorded.
                edit.record_denial(event, &denial).await?;
                return Err(denial);
            }
        };
        let binding = RoleBinding {
            id: RoleBindingId::generate(&*self.clock, &*self.random),
            role: ADMINISTRATOR,
            subject: BindingSubject::User { id: user },
            range: Range::Everywhere,
            until: None,
            version: 1,
        };
        edit.commit_as(&ObjectChange::Create(&binding), event)
            .await?;
        bootstrap.drop_code();
        Ok(binding)
    }
}

fn claim_event(edit: &Edit<'_>, caller: &Caller) -> AuditEvent {
    let id = match caller.principal() {
        Principal::User(id) => id.to_string(),
        other => other.to_string(),
    };
    edit.event(
        Action::AdministratorClaim,
        Object::new(ObjectKind::User, id),
    )
}

fn may_claim(caller: &Caller, bootstrap: &Bootstrap, code: &str) -> Result<UserId, BootstrapError> {
    let site_administrator = caller.user().is_some_and(|user| user.site_administrator);
    match caller.principal() {
        Principal::User(_) if !site_administrator => Err(BootstrapError::NotSiteAdministrator),
        Principal::User(_) if !bootstrap.matches(code)? => Err(BootstrapError::WrongCode),
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
