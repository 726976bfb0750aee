//! Whole-system tests in virtual time.
