//! The scenes: real programs, driven step by step. A seed decides texts, sizes, pictures and places.

mod drag;
mod idle;
pub mod material;
mod pages;
mod photo;
mod scroll;
mod shell;
mod switch;
mod term;
mod typing;

use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use crate::random::Random;
use crate::stage::Stage;

/// What is played.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub enum Scene {
    /// 60 keys in a word processor.
    Typing,
    /// 40 commands in a terminal.
    Term,
    /// 60 notches of the wheel on a long page.
    Scroll,
    /// 60 moves of a window over a photograph.
    Drag,
    /// 24 changes between three programs.
    Switch,
    /// 7 photographs that fill the screen.
    Photo,
    /// 10 seconds of a caret.
    Idle,
}

impl Scene {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Typing,
        Self::Term,
        Self::Scroll,
        Self::Drag,
        Self::Switch,
        Self::Photo,
        Self::Idle,
    ];

    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Typing => "typing",
            Self::Term => "term",
            Self::Scroll => "scroll",
            Self::Drag => "drag",
            Self::Switch => "switch",
            Self::Photo => "photo",
            Self::Idle => "idle",
        }
    }

    /// Plays it; the first step is the picture before anything is done.
    pub fn play(self, stage: &mut Stage<'_>, seed: u64) -> Result<()> {
        let random = Random::new(seed, self.name());
        match self {
            Self::Typing => typing::play(stage, random),
            Self::Term => term::play(stage, random),
            Self::Scroll => scroll::play(stage, random),
            Self::Drag => drag::play(stage, random),
            Self::Switch => switch::play(stage, random),
            Self::Photo => photo::play(stage, random),
            Self::Idle => idle::play(stage, random),
        }
    }
}

/// A program has this long to show its window.
const START: Duration = Duration::from_secs(60);
