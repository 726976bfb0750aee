//! Drives the [`Table`]: clock, generator, store and timer. What the portal calls.
//!
//! Every connection reports to the table under one lock, which is held for microseconds and never over an `await`.
//! What must be kept is kept by the task that caused it, so a slow disk slows down whoever asks for it and no data.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use rand_core::OsRng;
use temoto_crypto::Capabilities;
use temoto_model::budget::Demand;
use temoto_model::ticket::TicketKey;
use temoto_model::{LoginId, SessionId, Timestamp, UserId};
use temoto_store::{RelaySession, RelayStore, StoreError};
use temoto_wire::relay::Ended;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::event::{Action, Caller, ConnId, Event, Write};
use crate::gate::Limits;
use crate::metered::Meter;
use crate::table::{SessionView, Table};

/// A store that does not answer within this has failed.
const KEEP_WITHIN: Duration = Duration::from_secs(10);
/// How long [`Relay::drain`] waits for goodbyes to go out.
const DRAIN_WITHIN: Duration = Duration::from_secs(6);
/// A timer with nothing to wait for looks again after this.
const IDLE: Duration = Duration::from_secs(60);

/// Says whether a login still holds. The portal implements it.
#[async_trait]
pub trait Logins: Send + Sync + 'static {
    /// Whether an operator with this login may be attached now. A login that ended after this was asked is reported
    /// by [`Relay::detach_login`].
    ///
    /// # Errors
    /// When it cannot be said now; the console is told to come back.
    async fn is_valid(&self, login: LoginId) -> Result<bool, StoreError>;
}

/// What the relay must be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Origins that pages may come from, as browsers write them: `https://support.example.jp`,
    /// `http://localhost:8080`.
    pub origins: Vec<String>,
    /// What strangers can take.
    pub limits: Limits,
    /// Public key (Ed25519) of the server's statements, told to admitted agents.
    pub server_key: [u8; 32],
    /// What the consoles of this server say they can do; the dummy says the same.
    pub capabilities: Capabilities,
}

/// Lobby and relay of one server. Clones are the same relay.
#[derive(Clone)]
pub struct Relay(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) tickets: TicketKey,
    store: Arc<dyn RelayStore>,
    logins: Arc<dyn Logins>,
    clock: Clock,
    state: Mutex<State>,
    timer: Notify,
}

struct State {
    table: Table,
    lines: BTreeMap<ConnId, Arc<Line>>,
    /// When the timer will look again.
    armed: u64,
}

/// What became of a change.
enum Kept {
    Yes,
    No,
    /// It needed a licence, and none was free.
    NoLease,
}

/// How the table reaches the tasks of a connection.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) meter: Arc<Meter>,
    pub(crate) wake: Notify,
    pub(crate) kill: Notify,
}

/// Milliseconds since 1970 as the machine said when the server started, going on evenly whatever it says later.
struct Clock {
    base_ms: u64,
    start: Instant,
    /// Time that a test has let pass at once.
    #[cfg(test)]
    skipped: std::sync::atomic::AtomicU64,
}

impl Clock {
    fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            base_ms: u64::try_from(since.as_millis()).unwrap_or(0),
            start: Instant::now(),
            #[cfg(test)]
            skipped: std::sync::atomic::AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        let since = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.base_ms.saturating_add(since).saturating_add(self.skipped())
    }

    fn instant(&self, at: u64) -> Instant {
        let base = self.base_ms.saturating_add(self.skipped());
        self.start + Duration::from_millis(at.saturating_sub(base))
    }

    #[cfg(test)]
    fn skipped(&self) -> u64 {
        self.skipped.load(std::sync::atomic::Ordering::SeqCst)
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests skip time")]
    const fn skipped(&self) -> u64 {
        0
    }
}

impl Relay {
    /// Goes on where the last server stopped: reads what was kept and starts the timer. To be called in a runtime.
    ///
    /// # Errors
    /// Those of [`RelayStore::load`].
    pub async fn new(
        config: Config,
        tickets: TicketKey,
        store: Arc<dyn RelayStore>,
        logins: Arc<dyn Logins>,
    ) -> Result<Self, StoreError> {
        let clock = Clock::new();
        let now = clock.now();
        let memory = store.load(timestamp(now)).await?;
        tracing::info!(
            sessions = memory.sessions.len(),
            places = memory.places.len(),
            codes = memory.codes.len(),
            "relay starts"
        );
        let table = Table::new(now, config.limits, config.server_key, memory, &mut OsRng);
        let state = State {
            table,
            lines: BTreeMap::new(),
            armed: 0,
        };
        let relay = Self(Arc::new(Shared {
            config,
            tickets,
            store,
            logins,
            clock,
            state: Mutex::new(state),
            timer: Notify::new(),
        }));
        tokio::spawn(run_timer(Arc::downgrade(&relay.0)));
        Ok(relay)
    }

    /// The portal has made and kept a session, or a new code for one: reads it from the store. From now on the console
    /// may attach by ticket and the code is routed, instead of the session's last one. Call it before the ticket is
    /// handed out. `false`: there is no such session, or it has ended.
    ///
    /// # Errors
    /// Those of [`RelayStore::waiting`].
    pub async fn refresh(&self, session: SessionId) -> Result<bool, StoreError> {
        let found = self.0.store.waiting(session, self.now()).await?;
        let Some((RelaySession { operator, .. }, code)) = found else {
            return Ok(false);
        };
        self.with(|state, now| {
            state.table.open_session(now, session, operator);
            if let Some(code) = code {
                state.table.open_code(now, &code);
            }
        });
        Ok(true)
    }

    /// Ends a session and tells everybody in it. Ends of the relay's own (the console's `END`, expiry) come by the
    /// store: [`temoto_store::RelayChange::End`].
    pub fn end_session(&self, session: SessionId, why: Ended) {
        self.act(|table, now| table.end_session(now, session, why));
    }

    /// Detaches the consoles of a login. Make the login invalid first.
    pub fn detach_login(&self, login: LoginId) {
        self.act(|table, now| table.detach_login(now, login));
    }

    /// Detaches the consoles of an operator. Make the logins invalid first.
    pub fn detach_user(&self, user: UserId) {
        self.act(|table, now| table.detach_user(now, user));
    }

    /// Detaches the console of a session, and lets none in until [`Relay::resume_session`]. Keep it first.
    pub fn pause_session(&self, session: SessionId) {
        self.act(|table, now| table.pause_session(now, session));
    }

    /// Lets the console of a session in again. Keep it first.
    pub fn resume_session(&self, session: SessionId) {
        self.with(|state, now| state.table.resume_session(now, session));
    }

    /// Of each session whether its console and whether an agent is attached.
    #[must_use]
    pub fn presence(&self, sessions: &[SessionId]) -> Vec<(bool, bool)> {
        self.with(|state, _| {
            let of = |session: &SessionId| state.table.presence(*session);
            sessions.iter().map(of).collect()
        })
    }

    /// What is known of a session that has not ended.
    #[must_use]
    pub fn session_state(&self, session: SessionId) -> Option<SessionView> {
        self.with(|state, _| state.table.session_state(session))
    }

    /// Sessions that somebody is attached to, and logins that consoles are attached with: both are in use.
    #[must_use]
    pub fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>) {
        self.with(|state, _| state.table.in_use())
    }

    /// Sessions that a console is attached to.
    #[must_use]
    pub fn operated(&self) -> Vec<SessionId> {
        self.with(|state, _| state.table.operated())
    }

    /// What the failure budget asks now: whether new codes are to be long ones.
    #[must_use]
    pub fn routing_policy(&self) -> Demand {
        self.with(|state, now| state.table.demand(now))
    }

    /// Open connections.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.with(|state, _| state.table.connections())
    }

    /// Lets nobody in any more, tells everybody to come back after `after_ms`, and waits, at most six seconds, until
    /// they have been told and are gone.
    pub async fn drain(&self, after_ms: u32) {
        self.act(|table, now| table.drain(now, after_ms));
        let until = Instant::now() + DRAIN_WITHIN;
        while self.connections() > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets time pass at once.
    #[cfg(test)]
    pub(crate) fn skip(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(0);
        self.0
            .clock
            .skipped
            .fetch_add(ms, std::sync::atomic::Ordering::SeqCst);
        self.0.timer.notify_one();
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn tickets(&self) -> &TicketKey {
        &self.0.tickets
    }

    pub(crate) fn now(&self) -> Timestamp {
        timestamp(self.0.clock.now())
    }

    pub(crate) fn open(&self, caller: Caller) -> Option<(ConnId, Arc<Line>)> {
        self.with(|state, now| {
            let conn = state.table.open(now, caller)?;
            let line = Arc::new(Line::default());
            state.lines.insert(conn, Arc::clone(&line));
            Some((conn, line))
        })
    }

    /// Reports what happened on a connection. What takes time goes on in a task of its own, which is returned: the
    /// connection waits for it before it reports its next message.
    pub(crate) fn report(&self, conn: ConnId, event: Event) -> Option<JoinHandle<()>> {
        let closed = matches!(event, Event::Closed);
        let actions = self.with(|state, now| {
            if closed {
                state.lines.remove(&conn);
            }
            state.table.handle(now, conn, event, &mut OsRng)
        });
        self.perform(actions)
    }

    pub(crate) fn next_write(&self, conn: ConnId) -> Option<Write> {
        self.with(|state, _| state.table.next_write(conn))
    }

    fn act(&self, change: impl FnOnce(&mut Table, u64) -> Vec<Action>) {
        let actions = self.with(|state, now| change(&mut state.table, now));
        // What is to be kept is kept by a task of its own; the caller need not wait.
        drop(self.perform(actions));
    }

    fn with<T>(&self, what: impl FnOnce(&mut State, u64) -> T) -> T {
        let now = self.0.clock.now();
        let mut state = self.0.lock();
        let out = what(&mut state, now);
        if state.table.next_due().is_some_and(|due| due < state.armed) {
            self.0.timer.notify_one();
        }
        out
    }

    /// Does what the table wants, in its order.
    fn perform(&self, actions: Vec<Action>) -> Option<JoinHandle<()>> {
        let takes_time = |action: &Action| matches!(action, Action::Keep(..) | Action::CheckLogin(..));
        if actions.iter().any(takes_time) {
            return Some(tokio::spawn(self.clone().work(actions)));
        }
        for action in actions {
            self.signal(&action);
        }
        None
    }

    async fn work(self, actions: Vec<Action>) {
        let mut todo = VecDeque::from(actions);
        while let Some(action) = todo.pop_front() {
            match action {
                Action::Wake(_) | Action::Known(_) | Action::Kill(_) => self.signal(&action),
                Action::Keep(id, change) => {
                    let kept = self.keep(&change).await;
                    let Some(id) = id else { continue };
                    todo.extend(self.with(|state, now| match kept {
                        Kept::Yes => state.table.kept(now, id, true, &mut OsRng),
                        Kept::No => state.table.kept(now, id, false, &mut OsRng),
                        Kept::NoLease => state.table.unlicensed(now, id, &mut OsRng),
                    }));
                }
                Action::CheckLogin(conn, login) => {
                    let valid = match self.0.logins.is_valid(login).await {
                        Ok(valid) => Some(valid),
                        Err(error) => {
                            tracing::error!(%error, "a login could not be checked");
                            None
                        }
                    };
                    let event = Event::LoginChecked { login, valid };
                    todo.extend(self.with(|state, now| state.table.handle(now, conn, event, &mut OsRng)));
                }
            }
        }
    }

    async fn keep(&self, change: &temoto_store::RelayChange) -> Kept {
        match tokio::time::timeout(KEEP_WITHIN, self.0.store.apply(change)).await {
            Ok(Ok(())) => Kept::Yes,
            Ok(Err(StoreError::Gone)) => Kept::No,
            Ok(Err(StoreError::NoLease)) => Kept::NoLease,
            Ok(Err(error)) => {
                tracing::error!(%error, "the relay's memory could not be kept");
                Kept::No
            }
            Err(_) => {
                tracing::error!("the store does not answer");
                Kept::No
            }
        }
    }

    fn signal(&self, action: &Action) {
        let (Action::Wake(conn) | Action::Known(conn) | Action::Kill(conn)) = action else {
            return;
        };
        let line = self.0.lock().lines.get(conn).cloned();
        let Some(line) = line else { return };
        match action {
            Action::Kill(_) => line.kill.notify_one(),
            Action::Known(_) => line.meter.known(),
            Action::Wake(_) | Action::Keep(..) | Action::CheckLogin(..) => line.wake.notify_one(),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in another task must not take the sessions of all others down.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ticks the table when something is due; ends with the relay.
async fn run_timer(shared: std::sync::Weak<Shared>) {
    loop {
        let Some(shared) = shared.upgrade() else { return };
        let relay = Relay(shared);
        let (actions, next) = {
            let now = relay.0.clock.now();
            let mut state = relay.0.lock();
            let actions = state.table.tick(now, &mut OsRng);
            let idle = u64::try_from(IDLE.as_millis()).unwrap_or(u64::MAX);
            let next = state
                .table
                .next_due()
                .unwrap_or(u64::MAX)
                .min(now.saturating_add(idle));
            state.armed = next;
            (actions, relay.0.clock.instant(next))
        };
        drop(relay.perform(actions));
        let _ = tokio::time::timeout_at(next, relay.0.timer.notified()).await;
    }
}

fn timestamp(ms: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}
