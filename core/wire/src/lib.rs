//! The words on the wire: records, frames, relay messages, protocol buffers, limits, version.
