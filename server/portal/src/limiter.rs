//! Limits per neighborhood of addresses (an IPv4 address, an IPv6 network of 64 bits), in memory: they slow guessing
//! and flooding down; what must survive a restart is counted in the store.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{Quota, RateLimiter};

use crate::proxies::Neighborhood;

type Keyed = RateLimiter<Neighborhood, governor::state::keyed::HashMapStateStore<Neighborhood>, DefaultClock>;

/// Addresses that are remembered before those that behaved are forgotten.
const REMEMBERED: usize = 20_000;

/// What is limited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Limit {
    /// Passwords and one-time links: 20 at once, then one in 3 s. An office behind one address logs in with that.
    Secrets,
    /// Everything else that is done without login: 120 at once, then 10 in a second.
    Public,
}

/// The limits of one running server.
pub(crate) struct Limiter {
    secrets: Keyed,
    public: Keyed,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        let quota = |burst: NonZeroU32, every: Duration| {
            // A period of zero is the only thing that is refused.
            Quota::with_period(every)
                .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN))
                .allow_burst(burst)
        };
        const SECRETS: NonZeroU32 = NonZeroU32::new(20).unwrap();
        const PUBLIC: NonZeroU32 = NonZeroU32::new(120).unwrap();
        Self {
            secrets: RateLimiter::hashmap(quota(SECRETS, Duration::from_secs(3))),
            public: RateLimiter::hashmap(quota(PUBLIC, Duration::from_millis(100))),
        }
    }

    /// Takes one from what this address has left, or says how long to wait.
    pub(crate) fn take(&self, limit: Limit, address: IpAddr) -> Result<(), Duration> {
        let keyed = match limit {
            Limit::Secrets => &self.secrets,
            Limit::Public => &self.public,
        };
        if keyed.len() > REMEMBERED {
            keyed.retain_recent();
        }
        keyed
            .check_key(&Neighborhood::from(address))
            .map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_runs_out_and_another_does_not() {
        let limiter = Limiter::new();
        let one: IpAddr = "203.0.113.1".parse().unwrap();
        let other: IpAddr = "203.0.113.2".parse().unwrap();
        let taken = (0..100)
            .take_while(|_| limiter.take(Limit::Secrets, one).is_ok())
            .count();
        assert!((20..25).contains(&taken), "{taken}");
        assert!(limiter.take(Limit::Secrets, one).unwrap_err() <= Duration::from_secs(3));
        assert!(limiter.take(Limit::Secrets, other).is_ok());
        assert!(limiter.take(Limit::Public, one).is_ok());
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one() {
        let limiter = Limiter::new();
        let taken = (0..100_u16)
            .take_while(|n| {
                limiter
                    .take(Limit::Secrets, format!("2001:db8::{n:x}").parse().unwrap())
                    .is_ok()
            })
            .count();
        assert!(taken < 25, "{taken}");
    }
}
