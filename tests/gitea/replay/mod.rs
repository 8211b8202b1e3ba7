//! Sends every recorded request in `tests/recordings` to the stand-in, in the recorded order, and compares the responses.

mod compare;
mod placeholder;
mod prepare;
mod recording;
mod replay_world;

use recording::Recording;
use replay_world::ReplayWorld;

/// The number of the last recording; the first is 1.
const LAST: u32 = 380;

#[tokio::test]
async fn the_stand_in_answers_as_recorded() {
    let mut world = ReplayWorld::start().await;
    let mut wrong = Vec::new();
    for recording in recording::all() {
        world.prepare(recording.number).await;
        let page = perform(&mut world, &recording).await;
        if let Err(difference) = compare::compare(&recording, &page, &mut world.bindings) {
            wrong.push(format!("{}: {difference}", recording.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

async fn perform(world: &mut ReplayWorld, recording: &Recording) -> crate::support::browser::Page {
    match recording.number {
        // Only the responses of these three are recorded.
        79 => world.exchange("portal").await,
        80 | 81 => world.exchange("second").await,
        number => {
            let cookie = !recording.request["headers"]["Cookie"].is_null();
            let login = prepare::browser_of(number, cookie);
            world.send(recording, login).await
        }
    }
}

#[test]
fn every_recording_is_served_or_listed_with_a_reason() {
    let list = include_str!("../not-served.txt");
    let lines = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut numbers: Vec<u32> = lines
        .map(|line| {
            let (name, reason) = line.split_once(": ").expect("`name: reason`");
            assert!(!reason.trim().is_empty(), "{name} has no reason");
            name[..3].parse().unwrap()
        })
        .collect();
    numbers.extend(recording::all().iter().map(|recording| recording.number));
    numbers.sort_unstable();
    let all: Vec<u32> = (1..=LAST).collect();
    assert_eq!(numbers, all);
}
