//! A relay that guesses: it plays customers to a console, with secret digits of its own choice.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_crypto::code::Code;
use temoto_crypto::pairing::{AgentPairing, AgentSetup, PairingSecret};
use temoto_crypto::{AgentRole, Capabilities, StaticKey};
use temoto_wire::limits::LOBBY_BYTES;
use temoto_wire::relay::{FromServer, Id, LobbyBytes, Role, Selector, ToServer};

use crate::{HOST, Who, World};

/// Invents attempts and proofs.
pub struct Guesser {
    rng: ChaCha20Rng,
    waiting: BTreeMap<Id, AgentPairing>,
}

impl Guesser {
    /// One that draws from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha20Rng::seed_from_u64(seed),
            waiting: BTreeMap::new(),
        }
    }

    /// The console is told of a customer who believes in these digits.
    pub fn knock(&mut self, world: &mut World, digits: &str) -> Id {
        let setup = AgentSetup {
            secret: PairingSecret::Code(Code::parse(digits).expect("digits")),
            host: HOST.to_owned(),
            role: AgentRole::Page,
            capabilities: Capabilities::default(),
            build: "temoto 0.1.0".to_owned(),
            static_key: StaticKey::generate(&mut self.rng),
        };
        let (pairing, lobby) = AgentPairing::new(setup).expect("a host and a build");
        let attempt = self.id();
        self.waiting.insert(attempt, pairing);
        world.invent(Who::Console, told(attempt, digits, lobby));
        attempt
    }

    /// What the console answered to this customer, if it did.
    #[must_use]
    pub fn answer(&self, world: &World, attempt: Id) -> Option<LobbyBytes> {
        let said = world.relay.seen.iter().rev();
        said.map(|bytes| ToServer::decode(bytes))
            .find_map(|message| match message {
                Ok(ToServer::Answer {
                    attempt: other,
                    lobby,
                }) if other == attempt => Some(lobby),
                Ok(_) | Err(_) => None,
            })
    }

    /// What this customer proves, if the console has answered; once.
    pub fn proof(&mut self, world: &World, attempt: Id) -> Option<FromServer> {
        let answer = self.answer(world, attempt)?;
        let pairing = self.waiting.remove(&attempt)?;
        let (_, lobby) = pairing
            .on_answer(attempt, &answer, &mut self.rng)
            .expect("an answer of a console or one like it");
        let lobby = Box::new(lobby);
        Some(FromServer::Proof { attempt, lobby })
    }

    /// The console is told what this customer proves, if it has answered; `false` if it has not.
    pub fn prove(&mut self, world: &mut World, attempt: Id) -> bool {
        let proof = self.proof(world, attempt);
        let given = proof.is_some();
        proof
            .into_iter()
            .for_each(|proof| world.invent(Who::Console, proof));
        given
    }

    /// A guess that costs nothing to make: a knock that was seen, and a proof of random bytes.
    pub fn fling(&mut self, world: &mut World, digits: &str, knock: [u8; LOBBY_BYTES]) {
        let attempt = self.id();
        world.invent(Who::Console, told(attempt, digits, knock));
        let mut lobby = Box::new([0; LOBBY_BYTES]);
        // The share of a proof is any element of the group; the neutral one would be refused for what it is.
        lobby[0] = 3;
        self.rng.fill_bytes(&mut lobby[1..81]);
        world.invent(Who::Console, FromServer::Proof { attempt, lobby });
    }

    fn id(&mut self) -> Id {
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        id
    }
}

fn told(attempt: Id, digits: &str, lobby: [u8; LOBBY_BYTES]) -> FromServer {
    FromServer::Attempt {
        attempt,
        role: Role::Page,
        selector: Selector::routing(&digits[..4]).expect("four digits"),
        lobby: Box::new(lobby),
    }
}
