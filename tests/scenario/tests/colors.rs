//! How many colors the operator chose, as far as what the customer's end sends, and what is shown of what that costs.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use temoto_geometry::{Rect, Region};
use temoto_scenario::{Who, World};
use temoto_session::ConsoleCommand;
use temoto_session::channel::colors::Colors;

const SCREEN: Rect = Rect::new(0, 0, 320, 200);

/// A session, and a count of what its program has sent.
struct Line {
    world: World,
    sent: Rc<Cell<u64>>,
    seed: u32,
}

impl Line {
    fn new(seed: u64) -> Self {
        let mut world = World::shared(seed);
        let sent = Rc::new(Cell::new(0));
        let count = Rc::clone(&sent);
        world.watcher = Some(Box::new(move |who, message| {
            if who == Who::Program {
                count.set(count.get() + message.encode().len() as u64);
            }
        }));
        let seed = 5;
        let mut line = Self { world, sent, seed };
        line.moves();
        line.world.run_for(2_000);
        line
    }

    fn choose(&mut self, colors: Colors) {
        self.world.console(ConsoleCommand::Colors { colors });
    }

    /// Something like a photograph on all of the screen: no two of its pixels are alike.
    fn moves(&mut self) {
        if let Some(desktop) = &mut self.world.node_mut(Who::Program).desktop {
            for y in 0..200i32 {
                for x in 0..320i32 {
                    self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let shade = (x * 255 / 320) << 16 | (y * 255 / 200) << 8 | ((x + y) / 3);
                    let color = shade.cast_unsigned() ^ ((self.seed >> 24 & 0x3f) * 0x0001_0101);
                    desktop.fill(Rect::new(x, y, 1, 1), color);
                }
            }
        }
        self.world.with_agent(Who::Program, |agent, now| {
            agent.damaged(now, &Region::from(SCREEN), []);
        });
    }

    /// It moves all the time for so long. Gives the bytes that were sent in the second half of it.
    fn plays(&mut self, ms: u64) -> u64 {
        let until = self.world.now_ms + ms;
        let mut half = 0;
        while self.world.now_ms < until {
            self.moves();
            self.world.run_for(100);
            if half == 0 && self.world.now_ms >= until - ms / 2 {
                half = self.sent.get();
            }
        }
        self.sent.get() - half
    }

    fn shown_bits(&self) -> u64 {
        self.world.console_view().quality.bits_per_second
    }

    /// The colors of what the operator sees.
    fn seen(&self) -> BTreeSet<u32> {
        let picture = self.world.picture_at(Who::Console).expect("a picture");
        picture.pixels().iter().copied().collect()
    }
}

#[test]
fn the_choice_decides_what_is_sent_and_what_that_costs() {
    let mut line = Line::new(1);
    let mut costs = Vec::new();
    for (colors, most) in [
        (Colors::All, usize::MAX),
        (Colors::Many, 256),
        (Colors::Few, 16),
        (Colors::Gray, 16),
        (Colors::All, usize::MAX),
        (Colors::Auto, usize::MAX),
    ] {
        line.choose(colors);
        assert_eq!(line.world.console_view().colors, colors, "chosen at once");
        line.world.run_for(2_000);
        let before = line.sent.get();
        line.moves();
        line.world.run_for(3_000);
        costs.push(line.sent.get() - before);
        let seen = line.seen();
        assert!(seen.len() <= most, "{colors:?}: {}", seen.len());
        if most == usize::MAX {
            // On a line that carries everything the automatic choice is the exact one.
            assert!(seen.len() > 1_000 && line.world.picture_is_exact(), "{colors:?}");
        } else {
            assert!(seen.len() > most / 8, "{colors:?}: {}", seen.len());
            let none_but_those = seen.iter().all(|&pixel| colors.of(pixel) == pixel);
            assert!(none_but_those && !line.world.picture_is_exact(), "{colors:?}");
        }
    }
    let [all, many, few, gray, again, auto] = costs[..] else {
        panic!("six choices")
    };
    assert!(many * 3 < all * 2, "{costs:?}");
    assert!(few < many && gray < many, "{costs:?}");
    let alike = |one: u64| one.abs_diff(all) * 10 < all;
    assert!(alike(again) && alike(auto), "{costs:?}");
}

#[test]
fn the_automatic_choice_has_256_colors_while_much_moves_on_a_slow_line_and_all_of_them_once_it_rests() {
    let mut line = Line::new(2);
    line.choose(Colors::Auto);
    line.world.run_for(1_000);
    line.world.rate = Some(30_000);
    let mut waited = 0u32;
    while line.seen().len() > 256 {
        line.moves();
        line.world.run_for(500);
        waited += 1;
        assert!(waited < 200, "never fewer: {}", line.seen().len());
    }
    assert_eq!(line.world.console_view().colors, Colors::Auto);
    let rested = line.world.now_ms;
    while !line.world.picture_is_exact() {
        line.world.run_for(500);
        assert!(line.world.now_ms < rested + 60_000, "never all of them again");
    }
    assert!(line.seen().len() > 1_000);
}

#[test]
fn the_cost_that_is_shown_is_that_of_the_current_choice() {
    let mut line = Line::new(3);
    let mut shown = Vec::new();
    for colors in [Colors::All, Colors::Few, Colors::All] {
        line.choose(colors);
        let sent = line.plays(4_000);
        let bits = line.shown_bits();
        // The last two seconds, as they were sent: what is shown is at most one second old.
        let real = sent * 8 / 2;
        assert!(
            bits.abs_diff(real) * 5 < real,
            "{colors:?}: {bits} shown, {real} sent"
        );
        shown.push(bits);
    }
    assert!(shown[1] * 2 < shown[0] && shown[1] * 2 < shown[2], "{shown:?}");
    // Nothing moves, nothing costs.
    line.world.run_for(4_000);
    assert!(line.shown_bits() * 50 < shown[1], "{}", line.shown_bits());
}
