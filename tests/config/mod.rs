//! The configuration file: the shipped example, and every error of an invalid file at once.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use samovar::config::{self, Config, ConfigErrors};
use samovar::model::GroupsSource;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// An environment with every secret.
fn with_secrets(name: &str) -> Option<String> {
    match name {
        "SAMOVAR_GITEA_CLIENT_SECRET" => Some("client-secret-value".to_owned()),
        "SAMOVAR_GITEA_TOKEN" => Some("token-value".to_owned()),
        "SAMOVAR_SEAL_KEY" => Some("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned()),
        _ => None,
    }
}

const MINIMAL: &str = r#"
[server]
external_url = "https://samovar.example.com"
[gitea]
url = "https://git.example.com/sub"
client_id = "b1b2"
"#;

fn parse(more: &str) -> Result<Config, ConfigErrors> {
    config::parse(&format!("{MINIMAL}{more}"), &with_secrets)
}

/// Compares with a golden file, or writes it when `SAMOVAR_BLESS` is set.
fn golden(path: &Path, text: &str) {
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        fs::write(path, text).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        kept,
        text,
        "{} differs; check the difference, then run with SAMOVAR_BLESS=1",
        path.display()
    );
}

#[test]
fn shipped_example_is_generated_and_valid() {
    let example = config::example();
    golden(&root().join("packaging/samovar.example.toml"), &example);
    let config = config::parse(&example, &with_secrets).unwrap();
    assert_eq!(config.mirror.freshness_bound, Duration::from_secs(30));
    let every_default = example.replace("\n# ", "\n").replace("\nexample: ", "\n# ");
    let set: String = every_default
        .lines()
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .filter(|line| {
            !line.starts_with("# ")
                && line
                    .split(" = ")
                    .next()
                    .is_some_and(|key| !key.contains(' '))
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let same = config::parse(&set, &with_secrets).unwrap();
    assert_eq!(
        format!("{config:?}"),
        format!("{same:?}"),
        "a written default equals the default"
    );
}

/// Each `tests/config/bad/NAME.toml` has all of its errors in `NAME.problems`.
#[test]
fn every_error_is_reported_at_once_with_its_key() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("tests/config/bad")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path).unwrap();
            let nothing = |_: &str| None;
            let errors = config::parse(&text, &nothing).expect_err("an invalid file");
            golden(&path.with_extension("problems"), &format!("{errors}\n"));
            seen += 1;
        }
    }
    assert!(seen >= 3, "the invalid files were not found");
}

#[test]
fn credential_precedes_environment_precedes_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "from-file\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(folder.path().join("gitea-token"), "from-credential\n").unwrap();
    let more = format!("token_file = {:?}\n", file.display().to_string());
    let token = |environment: &dyn Fn(&str) -> Option<String>| {
        use secrecy::ExposeSecret as _;
        let config = config::parse(&format!("{MINIMAL}{more}"), environment).unwrap();
        config.gitea.token.expose_secret().to_owned()
    };
    let secret = |name: &str| {
        let own = name != "SAMOVAR_GITEA_TOKEN";
        own.then(|| with_secrets(name)).flatten()
    };
    let credentials = folder.path().display().to_string();
    assert_eq!(token(&with_secrets), "token-value");
    let folder_of_credentials =
        |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| credentials.clone());
    assert_eq!(
        token(&|name| with_secrets(name).or_else(|| folder_of_credentials(name))),
        "from-credential"
    );
    assert_eq!(token(&secret), "from-file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let errors = config::parse(&format!("{MINIMAL}{more}"), &secret).unwrap_err();
    assert!(
        errors
            .to_string()
            .contains("can be read by others; run `chmod 600` on it"),
        "{errors}"
    );
}

#[test]
fn secrets_are_never_printed() {
    let config = parse("").unwrap();
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("token-value") && !shown.contains("client-secret-value"),
        "{shown}"
    );
    let errors = parse("token = \"hunter2\"\n").unwrap_err();
    assert!(!errors.to_string().contains("hunter2"), "{errors}");
}

#[test]
fn plain_http_needs_loopback_and_the_setting() {
    let url = |url: &str, allowed: bool| {
        let text = MINIMAL.replace(
            "external_url = \"https://samovar.example.com\"",
            &format!("external_url = \"{url}\"\nallow_plain_http_on_loopback = {allowed}"),
        );
        config::parse(&text, &with_secrets).is_ok()
    };
    assert!(
        url("http://127.0.0.2:8700", true)
            && url("http://[::1]:1", true)
            && url("http://localhost", true)
    );
    assert!(!url("http://127.0.0.2:8700", false));
    assert!(!url("http://10.0.0.1", true) && !url("http://localhost.example.com", true));
    assert!(
        !url("https://samovar.example.com/sub", false)
            && !url("https://git.example.com", false)
            && !url("https://u:p@samovar.example.com", false)
    );
}

#[test]
fn plain_http_to_gitea_needs_loopback_or_the_setting() {
    let accepted = |url: &str, more: &str| {
        let text = MINIMAL.replace("https://git.example.com/sub", url);
        config::parse(&format!("{text}{more}"), &with_secrets).is_ok()
    };
    for url in [
        "http://127.0.0.1:3000",
        "http://[::1]:3000/git",
        "http://localhost:3000",
    ] {
        assert!(accepted(url, ""), "{url}");
    }
    let inner = "internal_url = 'http://10.0.0.7:3000'\n";
    assert!(!accepted("http://git.example.com", ""));
    assert!(!accepted("https://git.example.com", inner));
    let allowed = format!("allow_plain_http = true\n{inner}");
    assert!(accepted("http://git.example.com", &allowed));
}

const OKTA: &str = r#"
[[provider]]
id = "okta-eu"
issuer = "https://acme.okta.com/oauth2/default"
client_id = "0oa1"
scopes = ["profile", "groups"]
groups_cap = 100
"#;

#[test]
fn providers_each_have_their_own_secret() {
    use secrecy::ExposeSecret as _;
    let folder = tempfile::tempdir().unwrap();
    let credential = folder.path().join("provider-keycloak-client-secret");
    fs::write(credential, "from-credential\n").unwrap();
    let folder = folder.path().display().to_string();
    let environment = |name: &str| match name {
        "SAMOVAR_PROVIDER_OKTA_EU_CLIENT_SECRET" => Some("from-environment".to_owned()),
        "CREDENTIALS_DIRECTORY" => Some(folder.clone()),
        other => with_secrets(other),
    };
    let keycloak = "[[provider]]\nid = 'keycloak'\nname = 'Our Keycloak'\ngitea_source_id = 3\n\
        issuer = 'http://127.0.0.5:8080/realms/acme/'\nclient_id = 's'\ngroups_claim = '/realm_access/roles'\n";
    let text = format!("{MINIMAL}{OKTA}{keycloak}");
    let providers = config::parse(&text, &environment).unwrap().providers;
    let [okta, keycloak] = providers.as_slice() else {
        panic!("{providers:?}")
    };
    assert_eq!((okta.id.as_str(), okta.name.as_deref()), ("okta-eu", None));
    assert_eq!(okta.client_secret.expose_secret(), "from-environment");
    assert_eq!(
        (okta.groups_claim.as_str(), okta.groups_cap),
        ("groups", Some(100))
    );
    assert_eq!(okta.groups_from, GroupsSource::TokenOrUserinfo);
    assert_eq!((okta.gitea_source_id, okta.scopes.len()), (None, 2));
    assert_eq!(keycloak.client_secret.expose_secret(), "from-credential");
    assert_eq!(
        (keycloak.gitea_source_id, keycloak.name.as_deref()),
        (Some(3), Some("Our Keycloak"))
    );
    assert_eq!(
        keycloak.issuer.text, "http://127.0.0.5:8080/realms/acme/",
        "byte for byte"
    );
    assert_eq!(keycloak.scopes, ["profile", "email"]);
    let single = config::parse(
        &format!("{MINIMAL}{}", OKTA.replace("[[provider]]", "[provider]")),
        &environment,
    );
    let errors = single.unwrap_err().to_string();
    assert!(errors.contains("write `[[provider]]`"), "{errors}");
}

#[test]
fn workload_issuers_keep_their_spelling() {
    assert!(parse("").unwrap().token.workload_issuers.is_empty());
    let listed = "[token]\nworkload_issuers = ['https://ci.example.com/', 'http://127.0.0.1:1/x', 'https://ci.example.com/']\n";
    let issuers = parse(listed).unwrap().token.workload_issuers;
    let issuers: Vec<&str> = issuers.iter().map(samovar::model::Issuer::as_str).collect();
    assert_eq!(issuers, ["http://127.0.0.1:1/x", "https://ci.example.com/"]);
    let invalid = parse("[token]\nworkload_issuers = 'https://ci.example.com'\n").unwrap_err();
    assert!(invalid.to_string().contains("must be a list"), "{invalid}");
}
