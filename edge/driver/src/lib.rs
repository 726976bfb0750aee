//! The one native loop around a session: sockets and sources in, sinks out.
