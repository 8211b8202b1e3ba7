//! The bytes of stored records: pinned by a golden file with every kind and every variant, and read back from it.
//!
//! `SAMOVAR_BLESS=1 cargo test --lib stored_records` renews the file. A line that changes or goes is a record that state
//! folders have and the next version may not read: it needs a new form or a default, and a test below.

use super::record_samples::{HASH, application, parsed, route, samples, text, users};
use super::*;
use crate::model::*;
use crate::store::StoreSnapshot;
use crate::store::tables::RECORD_TABLES;
use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use redb::{ReadableDatabase, ReadableTable, TableHandle};
use secrecy::ExposeSecret;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/records.txt");

fn put_all(snapshot: StoreSnapshot) -> Change {
    use Operation as O;
    let StoreSnapshot {
        roles,
        role_bindings,
        applications,
        users,
        ..
    } = snapshot;
    let any = Precondition::None;
    let policy = (roles.into_iter().map(|r| O::PutRole(r, any)))
        .chain(role_bindings.into_iter().map(|b| O::PutRoleBinding(b, any)))
        .chain(applications.into_iter().map(|a| O::PutApplication(a, any)));
    let organizations = snapshot.mirrored_organizations.into_iter();
    let directory = (users.into_iter().map(O::PutUser))
        .chain(snapshot.mirrored_users.into_iter().map(O::PutMirroredUser))
        .chain(organizations.map(O::PutMirroredOrganization))
        .chain(snapshot.mirrored_teams.into_iter().map(O::PutMirroredTeam));
    let accounts = snapshot.service_accounts.into_iter();
    let others = (accounts.map(|a| O::PutServiceAccount(a, any)))
        .chain(snapshot.clients.into_iter().map(|c| O::PutClient(c, any)))
        .chain(snapshot.grants.into_iter().map(|g| O::PutGrant(g, any)))
        .chain(snapshot.sessions.into_iter().map(O::PutSession))
        .chain(snapshot.signing_keys.into_iter().map(O::PutSigningKey))
        .chain(snapshot.revocations.into_iter().map(O::PutRevocation))
        .chain(snapshot.break_glass.into_iter().map(O::PutBreakGlass));
    policy.chain(directory).chain(others).collect()
}

/// One line for each stored row: table, key, form, JSON.
fn lines(store: &Store) -> String {
    let reading = store.0.shared.database.begin_read().unwrap();
    let mut lines = String::new();
    for table in RECORD_TABLES {
        for row in reading.open_table(*table).unwrap().iter().unwrap() {
            let (key, value) = row.unwrap();
            let (form, json) = value.value().split_first().unwrap();
            let (key, json) = (HEX.encode(key.value()), str::from_utf8(json).unwrap());
            writeln!(lines, "{} {key} {form} {json}", table.name()).unwrap();
        }
    }
    lines
}

/// The store of a folder that holds exactly these rows.
fn load(lines: &str) -> Result<StoreSnapshot, StoreError> {
    let folder = StateFolder::new();
    let store = folder.open();
    let transaction = store.0.shared.database.begin_write().unwrap();
    for line in lines.lines() {
        let [table, key, form, json] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let mut tables = RECORD_TABLES.iter();
        let table = tables.find(|known| known.name() == table).unwrap();
        let key = HEX.decode(key.as_bytes()).unwrap();
        let value = [&[form.parse::<u8>().unwrap()], json.as_bytes()].concat();
        let mut table = transaction.open_table(*table).unwrap();
        table.insert(key.as_slice(), value.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
    store.load()
}

#[tokio::test]
async fn stored_records_are_the_golden_ones() {
    let folder = StateFolder::new();
    let store = folder.open();
    store.commit(put_all(samples()), event(1, 1)).await.unwrap();
    let written = lines(&store);
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        std::fs::write(GOLDEN, &written).unwrap();
    }
    assert_eq!(
        written,
        std::fs::read_to_string(GOLDEN).unwrap(),
        "to renew it: SAMOVAR_BLESS=1 cargo test --lib stored_records"
    );
    for table in RECORD_TABLES {
        assert!(written.contains(&format!("{} ", table.name())), "{table}");
    }
}

#[test]
fn golden_records_are_read_back() {
    let read = load(&std::fs::read_to_string(GOLDEN).unwrap()).unwrap();
    assert_eq!(format!("{read:#?}"), format!("{:#?}", samples()));
    assert_eq!(read.break_glass.unwrap().expose_secret(), HASH);
}

#[test]
fn application_of_an_earlier_version_gets_the_defaults() {
    let line = |tokens: &str| {
        let route = r#"{"methods":"*","path":"/","requirement":"public","repository":null,"encoded_slash":false}"#;
        format!(
            r#"applications 03 1 {{"id":"03030303-0303-0303-0303-030303030303","name":"board-3","hosts":["board.example.com:8443"],"routes":[{route}],"identity_headers":[],"authorization":"samovar","origins":[],"audit":"every"{tokens},"version":1}}"#
        )
    };
    let expected = Application {
        routes: vec![Route {
            methods: parsed("*"),
            encoded_slash: false,
            semicolon: false,
            ..route("/", Requirement::Public, None)
        }],
        named_at: Timestamp::ZERO,
        tokens: TokenSettings {
            signing: SigningAlgorithm::EdDsa,
            lifetime: 300,
            gitea_tokens: GiteaTokens {
                personal: false,
                oauth_clients: BTreeSet::new(),
            },
            exchange_from: BTreeSet::new(),
            assertion: false,
        },
        ..application(3, AuditMode::Every, AuthorizationOwner::Samovar)
    };
    assert_eq!(
        load(&line("")).unwrap().applications,
        std::slice::from_ref(&expected)
    );
    let tokens = |gitea: &str| {
        let settings = r#""signing":"EdDSA","lifetime":300,"exchange_from":[],"assertion":false"#;
        load(&line(&format!(
            r#","tokens":{{{settings},"gitea_tokens":{gitea}}}"#
        )))
    };
    // Earlier versions stored whether tokens of any client were accepted. Which clients were meant is unknown.
    for earlier in ["false", "true"] {
        assert_eq!(
            tokens(earlier).unwrap().applications,
            std::slice::from_ref(&expected)
        );
    }
    for invalid in ["null", "1", "{}", r#""true""#] {
        assert!(tokens(invalid).is_err(), "{invalid}");
    }
}

#[test]
fn unverified_address_of_an_earlier_version_is_not_read() {
    let line = |member: &str| {
        format!(
            r#"users 02 1 {{"id":"02020202-0202-0202-0202-020202020202","identities":[{{"provider":"okta","subject":"00u1"}}],"gitea":null,"login":"ana","claims":{{"full_name":"Ana","{member}":"ana@acme.example","groups":["Readers"],"groups_may_be_cut":true,"at":1767225601000}},"created_at":1767225600000}}"#
        )
    };
    let [_, mut expected] = <[User; 2]>::try_from(users()).unwrap();
    assert_eq!(
        load(&line("verified_email")).unwrap().users,
        std::slice::from_ref(&expected)
    );
    expected.claims.as_mut().unwrap().email = text("");
    assert_eq!(load(&line("email")).unwrap().users, [expected]);
}
