//! Commits: what is written comes back, what is stale is refused, and counters move as they should.

use super::*;
use secrecy::ExposeSecret;

#[tokio::test]
async fn what_was_committed_is_there_after_a_clean_stop() {
    let place = Place::new();
    let store = place.open();
    let change = Change::from(Operation::PutRole(role(1, 1), Expect::Absent))
        .with(Operation::PutSession(session(2)))
        .with(Operation::PutMirroredUser(mirrored_user(7)))
        .with(Operation::PutMirroredTeam(mirrored_team(3)))
        .with(Operation::PutBreakGlass("$argon2id$x".into()));
    let committed = store.commit(change, event(1, 1)).await.unwrap();
    assert_eq!(
        (
            committed.sequence,
            committed.policy_version,
            committed.directory_version
        ),
        (0, 1, 1)
    );
    store.close().await.unwrap();
    let world = place.open().load().unwrap();
    assert_eq!(world.roles, [role(1, 1)]);
    assert_eq!(world.sessions, [session(2)]);
    assert_eq!(world.mirrored_users, [mirrored_user(7)]);
    assert_eq!(world.mirrored_teams, [mirrored_team(3)]);
    assert_eq!((world.policy_version, world.directory_version), (1, 1));
    assert_eq!(world.break_glass.unwrap().expose_secret(), "$argon2id$x");
}

#[tokio::test]
async fn each_expectation_is_compared_with_what_is_there() {
    let place = Place::new();
    let store = place.open();
    let put = |version, expect| {
        let store = store.clone();
        async move {
            let change = Operation::PutRole(role(1, version), expect).into();
            store.commit(change, event(1, 1)).await
        }
    };
    assert_eq!(
        put(1, Expect::Present).await,
        Err(CommitError::Missing { what: "role" })
    );
    assert_eq!(
        put(1, Expect::Version(1)).await,
        Err(CommitError::Missing { what: "role" })
    );
    put(1, Expect::Absent).await.unwrap();
    assert_eq!(
        put(1, Expect::Absent).await,
        Err(CommitError::Taken { what: "role" })
    );
    put(2, Expect::Version(1)).await.unwrap();
    let stale = CommitError::Stale {
        what: "role",
        present: 2,
    };
    assert_eq!(put(2, Expect::Version(1)).await, Err(stale));
    put(3, Expect::Present).await.unwrap();
    let committed = put(9, Expect::Any).await.unwrap();
    assert_eq!((committed.sequence, committed.policy_version), (3, 4));
    let gone = Operation::DeleteRole(role(1, 1).id, Expect::Version(9)).into();
    store.commit(gone, event(1, 1)).await.unwrap();
    assert!(store.load().unwrap().roles.is_empty());
}

#[tokio::test]
async fn a_mark_moves_one_instant_forward_and_brings_nothing_back() {
    let place = Place::new();
    let store = place.open();
    let change = Change::from(Operation::PutSession(session(1)))
        .with(Operation::PutMirroredUser(mirrored_user(7)))
        .with(Operation::PutMirroredTeam(mirrored_team(3)));
    store.commit(change, event(1, 1)).await.unwrap();
    let at = Timestamp::from_seconds;
    let (user, team) = (mirrored_user(7).account.id, mirrored_team(3).team.id);
    let marks = [
        Unaudited::SessionSeen(session(1).id, at(20)),
        Unaudited::SessionSeen(session(1).id, at(15)),
        Unaudited::SessionSeen(session(2).id, at(20)),
        Unaudited::UserAsked(user, at(9)),
        Unaudited::TeamAsked(team, at(11)),
        Unaudited::OrganizationAsked(1.try_into().unwrap(), at(11)),
    ];
    store.touch(marks).await.unwrap();
    let world = store.load().unwrap();
    let seen = Session {
        last_seen_at: at(20),
        ..session(1)
    };
    assert_eq!(world.sessions, [seen]);
    assert_eq!(world.mirrored_users, [mirrored_user(7)]);
    let asked = MirroredTeam {
        asked_at: at(11),
        ..mirrored_team(3)
    };
    assert_eq!(world.mirrored_teams, [asked]);
    assert!(world.mirrored_organizations.is_empty());
    assert_eq!(world.directory_version, 1, "a mark is no change");
    assert_eq!(store.events(&everything()).unwrap().events.len(), 1);
}

#[tokio::test]
async fn many_at_once_each_get_a_place_of_their_own() {
    let place = Place::new();
    let store = place.open();
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
