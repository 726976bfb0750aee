//! The line to the relay: dialing, attaching, coming back after a cut, noticing that a line is dead.
//!
//! It knows nothing of pairs; whoever drives it sends what [`Link::poll`] gives and feeds it what happened.

use rand_core::RngCore;
use temoto_wire::relay::{Credential, Detached, FromServer, ToServer};

/// A ping is sent after this long without a byte from the relay.
const PING_AFTER_MS: u64 = 3_000;
/// A line without a byte for this long is dead.
const DEAD_AFTER_MS: u64 = 10_000;
/// A connection that is not attached after this long is given up.
pub const OPEN_WITHIN_MS: u64 = 10_000;
/// Back-off after the nth failure in a row, before jitter.
const BACK_OFF_MS: [u64; 6] = [0, 250, 500, 1_000, 2_000, 5_000];

/// What the shell must do for the line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LinkAction {
    /// Open a WebSocket to the relay; an older one is closed first.
    Dial,
    /// Close the WebSocket.
    Hangup,
    /// Send one message.
    Send(ToServer),
}

/// Where the line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Not wanted.
    Idle,
    /// Back-off until the instant.
    Waiting { until_ms: u64 },
    /// The shell dials, or the attachment is not confirmed yet; given up at the instant.
    Opening { until_ms: u64 },
    /// Attached.
    Up { heard_ms: u64, pinged: bool },
    /// It does not come back by itself.
    Closed(Detached),
}

/// The line to the relay.
#[derive(Debug)]
pub struct Link {
    state: State,
    /// First message of each connection.
    greeting: Option<ToServer>,
    failures: usize,
    lost_at_ms: Option<u64>,
    actions: Vec<LinkAction>,
}

impl Link {
    /// A line that nobody wants yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: State::Idle,
            greeting: None,
            failures: 0,
            lost_at_ms: None,
            actions: Vec::new(),
        }
    }

    /// Opens the line; each connection starts with `greeting` until [`Link::attached`] gives a token.
    pub fn open(&mut self, now_ms: u64, greeting: ToServer) {
        self.greeting = Some(greeting);
        self.failures = 0;
        self.dial(now_ms);
    }

    /// Comes back with this resume token from now on.
    pub fn resume_with(&mut self, token: [u8; 32]) {
        self.greeting = Some(ToServer::attach(Credential::Resume(token)));
    }

    /// Starts each connection with this from now on.
    pub fn greet_with(&mut self, greeting: ToServer) {
        self.greeting = Some(greeting);
    }

    /// The first message of each connection.
    #[must_use]
    pub const fn greeting(&self) -> Option<&ToServer> {
        self.greeting.as_ref()
    }

    /// The relay waits for us, not we for it: a connection that is not attached is not given up before the instant.
    pub const fn wait_until(&mut self, at_ms: u64) {
        if let State::Opening { until_ms } = &mut self.state {
            *until_ms = at_ms;
        }
    }

    /// The relay confirmed the place.
    pub fn attached(&mut self, now_ms: u64) {
        self.state = State::Up {
            heard_ms: now_ms,
            pinged: false,
        };
        self.failures = 0;
        self.lost_at_ms = None;
    }

    /// The shell's WebSocket is open.
    pub fn connected(&mut self, now_ms: u64) {
        if let (State::Opening { .. }, Some(greeting)) = (self.state, self.greeting.clone()) {
            self.state = State::Opening {
                until_ms: now_ms + OPEN_WITHIN_MS,
            };
            self.actions.push(LinkAction::Send(greeting));
        }
    }

    /// The shell's WebSocket is closed or could not be opened.
    pub fn disconnected(&mut self, now_ms: u64, rng: &mut dyn RngCore) {
        match self.state {
            State::Up { .. } | State::Opening { .. } => self.back_off(now_ms, rng),
            State::Idle | State::Waiting { .. } | State::Closed(_) => {}
        }
    }

    /// Something arrived that is not the link's own business.
    pub const fn lives(&mut self, now_ms: u64) {
        if let State::Up { .. } = self.state {
            self.state = State::Up {
                heard_ms: now_ms,
                pinged: false,
            };
        }
    }

    /// Something arrived. Answers pings; `true` if the message was the link's own business.
    pub fn heard(&mut self, now_ms: u64, message: &FromServer, rng: &mut dyn RngCore) -> bool {
        self.lives(now_ms);
        match message {
            FromServer::Ping(bytes) => {
                self.actions.push(LinkAction::Send(ToServer::Pong(*bytes)));
                true
            }
            FromServer::Pong(_) => true,
            FromServer::Drain { after_ms } => {
                self.lose(now_ms);
                let jitter = u64::from(rng.next_u32() % 1_000);
                self.state = State::Waiting {
                    until_ms: now_ms + u64::from((*after_ms).min(30_000)) + jitter,
                };
                self.actions.push(LinkAction::Hangup);
                true
            }
            FromServer::Detached(why) => {
                self.actions.push(LinkAction::Hangup);
                if why.may_return() {
                    self.failures = self.failures.max(3);
                    self.back_off(now_ms, rng);
                } else {
                    self.lose(now_ms);
                    self.state = State::Closed(*why);
                }
                true
            }
            FromServer::Attached { .. }
            | FromServer::Data { .. }
            | FromServer::Joined { .. }
            | FromServer::Gone { .. }
            | FromServer::Attempt { .. }
            | FromServer::Proof { .. }
            | FromServer::AttemptGone { .. }
            | FromServer::CodeClosed { .. }
            | FromServer::Work { .. }
            | FromServer::Answer { .. }
            | FromServer::Admitted { .. }
            | FromServer::Refused { .. }
            | FromServer::Reset { .. }
            | FromServer::Ended(_) => false,
        }
    }

    /// The network came back or the page became visible: try at once.
    pub fn hurry(&mut self, now_ms: u64) {
        match self.state {
            State::Waiting { .. } => self.dial(now_ms),
            State::Up {
                heard_ms,
                pinged: false,
            } if now_ms > heard_ms + 500 => self.ping(now_ms, heard_ms),
            State::Idle | State::Opening { .. } | State::Up { .. } | State::Closed(_) => {}
        }
    }

    /// Time passed.
    pub fn timeout(&mut self, now_ms: u64, rng: &mut dyn RngCore) {
        match self.state {
            State::Waiting { until_ms } if now_ms >= until_ms => self.dial(now_ms),
            State::Opening { until_ms } if now_ms >= until_ms => {
                self.actions.push(LinkAction::Hangup);
                self.back_off(now_ms, rng);
            }
            State::Up { heard_ms, .. } if now_ms >= heard_ms + DEAD_AFTER_MS => {
                self.actions.push(LinkAction::Hangup);
                self.back_off(now_ms, rng);
            }
            State::Up {
                heard_ms,
                pinged: false,
            } if now_ms >= heard_ms + PING_AFTER_MS => {
                self.ping(now_ms, heard_ms);
            }
            State::Idle
            | State::Waiting { .. }
            | State::Opening { .. }
            | State::Up { .. }
            | State::Closed(_) => {}
        }
    }

    /// Closes the line for good.
    pub fn close(&mut self) {
        if !matches!(self.state, State::Idle) {
            self.actions.push(LinkAction::Hangup);
        }
        self.state = State::Idle;
        self.greeting = None;
    }

    /// What the shell has to do next.
    pub fn poll(&mut self) -> Option<LinkAction> {
        if self.actions.is_empty() {
            None
        } else {
            Some(self.actions.remove(0))
        }
    }

    /// When [`Link::timeout`] has to be called.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        match self.state {
            State::Idle | State::Closed(_) => None,
            State::Waiting { until_ms } | State::Opening { until_ms } => Some(until_ms),
            State::Up {
                heard_ms,
                pinged: false,
            } => Some(heard_ms + PING_AFTER_MS),
            State::Up {
                heard_ms,
                pinged: true,
            } => Some(heard_ms + DEAD_AFTER_MS),
        }
    }

    /// Whether the place at the relay is taken now.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.state, State::Up { .. })
    }

    /// Since when the line is lost; `None` while it is up or was never up.
    #[must_use]
    pub const fn lost_since(&self) -> Option<u64> {
        self.lost_at_ms
    }

    /// Why it does not come back by itself.
    #[must_use]
    pub const fn closed(&self) -> Option<Detached> {
        match self.state {
            State::Closed(why) => Some(why),
            State::Idle | State::Waiting { .. } | State::Opening { .. } | State::Up { .. } => None,
        }
    }

    fn ping(&mut self, now_ms: u64, heard_ms: u64) {
        self.state = State::Up {
            heard_ms,
            pinged: true,
        };
        self.actions
            .push(LinkAction::Send(ToServer::Ping(now_ms.to_be_bytes())));
    }

    fn dial(&mut self, now_ms: u64) {
        self.state = State::Opening {
            until_ms: now_ms + OPEN_WITHIN_MS,
        };
        self.actions.push(LinkAction::Dial);
    }

    const fn lose(&mut self, now_ms: u64) {
        if self.lost_at_ms.is_none() {
            self.lost_at_ms = Some(now_ms);
        }
    }

    fn back_off(&mut self, now_ms: u64, rng: &mut dyn RngCore) {
        self.lose(now_ms);
        let most = BACK_OFF_MS.get(self.failures).copied().unwrap_or(5_000);
        self.failures = (self.failures + 1).min(BACK_OFF_MS.len());
        // Full jitter: a restarted server is not met by everybody at once.
        let wait = if most == 0 {
            0
        } else {
            u64::from(rng.next_u32()) % (most + 1)
        };
        self.state = State::Waiting {
            until_ms: now_ms + wait,
        };
    }
}

impl Default for Link {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_core::SeedableRng;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(7)
    }

    fn drain(link: &mut Link) -> Vec<LinkAction> {
        std::iter::from_fn(|| link.poll()).collect()
    }

    fn up() -> Link {
        let mut link = Link::new();
        link.open(0, ToServer::attach(Credential::Ticket(vec![1])));
        assert_eq!(drain(&mut link), [LinkAction::Dial]);
        link.connected(5);
        assert_eq!(
            drain(&mut link),
            [LinkAction::Send(ToServer::attach(Credential::Ticket(vec![1])))]
        );
        link.resume_with([9; 32]);
        link.attached(10);
        link
    }

    #[test]
    fn a_cut_line_is_dialed_at_once_and_resumed_with_the_token() {
        let mut link = up();
        link.disconnected(1_000, &mut rng());
        assert_eq!(link.lost_since(), Some(1_000));
        link.timeout(1_000, &mut rng());
        assert_eq!(drain(&mut link), [LinkAction::Dial]);
        link.connected(1_020);
        assert_eq!(
            drain(&mut link),
            [LinkAction::Send(ToServer::attach(Credential::Resume([9; 32])))]
        );
        link.attached(1_030);
        assert!(link.is_up());
        assert_eq!(link.lost_since(), None);
    }

    #[test]
    fn back_off_grows_and_stays_under_five_seconds() {
        let mut link = up();
        let mut now = 1_000;
        for _ in 0..20 {
            link.disconnected(now, &mut rng());
            let at = link.next_timeout().expect("it waits");
            assert!(at - now <= 5_000);
            now = at;
            link.timeout(now, &mut rng());
            assert_eq!(drain(&mut link), [LinkAction::Dial]);
        }
        assert_eq!(link.lost_since(), Some(1_000), "the first loss counts");
    }

    #[test]
    fn a_relay_that_waits_for_us_is_not_hung_up_on() {
        let mut link = Link::new();
        let greeting = ToServer::attach(Credential::Ticket(vec![1]));
        link.open(0, greeting.clone());
        link.connected(5);
        assert_eq!(link.greeting(), Some(&greeting));
        drain(&mut link);
        link.wait_until(120_000);
        link.timeout(119_999, &mut rng());
        assert_eq!(drain(&mut link), []);
        assert_eq!(link.next_timeout(), Some(120_000));
        link.timeout(120_000, &mut rng());
        assert_eq!(drain(&mut link), [LinkAction::Hangup]);
        // It is for this connection only, and for none that is up.
        let mut link = up();
        link.wait_until(120_000);
        assert_eq!(link.next_timeout(), Some(3_010));
    }

    #[test]
    fn a_silent_line_is_pinged_then_dead() {
        let mut link = up();
        link.timeout(3_010, &mut rng());
        assert!(matches!(
            drain(&mut link)[..],
            [LinkAction::Send(ToServer::Ping(_))]
        ));
        link.timeout(10_010, &mut rng());
        assert_eq!(drain(&mut link), [LinkAction::Hangup]);
        assert!(!link.is_up());
    }

    #[test]
    fn a_replaced_line_does_not_return_by_itself() {
        let mut link = up();
        assert!(link.heard(50, &FromServer::Detached(Detached::Replaced), &mut rng()));
        assert_eq!(link.closed(), Some(Detached::Replaced));
        assert_eq!(link.next_timeout(), None);
        link.hurry(60);
        assert_eq!(drain(&mut link), [LinkAction::Hangup]);
    }

    #[test]
    fn a_draining_server_is_met_again_after_the_time_it_said() {
        let mut link = up();
        assert!(link.heard(50, &FromServer::Drain { after_ms: 2_000 }, &mut rng()));
        let at = link.next_timeout().expect("it waits");
        assert!((2_050..3_050).contains(&at));
    }
}
