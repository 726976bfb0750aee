//! How large the program may be, and which crates its bytes are from when it is larger.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::process::capture;

/// What a customer waits for at the other end of a slow line.
const BUDGET_BYTES: u64 = 10_000_000;
/// So many crates are told.
const SHOWN: usize = 25;

/// Fails if the program is larger than it may be, after printing the size of each crate in `unstripped`.
pub fn within_budget(paths: &Paths, program: &Path, unstripped: &Path) -> Result<()> {
    let bytes = fs::metadata(program)?.len();
    if bytes <= BUDGET_BYTES {
        return Ok(());
    }
    let mut nm = paths.command("x86_64-w64-mingw32-nm");
    let symbols = capture(
        nm.args(["--print-size", "--size-sort", "--demangle"])
            .arg(unstripped),
    )?;
    let mut crates: Vec<(String, u64)> = by_crate(&symbols).into_iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    println!("bytes of code and data by crate:");
    for (name, bytes) in crates.iter().take(SHOWN) {
        println!("{bytes:>10} {name}");
    }
    bail!(
        "{} has {bytes} bytes, {} more than its budget of {BUDGET_BYTES}",
        program.display(),
        bytes - BUDGET_BYTES
    )
}

/// Adds up a list of symbols as `nm` writes it: address, size, kind, name.
fn by_crate(symbols: &str) -> BTreeMap<String, u64> {
    let mut crates = BTreeMap::new();
    for line in symbols.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(_), Some(size), Some(_), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        if let Ok(bytes) = u64::from_str_radix(size, 16) {
            *crates.entry(crate_of(name)).or_default() += bytes;
        }
    }
    crates
}

/// The crate of a path: of `<a::B as c::D>::e` and `<[a::B]>::c` it is `a`. What has no path is from C or from the compiler.
fn crate_of(name: &str) -> String {
    let mut start = name;
    while let Some(rest) = ["<", "&", "*", "[", "(", "mut ", "dyn ", "const "]
        .iter()
        .find_map(|before| start.strip_prefix(before))
    {
        start = rest;
    }
    match start.split_once("::") {
        Some((first, _)) if first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => first.to_owned(),
        _ => "(C and data without a name)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_added_up_by_crate() {
        let list = "\
0000000140001000 0000000000000010 t core::fmt::write
0000000140001010 0000000000000020 t <slint::Image as core::fmt::Debug>::fmt
0000000140001030 0000000000000003 T <&mut [slint::A]>::b
0000000140001040 00000000000000ff T ring_core_0_17_aes
nonsense";
        let crates = by_crate(list);
        let crates: Vec<(&str, u64)> = crates
            .iter()
            .map(|(name, bytes)| (name.as_str(), *bytes))
            .collect();
        assert_eq!(
            crates,
            [
                ("(C and data without a name)", 0xFF),
                ("core", 0x10),
                ("slint", 0x23)
            ]
        );
    }
}
