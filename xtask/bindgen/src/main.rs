//! Writes the JavaScript and the types around a WebAssembly file; run by `cargo xtask wasm`.
//!
//! A program of its own so that xtask stays light. `wasm-bindgen-cli` does the same and takes minutes to install.

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let input = args.next().context("usage: xtask-bindgen <file.wasm> <folder>")?;
    let output = args.next().context("usage: xtask-bindgen <file.wasm> <folder>")?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(true)
        .out_name("temoto_wasm")
        .generate(output)
}
