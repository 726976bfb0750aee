//! What a watch saw and nobody asked for yet: the thread that reads the system's events writes it, `wait` takes it.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{ActivityKind, InputError, LocalEvent, Waker};

/// Shared by a watch and its thread. Keeps each kind of activity once, so it stays small while nobody waits.
#[derive(Clone, Default)]
pub(crate) struct Sightings(Arc<Shared>);

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    activity: BTreeMap<ActivityKind, Instant>,
    end: Option<Instant>,
    woken: bool,
    lost: Option<String>,
}

impl Sightings {
    /// The customer used mouse or keyboard.
    pub(crate) fn activity(&self, kind: ActivityKind) {
        self.tell(|seen| {
            seen.activity.insert(kind, Instant::now());
        });
    }

    /// The customer pressed the key that ends everything.
    pub(crate) fn end(&self) {
        self.tell(|seen| seen.end = Some(Instant::now()));
    }

    /// Nothing more will be seen.
    pub(crate) fn lose(&self, reason: String) {
        self.tell(|seen| seen.lost = Some(reason));
    }

    /// What ends [`Self::wait`].
    pub(crate) fn waker(&self) -> Waker {
        let sightings = self.clone();
        Waker::new(move || sightings.tell(|seen| seen.woken = true))
    }

    /// As [`crate::LocalInputWatch::wait`].
    pub(crate) fn wait(&self, timeout: Duration) -> Result<Vec<LocalEvent>, InputError> {
        let quiet = |seen: &mut Seen| {
            seen.activity.is_empty() && seen.end.is_none() && !seen.woken && seen.lost.is_none()
        };
        let waited = self.0.changed.wait_timeout_while(self.lock(), timeout, quiet);
        let mut seen = waited.unwrap_or_else(PoisonError::into_inner).0;
        seen.woken = false;
        let activity = std::mem::take(&mut seen.activity);
        let end = seen.end.take();
        // What was seen before the end of the window system still counts.
        if let Some(reason) = &seen.lost
            && activity.is_empty()
            && end.is_none()
        {
            return Err(InputError::Lost(reason.clone()));
        }
        let activity = activity
            .into_iter()
            .map(|(kind, at)| LocalEvent::Activity { kind, at });
        Ok(activity
            .chain(end.map(|at| LocalEvent::EndShortcut { at }))
            .collect())
    }

    fn tell(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_told_before_the_loss() {
        let sightings = Sightings::default();
        sightings.activity(ActivityKind::Key);
        sightings.activity(ActivityKind::Key);
        sightings.end();
        sightings.lose("gone".to_owned());
        let events = sightings.wait(Duration::ZERO).unwrap();
        assert!(matches!(
            events[..],
            [
                LocalEvent::Activity {
                    kind: ActivityKind::Key,
                    ..
                },
                LocalEvent::EndShortcut { .. }
            ]
        ));
        let lost = sightings.wait(Duration::from_secs(60));
        assert!(matches!(lost, Err(InputError::Lost(reason)) if reason == "gone"));
    }

    #[test]
    fn the_waker_ends_one_wait() {
        let sightings = Sightings::default();
        sightings.waker().wake();
        assert!(sightings.wait(Duration::from_secs(60)).unwrap().is_empty());
        assert!(sightings.wait(Duration::ZERO).unwrap().is_empty());
    }
}
