//! The session that is searched: code, pairing, chat both ways, step-up to the program, picture, typed text, a cut of all
//! lines and new runs, the end. What server and ends hold is dumped on the way; only what was found is kept.

use std::path::Path;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::child::End;
use crate::dump::{self, Dump};
use crate::end::orders::{Part, Setup};
use crate::forms;
use crate::http::Browser;
use crate::needles::{ANSWERED, BUILD, COMPUTER, SAID, SAID_AGAIN, Secrets, TYPED, told};
use crate::proxy::Proxy;
use crate::search::{Outcome, Search};
use crate::server::{OPERATOR, ORGANISATION, PATIENCE, Server};
use crate::traffic::{passed, records};

/// Marked pixels: 64 bytes in a framebuffer.
const MARKED: usize = 16;
/// Codes that are tried, until one is nowhere by accident.
const CODES: usize = 10;

struct Story<'a> {
    program: &'a Path,
    server: Server,
    proxy: Proxy,
    rng: ChaCha20Rng,
    secrets: Secrets,
    outcome: Outcome,
}

/// Plays the story with this `canary-end`, whose randomness comes from `seed`.
///
/// # Panics
/// The session does not go as it should.
#[must_use]
pub fn play(program: &Path, seed: u64) -> Outcome {
    let server = Server::start();
    let proxy = Proxy::start(server.port);
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let marked = (0..MARKED).map(|_| rng.next_u32() & 0x00ff_ffff).collect();
    let mut story = Story {
        program,
        server,
        proxy,
        rng,
        secrets: Secrets {
            marked,
            ..Secrets::default()
        },
        outcome: Outcome::default(),
    };
    let browser = Browser::logged_in(story.proxy.address, story.server.authority());
    let mut console = story.take_code(&browser);
    let mut page = story.start(Part::Page, "page");
    let mut native = story.start(Part::Program, "program");

    story.pair(&mut console, &mut page);
    story.chat(&mut console, &mut page);
    story.share(&mut console, &page, &mut native);
    story.cut(&console, &mut page, &native);
    assert!(browser.look().contains(OPERATOR), "the interface answers");
    story.search_everybody(&console, &page, &native);
    story.end(&mut console, &page, &native);
    story.outcome
}

impl Story<'_> {
    fn start(&mut self, part: Part, name: &'static str) -> End {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        self.secrets.seeds.push((name, seed));
        let setup = Setup {
            part,
            seed: hex::encode(seed),
            port: self.proxy.address.port(),
            authority: self.server.authority(),
            build: BUILD.to_owned(),
            computer: COMPUTER.to_owned(),
            marked: self.secrets.marked.clone(),
        };
        End::start(name, self.program, &setup)
    }

    /// A console with a waiting code. Eight digits may be in a server's memory by accident, as a part of a table of numbers;
    /// so a code that was there before the console drew it is left alone, and another session is opened.
    fn take_code(&mut self, browser: &Browser) -> End {
        let before = dump::memory("server", self.server.pid());
        for _ in 0..CODES {
            let console = self.open_session(browser);
            let digits = &self.secrets.digits;
            let needles = vec![
                forms::code("code", digits),
                forms::secret_digits("secret digits", &digits[4..]),
            ];
            let by_accident = Search::of("server before the code", &before, needles, Vec::new());
            if by_accident.secrets.is_empty() {
                return console;
            }
        }
        panic!("the server's memory has every code");
    }

    fn open_session(&mut self, browser: &Browser) -> End {
        let mut console = self.start(Part::Console, "console");
        let key = console.report("key");
        let session = browser.open_session(text(&key["key"]));
        console.operator(&json!({
            "type": "open",
            "session": session["session"],
            "ticket": session["ticket"],
            "routing": session["routing"],
            "secretDigits": session["secret_digits"],
            "expiresAtMs": session["expires_at_ms"],
            "statement": session["statement"],
            "hosts": session["hosts"],
            "operator": OPERATOR,
            "organisation": ORGANISATION,
        }));
        let view = console.until("a waiting code", |view| {
            view["link"]["up"] == true && view["code"]["digits"].is_string()
        });
        text(&view["code"]["digits"]).clone_into(&mut self.secrets.digits);
        console
    }

    /// The customer types the code. While the verdict is held, both ends have the code in their memory, and the customer's
    /// has the key that CPace made of it.
    fn pair(&mut self, console: &mut End, page: &mut End) {
        let host = self.server.authority();
        page.order("hold");
        page.customer(&json!({
            "type": "join", "host": host, "digits": self.secrets.digits,
            "system": "Windows 11", "software": "Edge 140", "language": "ja",
        }));
        let held = page.report("held");
        let unhex = |key: &str| hex::decode(text(&held[key])).expect("hexadecimal");
        let pairing = &mut self.secrets.pairing;
        (pairing.host, pairing.role) = (host, 1);
        pairing.digits.clone_from(&self.secrets.digits);
        pairing.attempt = unhex("attempt");
        (pairing.knock, pairing.answer, pairing.proof) = (unhex("knock"), unhex("answer"), unhex("proof"));
        self.secrets.output = unhex("output");

        // The session waits for 15 s at most: what takes time is done after it goes on.
        let server = dump::memory("server", self.server.pid());
        let customers = dump::memory("page", page.pid());
        let operators = dump::memory("console", console.pid());
        page.order("release");
        page.until("a pair", |view| {
            view["phase"] == "paired" && view["operatorPresent"] == true
        });
        console.until("the page", |view| view["page"]["present"] == true);
        self.add_server("server's memory while pairing", &server);
        self.add_end("page while pairing", &customers);
        self.add_end("console while pairing", &operators);
    }

    fn chat(&self, console: &mut End, page: &mut End) {
        page.customer(&json!({ "type": "chat", "text": SAID }));
        console.until("the customer's words", |view| wrote(view, SAID));
        console.operator(&json!({ "type": "chat", "text": ANSWERED }));
        page.until("the operator's words", |view| wrote(view, ANSWERED));
    }

    /// The program joins by the page's token, the customer allows everything, the operator sees and types.
    fn share(&mut self, console: &mut End, page: &End, native: &mut End) {
        let view = page.until("a token", |view| view["downloadName"].is_string());
        let token = text(&view["downloadName"]).rsplit('_').next();
        token.expect("a token").clone_into(&mut self.secrets.token);
        let host = self.server.authority();
        native.customer(&json!({ "type": "joinToken", "host": host, "token": self.secrets.token }));
        console.until("the program", |view| {
            view["program"]["present"] == true && view["program"]["computer"] == COMPUTER
        });
        native.customer(&json!({ "type": "allow", "capabilities": ["view", "control"] }));
        console.until("a picture", |view| view["picture"].is_object());
        console.operator(&json!({ "type": "control", "active": true }));
        console.until("control", |view| view["controlling"] == true);
        console.operator(&json!({ "type": "text", "text": TYPED }));
        assert_eq!(native.report("typed")["text"], TYPED);
        let end = Instant::now() + PATIENCE;
        loop {
            console.order("peek");
            if console.report("pixels")["pixels"] == json!(self.secrets.marked) {
                break;
            }
            assert!(Instant::now() < end, "the marked pixels do not arrive");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// All lines break; both pairs come back under new runs, with keys from their roots.
    fn cut(&mut self, console: &End, page: &mut End, native: &End) {
        self.proxy.cut();
        page.customer(&json!({ "type": "chat", "text": SAID_AGAIN }));
        console.until("the customer's words after the cut", |view| {
            wrote(view, SAID_AGAIN)
        });
        native.until("the operator after the cut", |view| {
            view["operatorPresent"] == true && wrote(view, SAID_AGAIN)
        });
        for report in console.reports("root") {
            let pair = if report["pair"] == 1 {
                "page's pair"
            } else {
                "program's pair"
            };
            let mut root = [0; 32];
            hex::decode_to_slice(text(&report["root"]), &mut root).expect("a root");
            let runs = console
                .reports("run")
                .into_iter()
                .filter(|run| run["pair"] == report["pair"]);
            let highest = runs.filter_map(|run| run["n"].as_u64()).max();
            let highest = u32::try_from(highest.expect("a run after the cut")).expect("a small number");
            self.secrets.roots.push((pair, root, highest));
        }
        assert_eq!(self.secrets.roots.len(), 2);
        assert_eq!(page.report("root")["root"], hex::encode(self.secrets.roots[0].1));
    }

    fn search_everybody(&mut self, console: &End, page: &End, native: &End) {
        let memory = dump::memory("server", self.server.pid());
        self.add_server("server's memory in the session", &memory);
        drop(memory);
        let folder = dump::folder("server", self.server.folder());
        self.add_server("server's files in the session", &folder);
        for (name, end) in [
            ("console in the session", console),
            ("page in the session", page),
            ("program in the session", native),
        ] {
            let memory = dump::memory(name, end.pid());
            self.add_end(name, &memory);
        }
    }

    fn end(&mut self, console: &mut End, page: &End, native: &End) {
        console.operator(&json!({ "type": "end" }));
        for end in [page, native] {
            end.until("the end", |view| view["phase"] == "ended");
        }
        let memory = dump::memory("server", self.server.pid());
        self.add_server("server's memory after the session", &memory);
        drop(memory);
        assert!(self.server.stop().success(), "{}", self.server.log());
        let folder = dump::folder("server", self.server.folder());
        self.add_server("server's files after it stopped", &folder);
        let (traffic, messages) = passed(&self.proxy.recordings());
        self.add_server("traffic as it passed", &traffic);
        self.add_server("messages without their masks", &messages);
    }

    fn add_server(&mut self, name: &'static str, dump: &Dump) {
        let search = self.search(name, dump);
        self.outcome.servers.push(search);
    }

    fn add_end(&mut self, name: &'static str, dump: &Dump) {
        let search = self.search(name, dump);
        self.outcome.ends.push(search);
    }

    fn search(&self, name: &'static str, dump: &Dump) -> Search {
        let mut told = told(&self.server.authority());
        told.push(records(&self.proxy.recordings()));
        Search::of(name, dump, self.secrets.needles(), told)
    }
}

fn wrote(view: &Value, words: &str) -> bool {
    let lines = view["chat"].as_array();
    lines.is_some_and(|lines| lines.iter().any(|line| line["text"] == words))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
