//! Single flight: concurrent callers with one key share one piece of work, which goes on when a caller leaves.

use super::MirrorError;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

type Receiver<T> = watch::Receiver<Option<Result<T, MirrorError>>>;

/// Work in progress by its key.
pub(super) struct SingleFlight<K, T>(Arc<Mutex<HashMap<K, Receiver<T>>>>);

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, T> SingleFlight<K, T>
where
    K: Eq + Hash + Clone + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Waits for the work in progress for this key, or starts it.
    pub(super) async fn run<F>(
        &self,
        tasks: &TaskTracker,
        key: K,
        work: impl FnOnce() -> F,
    ) -> Result<T, MirrorError>
    where
        F: Future<Output = Result<T, MirrorError>> + Send + 'static,
    {
        let mut receiver = self.join(tasks, key, work);
        let result = receiver.wait_for(Option::is_some).await;
        result.map_or(Err(MirrorError::Stopped), |result| {
            result.clone().unwrap_or(Err(MirrorError::Stopped))
        })
    }

    fn join<F>(&self, tasks: &TaskTracker, key: K, work: impl FnOnce() -> F) -> Receiver<T>
    where
        F: Future<Output = Result<T, MirrorError>> + Send + 'static,
    {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Work that panicked has dropped its sender.
        if let Some(receiver) = all.get(&key).filter(|r| r.has_changed().is_ok()) {
            return receiver.clone();
        }
        let (sender, receiver) = watch::channel(None);
        all.insert(key.clone(), receiver.clone());
        drop(all);
        let (work, all) = (work(), Arc::clone(&self.0));
        tasks.spawn(async move {
            let result = work.await;
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.remove(&key);
            sender.send_replace(Some(result));
        });
        receiver
    }
}
