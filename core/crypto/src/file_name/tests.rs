//! Names as they are built, as systems and people change them, and as an attacker would write them.

use super::*;
use proptest::prelude::*;

fn token() -> Token {
    Token::from_bytes(*b"0123456789abcdef")
}

fn name(host: &str, port: Option<u16>, key: Option<[u8; 10]>) -> FileName {
    FileName {
        host: Host::parse(host).unwrap(),
        port,
        key,
        token: token(),
    }
}

fn parse(text: &str) -> Option<FileName> {
    FileName::parse(text).ok()
}

#[test]
fn every_form_reads_back_as_built() {
    for host in [
        "support.example",
        "localhost",
        "xn--wgv71a119e.example",
        "10.0.0.7",
        "::1",
        "2001:db8::7:1",
    ] {
        for port in [None, Some(8443)] {
            for key in [None, Some(*b"0123456789")] {
                let built = name(host, port, key);
                let stem = built.stem().unwrap();
                assert!(parse(&stem).unwrap() == built, "{stem}");
                assert!(stem.is_ascii() && !stem.contains([':', '/', '\\']), "{stem}");
            }
        }
    }
}

#[test]
fn what_systems_append_is_ignored() {
    let built = name("support.example", Some(8443), None);
    let stem = built.stem().unwrap();
    for suffix in [
        "",
        ".exe",
        ".EXE",
        ".tar",
        ".tar.gz",
        " (1).exe",
        "(1).exe",
        " (23).exe",
        " - Copy.exe",
        " - Copy (2).exe",
        " - コピー.exe",
        " - コピー (2).exe",
        "のコピー",
        "のコピー2",
        " copy 2",
        "-2.exe",
        ".exe.download",
        ".exe (1)",
        " (1)(2).exe",
        "_1.exe",
        ".exe ",
        "\u{3000}.exe",
        "（1）.exe",
        " (1) (2).exe",
        "[1].exe",
        " - Copy - Copy.exe",
        " - コピー - コピー (3).exe",
        "のコピー 2.exe",
        " のコピー(1).exe",
        ".exe.exe",
        ".Exe",
        ".exe - ショートカット.lnk",
        ".exe.crdownload",
        ".exe.part",
        ".exe:Zone.Identifier",
        ".zip",
        ".exe.zip",
        ".exe.7z",
        ".exe.quarantined",
        ".exe_virus",
        "_infected.exe",
        " [スキャン済み].exe",
        "～検疫済.exe",
        ".exe   ",
        ".exe\u{a0}",
        ".exe.",
        " .exe",
        "\u{202e}exe.gpj",
    ] {
        let full = format!("{stem}{suffix}");
        assert!(parse(&full).is_some_and(|parsed| parsed == built), "{full}");
    }
}

#[test]
fn what_systems_put_before_and_paths_are_ignored() {
    let built = name("support.example", None, None);
    let stem = built.stem().unwrap();
    for before in [
        "/media/usb/",
        "D:\\ダウンロード\\",
        "./",
        "Copy of ",
        "コピー ～ ",
        "a_b/",
        " ",
        "C:\\Users\\山田 太郎\\Downloads\\",
        "C:\\Users\\山田_太郎\\OneDrive - 株式会社例\\デスクトップ\\新しいフォルダー (2)\\",
        "C:\\Users\\taro\\AppData\\Local\\Temp\\Temp1_temoto_other.example.zip\\",
        "\\\\?\\C:\\ダウンロード\\",
        "\\\\サーバー\\共有$\\",
        "コピー - ",
        "Copy (2) of ",
        "コピー (2) ～ ",
        "[安全] ",
    ] {
        let full = format!("{before}{stem}.exe");
        assert!(parse(&full).is_some_and(|parsed| parsed == built), "{full}");
    }
}

#[test]
fn letters_may_have_been_changed_in_case() {
    let built = name("support.example", None, None);
    let shouted = built.stem().unwrap().to_uppercase();
    assert!(parse(&format!("{shouted}.EXE")).unwrap() == built);
}

#[test]
fn what_was_changed_at_both_ends_and_inside_is_still_read() {
    let built = name("support.example.co.jp", Some(8443), Some(*b"0123456789"));
    let shouted = built.stem().unwrap().to_uppercase();
    let full = format!("D:\\山田_太郎\\コピー ～ {shouted} (1) - コピー.EXE .zip ");
    assert!(parse(&full).is_some_and(|parsed| parsed == built), "{full}");
}

#[test]
fn a_lost_name_is_no_name() {
    for lost in [
        "TEMOTO~1.EXE",
        "未確認 123456.crdownload",
        "Unconfirmed 123456.crdownload",
        "ダウンロード.exe",
        "download (3).exe",
        "新しいフォルダー",
        "サポート.exe",
        "setup.exe",
        "C:\\temoto_support.example\\",
    ] {
        assert!(parse(lost).is_none(), "{lost}");
    }
}

#[test]
fn names_that_say_nothing_are_refused() {
    let good = name("support.example", None, None).stem().unwrap();
    let token = token().letters();
    for bad in [
        String::new(),
        "temoto.exe".into(),
        "temoto_support.example.exe".into(),
        format!("temoto_{}.exe", *token),
        format!("{}.exe", *token),
        format!("tomato_support.example_{}.exe", *token),
        format!("xtemoto_support.example_{}.exe", *token),
        format!("{good}x.exe"),
        format!("{}.exe", &good[..good.len() - 1]),
        format!("temoto_a.example_0_{}", *token),
        format!("temoto_a.example_080_{}", *token),
        format!("temoto_a.example_65536_{}", *token),
        format!("temoto_a.example_8443_8444_{}", *token),
        format!("temoto_a.example_short_{}", *token),
        format!("temoto__{}", *token),
        format!("temoto_a.example__{}", *token),
        format!("temoto_a.example_8443_0123456789abcdef_x_{}", *token),
        "_".repeat(1000),
        "temoto_".repeat(200),
    ] {
        assert!(parse(&bad).is_none(), "{bad}");
    }
}

#[test]
fn hosts_that_could_mislead_are_refused() {
    let token = token().letters();
    for host in [
        "..",
        "a..b",
        ".a",
        "a.",
        "-a.example",
        "a-.example",
        "a b",
        "a%2eb",
        "user@host",
        "host#x",
        "[::1]",
        "::1",
        "1.2.3",
        "256.1.1.1",
        "01.2.3.4",
        "0x7f000001",
        "127.1",
        "2130706433",
        "exämple.com",
        "ｅxample",
        "a\u{0}b",
        "a\u{202e}b",
        "a:1",
        "fe80--1%eth0",
        "例え.example",
    ] {
        assert!(parse(&format!("temoto_{host}_{}", *token)).is_none(), "{host}");
    }
}

#[test]
fn a_name_that_would_read_as_an_address_is_not_written() {
    let twisted = FileName {
        host: Host::Name("a--b".into()),
        ..name("x.example", None, None)
    };
    assert_eq!(twisted.stem(), Err(FileNameError::NotWritable));
    let long = format!("{}.example", ["a".repeat(60).as_str(); 4].join("."));
    assert!(name(&long[..250.min(long.len())], None, None).stem().is_err());
}

#[test]
fn the_rightmost_token_counts() {
    let (first, second) = (Token::from_bytes([1; 16]), Token::from_bytes([2; 16]));
    let text = format!("temoto_a.example_{}_{}", *first.letters(), *second.letters());
    // The left one is then no port and no key.
    assert!(parse(&text).is_none());
}

#[test]
fn authorities_have_one_form() {
    for (text, wanted) in [
        ("Support.Example", "support.example"),
        ("support.example:443", "support.example"),
        ("support.example:8443", "support.example:8443"),
        ("localhost:80", "localhost"),
        ("localhost:443", "localhost:443"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[2001:DB8::1]:8443", "[2001:db8::1]:8443"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("[::1]:80", "[::1]"),
    ] {
        let (host, port) = parse_authority(text).unwrap();
        assert_eq!(authority(&host, port), wanted);
    }
    for bad in [
        "",
        ":",
        "a:",
        "a:0",
        "a:99999",
        "a:b",
        "[::1",
        "::1]",
        "a b",
        "[::1]x:80",
        "http://a",
    ] {
        assert!(parse_authority(bad).is_err(), "{bad}");
    }
}

#[test]
fn loopback_names_are_told_apart() {
    for (host, loopback) in [
        ("localhost", true),
        ("a.localhost", true),
        ("127.3.2.1", true),
        ("::1", true),
        ("localhost.example", false),
        ("10.0.0.1", false),
        ("notlocalhost", false),
    ] {
        assert_eq!(Host::parse(host).unwrap().is_loopback(), loopback, "{host}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_fail_hard(text in "\\PC{0,300}") {
        let _ = FileName::parse(&text);
        let _ = parse_authority(&text);
    }

    #[test]
    fn near_misses_never_panic_and_what_parses_builds(
        host in "[a-z0-9.-]{1,40}", middle in "[a-z0-9_]{0,30}", suffix in "\\PC{0,20}"
    ) {
        let text = format!("temoto_{host}_{middle}_{}{suffix}", *token().letters());
        if let Ok(parsed) = FileName::parse(&text) {
            let stem = parsed.stem().unwrap();
            prop_assert!(FileName::parse(&stem).unwrap() == parsed);
        }
    }

    #[test]
    fn every_address_survives(bits in any::<u128>(), port in 1u16..) {
        let built = FileName {
            host: Host::V6(Ipv6Addr::from(bits)), port: Some(port), key: None, token: token()
        };
        prop_assert!(FileName::parse(&built.stem().unwrap()).unwrap() == built);
    }
}
