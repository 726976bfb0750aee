//! The real program, as its users start it: on a free port, spoken to over plain sockets.

#![expect(
    clippy::unwrap_used,
    reason = "the lint's exception for tests does not reach their helpers"
)]

#[path = "program/audit.rs"]
mod audit;
#[path = "program/client.rs"]
mod client;
#[path = "../../../server/store-sql/src/tests/cluster.rs"]
mod cluster;
#[path = "program/disk.rs"]
mod disk;
#[path = "program/faults.rs"]
mod faults;
#[path = "program/licences.rs"]
mod licences;
#[path = "program/life.rs"]
mod life;
#[path = "program/limits.rs"]
mod limits;
#[path = "program/postgres.rs"]
mod postgres;
#[path = "program/relay.rs"]
mod relay;
#[path = "program/running.rs"]
mod running;
