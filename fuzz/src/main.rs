//! Makes up inputs for the target that `TEMOTO_FUZZ_TARGET` names. What a target does stands in `tests/fuzz`;
//! one program for all of them, so that a new parser is one row there and nothing here.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use temoto_fuzz::Target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("TEMOTO_FUZZ_TARGET").unwrap_or_default();
    temoto_fuzz::target(&name).unwrap_or_else(|| panic!("TEMOTO_FUZZ_TARGET={name} is no target"))
});

fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
