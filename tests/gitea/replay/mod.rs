//! Replays every recording in `tests/recordings` against the stand-in, in the recorded order, on the recorded world.

mod compare;
mod placeholder;
mod prepare;
mod recording;
mod stage;

use recording::Recording;
use stage::Stage;

/// Recordings are numbered from 1 to this.
const LAST: u32 = 380;

#[tokio::test]
async fn the_stand_in_answers_as_gitea_was_recorded_to_answer() {
    let mut stage = Stage::set().await;
    let mut wrong = Vec::new();
    for recording in recording::all() {
        stage.prepare(recording.number).await;
        let page = perform(&mut stage, &recording).await;
        if let Err(difference) = compare::compare(&recording, &page, &mut stage.bindings) {
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

async fn perform(stage: &mut Stage, recording: &Recording) -> crate::support::browser::Page {
    match recording.number {
        // of these three only the answer was recorded
        79 => stage.exchange("portal").await,
        80 | 81 => stage.exchange("second").await,
        number => {
            let cookie = !recording.request["headers"]["Cookie"].is_null();
            let login = prepare::browser_of(number, cookie);
            stage.send(recording, login).await
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
