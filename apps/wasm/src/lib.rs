//! The core for the browser: a thin face over session, codec and crypto.
