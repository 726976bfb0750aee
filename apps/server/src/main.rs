//! temoto-server: command line, configuration, wiring, shutdown.

fn main() {}
