//! Documents for the programs of the scenes: a letter for the word processor, a page for the browser.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::START;
use super::material::{capital, code, japanese, paragraph, photos, sentence, word};
use crate::desktop::Desktop;
use crate::random::Random;
use crate::stage::Stage;

/// A document as flat OpenDocument text.
pub fn document(desktop: &Desktop, random: &mut Random) -> Result<PathBuf> {
    let fonts = [
        "DejaVu Sans",
        "DejaVu Serif",
        "Noto Sans CJK JP",
        "Noto Serif CJK JP",
    ];
    let (font, points) = (random.pick(&fonts), random.between(10, 14));
    let mut body = format!(
        "<text:h text:style-name=\"H\" text:outline-level=\"1\">{}</text:h>",
        sentence(random)
    );
    for _ in 0..24 {
        let text = if random.chance(25) {
            japanese(random)
        } else {
            paragraph(random)
        };
        write!(body, "<text:p text:style-name=\"P\">{text}</text:p>")?;
    }
    let style = |name: &str, size: i32, more: &str| {
        format!(
            "<style:style style:name=\"{name}\" style:family=\"paragraph\"><style:paragraph-properties \
             fo:margin-bottom=\"0.25cm\"/><style:text-properties fo:font-family=\"'{font}'\" \
             fo:font-size=\"{size}pt\" style:font-size-asian=\"{size}pt\" {more}/></style:style>"
        )
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
         xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
         xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" office:version=\"1.2\" \
         office:mimetype=\"application/vnd.oasis.opendocument.text\"><office:automatic-styles>{}{}\
         </office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document>",
        style("H", points + 8, "fo:font-weight=\"bold\""),
        style("P", points, ""),
    );
    let file = desktop.home.join("letter.fodt");
    fs::write(&file, text)?;
    Ok(file)
}

/// Opens a document in the word processor and waits until it is there.
pub fn open_writer(stage: &mut Stage<'_>, random: &mut Random) -> Result<u32> {
    let file = document(&stage.desktop, random)?;
    let profile = stage.desktop.home.join("office");
    let user = profile.join("user");
    fs::create_dir_all(&user)?;
    let item = |path: &str, name: &str, value: &str| {
        format!(
            "<item oor:path=\"{path}\"><prop oor:name=\"{name}\" oor:op=\"fuse\"><value>{value}</value></prop></item>"
        )
    };
    let misc = "/org.openoffice.Office.Common/Misc";
    let mut items = item(misc, "ShowTipOfTheDay", "false") + &item(misc, "FirstRun", "false");
    items += &item("/org.openoffice.Setup/Product", "WhatsNew", "false");
    items += &item("/org.openoffice.Setup/Product", "ooSetupLastVersion", "7.4");
    if stage.desktop.look().dark {
        let colors = "/org.openoffice.Office.UI/ColorScheme/ColorSchemes/\
                      org.openoffice.Office.UI:ColorScheme['LibreOffice']";
        items += &item(&format!("{colors}/DocColor"), "Color", "1842204");
        items += &item(&format!("{colors}/AppBackground"), "Color", "3355443");
    }
    let settings = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\" \
         xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         {items}</oor:items>"
    );
    fs::write(user.join("registrymodifications.xcu"), settings)?;
    let profile = format!("-env:UserInstallation=file://{}", profile.display());
    let file = file.to_string_lossy();
    let words = [
        "--norestore",
        "--nologo",
        "--nofirststartwizard",
        &profile,
        "--writer",
        &file,
    ];
    stage.desktop.start("soffice", &words)?;
    let window = stage.hands.window("letter.fodt", START)?;
    stage.hands.maximize(window)?;
    stage.started()?;
    Ok(window)
}

/// Opens a long page in the browser and waits until it is there.
pub fn open_browser(stage: &mut Stage<'_>, random: &mut Random) -> Result<u32> {
    let pictures = photos(&stage.desktop, random, 8)?;
    let title = format!("{} {}", capital(word(random)), capital(word(random)));
    let file = stage.desktop.home.join("page.html");
    fs::write(&file, page(random, &title, &pictures, stage.desktop.look().dark)?)?;
    let size = stage.desktop.look().size;
    let profile = format!("--user-data-dir={}", stage.desktop.home.join("browser").display());
    let scale = format!("--force-device-scale-factor={}", stage.desktop.look().scale);
    let place = format!("--window-size={},{}", size.width, size.height);
    let file = format!("file://{}", file.display());
    let mut words = vec![
        "--no-sandbox",
        "--test-type",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-smooth-scrolling",
        "--disable-gpu",
        "--password-store=basic",
        "--window-position=0,0",
        &profile,
        &scale,
        &place,
    ];
    if stage.desktop.look().dark {
        words.push("--force-dark-mode");
    }
    words.push(&file);
    stage.desktop.start("chromium", &words)?;
    let window = stage.hands.window(&title, START)?;
    stage.hands.maximize(window)?;
    stage.started()?;
    Ok(window)
}

fn page(random: &mut Random, title: &str, pictures: &[PathBuf], dark: bool) -> Result<String> {
    let fonts = [
        "DejaVu Sans",
        "DejaVu Serif",
        "Noto Sans CJK JP",
        "Noto Serif CJK JP",
    ];
    let (paper, ink, line) = if dark {
        ("#16181c", "#d8dade", "#3a3f47")
    } else {
        ("#ffffff", "#22262b", "#d0d4da")
    };
    let hue = random.below(360);
    let (size, width) = (random.between(14, 18), random.between(860, 1280));
    let mut body = String::new();
    // Every eight blocks have all kinds, so that no page is without pictures.
    let mut kinds: Vec<usize> = Vec::new();
    for number in 0..64 {
        if kinds.is_empty() {
            kinds.extend(0..8);
            random.shuffle(&mut kinds);
        }
        match kinds.pop().unwrap_or_default() {
            0 => table(&mut body, random)?,
            1 => {
                let lines = random.below(18) + 6;
                let text = code(random, lines)
                    .join("\n")
                    .replace('&', "&amp;")
                    .replace('<', "&lt;");
                write!(body, "<pre>{text}</pre>")?;
            }
            2 | 6 => {
                let picture = pictures[random.below(pictures.len())].display();
                let (wide, high) = (random.between(40, 100), random.between(240, 520));
                write!(
                    body,
                    "<figure><img src=\"file://{picture}\" style=\"width:{wide}%;height:{high}px\"><figcaption>{}\
                     </figcaption></figure>",
                    sentence(random)
                )?;
            }
            3 | 4 => write!(body, "<p lang=\"ja\">{}</p>", japanese(random))?,
            5 => {
                let items = (0..random.between(3, 7)).map(|_| format!("<li>{}</li>", sentence(random)));
                let items: String = items.collect();
                write!(body, "<ul>{items}</ul>")?;
            }
            _ => write!(
                body,
                "<p>{} <a href=\"#\">{}</a> {}</p>",
                paragraph(random),
                word(random),
                sentence(random)
            )?,
        }
        if number % 4 == 3 {
            write!(body, "<h2>{}. {}</h2>", number / 4 + 1, sentence(random))?;
        }
    }
    let font = random.pick(&fonts);
    Ok(format!(
        "<!doctype html><meta charset=\"utf-8\"><title>{title}</title><style>\
         body{{margin:0;font:{size}px/1.55 '{font}',sans-serif;background:{paper};color:{ink}}}\
         header{{position:sticky;top:0;padding:12px 24px;background:hsl({hue} 55% 38%);color:#fff;\
         box-shadow:0 2px 8px #0006}}header b{{margin-right:32px}}header span{{margin-right:20px}}\
         main{{max-width:{width}px;margin:0 auto;padding:16px 24px}}a{{color:hsl({hue} 60% 50%)}}\
         pre{{background:hsl({hue} 12% 50% / .14);padding:12px;border-radius:6px;font:13px/1.4 'DejaVu Sans Mono'}}\
         table{{border-collapse:collapse;width:100%}}td,th{{border:1px solid {line};padding:5px 9px;text-align:left}}\
         tr:nth-child(even){{background:hsl({hue} 20% 50% / .1)}}img{{object-fit:cover;border-radius:8px}}\
         figure{{margin:20px 0}}figcaption{{font-size:.85em;opacity:.7}}</style>\
         <header><b>{title}</b><span>{}</span><span>{}</span><span>{}</span></header><main><h1>{}</h1>{body}</main>",
        word(random),
        word(random),
        word(random),
        sentence(random),
    ))
}

fn table(body: &mut String, random: &mut Random) -> Result<()> {
    let columns = random.between(3, 6);
    body.push_str("<table><tr>");
    for _ in 0..columns {
        write!(body, "<th>{}</th>", capital(word(random)))?;
    }
    body.push_str("</tr>");
    for row in 0..random.between(5, 14) {
        write!(body, "<tr><td>{row}</td>")?;
        for _ in 1..columns {
            match random.below(3) {
                0 => write!(body, "<td>{}</td>", random.below(100_000))?,
                1 => write!(body, "<td>{} {}</td>", word(random), word(random))?,
                _ => write!(body, "<td>{}.{:02} %</td>", random.below(100), random.below(100))?,
            }
        }
        body.push_str("</tr>");
    }
    body.push_str("</table>");
    Ok(())
}
