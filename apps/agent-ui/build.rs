//! Compiles `ui/` and tells the crate which window system it is built for.

fn main() {
    let target = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let windows = match target.as_str() {
        "windows" => "windows",
        "linux" => "x11",
        other => panic!("no windows are drawn on {other} yet"),
    };
    println!("cargo::rustc-check-cfg=cfg(window_system, values(\"windows\", \"x11\"))");
    println!("cargo::rustc-cfg=window_system=\"{windows}\"");

    let config = slint_build::CompilerConfiguration::new().with_style("fluent".into());
    if let Err(error) = slint_build::compile_with_config("ui/app.slint", config) {
        panic!("{error}");
    }
}
