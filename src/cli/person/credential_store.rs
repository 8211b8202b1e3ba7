//! The credentials that `samovar login` stores: one file, readable by its owner only, changed by one process at a time and
//! replaced as a whole.

use crate::cli::environment::environment;
use crate::cli::error::{CliError, CliErrorKind};
use rustix::fs::{FlockOperation, flock};
use rustix::process::geteuid;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use url::Url;

/// A sign-in on this terminal.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCredentials {
    /// Address of the server.
    pub server: Url,
    /// Used once: the response has the next one.
    pub refresh_token: SecretString,
    /// Certificates to trust in addition to those of the system.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The folder of the credentials.
pub(super) struct CredentialStore {
    folder: PathBuf,
}

/// The store, while no other process reads or changes it.
pub(super) struct LockedStore<'a> {
    store: &'a CredentialStore,
    _lock: File,
}

impl CredentialStore {
    /// `$XDG_CONFIG_HOME/samovar`, or `~/.config/samovar`.
    pub(super) fn find() -> Result<Self, CliError> {
        let absolute = |name| {
            environment(name)
                .map(PathBuf::from)
                .filter(|p| p.is_absolute())
        };
        let config =
            absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|h| h.join(".config")));
        let config = config.ok_or_else(|| {
            "neither XDG_CONFIG_HOME nor HOME is an absolute path; set one of them".to_owned()
        })?;
        Ok(Self {
            folder: config.join("samovar"),
        })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("credentials.json")
    }

    /// Waits for other processes: a refresh token that is used twice ends the sign-in.
    pub(super) fn lock(&self) -> Result<LockedStore<'_>, CliError> {
        let lock = self.folder.join("lock");
        let opened = self
            .open_lock(&lock)
            .map_err(|error| unusable(&lock, &error))?;
        Ok(LockedStore {
            store: self,
            _lock: opened,
        })
    }

    fn open_lock(&self, lock: &Path) -> io::Result<File> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        fs::set_permissions(&self.folder, Permissions::from_mode(0o700))?;
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(lock)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(file)
    }
}

impl LockedStore<'_> {
    /// The credentials; an error if others can read the file.
    pub(super) fn read(&self) -> Result<StoredCredentials, CliError> {
        let (credentials, exposed) = self.read_any()?;
        match exposed {
            None => Ok(credentials),
            Some(message) => Err(message.into()),
        }
    }

    /// The credentials, with an error message if others can read the file: the sign-in can still be ended.
    pub(super) fn read_any(&self) -> Result<(StoredCredentials, Option<String>), CliError> {
        let path = self.store.file();
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_signed_in()),
            opened => opened.map_err(|error| unusable(&path, &error))?,
        };
        let metadata = file.metadata().map_err(|error| unusable(&path, &error))?;
        let shown = path.display();
        if metadata.uid() != geteuid().as_raw() {
            return Err(format!("`{shown}` belongs to another user; run this as that user").into());
        }
        let exposed = (metadata.mode() & 0o077 != 0).then(|| {
            format!(
                "others can read or write `{shown}`, so it is not used; run `samovar logout`, then sign in again"
            )
        });
        let mut text = String::new();
        let read = file.read_to_string(&mut text);
        read.map_err(|error| unusable(&path, &error))?;
        let credentials = serde_json::from_str(&text).map_err(|_| {
            let message = format!("`{shown}` is damaged; run `samovar login` again");
            CliError::new(CliErrorKind::NotSignedIn, message)
        })?;
        Ok((credentials, exposed))
    }

    /// Replaces the credentials, completely or not at all.
    pub(super) fn write(&self, credentials: &StoredCredentials) -> Result<(), CliError> {
        let path = self.store.file();
        let text = json!({
            "server": credentials.server,
            "refresh_token": credentials.refresh_token.expose_secret(),
            "ca_file": credentials.ca_file,
        });
        let text = format!("{text:#}\n");
        replace(&self.store.folder, &path, text.as_bytes()).map_err(|error| unusable(&path, &error))
    }

    /// Deletes the credentials.
    pub(super) fn delete(&self) -> Result<(), CliError> {
        let path = self.store.file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&path, &error)),
            _ => Ok(()),
        }
    }
}

fn replace(folder: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

fn not_signed_in() -> CliError {
    let message = "you are not signed in on this terminal; run `samovar login --server URL`";
    CliError::new(CliErrorKind::NotSignedIn, message)
}

fn unusable(path: &Path, error: &io::Error) -> CliError {
    format!("`{}` cannot be used: {error}", path.display()).into()
}
