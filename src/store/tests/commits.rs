//! Commits: records are read back, preconditions are checked, counters grow.

use super::*;
use secrecy::ExposeSecret;

#[tokio::test]
async fn committed_records_are_read_after_a_clean_stop() {
    let folder = StateFolder::new();
    let store = folder.open();
    let change = Change::from(Operation::PutRole(role(1, 1), Precondition::Absent))
        .with(Operation::PutSession(session(2)))
        .with(Operation::PutMirroredUser(mirrored_user(7)))
        .with(Operation::PutMirroredTeam(mirrored_team(3)))
        .with(Operation::PutBreakGlass("$argon2id$x".into()));
    let receipt = store.commit(change, event(1, 1)).await.unwrap();
    assert_eq!(
        (
            receipt.sequence,
            receipt.policy_version,
            receipt.directory_version
        ),
        (0, 1, 1)
    );
    store.close().await.unwrap();
    let snapshot = folder.open().load().unwrap();
    assert_eq!(snapshot.roles, [role(1, 1)]);
    assert_eq!(snapshot.sessions, [session(2)]);
    assert_eq!(snapshot.mirrored_users, [mirrored_user(7)]);
    assert_eq!(snapshot.mirrored_teams, [mirrored_team(3)]);
    assert_eq!(
        (snapshot.policy_version, snapshot.directory_version),
        (1, 1)
    );
    assert_eq!(snapshot.break_glass.unwrap().expose_secret(), "$argon2id$x");
}

#[tokio::test]
async fn each_precondition_is_compared_with_the_stored_record() {
    let folder = StateFolder::new();
    let store = folder.open();
    let put = |version, precondition| {
        let store = store.clone();
        async move {
            let change = Operation::PutRole(role(1, version), precondition).into();
            store.commit(change, event(1, 1)).await
        }
    };
    assert_eq!(
        put(1, Precondition::Present).await,
        Err(CommitError::NotFound { what: "role" })
    );
    assert_eq!(
        put(1, Precondition::Version(1)).await,
        Err(CommitError::NotFound { what: "role" })
    );
    put(1, Precondition::Absent).await.unwrap();
    assert_eq!(
        put(1, Precondition::Absent).await,
        Err(CommitError::AlreadyExists { what: "role" })
    );
    put(2, Precondition::Version(1)).await.unwrap();
    let stale = CommitError::Stale {
        what: "role",
        present: 2,
    };
    assert_eq!(put(2, Precondition::Version(1)).await, Err(stale));
    put(3, Precondition::Present).await.unwrap();
    let receipt = put(9, Precondition::None).await.unwrap();
    assert_eq!((receipt.sequence, receipt.policy_version), (3, 4));
    let delete = Operation::DeleteRole(role(1, 1).id, Precondition::Version(9)).into();
    store.commit(delete, event(1, 1)).await.unwrap();
    assert!(store.load().unwrap().roles.is_empty());
}

#[tokio::test]
async fn unaudited_write_moves_an_instant_forward_only() {
    let folder = StateFolder::new();
    let store = folder.open();
    let change = Change::from(Operation::PutSession(session(1)))
        .with(Operation::PutMirroredUser(mirrored_user(7)))
        .with(Operation::PutMirroredTeam(mirrored_team(3)));
    store.commit(change, event(1, 1)).await.unwrap();
    let at = Timestamp::from_seconds;
    let (user, team) = (mirrored_user(7).account.id, mirrored_team(3).team.id);
    let writes = [
        UnauditedWrite::SessionUsed(session(1).id, at(20)),
        UnauditedWrite::SessionUsed(session(1).id, at(15)),
        UnauditedWrite::SessionUsed(session(2).id, at(20)),
        UnauditedWrite::UserRefreshed(user, at(9)),
        UnauditedWrite::TeamRefreshed(team, at(11)),
        UnauditedWrite::OrganizationRefreshed(1.try_into().unwrap(), at(11)),
    ];
    store.write_unaudited(writes).await.unwrap();
    let snapshot = store.load().unwrap();
    let expected = Session {
        last_seen_at: at(20),
        ..session(1)
    };
    assert_eq!(snapshot.sessions, [expected]);
    assert_eq!(snapshot.mirrored_users, [mirrored_user(7)]);
    let refreshed = MirroredTeam {
        asked_at: at(11),
        ..mirrored_team(3)
    };
    assert_eq!(snapshot.mirrored_teams, [refreshed]);
    assert!(snapshot.mirrored_organizations.is_empty());
    assert_eq!(
        snapshot.directory_version, 1,
        "not a change of the directory"
    );
    assert_eq!(store.events(&everything()).unwrap().events.len(), 1);
}

#[tokio::test]
async fn concurrent_commits_get_distinct_places() {
    let folder = StateFolder::new();
    let store = folder.open();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = store.clone();
        tasks.spawn(async move { store.commit(Change::none(), event(number, 1)).await });
    }
    let mut places: Vec<_> = tasks
        .join_all()
        .await
        .into_iter()
        .map(|c| c.unwrap().sequence)
        .collect();
    places.sort_unstable();
    assert_eq!(places, (0..200).collect::<Vec<_>>());
}
