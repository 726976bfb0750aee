//! Why a store does not do what it is asked.

/// Why a store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The e-mail address has an account already.
    #[error("this e-mail address has an account already")]
    EmailTaken,
    /// The routing digits wait already, or the session has a waiting code already; draw again.
    #[error("these routing digits are in use")]
    RoutingTaken,
    /// The thing that the change belongs to has ended or never was.
    #[error("it is over")]
    Gone,
    /// As many sessions run as the organisation may run at once.
    #[error("no licence is free")]
    NoLease,
    /// What the database holds is not what this version writes.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(&'static str),
    /// The disk is full.
    #[error("the disk that holds the database is full")]
    Full,
    /// The database may not be written.
    #[error("the database is read-only")]
    ReadOnly,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}
