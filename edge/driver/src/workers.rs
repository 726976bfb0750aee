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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use temoto_codec::{Decoder, Encoder, Framebuffer, Hints, InTurn};
    use temoto_geometry::Size;

    use super::*;

    #[test]
    fn a_picture_that_threads_made_and_drew_is_the_one_that_one_alone_made() {
        let size = Size::new(640, 360);
        let noise = (0..640 * 360).map(|at: u32| at.wrapping_mul(0x9e37_79b1) >> 8);
        let picture = Framebuffer::from_pixels(size, noise.collect()).unwrap();
        let update = |workers: Arc<dyn Workers>| {
            let mut encoder = Encoder::new();
            encoder.set_workers(workers, 2);
            let view = picture.view().unwrap();
            encoder.encode(view, &Hints::default()).unwrap().bytes
        };
        let bytes = update(Arc::new(Threads));
        assert!(bytes == update(Arc::new(InTurn)));
        let mut decoder = Decoder::new();
        decoder.set_workers(Arc::new(Threads));
        decoder.decode(&bytes).unwrap();
        assert!(decoder.framebuffer() == &picture);
    }

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
