//! An end that sends what it likes inside of its pair, whatever is granted or makes sense: for tests of the other end. No
//! program is built with it.

use rand_chacha::ChaCha20Rng;
use temoto_wire::frame::Channel;

use crate::SessionError;
use crate::peer::Peer;

/// What it sends.
#[derive(Clone, Debug)]
pub enum Misbehavior {
    /// A message of a reliable channel, as it is carried. On another channel it is not sent.
    Message(Channel, Vec<u8>),
    /// A frame of a channel with this kind.
    Frame(Channel, u8, Vec<u8>),
}

impl Misbehavior {
    pub(crate) fn send(
        self,
        peer: &mut Peer,
        now_ms: u64,
        rng: &mut ChaCha20Rng,
    ) -> Result<(), SessionError> {
        match self {
            Self::Message(channel, bytes) => peer.send_anything(now_ms, channel, bytes, rng),
            Self::Frame(channel, kind, payload) => {
                peer.send_frame(now_ms, channel, kind, &payload, rng);
                Ok(())
            }
        }
    }
}
