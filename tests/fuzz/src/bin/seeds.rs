//! Writes the inputs that the fuzzer begins with: `seeds <folder of corpora>`. Run by `cargo xtask fuzz`.

use std::path::PathBuf;
use std::{env, fs, io};

use temoto_fuzz::TARGETS;

fn main() -> io::Result<()> {
    let Some(corpora) = env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "usage: seeds <folder of corpora>",
        ));
    };
    for target in TARGETS {
        let folder = corpora.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:02}")), seed)?;
        }
    }
    Ok(())
}
