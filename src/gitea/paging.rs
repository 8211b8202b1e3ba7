//! Whole lists out of pages. A list ends where the total is reached or a page is empty, never at a short page: Gitea
//! shortens pages silently, and filters some after paging. Offset paging has no snapshot, so a list with inconsistent
//! pages is read again from its start.

use super::client::{GiteaClient, GiteaRequest, TimedAnswer};
use super::dto::ListItem;
use super::error::GiteaError;
use super::error_kind::GiteaErrorKind;
use crate::model::ParseError;
use std::collections::BTreeSet;

/// Gitea's largest page by default; it reduces a larger `limit` silently.
const PAGE_ITEMS: usize = 50;
/// Readings of one list, the first included.
const MAX_READINGS: usize = 3;
/// Half a million items.
const MAX_PAGES: usize = 10_000;

/// One reading of all pages of a list.
enum Reading<D> {
    Whole(Vec<D>),
    /// The pages do not fit together, for this reason.
    Inconsistent(String),
}

impl GiteaClient {
    /// Every item of a list.
    pub(super) async fn list<D: ListItem, T>(
        &self,
        request: GiteaRequest<'_>,
        convert: impl Fn(D) -> Result<T, ParseError> + Send,
    ) -> Result<TimedAnswer<Vec<T>>, GiteaError> {
        let mut last = String::new();
        for _ in 0..MAX_READINGS {
            let asked_at = self.now();
            match self.items(request).await? {
                Reading::Whole(items) => {
                    // Ghost (-1) and the Actions account (-2) are not accounts of users.
                    let items = items.into_iter().filter(|item: &D| item.id() > 0);
                    let value = items.map(&convert).collect::<Result<_, _>>();
                    let value = value.map_err(|error| {
                        self.error(&request, GiteaErrorKind::Unreadable, &error.0)
                    })?;
                    return Ok(TimedAnswer { value, asked_at });
                }
                Reading::Inconsistent(reason) => last = reason,
            }
        }
        Err(self.error(&request, GiteaErrorKind::InconsistentPages, &last))
    }

    async fn items<D: ListItem>(
        &self,
        request: GiteaRequest<'_>,
    ) -> Result<Reading<D>, GiteaError> {
        let mut items: Vec<D> = Vec::new();
        let mut ids = BTreeSet::new();
        let mut first_total = None;
        for page in 1..=MAX_PAGES {
            let (total, more): (_, Vec<D>) = self.page(request, page).await?;
            if *first_total.get_or_insert(total) != total {
                return Ok(Reading::Inconsistent("the total changed".to_owned()));
            }
            let (full, empty) = (more.len() >= PAGE_ITEMS, more.is_empty());
            if !more.iter().all(|item| ids.insert(item.id())) {
                return Ok(Reading::Inconsistent("an item came twice".to_owned()));
            }
            items.extend(more);
            let found = items.len();
            match total {
                Some(total) if total == found as u64 && (!full || empty) => {
                    return Ok(Reading::Whole(items));
                }
                None if empty => return Ok(Reading::Whole(items)),
                Some(total) if empty => {
                    let reason = format!("a total of {total}, but {found} items");
                    return Ok(Reading::Inconsistent(reason));
                }
                _ => {}
            }
        }
        Err(self.error(&request, GiteaErrorKind::Unreadable, "a list without end"))
    }

    async fn page<D: ListItem>(
        &self,
        request: GiteaRequest<'_>,
        page: usize,
    ) -> Result<(Option<u64>, Vec<D>), GiteaError> {
        let (page, limit) = (page.to_string(), PAGE_ITEMS.to_string());
        let paging = [("page", page.as_str()), ("limit", limit.as_str())];
        let request = GiteaRequest {
            query: &[request.query, &paging].concat(),
            ..request
        };
        let response = self.get(&request).await?;
        let items = response.json::<Option<Vec<D>>>();
        let items = items.and_then(|items| {
            let null = "`null` instead of a list".to_owned();
            items.ok_or((GiteaErrorKind::Unreadable, null))
        });
        let items = items.map_err(|(kind, detail)| self.error(&request, kind, &detail))?;
        Ok((response.total, items))
    }
}
