//! Single flight: however many ask the same thing at one time, it is done once, and a caller that goes away does not
//! stop it for the others.

use super::MirrorError;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

type Answer<T> = Result<T, MirrorError>;
type Waiting<T> = watch::Receiver<Option<Answer<T>>>;

/// What is under way, by what was asked.
pub(super) struct Flights<K, T>(Arc<Mutex<HashMap<K, Waiting<T>>>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, T> Flights<K, T>
where
    K: Eq + Hash + Clone + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Joins what is under way for this key, or begins it.
    pub(super) async fn join<F>(
        &self,
        tasks: &TaskTracker,
        key: K,
        begin: impl FnOnce() -> F,
    ) -> Answer<T>
    where
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let mut answer = self.enter(tasks, key, begin);
        let answered = answer.wait_for(Option::is_some).await;
        answered.map_or(Err(MirrorError::Stopped), |answer| {
            answer.clone().unwrap_or(Err(MirrorError::Stopped))
        })
    }

    fn enter<F>(&self, tasks: &TaskTracker, key: K, begin: impl FnOnce() -> F) -> Waiting<T>
    where
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // one whose task died has no sender any more
        if let Some(waiting) = all.get(&key).filter(|w| w.has_changed().is_ok()) {
            return waiting.clone();
        }
        let (tell, waiting) = watch::channel(None);
        all.insert(key.clone(), waiting.clone());
        drop(all);
        let (work, flights) = (begin(), Arc::clone(&self.0));
        tasks.spawn(async move {
            let answer = work.await;
            let mut all = flights.lock().unwrap_or_else(PoisonError::into_inner);
            all.remove(&key);
            tell.send_replace(Some(answer));
        });
        waiting
    }
}
