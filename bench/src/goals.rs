//! The goals: what is reached, what is wanted, and whether that is enough. Ratios are taken within one run.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::scenes::Scene;

/// The scenes that the mean of all ratios is taken over.
const COUNTED: [Scene; 6] = [
    Scene::Typing,
    Scene::Term,
    Scene::Scroll,
    Scene::Drag,
    Scene::Switch,
    Scene::Photo,
];
/// The scenes with enough to encode that processor time can be compared.
const BUSY: [Scene; 4] = [Scene::Term, Scene::Scroll, Scene::Drag, Scene::Switch];
/// Scenes with how much of x264's bytes they may need.
const AGAINST_VIDEO: [(Scene, f64); 5] = [
    (Scene::Typing, 1.0),
    (Scene::Term, 1.0),
    (Scene::Drag, 1.0),
    (Scene::Switch, 1.0),
    (Scene::Scroll, 1.1),
];

/// Figures of one scene that goals are made of; what was not measured is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// Bytes per step of our codec, framed.
    pub bytes: Option<f64>,
    /// Bytes of our first picture, framed.
    pub join: Option<f64>,
    /// Our encoder's milliseconds per step, told what TigerVNC's server is told: the box around what changed.
    pub encode_ms_box: Option<f64>,
    /// The same with the platform's damage.
    pub encode_ms_damage: Option<f64>,
    /// Bytes per step of TigerVNC's best lossless setting, replay.
    pub tiger: Option<f64>,
    /// Bytes per step of Tight at level 2, replay.
    pub tight2: Option<f64>,
    /// Bytes of its first picture.
    pub tight2_join: Option<f64>,
    /// Its server's milliseconds per step.
    pub tight2_ms: Option<f64>,
    /// Bytes per step of Tight at level 2, live.
    pub live: Option<f64>,
    /// Bytes per step of x264.
    pub x264: Option<f64>,
    /// Our decoder's time in WebAssembly by that of the same program natively.
    pub wasm: Option<f64>,
}

/// Figures of a display at rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rest {
    /// Bytes per minute with nothing moving.
    pub still_bytes_per_min: Option<f64>,
    /// Percent of a core with nothing moving.
    pub still_percent: Option<f64>,
    /// Percent of a core with a caret.
    pub caret_percent: Option<f64>,
}

/// One goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Its name.
    pub key: String,
    /// What was reached; `None` when something that it needs was not measured.
    pub value: Option<f64>,
    /// The most that it may be.
    pub target: f64,
}

impl Goal {
    /// Whether it is reached.
    pub fn met(&self) -> bool {
        self.value.is_some_and(|value| value <= self.target)
    }
}

/// All goals of the issue.
pub fn all(scenes: &BTreeMap<Scene, Measured>, rest: Rest) -> Vec<Goal> {
    let get = |scene: Scene| scenes.get(&scene).copied().unwrap_or_default();
    let ratios = |of: &[Scene], ratio: &dyn Fn(Measured) -> Option<f64>| -> Option<Vec<f64>> {
        of.iter().map(|scene| ratio(get(*scene))).collect()
    };
    let bytes = ratios(&COUNTED, &|scene| by(scene.bytes, scene.tiger));
    let cpu = ratios(&BUSY, &|scene| by(scene.encode_ms_box, scene.tight2_ms));
    let join = ratios(&COUNTED, &|scene| by(scene.join, scene.tight2_join));
    let live = |scene: Scene| by(get(scene).bytes, get(scene).live);
    let photo = get(Scene::Photo);
    let idle = get(Scene::Idle);
    let mut goals = vec![
        goal(
            "bytes_vs_tigervnc",
            bytes.as_deref().and_then(geometric_mean),
            0.06,
        ),
        goal("bytes_worst_scene", bytes.as_deref().and_then(most), 0.5),
        goal("bytes_vs_live_term", live(Scene::Term), 0.05),
        goal("bytes_vs_live_drag", live(Scene::Drag), 0.4),
    ];
    for (scene, target) in AGAINST_VIDEO {
        let value = by(get(scene).bytes, get(scene).x264);
        goals.push(goal(&format!("bytes_vs_x264_{}", scene.name()), value, target));
    }
    goals.extend([
        goal(
            "encode_cpu_vs_tigervnc",
            cpu.as_deref().and_then(geometric_mean),
            0.5,
        ),
        goal("encode_cpu_vs_tigervnc_worst", cpu.as_deref().and_then(most), 0.8),
        goal(
            "encode_cpu_vs_tigervnc_photo",
            by(photo.encode_ms_box, photo.tight2_ms),
            1.5,
        ),
        goal("encode_ms_typing", get(Scene::Typing).encode_ms_damage, 1.0),
        goal("wasm_decode_vs_native", get(Scene::Scroll).wasm, 2.0),
        goal("join_bytes_vs_tigervnc", join.as_deref().and_then(mean), 0.4),
        goal("idle_bytes_per_min_still", rest.still_bytes_per_min, 300.0),
        goal("idle_bytes_vs_tight_caret", by(idle.bytes, idle.tight2), 1.0),
        goal("idle_cpu_still", rest.still_percent, 0.5),
        goal("idle_cpu_caret", rest.caret_percent, 0.5),
    ]);
    goals
}

/// The goals as in the file of results.
pub fn to_json(goals: &[Goal]) -> Value {
    let goals = goals.iter().map(|goal| {
        let value = json!({"value": goal.value, "target": goal.target, "met": goal.met()});
        (goal.key.clone(), value)
    });
    Value::Object(goals.collect::<Map<_, _>>())
}

fn goal(key: &str, value: Option<f64>, target: f64) -> Goal {
    Goal {
        key: key.to_owned(),
        value,
        target,
    }
}

fn by(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    Some(ours? / theirs.filter(|theirs| *theirs > 0.0)?)
}

fn geometric_mean(values: &[f64]) -> Option<f64> {
    mean(&values.iter().map(|value| value.ln()).collect::<Vec<_>>()).map(f64::exp)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn most(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenes() -> BTreeMap<Scene, Measured> {
        let measured = Measured {
            bytes: Some(5.0),
            join: Some(30.0),
            encode_ms_box: Some(2.0),
            encode_ms_damage: Some(0.5),
            tiger: Some(100.0),
            tight2: Some(200.0),
            tight2_join: Some(100.0),
            tight2_ms: Some(8.0),
            live: Some(50.0),
            x264: Some(10.0),
            wasm: Some(1.5),
        };
        Scene::ALL.into_iter().map(|scene| (scene, measured)).collect()
    }

    fn value(goals: &[Goal], key: &str) -> (Option<f64>, bool) {
        let goal = goals.iter().find(|goal| goal.key == key).unwrap();
        (goal.value.map(|value| (value * 1e6).round() / 1e6), goal.met())
    }

    #[test]
    fn ratios_are_of_one_scene_and_means_of_ratios() {
        let mut scenes = scenes();
        scenes.get_mut(&Scene::Photo).unwrap().bytes = Some(80.0);
        scenes.get_mut(&Scene::Term).unwrap().join = Some(150.0);
        let goals = all(&scenes, Rest::default());
        assert_eq!(value(&goals, "bytes_vs_tigervnc"), (Some(0.079370), false));
        assert_eq!(value(&goals, "bytes_worst_scene"), (Some(0.8), false));
        assert_eq!(value(&goals, "bytes_vs_live_term"), (Some(0.1), false));
        assert_eq!(value(&goals, "bytes_vs_x264_scroll"), (Some(0.5), true));
        assert_eq!(value(&goals, "encode_cpu_vs_tigervnc"), (Some(0.25), true));
        assert_eq!(value(&goals, "encode_ms_typing"), (Some(0.5), true));
        assert_eq!(value(&goals, "wasm_decode_vs_native"), (Some(1.5), true));
        assert_eq!(value(&goals, "join_bytes_vs_tigervnc"), (Some(0.5), false));
        assert_eq!(value(&goals, "idle_bytes_vs_tight_caret"), (Some(0.025), true));
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        let mut scenes = scenes();
        scenes.remove(&Scene::Drag);
        scenes.get_mut(&Scene::Term).unwrap().live = Some(0.0);
        let goals = all(&scenes, Rest::default());
        for key in [
            "bytes_vs_tigervnc",
            "bytes_vs_live_drag",
            "bytes_vs_live_term",
            "idle_cpu_still",
        ] {
            assert_eq!(value(&goals, key), (None, false), "{key}");
        }
        assert!(to_json(&goals)["bytes_vs_tigervnc"]["value"].is_null());
    }
}
