//! Allocations per answer: a server on one thread, a load on another, and the count of the server's thread alone.

use crate::load;
use crate::part::free_address;
use crate::request::{Kind, once};
use crate::serving;
use std::net::SocketAddr;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// Turns of every connection: enough that what a connection costs once does not show.
const TURNS: u32 = 500;

/// Prints the row of the bare handler and those of the checks.
pub fn compare(folder: &str) {
    println!("\n{:<44}{:>9}", "allocations per answer, one thread", "");
    let runtime = runtime();
    let address = free_address();
    let running = runtime.block_on(serving::start(address, folder));
    let answer = in_background(&runtime, move || {
        once(Kind::Check.place(address), &Kind::Check.request(address))
    });
    let bare = free_address();
    runtime.spawn(serving::bare_handler(
        bare,
        &crate::identity_headers(&answer),
    ));
    runtime.block_on(async {
        while tokio::net::TcpStream::connect(bare).await.is_err() {
            tokio::task::yield_now().await;
        }
    });
    for kind in [Kind::Bare, Kind::Check, Kind::Token, Kind::Denial] {
        let address = if kind == Kind::Bare { bare } else { address };
        println!(
            "{:<44}{:>9.1}",
            kind.title(),
            per_answer(&runtime, address, kind)
        );
    }
    runtime.block_on(running.stop()).unwrap();
}

fn per_answer(runtime: &Runtime, address: SocketAddr, kind: Kind) -> f64 {
    in_background(runtime, move || load::turns(address, kind, TURNS / 10));
    let mut answers = 0;
    let counted = allocation_counter::measure(|| {
        answers = in_background(runtime, move || load::turns(address, kind, TURNS));
    });
    f64::from(u32::try_from(counted.count_total).unwrap()) / f64::from(answers)
}

/// Runs this on a thread of its own while this thread serves.
fn in_background<T: Send + 'static>(
    runtime: &Runtime,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, waiting) = oneshot::channel();
    std::thread::spawn(move || done.send(work()).ok());
    runtime.block_on(waiting).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
