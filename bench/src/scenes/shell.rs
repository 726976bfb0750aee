//! A terminal with a tree of files to look at, and commands for it.

use std::fs;

use anyhow::Result;

use super::START;
use super::material::{code, paragraph, sentence, word};
use crate::random::Random;
use crate::stage::Stage;

/// Makes files and opens a terminal where they are. `share` is its part of the screen's sides, in percent.
pub fn open_terminal(stage: &mut Stage<'_>, random: &mut Random, share: i32) -> Result<u32> {
    tree(stage, random)?;
    let look = stage.desktop.look();
    let points = random.between(9, 12);
    let (paper, ink) = if look.dark || random.chance(40) {
        ("#101418", "#d0d4d8")
    } else {
        random.pick(&[("#ffffff", "#101010"), ("#fdf6e3", "#475b62")])
    };
    let size = points.to_string();
    let words = [
        "-T",
        "commands",
        "-fa",
        "DejaVu Sans Mono",
        "-fs",
        &size,
        "-bg",
        paper,
        "-fg",
        ink,
        "-sl",
        "2000",
        "+sb",
        "-e",
        "bash",
        "--norc",
        "--noprofile",
    ];
    fs::write(
        stage.desktop.home.join(".inputrc"),
        "set enable-bracketed-paste off\nset bell-style none\n",
    )?;
    stage.desktop.start("xterm", &words)?;
    let window = stage.hands.window("commands", START)?;
    let part = |side: u32, percent: i32| i32::try_from(side).unwrap_or(i32::MAX) / 100 * percent;
    let (width, height) = (part(look.size.width, share), part(look.size.height, share));
    let x = random.between(20, part(look.size.width, 98 - share).max(21));
    let y = random.between(30, part(look.size.height, 94 - share).max(31));
    stage
        .hands
        .place(window, x, y, width.unsigned_abs(), height.unsigned_abs())?;
    stage.hands.activate(window)?;
    stage.started()?;
    stage.hands.type_text(
        "PS1='\\[\\e[32m\\]desk\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]$ '; clear\n".trim_end(),
    )?;
    stage.hands.press(crate::hands::key::RETURN)?;
    stage.calm(400)?;
    Ok(window)
}

/// The next command: colored listings, source code, searches, long outputs.
pub fn command(random: &mut Random) -> String {
    let module = random.below(6);
    let file = random.below(8);
    match random.below(12) {
        0 | 1 => format!("ls -la --color=always src/part{module}"),
        2 => format!("cat src/part{module}/unit{file}.rs"),
        3 => format!(
            "head -n {} src/part{module}/unit{file}.rs",
            random.between(10, 60)
        ),
        4 | 5 => format!(
            "grep -rn --color=always {} src | head -n {}",
            word(random),
            random.between(10, 70)
        ),
        6 => format!("tail -n {} build.log", random.between(20, 300)),
        7 => format!(
            "diff -u --color=always src/part{module}/unit{file}.rs src/part{module}/unit{}.rs",
            (file + 1) % 8
        ),
        8 => format!("find src -name '*{file}.rs' | sort"),
        9 => format!("wc -l src/part{module}/*"),
        10 => format!(
            "fold -s -w {} notes.txt | head -n {}",
            random.between(50, 100),
            random.between(10, 40)
        ),
        _ => format!(
            "seq -s ' ' {} {}",
            random.between(1, 500),
            random.between(600, 1500)
        ),
    }
}

fn tree(stage: &Stage<'_>, random: &mut Random) -> Result<()> {
    let home = &stage.desktop.home;
    for module in 0..6 {
        let folder = home.join(format!("src/part{module}"));
        fs::create_dir_all(&folder)?;
        for file in 0..8 {
            let lines = random.below(120) + 20;
            fs::write(
                folder.join(format!("unit{file}.rs")),
                code(random, lines).join("\n") + "\n",
            )?;
        }
    }
    let mut log = String::new();
    for line in 0..400 {
        let color = random.pick(&["32", "33", "36", "0"]);
        let (what, who) = (word(random), word(random));
        log += &format!(
            "\x1b[{color}m{:>12}\x1b[0m {who}-{what} v0.{}.{} ({line})\n",
            "Compiling",
            random.below(30),
            random.below(9)
        );
        if random.chance(10) {
            log += &format!("\x1b[33mwarning\x1b[0m: {}\n", sentence(random));
        }
    }
    fs::write(home.join("build.log"), log)?;
    let notes: Vec<String> = (0..20).map(|_| paragraph(random)).collect();
    fs::write(home.join("notes.txt"), notes.join("\n\n"))?;
    Ok(())
}
