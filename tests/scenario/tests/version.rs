//! A program or page of yesterday: both ends are told to update, and nothing is lost by it.

use temoto_scenario::{Who, World};
use temoto_wire::relay::{Detached, FromServer};

/// The first byte of a lobby message is its type, the next two are the version.
const VERSION_AT: usize = 2;

#[test]
fn a_page_of_another_version_than_the_console_is_told_to_update_and_the_code_stays_good() {
    let mut world = World::new(1);
    let digits = world.digits();
    world.relay.forger = Some(Box::new(|who, mut message| {
        if let FromServer::Answer { lobby, .. } = &mut message {
            lobby[VERSION_AT] ^= 0x40;
        }
        vec![(who, message)]
    }));
    world.start_page(Who::Page, temoto_scenario::HOST, digits.clone());
    world.run_for(1_000);
    let view = world.agent_view(Who::Page);
    assert_eq!((view.phase, view.reason), ("refused", Some("update")));
    assert_eq!(world.console_view().code.expect("it waits").failures, 0);

    world.relay.forger = None;
    world.join_page();
}

#[test]
fn a_program_that_is_older_than_the_server_is_told_to_update() {
    let mut world = World::new(2);
    let digits = world.digits();
    world.relay.forger = Some(Box::new(|who, message| {
        if matches!(message, FromServer::Attempt { .. }) {
            vec![(Who::Page, FromServer::Detached(Detached::Version))]
        } else {
            vec![(who, message)]
        }
    }));
    world.start_page(Who::Page, temoto_scenario::HOST, digits);
    world.run_for(1_000);
    let view = world.agent_view(Who::Page);
    assert_eq!((view.phase, view.reason), ("refused", Some("update")));
    assert!(world.console_view().code.is_some());
}

#[test]
fn a_server_that_was_updated_meanwhile_sends_both_ends_to_the_new_page_and_the_session_goes_on() {
    let mut world = World::new(3);
    world.join_page();
    world.cut();
    world.relay.forger = Some(Box::new(|who, message| {
        if matches!(message, FromServer::Attached { .. }) {
            vec![(who, FromServer::Detached(Detached::Version))]
        } else {
            vec![(who, message)]
        }
    }));
    world.line_up = true;
    world.run_for(10_000);
    assert_eq!(world.console_view().link.closed, Some("version"));
    assert_eq!(world.agent_view(Who::Page).link.closed, Some("version"));
    for who in [Who::Console, Who::Page] {
        assert!(world.node(who).stored.is_some(), "{who:?} keeps the session");
    }

    // Loaded anew, both are of today.
    world.relay.forger = None;
    world.reload(Who::Console);
    world.reload(Who::Page);
    world.run_for(10_000);
    assert_eq!(world.agent_view(Who::Page).phase, "paired");
    assert!(world.console_view().page.expect("there").present);
}
