//! What is looked for: the secrets of a session, which the server must not have, and what it is told, which has to be found.

use temoto_crypto::token::Token;
use temoto_crypto::{Secret32, derive_run_psk};

use crate::forms;
use crate::replay::{Pairing, hkdf, private_key};
use crate::scan::Needle;
use crate::server::{EMAIL, OPERATOR, ORGANISATION};

/// The customer writes this.
pub const SAID: &str = "canary-said-印刷できません";
/// The operator answers.
pub const ANSWERED: &str = "canary-answered-見てみましょう";
/// And this after the lines were cut.
pub const SAID_AGAIN: &str = "canary-again-まだ真っ白です";
/// The operator types this at the customer's computer.
pub const TYPED: &str = "canary-typed-パスワード";
/// Name of the customer's computer.
pub const COMPUTER: &str = "canary-keiri-03";
/// Version text of the customer's ends, which a knock says in the clear.
pub const BUILD: &str = "canary-build 0.1.0";

/// What the ends of a session know and the server must not, as far as it exists already.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// All digits of the code.
    pub digits: String,
    /// The customer's pairing by that code.
    pub pairing: Pairing,
    /// CPace's output of it.
    pub output: Vec<u8>,
    /// The token for the program, in letters.
    pub token: String,
    /// Root of each pair, by what it is called, and the highest number of its runs.
    pub roots: Vec<(&'static str, [u8; 32], u32)>,
    /// Randomness of each end, and whose it is.
    pub seeds: Vec<(&'static str, [u8; 32])>,
    /// The marked pixels.
    pub marked: Vec<u32>,
}

impl Secrets {
    /// All of them, in all forms.
    #[must_use]
    pub fn needles(&self) -> Vec<Needle> {
        let mut needles = vec![
            forms::text("customer's chat", SAID),
            forms::text("operator's chat", ANSWERED),
            forms::text("chat after the cut", SAID_AGAIN),
            forms::text("typed text", TYPED),
            forms::text("name of the computer", COMPUTER),
            forms::pixels("marked pixels", &self.marked),
            forms::code("code", &self.digits),
            forms::secret_digits("secret digits", &self.digits[4..]),
            forms::bytes("CPace's password string", &self.pairing.password_start()),
            forms::bytes("CPace's output", &self.output),
            forms::bytes("psk of the code", &self.pairing.psk(&self.output)),
        ];
        for (whose, seed) in &self.seeds {
            needles.push(forms::bytes(&format!("seed of the {whose}"), seed));
            needles.push(forms::bytes(
                &format!("private key of the {whose}"),
                &private_key(*seed),
            ));
        }
        for (pair, root, runs) in &self.roots {
            needles.push(forms::bytes(&format!("root of the {pair}"), root));
            for n in 1..=*runs {
                let psk = derive_run_psk(&Secret32::new(*root), n);
                needles.push(forms::bytes(
                    &format!("psk of run {n} of the {pair}"),
                    psk.expose(),
                ));
            }
        }
        if let Ok(token) = Token::parse(&self.token) {
            let bytes = token.expose();
            needles.push(forms::text("token", &self.token));
            needles.push(forms::text("TOKEN", &self.token.to_ascii_uppercase()));
            needles.push(forms::bytes("token's bytes", bytes));
            needles.push(forms::bytes("psk of the token", &hkdf(bytes, b"psk")));
        }
        needles
    }
}

/// What the server is told and keeps: where it is not found, the scanner is blind.
#[must_use]
pub fn told(authority: &str) -> Vec<Needle> {
    vec![
        forms::text("operator's name", OPERATOR),
        forms::text("organisation", ORGANISATION),
        forms::text("operator's address", EMAIL),
        forms::text("build of the customer's ends", BUILD),
        forms::text("server's address", &format!("http://{authority}")),
    ]
}
