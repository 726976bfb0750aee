//! Drawings of the figures of a whole run: bars on a logarithmic scale, a group for each scene.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// A kind of bar: what it says, its color, where its value stands in the figures of a scene.
struct Kind {
    name: &'static str,
    color: &'static str,
    value: fn(&Value) -> Option<f64>,
}

const SCENES: &[&str] = &["typing", "term", "scroll", "drag", "switch", "photo"];
/// Pixels: of the whole drawing, left of the bars, of a bar, between groups, of the head.
const WIDTH: f64 = 760.0;
const LEFT: f64 = 80.0;
const BAR: f64 = 13.0;
const GAP: f64 = 12.0;
const HEAD: f64 = 56.0;

/// Writes `screen-bytes.svg` and `screen-time.svg`.
pub fn run(json: &Path, to: &Path) -> Result<()> {
    let text = fs::read_to_string(json).with_context(|| json.display().to_string())?;
    let figures: Value = serde_json::from_str(&text)?;
    let bytes = [
        Kind {
            name: "Temoto, exact",
            color: "#2f6f5e",
            value: |scene| at(scene, "/ours/bytes_per_step"),
        },
        Kind {
            name: "TigerVNC, exact (its best setting)",
            color: "#c9a227",
            value: |scene| {
                ["tight2", "tight9", "zrle"]
                    .iter()
                    .filter_map(|peer| at(scene, &format!("/{peer}/bytes_per_step")))
                    .reduce(f64::min)
            },
        },
        Kind {
            name: "x264 ultrafast CRF 18, lossy",
            color: "#9aa5b1",
            value: |scene| at(scene, "/x264/bytes_per_step"),
        },
    ];
    let time = [
        Kind {
            name: "Temoto",
            color: "#2f6f5e",
            value: |scene| at(scene, "/ours_told_box/encode_ms_per_step"),
        },
        Kind {
            name: "TigerVNC, Tight 2",
            color: "#c9a227",
            value: |scene| at(scene, "/tight2_server_ms_per_step"),
        },
    ];
    fs::create_dir_all(to)?;
    let seed = at(&figures, "/options/seed").unwrap_or_default();
    let title = format!("Bytes per step, seed {seed} (logarithmic)");
    fs::write(to.join("screen-bytes.svg"), drawing(&figures, &title, &bytes)?)?;
    let title = format!("Processor milliseconds of the encoder per step, seed {seed} (logarithmic)");
    fs::write(to.join("screen-time.svg"), drawing(&figures, &title, &time)?)?;
    Ok(())
}

fn at(value: &Value, pointer: &str) -> Option<f64> {
    value.pointer(pointer).and_then(Value::as_f64)
}

fn drawing(figures: &Value, title: &str, kinds: &[Kind]) -> Result<String> {
    let values: Vec<Vec<Option<f64>>> = SCENES
        .iter()
        .map(|name| {
            let scene = figures.pointer(&format!("/scenes/{name}"));
            kinds
                .iter()
                .map(|kind| scene.and_then(kind.value).filter(|value| *value > 0.0))
                .collect()
        })
        .collect();
    let all = || values.iter().flatten().flatten().copied();
    let low = all()
        .reduce(f64::min)
        .context("no figures to draw")?
        .log10()
        .floor();
    let high = all()
        .reduce(f64::max)
        .unwrap_or(1.0)
        .log10()
        .ceil()
        .max(low + 1.0);
    let scale = |value: f64| (value.log10() - low) / (high - low) * (WIDTH - LEFT - 90.0);
    let group = BAR * kinds.len() as f64 + GAP;
    let height = HEAD + group * SCENES.len() as f64 + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n<text x=\"8\" y=\"20\" font-size=\"14\" fill=\"#1c2733\">{title}</text>\n"
    );
    let mut x = 8.0;
    for kind in kinds {
        writeln!(
            svg,
            "<rect x=\"{x}\" y=\"31\" width=\"11\" height=\"11\" fill=\"{}\"/><text x=\"{}\" y=\"41\" fill=\"#1c2733\">{}</text>",
            kind.color,
            x + 16.0,
            kind.name
        )?;
        x += 44.0 + 6.6 * kind.name.len() as f64;
    }
    for (row, (name, values)) in SCENES.iter().zip(&values).enumerate() {
        let top = HEAD + group * row as f64;
        let middle = top + BAR * kinds.len() as f64 / 2.0 + 4.0;
        writeln!(
            svg,
            "<text x=\"{}\" y=\"{middle:.1}\" text-anchor=\"end\" fill=\"#1c2733\">{name}</text>",
            LEFT - 10.0
        )?;
        for (bar, (kind, value)) in kinds.iter().zip(values).enumerate() {
            let Some(value) = value else { continue };
            let (y, long) = (top + BAR * bar as f64, scale(*value).max(1.0));
            writeln!(
                svg,
                "<rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{long:.1}\" height=\"{}\" fill=\"{}\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" fill=\"#4a5663\">{}</text>",
                BAR - 2.0,
                kind.color,
                LEFT + long + 6.0,
                y + 9.5,
                written(*value)
            )?;
        }
    }
    svg += "</svg>\n";
    Ok(svg)
}

/// A value with as many digits as can be compared.
fn written(value: f64) -> String {
    match value {
        _ if value >= 1e6 => format!("{:.2} M", value / 1e6),
        _ if value >= 1e4 => format!("{:.0} k", value / 1e3),
        _ if value >= 100.0 => format!("{value:.0}"),
        _ => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bar_ten_times_as_much_is_one_step_longer_and_what_is_missing_is_left_out() {
        let figures = json!({"scenes": {"typing": {"v": 10.0}, "term": {"v": 100.0}, "drag": {"v": 1000.0}}});
        let kinds = [Kind {
            name: "v",
            color: "#000000",
            value: |scene| at(scene, "/v"),
        }];
        let svg = drawing(&figures, "t", &kinds).unwrap();
        assert_eq!(svg.matches("height=\"11\"").count(), 1 + 3);
        let long = |value: f64| (value.log10() - 1.0) / 2.0 * (WIDTH - LEFT - 90.0);
        assert!(svg.contains(&format!("width=\"{:.1}\"", long(100.0))));
        assert!(svg.contains(&format!("width=\"{:.1}\"", long(1000.0))));
    }
}
