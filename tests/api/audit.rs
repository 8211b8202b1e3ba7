//! Every operation that changes something leaves an audit event, before its answer leaves.

use crate::operations::{all, listed};
use crate::recipes::recipe;
use crate::world::World;

#[tokio::test]
async fn every_mutating_operation_leaves_an_audit_event_unless_it_is_listed() {
    let unaudited = listed("unaudited-operations.txt");
    for operation in all().iter().filter(|operation| operation.mutates()) {
        let world = if operation.path.ends_with("/claim") {
            World::start_unclaimed().await
        } else {
            World::start().await
        };
        let ask = recipe(&world, operation).await;
        let answer = world.call(ask).await;
        let id = answer.header("x-request-id");
        let events = world.events_of_request(&id);
        let name = operation.name();
        if unaudited.contains(&name) {
            assert!(
                events.is_empty(),
                "{name} left an event; take it from the list"
            );
        } else {
            assert_eq!(events.len(), 1, "{name}: {} {}", answer.status, answer.text);
        }
    }
}
