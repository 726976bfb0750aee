//! Threads for the stripes of large updates.

use std::num::NonZero;
use std::thread;

use temoto_codec::{Job, Workers};

/// A thread for each job but the last, which is done by whoever asks. Large updates are rare and take milliseconds; to
/// start a thread takes microseconds, so none is kept waiting for them.
pub(crate) struct Threads;

impl Workers for Threads {
    fn run(&self, mut jobs: Vec<Job<'_>>) {
        let last = jobs.pop();
        thread::scope(|scope| {
            for job in jobs {
                scope.spawn(job);
            }
            if let Some(job) = last {
                job();
            }
        });
    }
}

/// How many processors this program may use; 1 if the system does not tell.
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn all_jobs_are_done_when_it_comes_back() {
        for number in 0..5 {
            let done = AtomicUsize::new(0);
            let jobs = (0..number).map(|_| -> Job<'_> {
                Box::new(|| {
                    done.fetch_add(1, Ordering::Relaxed);
                })
            });
            Threads.run(jobs.collect());
            assert_eq!(done.into_inner(), number);
        }
    }
}
