//! Who does the work of stripes. The codec starts no threads; its caller may have some.

/// Work that is independent of all others it is given with.
pub type Job<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Does jobs.
pub trait Workers: Send + Sync {
    /// Does all of them, in any order or at the same time, and comes back when they are done.
    fn run(&self, jobs: Vec<Job<'_>>);
}

/// Does one job after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct InTurn;

impl Workers for InTurn {
    fn run(&self, jobs: Vec<Job<'_>>) {
        for job in jobs {
            job();
        }
    }
}
