//! How many may stand at the door: connections without a place, in all and by address, and knocks by address.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Limits on what strangers can take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Connections of all kinds.
    pub connections: usize,
    /// Connections without a place.
    pub strangers: usize,
    /// Connections without a place from one address (IPv6: one /64).
    pub strangers_per_address: usize,
    /// Knocks from one address at once.
    pub knocks: u32,
    /// After these, one more for each so many milliseconds.
    pub knock_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            strangers: 2_048,
            strangers_per_address: 64,
            knocks: 60,
            knock_ms: 1_000,
        }
    }
}

/// Addresses whose knocks are counted at the same time.
const ADDRESSES: usize = 16_384;

/// Counts strangers and knocks.
#[derive(Debug)]
pub struct Gate {
    limits: Limits,
    all: usize,
    strangers: usize,
    by_address: BTreeMap<IpAddr, usize>,
    /// When the knocks of an address are all forgotten.
    calm_at: BTreeMap<IpAddr, u64>,
}

impl Gate {
    /// An empty room.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            all: 0,
            strangers: 0,
            by_address: BTreeMap::new(),
            calm_at: BTreeMap::new(),
        }
    }

    /// Whether one more may come in; counts it as a stranger if so.
    pub fn enter(&mut self, address: IpAddr) -> bool {
        let address = network(address);
        let here = self.by_address.get(&address).copied().unwrap_or(0);
        if self.all >= self.limits.connections
            || self.strangers >= self.limits.strangers
            || here >= self.limits.strangers_per_address
        {
            return false;
        }
        self.all += 1;
        self.strangers += 1;
        self.by_address.insert(address, here + 1);
        true
    }

    /// A stranger has a place now.
    pub fn known(&mut self, address: IpAddr) {
        let address = network(address);
        self.strangers = self.strangers.saturating_sub(1);
        let left = self.by_address.get(&address).map_or(0, |n| n.saturating_sub(1));
        if left == 0 {
            self.by_address.remove(&address);
        } else {
            self.by_address.insert(address, left);
        }
    }

    /// Somebody left.
    pub fn leave(&mut self, address: IpAddr, stranger: bool) {
        self.all = self.all.saturating_sub(1);
        if stranger {
            self.known(address);
        }
    }

    /// Whether this address may knock once more.
    pub fn may_knock(&mut self, now: u64, address: IpAddr) -> bool {
        let address = network(address);
        if !self.calm_at.contains_key(&address) && self.calm_at.len() >= ADDRESSES {
            self.calm_at.retain(|_, at| *at > now);
            if self.calm_at.len() >= ADDRESSES {
                return false;
            }
        }
        let calm_at = self.calm_at.get(&address).copied().unwrap_or(0).max(now);
        let room = u64::from(self.limits.knocks).saturating_mul(self.limits.knock_ms);
        let next = calm_at.saturating_add(self.limits.knock_ms);
        if next > now.saturating_add(room) {
            return false;
        }
        self.calm_at.insert(address, next);
        true
    }
}

/// The network that one subscriber has.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        connections: 10,
        strangers: 4,
        strangers_per_address: 2,
        knocks: 3,
        knock_ms: 1_000,
    };

    fn ip(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[test]
    fn one_address_does_not_fill_the_room_and_all_together_do() {
        let mut gate = Gate::new(LIMITS);
        let entered = [1, 1, 1, 2, 2, 3].map(|n| gate.enter(ip(n)));
        assert_eq!(entered, [true, true, false, true, true, false]);
        gate.known(ip(1));
        assert!(gate.enter(ip(3)));
        gate.leave(ip(1), false);
        gate.leave(ip(1), true);
        assert!(gate.enter(ip(1)));
    }

    #[test]
    fn places_count_too() {
        let mut gate = Gate::new(LIMITS);
        for n in 0..10 {
            assert!(gate.enter(ip(n)));
            gate.known(ip(n));
        }
        assert!(!gate.enter(ip(11)));
        gate.leave(ip(0), false);
        assert!(gate.enter(ip(11)));
    }

    #[test]
    fn knocks_come_back_one_by_one() {
        let mut gate = Gate::new(LIMITS);
        let at = |gate: &mut Gate, now| gate.may_knock(now, ip(1));
        assert_eq!([0, 0, 0, 0].map(|t| at(&mut gate, t)), [true, true, true, false]);
        assert!(gate.may_knock(0, ip(2)));
        assert_eq!(
            [999, 1_000, 1_001].map(|t| at(&mut gate, t)),
            [false, true, false]
        );
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one() {
        let [a, b]: [IpAddr; 2] = ["2001:db8::1", "2001:db8::ffff:2"].map(|t| t.parse().unwrap());
        assert_eq!(network(a), network(b));
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(network(mapped), ip(1));
    }
}
