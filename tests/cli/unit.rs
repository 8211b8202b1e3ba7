//! The systemd unit that the package ships, as far as it can be tried without a booted systemd: its command line, its
//! credentials, and how much of the machine it leaves open.

use super::{run, samovar, shipped};
use std::fs;
use std::io::ErrorKind;
use std::process::Command;

/// Everything that the unit says under this name.
fn said(name: &str) -> Vec<String> {
    let text = fs::read_to_string(shipped("packaging/systemd/samovar.service")).unwrap();
    let values = text.lines().filter_map(|line| line.strip_prefix(name));
    values
        .filter_map(|value| value.strip_prefix('='))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_unit_types_a_command_that_is_understood() {
    let start = said("ExecStart").pop().unwrap();
    let words: Vec<&str> = start.split(' ').skip(1).collect();
    // The file is not there, which only somebody says who has understood the rest.
    let (code, _, error) = run(&mut samovar(&words));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("/etc/samovar/samovar.toml"), "{error}");
}

#[test]
fn the_unit_brings_exactly_the_credentials_that_a_configuration_needs() {
    let credentials: Vec<String> = said("LoadCredential")
        .iter()
        .filter_map(|line| Some(line.split_once(':')?.0.to_owned()))
        .collect();
    let example = shipped("packaging/samovar.example.toml");
    let good_with = |names: &[String]| {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), super::SEAL_KEY).unwrap();
        }
        let mut command = samovar(&["check-config", "--config", &example]);
        run(command.env("CREDENTIALS_DIRECTORY", folder.path())).0 == Some(0)
    };
    assert!(good_with(&credentials));
    for left_out in 0..credentials.len() {
        let mut fewer = credentials.clone();
        let name = fewer.remove(left_out);
        assert!(!good_with(&fewer), "{name} is needed by nobody");
    }
}

#[test]
fn the_readme_names_the_files_of_the_unit_whose_folder_check_config_is_told() {
    let readme = fs::read_to_string(shipped("README.md")).unwrap();
    let credentials = said("LoadCredential");
    assert!(!credentials.is_empty());
    for credential in credentials {
        let (name, file) = credential.split_once(':').unwrap();
        assert_eq!(file, format!("/etc/samovar/{name}"));
        assert!(readme.contains(&format!("`{file}`")), "{file}");
    }
    assert!(readme.contains("`sudo CREDENTIALS_DIRECTORY=/etc/samovar samovar check-config`"));
}

#[test]
fn where_systemd_can_judge_the_unit_it_finds_little_left_open() {
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
                let said = [output.stdout, output.stderr].concat();
                let said = String::from_utf8_lossy(&said);
                assert!(output.status.success(), "{words:?}: {said}");
            }
        }
    }
}
