//! The program's colors are the web's, and can be read by people who see little.

use std::collections::BTreeMap;
use std::path::Path;

type Pair = ([u8; 3], [u8; 3]);

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rgb(text: &str) -> Option<[u8; 3]> {
    let hex = text.trim().strip_prefix('#')?;
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (hex.len() == 6).then_some([byte(0)?, byte(2)?, byte(4)?])
}

/// `--name: light-dark(#light, #dark);`
fn web() -> BTreeMap<String, Pair> {
    read("../../web/ui/src/tokens.css")
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
            let (light, dark) = value.strip_suffix(");")?.split_once(',')?;
            Some((name.to_owned(), (rgb(light)?, rgb(dark)?)))
        })
        .collect()
}

/// `out property <color> name: contrast.on ? contrast.color : dark ? #dark : #light;`
fn program() -> BTreeMap<String, Pair> {
    read("ui/tokens.slint")
        .lines()
        .filter_map(|line| {
            let (name, value) = line
                .trim()
                .strip_prefix("out property <color> ")?
                .split_once(": contrast.on ? contrast.")?;
            let (_, value) = value.split_once(" : dark ? ")?;
            let (dark, light) = value.strip_suffix(';')?.split_once(':')?;
            Some((name.to_owned(), (rgb(light)?, rgb(dark)?)))
        })
        .collect()
}

fn luminance(color: [u8; 3]) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(color[0]) + 0.7152 * part(color[1]) + 0.0722 * part(color[2])
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}

#[test]
fn every_color_of_the_program_is_the_webs() {
    let (web, program) = (web(), program());
    assert!(program.len() >= 18, "only {} colors were read", program.len());
    for (name, pair) in &program {
        assert_eq!(web.get(name), Some(pair), "{name}");
    }
}

#[test]
fn text_can_be_read_in_both_themes() {
    let program = program();
    for (ink, ground) in [
        ("ink", "bg"),
        ("ink", "surface"),
        ("ink", "soft"),
        ("muted", "bg"),
        ("muted", "surface"),
        ("muted", "soft"),
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("ok", "ok-soft"),
        ("warn", "warn-soft"),
        ("danger", "danger-soft"),
        ("danger", "surface"),
    ] {
        let (ink_pair, ground_pair) = (program[ink], program[ground]);
        assert!(
            contrast(ink_pair.0, ground_pair.0) >= 4.5,
            "{ink} on {ground}, light"
        );
        assert!(
            contrast(ink_pair.1, ground_pair.1) >= 4.5,
            "{ink} on {ground}, dark"
        );
    }
}

#[test]
fn no_color_of_the_design_is_left_in_a_contrast_theme() {
    let tokens = read("ui/tokens.slint");
    for line in tokens
        .lines()
        .filter(|line| line.contains("out property <color>"))
    {
        assert!(line.contains(": contrast.on ? contrast."), "{line}");
    }
}

#[test]
fn no_view_has_colors_or_measures_of_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    for entry in entries {
        let path = entry.expect("readable").path();
        let views = path.extension().is_some_and(|extension| extension == "slint");
        if !views || path.file_name().is_some_and(|name| name == "tokens.slint") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("readable");
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let literal = line
                .split(|c: char| !(c.is_alphanumeric() || c == '#'))
                .any(|word| {
                    rgb(word).is_some()
                        || (word.starts_with(|c: char| c.is_ascii_digit())
                            && (word.ends_with("px") || word.ends_with("ms")))
                });
            assert!(!literal, "{}: {line}", path.display());
        }
    }
}
