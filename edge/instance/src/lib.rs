//! One running program per session on a machine.
