//! Pictures in the chat: fetched by every end of the customer, through cuts and new starts, beside everything else.

#![expect(clippy::expect_used, reason = "what cannot happen fails the test")]

use temoto_codec::png;
use temoto_geometry::Size;
use temoto_scenario::{Who, World};
use temoto_session::{ConsoleCommand, SessionError};
use temoto_wire::limits::PICTURE_BYTES;

/// A picture that does not become small.
fn noise(side: u32, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as u8
    };
    let rgba: Vec<u8> = (0..side * side)
        .flat_map(|_| [next(), next(), next(), 255])
        .collect();
    png::encode(Size::new(side, side), &rgba, usize::MAX).expect("a possible size")
}

fn send(world: &mut World, png: &[u8]) {
    let png = png.to_vec();
    world
        .with_console(|console, now| console.send_picture(now, png))
        .expect("a picture");
}

/// What an end has, as pixels; `None` where it learned that it is gone.
fn pictures(world: &World, who: Who) -> Vec<(String, Option<png::Picture>)> {
    let settled = world.node(who).pictures.iter();
    settled
        .map(|one| {
            let pixels = one.png.as_ref().map(|png| png::decode(png).expect("a picture"));
            (one.id.clone(), pixels)
        })
        .collect()
}

fn line(world: &World, who: Who) -> (String, Vec<String>) {
    let chat = world.agent_view(who).chat;
    let line = chat.iter().rfind(|line| line.text == "picture").expect("a line");
    (line.id.clone(), line.arguments.clone())
}

#[test]
fn a_picture_reaches_page_and_program_pixel_by_pixel_and_the_operator_has_it_at_once() {
    let mut world = World::shared(1);
    let png = noise(220, 1);
    send(&mut world, &png);
    assert_eq!(pictures(&world, Who::Console).len(), 1);
    world.run_for(3_000);
    let pixels = png::decode(&png).expect("a picture");
    for who in [Who::Page, Who::Program] {
        let (id, arguments) = line(&world, who);
        assert_eq!(
            arguments,
            ["220".to_owned(), "220".to_owned(), png.len().to_string()]
        );
        assert_eq!(pictures(&world, who), [(id, Some(pixels.clone()))], "{who:?}");
    }
}

#[test]
fn a_cut_in_the_middle_is_only_a_pause() {
    let mut world = World::shared(2);
    let png = noise(400, 2);
    send(&mut world, &png);
    for _ in 0..3 {
        world.run_for(60);
        assert!(pictures(&world, Who::Program).is_empty(), "still on its way");
        world.cut();
        world.run_for(500);
        world.line_up = true;
        world.run_for(300);
    }
    world.run_for(20_000);
    let pixels = png::decode(&png).expect("a picture");
    assert_eq!(pictures(&world, Who::Program)[0].1, Some(pixels));
    assert_eq!(pictures(&world, Who::Program).len(), 1);
}

#[test]
fn a_page_that_was_loaded_anew_fetches_again_and_reads_what_is_gone() {
    let mut world = World::shared(3);
    send(&mut world, &noise(50, 3));
    world.run_for(2_000);
    let had = pictures(&world, Who::Page);
    world.reload(Who::Page);
    world.node_mut(Who::Page).pictures.clear();
    world.run_for(3_000);
    let again = pictures(&world, Who::Page);
    assert_eq!(again, had, "the console still has it");
    // A console that was loaded anew has none; who has it keeps it.
    world.reload(Who::Console);
    world.run_for(3_000);
    assert_eq!(pictures(&world, Who::Program), had);
    world.reload(Who::Page);
    world.run_for(3_000);
    let (id, _) = line(&world, Who::Page);
    assert_eq!(pictures(&world, Who::Page).last(), Some(&(id, None)));
}

#[test]
fn what_is_no_picture_or_too_large_is_not_sent() {
    let mut world = World::shared(4);
    let lines = world.console_view().chat.len();
    let refused = world.with_console(|console, now| console.send_picture(now, b"GIF89a".to_vec()));
    assert_eq!(refused, Err(SessionError::Malformed("no picture")));
    let mut long = noise(8, 4);
    long.resize(PICTURE_BYTES + 1, 0);
    send(&mut world, &long);
    world.run_for(300);
    assert_eq!(
        world.console_view().notice.expect("told").code,
        "picture_too_large"
    );
    assert_eq!(world.console_view().chat.len(), lines);
    world.console(ConsoleCommand::End);
    world.run_for(300);
    let over = world.with_console(|console, now| console.send_picture(now, noise(8, 4)));
    assert!(matches!(over, Err(SessionError::State(_))));
}

#[test]
fn a_word_does_not_wait_for_a_long_picture() {
    let mut world = World::shared(5);
    send(&mut world, &noise(1_000, 5));
    world.run_for(100);
    assert!(pictures(&world, Who::Program).is_empty(), "still on its way");
    let text = "読めますか".to_owned();
    world.console(ConsoleCommand::Chat { text: text.clone() });
    world.run_for(300);
    assert!(pictures(&world, Who::Program).is_empty(), "still on its way");
    let chat = world.agent_view(Who::Program).chat;
    assert_eq!(chat.last().expect("a line").text, text);
    world.run_for(60_000);
    assert_eq!(pictures(&world, Who::Program).len(), 1);
}
