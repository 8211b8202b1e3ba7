//! The systemd unit of the package, tested without a running systemd: its command line, its credentials, and its
//! sandbox.

use super::{run, samovar, shipped};
use std::fs;
use std::io::ErrorKind;
use std::process::Command;

/// The values of a setting of the unit.
fn values(name: &str) -> Vec<String> {
    let text = fs::read_to_string(shipped("packaging/systemd/samovar.service")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix(name));
    lines
        .filter_map(|value| value.strip_prefix('='))
        .map(str::to_owned)
        .collect()
}

#[test]
fn command_of_the_unit_is_valid() {
    let start = values("ExecStart").pop().unwrap();
    let words: Vec<&str> = start.split(' ').skip(1).collect();
    // The file is missing, which is reported only if the arguments are valid.
    let (code, _, error) = run(&mut samovar(&words));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("/etc/samovar/samovar.toml"), "{error}");
}

#[test]
fn unit_loads_exactly_the_required_credentials() {
    let credentials: Vec<String> = values("LoadCredential")
        .iter()
        .filter_map(|line| Some(line.split_once(':')?.0.to_owned()))
        .collect();
    let example = shipped("packaging/samovar.example.toml");
    let valid_with = |names: &[String]| {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), super::SEAL_KEY).unwrap();
        }
        let mut command = samovar(&["check-config", "--config", &example]);
        run(command.env("CREDENTIALS_DIRECTORY", folder.path())).0 == Some(0)
    };
    assert!(valid_with(&credentials));
    for removed in 0..credentials.len() {
        let mut fewer = credentials.clone();
        let name = fewer.remove(removed);
        assert!(!valid_with(&fewer), "{name} is not required");
    }
}

#[test]
fn readme_names_the_credential_files_of_the_unit() {
    let readme = fs::read_to_string(shipped("README.md")).unwrap();
    let credentials = values("LoadCredential");
    assert!(!credentials.is_empty());
    for credential in credentials {
        let (name, file) = credential.split_once(':').unwrap();
        assert_eq!(file, format!("/etc/samovar/{name}"));
        assert!(readme.contains(&format!("`{file}`")), "{file}");
    }
    assert!(readme.contains("`sudo CREDENTIALS_DIRECTORY=/etc/samovar samovar check-config`"));
}

#[test]
fn systemd_analyze_accepts_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("samovar.service");
    let text = fs::read_to_string(shipped("packaging/systemd/samovar.service")).unwrap();
    // The program is not installed where the tests run.
    let text = text.replace("/usr/bin/samovar", env!("CARGO_BIN_EXE_samovar"));
    fs::write(&unit, text).unwrap();
    for words in [
        &["verify"][..],
        &["security", "--offline=true", "--threshold=15"],
    ] {
        let output = Command::new("systemd-analyze")
            .args(words)
            .arg(&unit)
            .output();
        match output {
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            output => {
                let output = output.unwrap();
                let printed = [output.stdout, output.stderr].concat();
                let printed = String::from_utf8_lossy(&printed);
                assert!(output.status.success(), "{words:?}: {printed}");
            }
        }
    }
}
