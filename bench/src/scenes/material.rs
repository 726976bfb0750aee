//! Texts, code and photographs for the scenes, made from a seed.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};

use crate::desktop::Desktop;
use crate::random::Random;

static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "\
    account address after again agent answer archive arrive before between black bridge bright \
    budget build button calendar careful change circle clear code color column common computer \
    contract copy corner customer daily delay deliver design device different document double early \
    edge engine error evening example field figure file first folder forest forward garden general \
    glass green ground group harbor heavy history house however image important input invoice island \
    kernel keyboard kitchen language large later letter level light little machine margin market \
    measure memory message metal middle minute model monitor morning mountain network never night \
    notice number object offer office often operator order packet page paper pattern people picture \
    pixel place plain point power present printer problem quality question quick quiet railway \
    reason record remote repair report request result river screen second service session several \
    shape shadow signal simple small source square station still stone street summer support system \
    table terminal their thread through ticket today together train travel under update upper value \
    version village visible water weather window winter without work world yellow yesterday",
    )
});
static SHORT: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "\
    a and at by for from in is it not of on or so that the to was we with",
    )
});
static JAPANESE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "\
    画面を共有する お客様の コンピューター 設定を確認し 接続 担当者が 操作しています 次の手順で \
    ファイルを開き 印刷 問い合わせ番号は 終了しました 更新 安全に ネットワーク 少々お待ちください \
    請求書 本日は 東京 大阪 電話で 八桁の数字を 入力してください 許可 表示されます 変更 右上の \
    ボタンを 押すと 保存 できません 原因を 調べて 再起動 後ほど ご連絡します 見本 第二章 詳しくは \
    説明書を",
    )
});

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A word.
pub fn word(random: &mut Random) -> &'static str {
    if random.chance(35) {
        random.pick(&SHORT)
    } else {
        random.pick(&WORDS)
    }
}

/// A sentence in English.
pub fn sentence(random: &mut Random) -> String {
    let words = random.between(6, 18);
    let mut text = String::new();
    for at in 0..words {
        let next = word(random);
        if at == 0 {
            text.extend(next.chars().take(1).flat_map(char::to_uppercase));
            text.extend(next.chars().skip(1));
        } else {
            text.push_str(if random.chance(8) { ", " } else { " " });
            text.push_str(next);
        }
    }
    text.push('.');
    text
}

/// Some sentences in English.
pub fn paragraph(random: &mut Random) -> String {
    let sentences = random.between(3, 8);
    (0..sentences)
        .map(|_| sentence(random))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Some sentences in Japanese.
pub fn japanese(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..random.between(3, 7) {
        for _ in 0..random.between(3, 7) {
            text.push_str(random.pick(&JAPANESE));
        }
        text.push('。');
    }
    text
}

/// Lines of code in a language that looks like one.
pub fn code(random: &mut Random, lines: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut depth = 0_usize;
    while out.len() < lines {
        let (a, b, c) = (word(random), word(random), word(random));
        let number = random.below(4096);
        let line = match random.below(9) {
            0 if depth < 4 => {
                depth += 1;
                format!("fn {a}_{b}({c}: &{}, limit: usize) -> Result<()> {{", capital(b))
            }
            1 if depth < 5 => {
                depth += 1;
                format!("if {a}.{b}() > {number} {{")
            }
            2 if depth < 5 => {
                depth += 1;
                format!("for {a} in {b}.iter().skip({number}) {{")
            }
            3 | 4 if depth > 0 => {
                depth -= 1;
                "}".to_owned()
            }
            5 => format!("// {}", sentence(random)),
            6 => format!("let {a} = {b}.{c}({number:#06x})?;"),
            7 => format!("self.{a}.push({}::new(\"{b}\", {number}));", capital(c)),
            8 if random.chance(50) => String::new(),
            _ => format!("{a}_{b} += {c} * {number};"),
        };
        let indent = if line.ends_with('{') { depth - 1 } else { depth };
        out.push(format!("{}{line}", "    ".repeat(indent)));
    }
    out
}

/// The word with a capital letter.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Photographs that lie on this machine, in a stable order.
fn photographs() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in ["nature", "abstract"] {
        let folder = Path::new("/usr/share/backgrounds/mate").join(folder);
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            // One picture is there in three sizes.
            let again = ["Elephants.jpg", "Elephants_5640x3172.jpg"].map(|name| path.ends_with(name));
            if path.extension().is_some_and(|end| end == "jpg") && again == [false; 2] {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        bail!("there are no photographs (package mate-backgrounds)");
    }
    Ok(found)
}

/// Makes `count` photographs as large as the screen from parts of those that there are, and gives their files.
pub fn photos(desktop: &Desktop, random: &mut Random, count: usize) -> Result<Vec<PathBuf>> {
    let size = desktop.look().size;
    let mut sources = photographs()?;
    random.shuffle(&mut sources);
    let mut made = Vec::new();
    for number in 0..count {
        let source = sources
            .get(number % sources.len())
            .context("there are photographs")?;
        let source = source.to_string_lossy();
        let sides = desktop.output("identify", &["-format", "%w %h", &source])?;
        let mut sides = sides.split_whitespace().map(str::parse::<i32>);
        let mut side = || {
            sides
                .next()
                .context("a photograph has sides")?
                .context("no number")
        };
        let (width, height) = (side()?, side()?);
        let part = random.between(85, 100);
        let (x, y) = (random.between(0, 100 - part), random.between(0, 100 - part));
        let share = |side: i32, percent: i32| side / 100 * percent;
        let crop = format!(
            "{}x{}+{}+{}",
            share(width, part),
            share(height, part),
            share(width, x),
            share(height, y)
        );
        let exact = format!("{}x{}", size.width, size.height);
        let fill = format!("{exact}^");
        let file = desktop.home.join(format!("photo-{number}.jpg"));
        let to = file.to_string_lossy();
        let mut words = vec![source.as_ref(), "-crop", &crop, "+repage"];
        if random.chance(50) {
            words.push("-flop");
        }
        words.extend([
            "-resize", &fill, "-gravity", "center", "-extent", &exact, "-quality", "92", &to,
        ]);
        desktop.run("convert", &words)?;
        made.push(file);
    }
    Ok(made)
}
