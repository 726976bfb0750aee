//! Presses what it reads, and says what the watch sees: for tests with a real desktop.
//!
//! One command a line on the standard input: `key CODE down|up`, `text WORDS…` (`\n` is a line end, `\t` a tabulator),
//! `move X Y`, `button N down|up`, `wheel DX DY`, `locks`, `held`, `sleep MS` (repeats held keys meanwhile), `release`,
//! `rescue`, `own PROCESS` (its windows refuse from now on), `quit`. Every command is answered by a line `ok …` or
//! `error …`; what the customer does comes in between as `seen …`.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_input::{Button, InputError, InputSink, LocalEvent, LocalInputWatch, NativeSink, OwnWindows};
use temoto_keymap::Code;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = OwnWindows::of_this_process();
    let (mut sink, mut watch) = temoto_input::open(None, own.clone())?;
    let (over, waker) = (Arc::new(AtomicBool::new(false)), watch.waker());
    let ending = Arc::clone(&over);
    let watching = std::thread::spawn(move || {
        while !ending.load(Ordering::SeqCst) {
            match watch.wait(Duration::from_secs(5)) {
                Ok(events) => events.into_iter().for_each(tell),
                Err(error) => return say(&format!("seen loss: {error}")),
            }
        }
    });
    say("ok open");
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let line = line.trim_end_matches('\r');
        if line == "quit" {
            break;
        }
        match obey(&mut sink, &own, line) {
            Ok(answer) => say(&format!("ok {line}{answer}")),
            Err(error) => say(&format!("error {line}: {error}")),
        }
    }
    drop(sink);
    over.store(true, Ordering::SeqCst);
    waker.wake();
    watching.join().map_err(|_| "the watching thread panicked")?;
    say("ok quit");
    Ok(())
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody reads any more: the test is over.
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn tell(event: LocalEvent) {
    match event {
        LocalEvent::Activity { kind, .. } => say(&format!("seen {kind:?}")),
        LocalEvent::EndShortcut { .. } => say("seen EndShortcut"),
        _ => say("seen something new"),
    }
}

fn obey(sink: &mut NativeSink, own: &OwnWindows, line: &str) -> Result<String, Box<dyn std::error::Error>> {
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<&str> = rest.split_whitespace().collect();
    let done: Result<(), InputError> = match (command, words.as_slice()) {
        ("key", [code, down]) => {
            let code = Code::from_name(code).ok_or("no such key name")?;
            sink.key(code, *down == "down")
        }
        ("text", _) => sink.text(&rest.replace("\\n", "\n").replace("\\t", "\t")),
        ("move", [x, y]) => sink.pointer_to(Point::new(x.parse()?, y.parse()?)),
        ("button", [number, down]) => {
            let button = Button::from_number(number.parse()?).ok_or("no such button")?;
            sink.button(button, *down == "down")
        }
        ("wheel", [dx, dy]) => sink.wheel(dx.parse()?, dy.parse()?),
        ("locks", _) => return Ok(format!(" {:?}", sink.locks()?)),
        ("held", _) => return Ok(format!(" {:?}", sink.held())),
        ("release", _) => sink.release_all(),
        ("rescue", _) => {
            sink.rescue().release();
            Ok(())
        }
        ("own", [process]) => {
            own.add_process(process.parse()?);
            Ok(())
        }
        ("sleep", [millis]) => {
            let end = Instant::now() + Duration::from_millis(millis.parse()?);
            while let Some(left) = end.checked_duration_since(Instant::now()) {
                let next = sink.maintain()?.unwrap_or(left);
                std::thread::sleep(next.min(left));
            }
            Ok(())
        }
        _ => return Err("no such command".into()),
    };
    done?;
    Ok(String::new())
}
