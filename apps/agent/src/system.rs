//! What the operator reads about this computer: claims, from what the system tells every program.

use std::fs::read_to_string;

use chrono::{DateTime, Local};
use temoto_agent_ui::Lang;
use temoto_wire::proto::About;

/// This computer, in words.
pub fn about(lang: Lang) -> About {
    About {
        system: system(),
        software: concat!("Temoto ", env!("CARGO_PKG_VERSION")).to_owned(),
        computer: computer(),
        language: if lang == Lang::Ja { "ja" } else { "en" }.to_owned(),
    }
}

/// The time of day of a moment, in Unix milliseconds, by the clock on this wall: `10:24`. Nothing for a moment that no calendar has.
pub fn time_of_day(at_ms: u64) -> String {
    let moment = i64::try_from(at_ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    moment.map_or_else(String::new, |moment| {
        moment.with_timezone(&Local).format("%H:%M").to_string()
    })
}

fn system() -> String {
    let release = read_to_string("/etc/os-release").unwrap_or_default();
    pretty_name(&release).unwrap_or_else(|| std::env::consts::OS.to_owned())
}

fn pretty_name(release: &str) -> Option<String> {
    let line = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim_matches(['"', '\'']).to_owned())
}

fn computer() -> String {
    let kernel = read_to_string("/proc/sys/kernel/hostname").ok();
    let name = kernel.or_else(|| std::env::var("COMPUTERNAME").ok());
    name.map(|name| name.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_named_as_it_names_itself() {
        assert_eq!(
            pretty_name("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n").as_deref(),
            Some("Debian GNU/Linux 12 (bookworm)")
        );
        assert_eq!(pretty_name("NAME=x"), None);
    }

    #[test]
    fn a_moment_has_a_time_of_day_and_nonsense_has_none() {
        let time = time_of_day(1_795_795_200_000);
        assert_eq!((time.len(), time.find(':')), (5, Some(2)), "{time}");
        assert_eq!(time_of_day(u64::MAX), "");
    }
}
