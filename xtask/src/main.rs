//! The one door: set up, build, check, test, demo.

fn main() {}
