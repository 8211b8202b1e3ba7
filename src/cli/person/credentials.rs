//! What `samovar login` keeps: one file that nobody else may read, changed by one process at a time, never half written.

use crate::cli::environment;
use crate::cli::failure::{Failure, Kind};
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
pub(super) struct Credentials {
    /// Where.
    pub server: Url,
    /// What gets the next token, once.
    pub refresh_token: SecretString,
    /// Certificates that are trusted beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// Where it is kept.
pub(super) struct Keeper {
    folder: PathBuf,
}

/// The same while no other process reads or changes it.
pub(super) struct Locked<'a> {
    keeper: &'a Keeper,
    _lock: File,
}

impl Keeper {
    /// `$XDG_CONFIG_HOME/samovar`, or `~/.config/samovar`.
    pub(super) fn find() -> Result<Self, Failure> {
        let absolute = |name| {
            environment(name)
                .map(PathBuf::from)
                .filter(|p| p.is_absolute())
        };
        let config =
            absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|h| h.join(".config")));
        let config = config.ok_or_else(|| {
            Failure::from(
                "neither XDG_CONFIG_HOME nor HOME names a folder; set one of them".to_owned(),
            )
        })?;
        Ok(Self {
            folder: config.join("samovar"),
        })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("credentials.json")
    }

    /// Waits for its turn: two processes that used one refresh token would end the sign-in.
    pub(super) fn lock(&self) -> Result<Locked<'_>, Failure> {
        let lock = self.folder.join("lock");
        let opened = self
            .open_lock(&lock)
            .map_err(|error| unusable(&lock, &error))?;
        Ok(Locked {
            keeper: self,
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

impl Locked<'_> {
    /// What is kept; a file that others can read is not used.
    pub(super) fn read(&self) -> Result<Credentials, Failure> {
        let (credentials, exposed) = self.read_any()?;
        match exposed {
            None => Ok(credentials),
            Some(sentence) => Err(sentence.into()),
        }
    }

    /// The same whoever can read it, with a sentence that says so: it can still be ended.
    pub(super) fn read_any(&self) -> Result<(Credentials, Option<String>), Failure> {
        let path = self.keeper.file();
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(nobody()),
            opened => opened.map_err(|error| unusable(&path, &error))?,
        };
        let about = file.metadata().map_err(|error| unusable(&path, &error))?;
        let shown = path.display();
        if about.uid() != geteuid().as_raw() {
            return Err(format!("`{shown}` is somebody else's; sign in as yourself").into());
        }
        let exposed = (about.mode() & 0o077 != 0).then(|| {
            format!(
                "others can read or write `{shown}`, so it is not used; run `samovar logout`, then sign in again"
            )
        });
        let mut text = String::new();
        let read = file.read_to_string(&mut text);
        read.map_err(|error| unusable(&path, &error))?;
        let credentials = serde_json::from_str(&text).map_err(|_| {
            let sentence = format!("`{shown}` is damaged; run `samovar login` again");
            Failure::new(Kind::NotSignedIn, sentence)
        })?;
        Ok((credentials, exposed))
    }

    /// Keeps it in the place of what was kept before, all or nothing.
    pub(super) fn write(&self, credentials: &Credentials) -> Result<(), Failure> {
        let path = self.keeper.file();
        let text = json!({
            "server": credentials.server,
            "refresh_token": credentials.refresh_token.expose_secret(),
            "ca_file": credentials.ca_file,
        });
        let text = format!("{text:#}\n");
        replace(&self.keeper.folder, &path, text.as_bytes())
            .map_err(|error| unusable(&path, &error))
    }

    /// Forgets it.
    pub(super) fn delete(&self) -> Result<(), Failure> {
        let path = self.keeper.file();
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

fn nobody() -> Failure {
    let sentence = "nobody is signed in on this terminal; run `samovar login --server URL`";
    Failure::new(Kind::NotSignedIn, sentence)
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    format!("`{}` cannot be used: {error}", path.display()).into()
}
