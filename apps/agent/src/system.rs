//! What the operator reads about this computer: claims, from what the system tells every program.

use chrono::{DateTime, Local};
use temoto_agent_ui::Lang;
use temoto_privilege::Rights;
use temoto_wire::proto::About;

/// The language of this computer; English for anything but Japanese.
pub fn language() -> Lang {
    temoto_host::language().map_or(Lang::En, |locale| Lang::of_locale(&locale))
}

/// This computer, in words.
pub fn about(lang: Lang) -> About {
    About {
        system: temoto_host::system_name(),
        software: software(lang, temoto_privilege::rights()),
        computer: temoto_host::computer_name(),
        language: if lang == Lang::Ja { "ja" } else { "en" }.to_owned(),
        // The driver knows which display it is.
        keyboard: String::new(),
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

/// The program, and which of this computer's rights it has where they are not a plain user's.
fn software(lang: Lang, rights: Rights) -> String {
    let program = concat!("Temoto ", env!("CARGO_PKG_VERSION"));
    match (lang, rights) {
        (Lang::Ja, Rights { elevated: true, .. }) => format!("{program}（管理者として実行中）"),
        (Lang::En, Rights { elevated: true, .. }) => format!("{program} (as administrator)"),
        (
            Lang::Ja,
            Rights {
                can_elevate: true, ..
            },
        ) => format!("{program}（管理者として実行できます）"),
        (
            Lang::En,
            Rights {
                can_elevate: true, ..
            },
        ) => {
            format!("{program} (could be allowed to run as administrator)")
        }
        (Lang::Ja | Lang::En, _) => program.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_told_where_they_are_not_a_plain_users() {
        let told = |rights: Rights| software(Lang::En, rights);
        let plain = told(Rights::default());
        assert_eq!(plain, concat!("Temoto ", env!("CARGO_PKG_VERSION")));
        let elevated = Rights {
            elevated: true,
            ..Rights::default()
        };
        assert!(told(elevated).starts_with(&plain) && told(elevated).contains("administrator"));
        let could = Rights {
            can_elevate: true,
            ..Rights::default()
        };
        assert_ne!(told(could), told(elevated));
        assert!(software(Lang::Ja, could).contains("管理者"));
    }

    #[test]
    fn a_moment_has_a_time_of_day_and_nonsense_has_none() {
        let time = time_of_day(1_795_795_200_000);
        assert_eq!((time.len(), time.find(':')), (5, Some(2)), "{time}");
        assert_eq!(time_of_day(u64::MAX), "");
    }
}
