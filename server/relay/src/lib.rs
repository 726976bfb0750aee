//! Lobby and relay: attempts, participants, attachments, forwarding of opaque bytes.
