//! CPace once more: what the agent computed in a pairing, from its seed and the lobby messages. Core erases CPace's output
//! as soon as the pre-shared key is derived and gives it to nobody; whoever knows the seed can compute it again.
//! Written after `docs/protocol/secure-pair.md`, with nothing of core.

use hkdf::Hkdf;
use pakery_cpace::generator::generator_string;
use pakery_cpace::{CpaceCiphersuite as _, CpaceMode, CpaceResponder};
use pakery_crypto::CpaceRistretto255;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// Words of the generator that are searched for the place where CPace drew.
const WORDS: u128 = 4_096;
const VERSION: u16 = 1;

/// One pairing by code, as the agent saw it.
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    /// All digits.
    pub digits: String,
    /// `host[:port]` that was dialed.
    pub host: String,
    /// 1 page, 2 program.
    pub role: u8,
    /// Named by the server.
    pub attempt: Vec<u8>,
    /// The three lobby messages before the verdict.
    pub knock: Vec<u8>,
    /// The second.
    pub answer: Vec<u8>,
    /// The third.
    pub proof: Vec<u8>,
}

impl Pairing {
    fn binding(&self) -> (Vec<u8>, Vec<u8>) {
        let channel = fields(&[
            b"temoto code",
            self.host.as_bytes(),
            &VERSION.to_be_bytes(),
            &[self.role],
        ]);
        (channel, [&self.attempt[..], &self.answer[3..19]].concat())
    }

    fn console_share(&self) -> &[u8] {
        &self.answer[19..51]
    }

    fn agent_share(&self) -> &[u8] {
        &self.proof[1..33]
    }

    /// What CPace makes its generator of: the code with everything that it is bound to.
    #[must_use]
    pub fn password_string(&self) -> Vec<u8> {
        let (channel, session) = self.binding();
        generator_string::<CpaceRistretto255>(self.digits.as_bytes(), &channel, &session)
    }

    /// The beginning of [`Pairing::password_string`], with the code in it.
    #[must_use]
    pub fn password_start(&self) -> Vec<u8> {
        let length = CpaceRistretto255::DSI.len() + self.digits.len() + 2;
        self.password_string()[..length].to_vec()
    }

    /// CPace's output, by an agent with this seed.
    ///
    /// # Panics
    /// Nothing that the generator gives leads to the share that the agent sent.
    #[must_use]
    pub fn output(&self, seed: [u8; 32]) -> Vec<u8> {
        let (channel, session) = self.binding();
        for word in 0..WORDS {
            let mut rng = ChaCha20Rng::from_seed(seed);
            rng.set_word_pos(word);
            let (share, output) = CpaceResponder::<CpaceRistretto255>::respond(
                self.console_share(),
                self.digits.as_bytes(),
                &channel,
                &session,
                b"",
                b"",
                CpaceMode::InitiatorResponder,
                &mut Lent(rng),
            )
            .expect("a share of the console");
            if share == self.agent_share() {
                return output.isk.as_bytes().to_vec();
            }
        }
        panic!("this agent with this seed did not send this proof");
    }

    /// The pre-shared key of the handshake.
    ///
    /// # Panics
    /// Never: 32 bytes are not too many.
    #[must_use]
    pub fn psk(&self, output: &[u8]) -> Vec<u8> {
        let mut transcript = Sha256::new();
        transcript.update(&self.knock);
        transcript.update(&self.answer);
        transcript.update(self.agent_share());
        let info = [b"temoto code psk", &transcript.finalize()[..]].concat();
        hkdf(output, &info)
    }
}

/// HKDF-SHA256 without a salt, 32 bytes.
///
/// # Panics
/// Never: 32 bytes are not too many.
#[must_use]
pub fn hkdf(secret: &[u8], info: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 32];
    let expanded = Hkdf::<Sha256>::new(None, secret).expand(info, &mut out);
    expanded.expect("32 bytes");
    out
}

/// The private key that an end with this seed drew: after its incarnation of 16 bytes.
#[must_use]
pub fn private_key(seed: [u8; 32]) -> Vec<u8> {
    let mut rng = ChaCha20Rng::from_seed(seed);
    rng.fill_bytes(&mut [0; 16]);
    let mut key = vec![0; 32];
    rng.fill_bytes(&mut key);
    key
}

/// Fields, each as its length in a u16 and its bytes.
fn fields(fields: &[&[u8]]) -> Vec<u8> {
    let one = |field: &&[u8]| {
        let length = u16::try_from(field.len()).expect("short");
        [&length.to_be_bytes(), *field].concat()
    };
    fields.iter().flat_map(one).collect()
}

/// A generator of the one generation of traits as one of the other.
struct Lent(ChaCha20Rng);

impl rand_core_10::TryRng for Lent {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

impl rand_core_10::TryCryptoRng for Lent {}
