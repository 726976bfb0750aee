//! The secure pair: pairing by code or token, runs, sealed records.
