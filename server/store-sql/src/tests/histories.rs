//! The history: found, noted, kept for a time, and a person taken out of it.

use temoto_model::audit::AuditKind;
use temoto_model::history::{FILES, Interval, MOMENTS, Moment, Used};
use temoto_model::session::EndReason;
use temoto_model::{SessionId, Timestamp};
use temoto_store::{
    Audits as _, Erasure, FileReceipt, Histories as _, HistoryFilter, RelayChange, RelayStore as _, Report,
    Sessions as _,
};

use super::{NOW, World, minutes};

on_every_database! {
    a_session_is_told_with_what_was_said_of_it,
    a_history_is_searched_and_turned_page_by_page,
    sessions_at_once_are_those_that_ran_in_that_time,
    a_history_is_kept_as_long_as_was_decided,
    a_person_is_taken_out,
    a_history_of_others_is_not_seen,
    receipts_of_files_are_kept_in_order_and_not_without_end,
    receipts_of_files_go_with_their_session_and_with_its_customer,
    receipts_of_files_are_told_for_the_sessions_of_a_filter,
    moments_are_kept_in_order_and_not_without_end,
    moments_go_with_their_session_and_with_its_customer,
}

async fn ran(world: &World, n: u64, customer: &str) -> SessionId {
    let at = NOW.plus(minutes(n * 10));
    let session = world.new_session(at);
    let code = world.new_code(&format!("{n:04}"), at);
    let store = &world.store;
    store.open_session(&session, &code, &[]).await.unwrap();
    let joined = RelayChange::Joined {
        session: session.id,
        at: at.plus(minutes(1)),
    };
    store.apply(&joined).await.unwrap();
    let report = Report {
        customer: customer.to_owned(),
        system: "Windows 11".to_owned(),
        functions: Used::Screen.bit(),
        files: vec![receipt(n, "見積書.pdf")],
        moments: vec![(at.plus(minutes(2)), Moment::Screenshot)],
    };
    store.report(session.id, &report, &[]).await.unwrap();
    let event = world.event(AuditKind::SessionEnded, at);
    let end = at.plus(minutes(5));
    store
        .end_session(session.id, EndReason::Console, end, &event)
        .await
        .unwrap();
    session.id
}

fn all(world: &World) -> HistoryFilter {
    HistoryFilter {
        organisation: world.organisation,
        operator: None,
        from: None,
        to: None,
        text: None,
        before: None,
        limit: 100,
    }
}

async fn found(world: &World, filter: &HistoryFilter) -> Vec<SessionId> {
    let rows = world.store.history(filter).await.unwrap();
    rows.iter().map(|row| row.session).collect()
}

async fn a_session_is_told_with_what_was_said_of_it(world: World) {
    let session = ran(&world, 0, "山田商店").await;
    let more = Report {
        functions: Used::Control.bit(),
        ..Report::default()
    };
    let grant = world.event(AuditKind::GrantGiven, NOW);
    world.store.report(session, &more, &[grant]).await.unwrap();
    let event = world.event(AuditKind::HistoryNoted, NOW);
    world
        .store
        .set_note(session, "印刷できない", "#20418", &event)
        .await
        .unwrap();
    let rows = world.store.history(&all(&world)).await.unwrap();
    let row = &rows[0];
    assert_eq!((row.session, row.name.as_str()), (session, "佐藤 花子"));
    assert_eq!(row.joined_at, Some(NOW.plus(minutes(1))));
    assert_eq!(row.ended, Some((NOW.plus(minutes(5)), EndReason::Console)));
    let said = &row.details;
    assert_eq!(
        (said.customer.as_str(), said.system.as_str()),
        ("山田商店", "Windows 11")
    );
    assert_eq!(
        (said.note.as_str(), said.ticket.as_str()),
        ("印刷できない", "#20418")
    );
    assert!(Used::of(said.functions).eq([Used::Screen, Used::Control]));
    let trail = world.store.audit_rows(world.organisation, 0, 100).await.unwrap();
    let kinds: Vec<&str> = trail.iter().map(|row| row.kind.as_str()).collect();
    assert!(
        kinds.contains(&"grant_given") && kinds.contains(&"history_noted"),
        "{kinds:?}"
    );
}

async fn a_history_is_searched_and_turned_page_by_page(world: World) {
    let mut sessions = Vec::new();
    for n in 0..5 {
        sessions.push(ran(&world, n, if n % 2 == 0 { "山田商店" } else { "100%_Suzuki" }).await);
    }
    sessions.reverse();
    let mut filter = all(&world);
    assert_eq!(found(&world, &filter).await, sessions);
    filter.limit = 2;
    let mut turned = Vec::new();
    loop {
        let page = world.store.history(&filter).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some((last.started_at, last.session));
        turned.extend(page.iter().map(|row| row.session));
    }
    assert_eq!(turned, sessions);

    let text = |text: &str| HistoryFilter {
        text: Some(text.to_owned()),
        ..all(&world)
    };
    assert_eq!(found(&world, &text("山田")).await.len(), 3);
    assert_eq!(found(&world, &text("suzuki")).await.len(), 2);
    assert_eq!(found(&world, &text("0%_S")).await.len(), 2);
    assert_eq!(found(&world, &text("%")).await.len(), 2);
    assert_eq!(found(&world, &text("0_S")).await.len(), 0);
    assert_eq!(found(&world, &text("花子")).await.len(), 5);
    assert_eq!(found(&world, &text("' OR 1=1 --")).await.len(), 0);
    let between = HistoryFilter {
        from: Some(NOW.plus(minutes(10))),
        to: Some(NOW.plus(minutes(30))),
        operator: Some(world.user),
        text: Some("山田".to_owned()),
        ..all(&world)
    };
    assert_eq!(found(&world, &between).await, [sessions[2]]);
}

async fn sessions_at_once_are_those_that_ran_in_that_time(world: World) {
    for n in 0..3 {
        ran(&world, n, "").await;
    }
    let store = &world.store;
    let between = async |from, to, operator| {
        store
            .intervals(
                world.organisation,
                operator,
                NOW.plus(minutes(from)),
                NOW.plus(minutes(to)),
            )
            .await
            .unwrap()
    };
    assert_eq!(between(0, 60, None).await.len(), 3);
    assert_eq!(between(0, 60, Some(world.user)).await.len(), 3);
    let nobody = temoto_model::UserId::from_bytes([9; 16]);
    assert_eq!(between(0, 60, Some(nobody)).await, []);
    let second = Interval {
        from: NOW.plus(minutes(11)),
        to: Some(NOW.plus(minutes(15))),
    };
    assert_eq!(between(12, 13, None).await, [second]);
    assert_eq!(between(6, 10, None).await, []);
}

async fn a_history_is_kept_as_long_as_was_decided(world: World) {
    let (old, young) = (ran(&world, 0, "a").await, ran(&world, 6, "b").await);
    let day = minutes(24 * 60);
    let store = &world.store;
    let later = NOW.plus(minutes(30)).plus(day);
    assert_eq!(store.keep_days(world.organisation).await.unwrap(), None);
    assert_eq!(store.expire_history(later).await.unwrap(), 0);
    let event = world.event(AuditKind::RetentionChanged, NOW);
    store
        .set_keep_days(world.organisation, Some(1), &event)
        .await
        .unwrap();
    assert_eq!(store.keep_days(world.organisation).await.unwrap(), Some(1));
    assert_eq!(store.expire_history(later).await.unwrap(), 1);
    assert_eq!(store.expire_history(later).await.unwrap(), 0);
    assert_eq!(found(&world, &all(&world)).await, [young]);
    assert!(store.session(old).await.unwrap().is_none());
    store
        .set_keep_days(world.organisation, None, &event)
        .await
        .unwrap();
    assert_eq!(
        store
            .expire_history(Timestamp::from_millis(i64::MAX))
            .await
            .unwrap(),
        0
    );
}

async fn a_person_is_taken_out(world: World) {
    let (one, two) = (ran(&world, 0, "山田商店").await, ran(&world, 1, "山田").await);
    let event = world.event(AuditKind::HistoryErased, NOW);
    let store = &world.store;
    let erase = async |who| store.erase(world.organisation, &who, &event).await.unwrap();
    assert_eq!(erase(Erasure::Customer("山田".to_owned())).await, 1);
    let rows = store.history(&all(&world)).await.unwrap();
    let customers: Vec<&str> = rows.iter().map(|row| row.details.customer.as_str()).collect();
    assert_eq!(customers, ["", "山田商店"], "{one} {two}");
    // Those who can be taken out are those with sessions that ended.
    let idle = world.add_user("idle@example.com").await;
    let known = store.operators_of_history(world.organisation).await.unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!((known[0].id, known[0].sessions), (world.user, 2));
    assert_ne!(known[0].id, idle);
    // What runs stays until it ended.
    let running = world.new_session(NOW);
    let code = world.new_code("9999", NOW);
    store.open_session(&running, &code, &[]).await.unwrap();
    assert_eq!(erase(Erasure::Operator(world.user)).await, 2);
    assert_eq!(found(&world, &all(&world)).await, [running.id]);
    assert!(
        store
            .operators_of_history(world.organisation)
            .await
            .unwrap()
            .is_empty()
    );
    let trail = store.audit_rows(world.organisation, 0, 100).await.unwrap();
    let told: Vec<&str> = trail
        .iter()
        .filter(|row| row.kind == "history_erased")
        .map(|row| row.detail.as_str())
        .collect();
    assert_eq!(told, ["1", "2"]);
}

async fn a_history_of_others_is_not_seen(mut world: World) {
    let session = ran(&world, 0, "山田").await;
    let (ours, us) = (world.organisation, world.user);
    world.organisation = world.add_organisation("Second").await;
    assert!(found(&world, &all(&world)).await.is_empty());
    let event = world.event(AuditKind::HistoryErased, NOW);
    for who in [Erasure::Customer("山田".to_owned()), Erasure::Operator(us)] {
        assert_eq!(
            world.store.erase(world.organisation, &who, &event).await.unwrap(),
            0
        );
    }
    let policy = world.event(AuditKind::RetentionChanged, NOW);
    world
        .store
        .set_keep_days(world.organisation, Some(1), &policy)
        .await
        .unwrap();
    let later = Timestamp::from_millis(i64::MAX);
    assert_eq!(world.store.expire_history(later).await.unwrap(), 0);
    world.organisation = ours;
    assert_eq!(found(&world, &all(&world)).await, [session]);
}

fn receipt(n: u64, name: &str) -> FileReceipt {
    FileReceipt {
        at: NOW.plus(minutes(n)),
        to_customer: n.is_multiple_of(2),
        name: name.to_owned(),
        size: n << 40,
        hash: [u8::try_from(n % 256).unwrap(); 32],
    }
}

async fn receipts_of_files_are_kept_in_order_and_not_without_end(world: World) {
    let session = ran(&world, 0, "山田").await;
    for part in 0..=u64::from(FILES) / 100 {
        let files = (0..100).map(|n| receipt(part * 100 + n + 1, "'; DROP TABLE sessions; --.txt"));
        let report = Report {
            files: files.collect(),
            ..Report::default()
        };
        world.store.report(session, &report, &[]).await.unwrap();
    }
    let kept = world.store.files_of_session(session).await.unwrap();
    assert_eq!(kept.len(), usize::try_from(FILES).unwrap());
    assert_eq!(kept[0], receipt(0, "見積書.pdf"));
    assert_eq!(kept[999], receipt(999, "'; DROP TABLE sessions; --.txt"));
    // Of a session that there is not, nothing is kept.
    let nobody = SessionId::from_bytes([9; 16]);
    let report = Report {
        files: vec![receipt(1, "a")],
        ..Report::default()
    };
    world.store.report(nobody, &report, &[]).await.unwrap();
    assert!(world.store.files_of_session(nobody).await.unwrap().is_empty());
}

async fn receipts_of_files_go_with_their_session_and_with_its_customer(world: World) {
    let of = async |session| world.store.files_of_session(session).await.unwrap().len();
    let (one, two, three) = (
        ran(&world, 0, "山田商店").await,
        ran(&world, 1, "山田").await,
        ran(&world, 2, "山田").await,
    );
    assert_eq!((of(one).await, of(two).await, of(three).await), (1, 1, 1));
    let event = world.event(AuditKind::HistoryErased, NOW);
    let customer = Erasure::Customer("山田商店".to_owned());
    world
        .store
        .erase(world.organisation, &customer, &event)
        .await
        .unwrap();
    assert_eq!((of(one).await, of(two).await, of(three).await), (0, 1, 1));
    let policy = world.event(AuditKind::RetentionChanged, NOW);
    world
        .store
        .set_keep_days(world.organisation, Some(1), &policy)
        .await
        .unwrap();
    // The first two have been over for a day, the third one not yet.
    let day = NOW.plus(minutes(24 * 60 + 16));
    assert_eq!(world.store.expire_history(day).await.unwrap(), 2);
    assert_eq!((of(two).await, of(three).await), (0, 1));
    let operator = Erasure::Operator(world.user);
    world
        .store
        .erase(world.organisation, &operator, &event)
        .await
        .unwrap();
    assert_eq!(of(three).await, 0);
}

async fn moments_are_kept_in_order_and_not_without_end(world: World) {
    let session = ran(&world, 0, "山田").await;
    let told: Vec<_> = Moment::ALL
        .into_iter()
        .map(|moment| (NOW.plus(minutes(3)), moment))
        .collect();
    let report = Report {
        moments: told.clone(),
        ..Report::default()
    };
    for _ in 0..=MOMENTS as usize / told.len() {
        world.store.report(session, &report, &[]).await.unwrap();
    }
    let kept = world.store.moments_of_session(session).await.unwrap();
    assert_eq!(kept.len(), usize::try_from(MOMENTS).unwrap());
    assert_eq!(kept[0], (NOW.plus(minutes(2)), Moment::Screenshot));
    assert_eq!(kept[1..=told.len()], told);
    // Of a session that there is not, nothing is kept.
    let nobody = SessionId::from_bytes([9; 16]);
    world.store.report(nobody, &report, &[]).await.unwrap();
    assert!(world.store.moments_of_session(nobody).await.unwrap().is_empty());
}

async fn moments_go_with_their_session_and_with_its_customer(world: World) {
    let of = async |session| world.store.moments_of_session(session).await.unwrap().len();
    let (one, two) = (ran(&world, 0, "山田商店").await, ran(&world, 1, "山田").await);
    assert_eq!((of(one).await, of(two).await), (1, 1));
    let event = world.event(AuditKind::HistoryErased, NOW);
    for (who, left) in [
        (Erasure::Customer("山田商店".to_owned()), (0, 1)),
        (Erasure::Operator(world.user), (0, 0)),
    ] {
        let done = world.store.erase(world.organisation, &who, &event).await;
        done.unwrap();
        assert_eq!((of(one).await, of(two).await), left, "{who:?}");
    }
}

async fn receipts_of_files_are_told_for_the_sessions_of_a_filter(mut world: World) {
    let (old, young) = (ran(&world, 0, "山田").await, ran(&world, 1, "鈴木").await);
    let report = Report {
        files: vec![receipt(3, "b.txt"), receipt(4, "a.txt")],
        ..Report::default()
    };
    world.store.report(old, &report, &[]).await.unwrap();
    // One without files.
    let silent = world.new_session(NOW.plus(minutes(60)));
    let code = world.new_code("9999", NOW);
    world.store.open_session(&silent, &code, &[]).await.unwrap();
    let rows = world.store.history(&all(&world)).await.unwrap();
    let counted: Vec<(SessionId, u32)> = rows.iter().map(|row| (row.session, row.files)).collect();
    assert_eq!(counted, [(silent.id, 0), (young, 1), (old, 3)]);
    assert_eq!(world.store.past_session(old).await.unwrap().unwrap().files, 3);

    let told = async |filter: &HistoryFilter, limit| {
        let files = world.store.files_of_history(filter, limit).await.unwrap();
        let named = files.into_iter().map(|(session, file)| (session, file.name));
        named.collect::<Vec<_>>()
    };
    let named = |session, name: &str| (session, name.to_owned());
    let of_old = [named(old, "見積書.pdf"), named(old, "b.txt"), named(old, "a.txt")];
    let every = [&[named(young, "見積書.pdf")], &of_old[..]].concat();
    assert_eq!(told(&all(&world), 100).await, every);
    assert_eq!(told(&all(&world), 2).await, every[..2]);
    let few = HistoryFilter {
        limit: 2,
        ..all(&world)
    };
    assert_eq!(told(&few, 100).await, every[..1]);
    let one = HistoryFilter {
        operator: Some(world.user),
        text: Some("山田".to_owned()),
        before: Some((NOW.plus(minutes(10)), young)),
        ..all(&world)
    };
    assert_eq!(told(&one, 100).await, of_old);
    let whole = world.store.files_of_history(&one, 1).await.unwrap();
    assert_eq!(whole, [(old, receipt(0, "見積書.pdf"))]);
    world.organisation = world.add_organisation("Second").await;
    let theirs = world.store.files_of_history(&all(&world), 100).await.unwrap();
    assert_eq!(theirs, []);
}
