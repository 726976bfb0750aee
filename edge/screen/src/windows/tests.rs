//! The desktop that the tests run on.
