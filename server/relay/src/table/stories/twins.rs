//! Live and dead numbers look alike: the same messages, delays of one distribution.

use rand_core::RngCore as _;

use super::*;

/// A console with habits: so far away, so much jitter, and a secret.
pub(super) struct Mind {
    pub(super) conn: ConnId,
    base: u64,
    jitter: u64,
    pub(super) secret: u8,
    read: usize,
    plans: BTreeMap<(u64, u64), Verb>,
    planned: u64,
    /// Proofs that it was given to judge.
    pub(super) judged: usize,
    admitted: bool,
}

impl Mind {
    pub(super) fn new(conn: ConnId, base: u64, jitter: u64, secret: u8) -> Self {
        Self {
            conn,
            base,
            jitter,
            secret,
            read: 0,
            plans: BTreeMap::new(),
            planned: 0,
            judged: 0,
            admitted: false,
        }
    }

    fn think(&mut self, world: &mut World) {
        let messages = world.inbox.get(&self.conn).map(|all| all[self.read..].to_vec());
        for (at, message) in messages.unwrap_or_default() {
            self.read += 1;
            let verb = match message {
                FromServer::Attempt { attempt, .. } => Verb::Answer {
                    attempt,
                    letter: letter(2),
                },
                FromServer::Proof { attempt, lobby } => {
                    self.judged += 1;
                    if lobby[0] == self.secret && !self.admitted {
                        self.admitted = true;
                        let letter = letter(4);
                        Verb::Admit { attempt, letter }
                    } else {
                        Verb::Refuse {
                            attempt,
                            counted: lobby[0] != self.secret,
                            letter: letter(5),
                        }
                    }
                }
                FromServer::Ping(_) => Verb::Pong,
                _ => continue,
            };
            let delay = self.base + world.rng.next_u64() % (self.jitter + 1);
            self.planned += 1;
            self.plans.insert((at + delay, self.planned), verb);
        }
    }

    fn act(&mut self, world: &mut World) {
        while let Some(entry) = self.plans.first_entry().filter(|e| e.key().0 <= world.now) {
            let verb = entry.remove();
            world.verb(self.conn, verb);
        }
    }
}

/// Lets time pass for a world with thinking consoles.
pub(super) fn live(world: &mut World, minds: &mut [Mind], ms: u64) {
    let until = world.now + ms;
    loop {
        for mind in minds.iter_mut() {
            mind.think(world);
        }
        let plans = minds
            .iter()
            .filter_map(|m| m.plans.keys().next().map(|(at, _)| *at));
        let next = plans.chain(world.table.next_due()).min();
        let Some(next) = next.filter(|at| *at <= until) else {
            break;
        };
        let step = next.saturating_sub(world.now);
        world.pass(step);
        for mind in minds.iter_mut() {
            mind.act(world);
        }
    }
    let rest = until - world.now;
    world.pass(rest);
}

/// What an attacker sees of one attempt: kinds and sizes of messages, and how long each took.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Sight {
    kinds: Vec<(u8, usize)>,
    delays: Vec<u64>,
}

/// One wrong guess at a number.
pub(super) fn guess(world: &mut World, minds: &mut [Mind], routing: &str, from: u32) -> Sight {
    let began = world.now;
    world.calm();
    let agent = world.knock(routing, from);
    let mut proved = None;
    while world.now < began + 20_000 && !world.closed.contains(&agent) {
        live(world, minds, 10);
        let answered = world.inbox.get(&agent).is_some_and(|m| !m.is_empty());
        if answered && proved.is_none() {
            proved = Some(world.now);
            world.verb(agent, Verb::Proof(letter(0x0F)));
        }
    }
    assert!(world.closed.contains(&agent));
    let seen = world.inbox.remove(&agent).unwrap();
    let kinds = seen
        .iter()
        .map(|(_, m)| {
            let bytes = m.encode();
            (bytes[0], bytes.len())
        })
        .collect();
    let starts = [began, proved.unwrap()];
    let delays = seen.iter().zip(starts).map(|((at, _), from)| at - from).collect();
    Sight { kinds, delays }
}

/// The largest distance between two empirical distributions.
fn kolmogorov_smirnov(a: &[u64], b: &[u64]) -> f64 {
    let share = |list: &[u64], x: u64| {
        let below = list.iter().filter(|v| **v <= x).count();
        f64::from(u32::try_from(below).unwrap()) / f64::from(u32::try_from(list.len()).unwrap())
    };
    a.iter()
        .chain(b)
        .map(|x| (share(a, *x) - share(b, *x)).abs())
        .fold(0.0, f64::max)
}

/// Above this, two samples of this size come from one distribution in fewer than one of a thousand cases.
fn critical(n: usize) -> f64 {
    1.95 * (2.0 / f64::from(u32::try_from(n).unwrap())).sqrt()
}

/// Near and far, calm and jittery: what a day brings.
fn habits(world: &mut World) -> (u64, u64) {
    let base = match world.rng.next_u32() % 4 {
        0 => 10 + world.rng.next_u64() % 40,
        1 => 40 + world.rng.next_u64() % 100,
        2 => 120 + world.rng.next_u64() % 200,
        _ => 300 + world.rng.next_u64() % 600,
    };
    (base, world.rng.next_u64() % 60)
}

#[test]
fn live_and_dead_numbers_cannot_be_told_apart() {
    const N: usize = 240;
    let mut world = World::new();
    let (mut live_sights, mut dead_sights) = (Vec::new(), Vec::new());
    for n in 0..100 + N {
        let id = u8::try_from(n % 250).unwrap();
        // One console after another, each with habits of its own; a fresh one for each guess.
        let live_number = format!("{:04}", 1_000 + n);
        let (conn, _) = world.console(id, Some(&live_number));
        let (base, jitter) = habits(&mut world);
        let mut minds = [Mind::new(conn, base, jitter, 3)];
        let from = u32::try_from(n).unwrap();
        let seen = guess(&mut world, &mut minds, &live_number, from);
        let dead = guess(
            &mut world,
            &mut minds,
            &format!("{:04}", 5_000 + n),
            10_000 + from,
        );
        // The first hundred only teach the dummy.
        if n >= 100 {
            live_sights.push(seen);
            dead_sights.push(dead);
        }
        world.verb(conn, Verb::End);
        world.codes.clear();
        world.forget();
    }
    let expected = [(0x8A, 1 + 16 + LOBBY_BYTES), (0x8C, 1 + LOBBY_BYTES)];
    for sight in live_sights.iter().chain(&dead_sights) {
        assert_eq!(sight.kinds, expected);
    }
    for question in 0..2 {
        let column = |sights: &[Sight]| sights.iter().map(|s| s.delays[question]).collect::<Vec<_>>();
        let distance = kolmogorov_smirnov(&column(&live_sights), &column(&dead_sights));
        assert!(distance < critical(N), "question {question}: {distance}");
    }
}

#[test]
fn a_dummy_that_draws_evenly_would_be_found_out() {
    // The same test of distributions sees what a careless dummy would do: it can fail.
    let mut world = World::new();
    let live: Vec<u64> = (0..240)
        .map(|_| crate::delays::on_grid(0, habits(&mut world).0))
        .collect();
    let even: Vec<u64> = (0..240)
        .map(|_| crate::delays::on_grid(0, world.rng.next_u64() % 500))
        .collect();
    assert!(kolmogorov_smirnov(&live, &even) > critical(240));
}

#[test]
fn one_number_asked_again_and_again_is_as_steady_dead_as_live() {
    const N: usize = 100;
    let mut world = World::new();
    let mut minds: Vec<Mind> = Vec::new();
    for n in 0..64_u8 {
        let number = format!("{:04}", 1_000 + u32::from(n));
        let (conn, _) = world.console(n, Some(&number));
        let (base, jitter) = habits(&mut world);
        minds.push(Mind::new(conn, base, jitter, 3));
    }
    // Answers only: no try is used up.
    let mut spread = |world: &mut World, number: &str| {
        let mut answers = Vec::new();
        for turn in 0..6 {
            let began = world.now;
            world.calm();
            let agent = world.knock(number, 1_000 + turn);
            while world.inbox.get(&agent).is_none_or(Vec::is_empty) {
                live(world, &mut minds, 10);
            }
            answers.push(world.inbox.remove(&agent).unwrap()[0].0 - began);
            world.cut(agent);
            live(world, &mut minds, 1_000);
        }
        answers.iter().max().unwrap() - answers.iter().min().unwrap()
    };
    for n in 0..64 {
        spread(&mut world, &format!("{:04}", 1_000 + n));
    }
    let mut of = |from: u32, count: usize| {
        (0..count)
            .map(|n| {
                spread(
                    &mut world,
                    &format!("{:04}", from + u32::try_from(n % 64).unwrap()),
                )
            })
            .collect::<Vec<u64>>()
    };
    let (alive, dead) = (of(1_000, N), of(7_000, N));
    let distance = kolmogorov_smirnov(&alive, &dead);
    assert!(distance < critical(64), "{distance}: {alive:?} {dead:?}");
}
