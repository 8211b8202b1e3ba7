//! Whole lists out of pages. The end is where the total is reached or a page is empty, never where a page is short
//! (Gitea cuts pages silently and filters some after paging). Offset paging has no snapshot: a list whose pages do not
//! add up is read again from its start.

use super::client::{Ask, Asked, Client};
use super::error::{GiteaError, Kind};
use crate::model::ParseError;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Gitea's greatest page by default; it cuts more to its own limit without a word.
const PAGE: usize = 50;
/// How often a list is begun anew.
const TRIES: usize = 3;
/// Half a million entries.
const MOST_PAGES: usize = 10_000;

/// A row that has a number of its own.
pub(super) trait Row: DeserializeOwned + Send {
    fn id(&self) -> i64;
}

impl Row for super::wire::User {
    fn id(&self) -> i64 {
        self.id
    }
}

impl Row for super::wire::Org {
    fn id(&self) -> i64 {
        self.id
    }
}

impl Row for super::wire::OrgTeam {
    fn id(&self) -> i64 {
        self.id
    }
}

impl Client {
    /// Every row of a list, turned into what it means.
    pub(super) async fn list<R: Row, T>(
        &self,
        ask: Ask<'_>,
        turn: impl Fn(R) -> Result<T, ParseError> + Send,
    ) -> Result<Asked<Vec<T>>, GiteaError> {
        let mut last = Unsteady(String::new());
        for _ in 0..TRIES {
            let asked_at = self.now();
            match self.rows(ask).await? {
                Ok(rows) => {
                    // ghost (-1) and the Actions account (-2) are nobody
                    let rows = rows.into_iter().filter(|row: &R| row.id() > 0);
                    let value = rows.map(&turn).collect::<Result<_, _>>();
                    let value = value.map_err(|e| self.error(&ask, Kind::Garbage, &e.0))?;
                    return Ok(Asked { value, asked_at });
                }
                Err(unsteady) => last = unsteady,
            }
        }
        Err(self.error(&ask, Kind::Unsteady, &last.0))
    }

    async fn rows<R: Row>(&self, ask: Ask<'_>) -> Result<Result<Vec<R>, Unsteady>, GiteaError> {
        let mut rows: Vec<R> = Vec::new();
        let mut ids = BTreeSet::new();
        let mut first_total = None;
        for page in 1..=MOST_PAGES {
            let (total, more): (_, Vec<R>) = self.page(ask, page).await?;
            if *first_total.get_or_insert(total) != total {
                return Ok(Err(Unsteady("the total changed".to_owned())));
            }
            let (full, empty) = (more.len() >= PAGE, more.is_empty());
            if !more.iter().all(|row| ids.insert(row.id())) {
                return Ok(Err(Unsteady("an entry came twice".to_owned())));
            }
            rows.extend(more);
            let reached = total.map(|total| total == rows.len() as u64);
            match reached {
                Some(true) if !full || empty => return Ok(Ok(rows)),
                None if empty => return Ok(Ok(rows)),
                Some(false) if empty => return Ok(Err(Unsteady::count(total, rows.len()))),
                _ => {}
            }
        }
        Err(self.error(&ask, Kind::Garbage, "a list without end"))
    }

    async fn page<R: Row>(
        &self,
        ask: Ask<'_>,
        page: usize,
    ) -> Result<(Option<u64>, Vec<R>), GiteaError> {
        let (page, limit) = (page.to_string(), PAGE.to_string());
        let place = [("page", page.as_str()), ("limit", limit.as_str())];
        let query: Vec<_> = ask.query.iter().copied().chain(place).collect();
        let ask = Ask {
            query: &query,
            ..ask
        };
        let answer = self.read(&ask).await?;
        let rows: Result<Option<Vec<R>>, _> = answer.parse();
        let rows = rows.map_err(|(kind, seen)| self.error(&ask, kind, &seen))?;
        let rows =
            rows.ok_or_else(|| self.error(&ask, Kind::Garbage, "`null` where a list is owed"))?;
        Ok((answer.total, rows))
    }
}

/// Why the pages of one reading do not add up.
struct Unsteady(String);

impl Unsteady {
    fn count(total: Option<u64>, found: usize) -> Self {
        let total = total.unwrap_or_default();
        Self(format!("a total of {total}, but {found} entries"))
    }
}
