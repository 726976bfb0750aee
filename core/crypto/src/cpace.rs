//! CPace (ristretto255, SHA-512, initiator-responder) behind a trait of three functions.
//!
//! The console speaks first and is the draft's initiator A; the agent is the responder B. Only this file knows
//! the crate that does the work, and its generation of the random traits.

use crate::bytes::BadBytes;
use pakery_cpace::{CpaceInitiator, CpaceMode, CpaceResponder, InitiatorState};
use pakery_crypto::CpaceRistretto255;
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

/// What both ends put in: the code, and what the exchange is bound to.
pub(crate) struct PakeInput<'a> {
    /// PRS: every digit of the code.
    pub(crate) password: &'a [u8],
    /// CI: kind, host, version, role.
    pub(crate) channel: &'a [u8],
    /// sid: attempt id and console nonce.
    pub(crate) session: &'a [u8],
}

/// A share that is no valid group element, or leads to the neutral one.
pub(crate) type Isk = Zeroizing<Vec<u8>>;

/// A balanced password-authenticated key exchange of one message each way.
pub(crate) trait Pake {
    /// The first end's secret state between its share and the other's.
    type Started;

    /// The first end's share (32 bytes) and state.
    fn start(
        input: &PakeInput<'_>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<([u8; 32], Self::Started), BadBytes>;

    /// The second end's share and key.
    fn respond(
        input: &PakeInput<'_>,
        first_share: &[u8; 32],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<([u8; 32], Isk), BadBytes>;

    /// The first end's key.
    fn finish(started: Self::Started, second_share: &[u8; 32]) -> Result<Isk, BadBytes>;
}

/// The suite of protocol version 1.
pub(crate) struct Cpace;

impl Pake for Cpace {
    type Started = CpaceStarted;

    fn start(
        input: &PakeInput<'_>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<([u8; 32], Self::Started), BadBytes> {
        start_with_ad(input, b"", rng)
    }

    fn respond(
        input: &PakeInput<'_>,
        first_share: &[u8; 32],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<([u8; 32], Isk), BadBytes> {
        respond_with_ad(input, first_share, b"", b"", rng)
    }

    fn finish(started: Self::Started, second_share: &[u8; 32]) -> Result<Isk, BadBytes> {
        finish_with_ad(started, second_share, b"")
    }
}

/// The initiator's state; erased on drop.
pub(crate) struct CpaceStarted(InitiatorState<CpaceRistretto255>);

pub(crate) fn start_with_ad(
    input: &PakeInput<'_>,
    ad_first: &[u8],
    rng: &mut dyn CryptoRngCore,
) -> Result<([u8; 32], CpaceStarted), BadBytes> {
    let mut rng = Bridge(rng);
    let (share, state) = CpaceInitiator::<CpaceRistretto255>::start(
        input.password,
        input.channel,
        input.session,
        ad_first,
        &mut rng,
    )
    .map_err(|_| BadBytes)?;
    Ok((share.try_into().map_err(|_| BadBytes)?, CpaceStarted(state)))
}

pub(crate) fn respond_with_ad(
    input: &PakeInput<'_>,
    first_share: &[u8; 32],
    ad_first: &[u8],
    ad_second: &[u8],
    rng: &mut dyn CryptoRngCore,
) -> Result<([u8; 32], Isk), BadBytes> {
    let mut rng = Bridge(rng);
    let (share, output) = CpaceResponder::<CpaceRistretto255>::respond(
        first_share,
        input.password,
        input.channel,
        input.session,
        ad_first,
        ad_second,
        CpaceMode::InitiatorResponder,
        &mut rng,
    )
    .map_err(|_| BadBytes)?;
    let isk = Zeroizing::new(output.isk.as_bytes().to_vec());
    Ok((share.try_into().map_err(|_| BadBytes)?, isk))
}

pub(crate) fn finish_with_ad(
    started: CpaceStarted,
    second_share: &[u8; 32],
    ad_second: &[u8],
) -> Result<Isk, BadBytes> {
    let output = started
        .0
        .finish(second_share, ad_second, CpaceMode::InitiatorResponder)
        .map_err(|_| BadBytes)?;
    Ok(Zeroizing::new(output.isk.as_bytes().to_vec()))
}

/// A random valid group element, as an answer without a code behind it has.
pub(crate) fn random_element(rng: &mut dyn CryptoRngCore) -> [u8; 32] {
    let mut uniform = [0; 64];
    rng.fill_bytes(&mut uniform);
    curve25519_dalek::RistrettoPoint::from_uniform_bytes(&uniform)
        .compress()
        .to_bytes()
}

/// Lends the injected generator (rand_core 0.6) as one of rand_core 0.10.
struct Bridge<'a>(&'a mut dyn CryptoRngCore);

impl rand_core_10::TryRng for Bridge<'_> {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill_bytes(dst);
        Ok(())
    }
}

impl rand_core_10::TryCryptoRng for Bridge<'_> {}
