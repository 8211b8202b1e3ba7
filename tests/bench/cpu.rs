//! How much processor time a process has used, as Linux counts it (proc(5)).

use std::fs;

/// Processor time of a process with all its threads.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// Microseconds in all.
    pub micros: f64,
    /// The part of it outside the kernel, in clock ticks.
    user: f64,
    /// The part of it in the kernel, in clock ticks.
    system: f64,
}

impl Used {
    /// Since that earlier reading.
    pub fn since(self, before: Self) -> Self {
        Self {
            micros: self.micros - before.micros,
            user: self.user - before.user,
            system: self.system - before.system,
        }
    }

    /// Microseconds outside the kernel.
    pub fn user_micros(self) -> f64 {
        self.micros * self.user / (self.user + self.system).max(1.0)
    }
}

/// What this process has used so far. Time comes from `schedstat`, in nanoseconds; only its division into user and
/// system time comes from the coarser `stat`.
pub fn used(process: u32) -> Used {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let nanos: f64 = tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .sum();
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name in parentheses may hold anything; fields 14 and 15 are counted from behind it.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let mut fields = fields
        .split(' ')
        .skip(11)
        .map(|field| field.parse().unwrap());
    Used {
        micros: nanos / 1000.0,
        user: fields.next().unwrap(),
        system: fields.next().unwrap(),
    }
}
