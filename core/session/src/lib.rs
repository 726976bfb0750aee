//! The heart: one session between agents and a console, without any I/O.
