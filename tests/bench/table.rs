//! The rows that are printed, each beside the reference of the same run.

use crate::cpu::Used;
use crate::load::Sent;

/// What one load came to.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    rate: f64,
    p99: f64,
    cpu: f64,
    user: f64,
}

/// The head of a table.
pub fn head(title: &str) {
    println!(
        "\n{title:<44}{:>9} {:>6} {:>9} {:>6} {:>9} {:>7} {:>6}",
        "per s", "ratio", "p99 µs", "ratio", "CPU µs", "user", "ratio"
    );
}

impl Row {
    /// Processor time is divided by all answers, those of the warm-up included.
    pub fn new(sent: Sent, used: Used) -> Self {
        let all = f64::from(sent.all);
        Self {
            rate: sent.rate(),
            p99: f64::from(sent.p99),
            cpu: used.micros / all,
            user: used.user_micros() / all,
        }
    }

    /// The median of each column.
    pub fn median(rows: Vec<Self>) -> Self {
        let of = |column: fn(&Self) -> f64| {
            let mut values: Vec<f64> = rows.iter().map(column).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Self {
            rate: of(|row| row.rate),
            p99: of(|row| row.p99),
            cpu: of(|row| row.cpu),
            user: of(|row| row.user),
        }
    }

    /// Prints it, with its ratios to the reference.
    pub fn print(&self, title: &str, reference: &Self) {
        println!(
            "{title:<44}{:>9.0} {:>6.2} {:>9.0} {:>6.2} {:>9.1} {:>7.1} {:>6.2}",
            self.rate,
            self.rate / reference.rate,
            self.p99,
            self.p99 / reference.p99,
            self.cpu,
            self.user,
            self.cpu / reference.cpu,
        );
    }
}
