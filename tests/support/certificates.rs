//! A certificate authority of one's own, by openssl. Knows nothing of whom its certificates are for.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An authority with its key in a folder.
pub struct Authority {
    folder: PathBuf,
    name: String,
}

/// Where a certificate and its key are.
pub struct Certified {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    /// A new one, called `CN=name`.
    pub fn new(folder: &Path, name: &str) -> Self {
        super::tools::ready();
        let authority = Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
        };
        let root = authority.root();
        authority.request(&root, &["-addext", "basicConstraints=critical,CA:TRUE"]);
        authority
    }

    /// Its own certificate, for those who are to trust it.
    pub fn root(&self) -> Certified {
        self.certified(&self.name.replace(' ', "-"))
    }

    /// A certificate for a server at that address.
    pub fn issue(&self, address: &str) -> Certified {
        let (root, issued) = (self.root(), self.certified(address));
        let names = format!("subjectAltName=IP:{address}");
        let more = [
            "-CA",
            root.certificate.to_str().unwrap(),
            "-CAkey",
            root.key.to_str().unwrap(),
            "-addext",
            &names,
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ];
        self.request(&issued, &more);
        issued
    }

    fn certified(&self, name: &str) -> Certified {
        Certified {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        }
    }

    fn request(&self, made: &Certified, more: &[&str]) {
        let mut openssl = Command::new("openssl");
        let curve = "ec_paramgen_curve:prime256v1";
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", curve, "-nodes"]);
        openssl.args(["-days", "2", "-subj", &format!("/O=acme/CN={}", self.name)]);
        openssl.arg("-keyout").arg(&made.key);
        openssl.arg("-out").arg(&made.certificate);
        let done = openssl.args(more).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
    }
}
