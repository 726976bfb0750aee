//! Sessions that have not ended: who sees which, paused and going on, and a lease that is free for one.

use temoto_model::account::Name;
use temoto_model::audit::AuditKind;
use temoto_model::lease::Standing;
use temoto_model::session::{EndReason, SessionState};
use temoto_model::{GroupId, SessionId, Timestamp, UserId};
use temoto_store::{
    Audits as _, Embeds as _, Histories as _, Licences as _, LiveFilter, LiveOf, LiveRow, MemberChange,
    Paused, Permissions as _, RelayChange, RelayStore as _, Report, Sessions as _, StoreError,
};

use super::licences::{activate, join, licence};
use super::{NOW, World, minutes};

on_every_database! {
    own_sessions_those_of_groups_and_all_are_told_apart,
    sessions_are_found_by_words_and_turned_page_by_page,
    a_thousand_sessions_are_a_page_and_a_count,
    a_pause_frees_the_lease_at_once_and_nothing_but_going_on_takes_it_again,
    who_goes_on_when_none_is_free_stands_in_line_like_everybody,
    of_many_who_go_on_at_once_one_gets_the_last_lease,
    only_what_runs_is_paused,
    a_restart_does_not_forget_a_pause,
    sites_with_the_code_field_are_those_of_the_last_decision,
}

async fn open(world: &World, operator: UserId, n: u32, at: Timestamp) -> SessionId {
    let mut session = world.new_session(at);
    session.operator = operator;
    let code = world.new_code(&format!("{n:04}"), at);
    world.store.open_session(&session, &code, &[]).await.unwrap();
    session.id
}

async fn running(world: &World, operator: UserId, n: u32) -> SessionId {
    let session = open(world, operator, n, NOW).await;
    join(world, session, NOW).await.unwrap();
    session
}

fn filter(world: &World, of: LiveOf) -> LiveFilter {
    LiveFilter {
        organisation: world.organisation,
        of,
        text: None,
        before: None,
        limit: 50,
    }
}

async fn seen(world: &World, filter: &LiveFilter) -> (Vec<SessionId>, u32) {
    let (rows, total) = world.store.live(filter).await.unwrap();
    (rows.iter().map(|row| row.session).collect(), total)
}

async fn put_together(world: &World, people: &[UserId]) {
    let group = GroupId::from_bytes(world.fresh());
    let name = Name::parse(&format!("{group}")).unwrap();
    let event = world.event(AuditKind::GroupMade, NOW);
    let store = &world.store;
    store
        .add_group(world.organisation, group, &name, &event)
        .await
        .unwrap();
    let changes: Vec<MemberChange> = people
        .iter()
        .map(|user| MemberChange {
            user: *user,
            joins: true,
            audit: world.event(AuditKind::GroupJoined, NOW),
        })
        .collect();
    store
        .change_members(world.organisation, group, &changes)
        .await
        .unwrap();
}

async fn own_sessions_those_of_groups_and_all_are_told_apart(mut world: World) {
    let ours = world.organisation;
    let me = world.user;
    let near = world.add_user("near@a.example").await;
    let far = world.add_user("far@a.example").await;
    // In two groups together: each session once all the same.
    put_together(&world, &[me, near]).await;
    put_together(&world, &[me, near]).await;
    put_together(&world, &[far]).await;
    let mine = open(&world, me, 1, NOW).await;
    let theirs = open(&world, near, 2, NOW.plus(minutes(1))).await;
    let away = open(&world, far, 3, NOW.plus(minutes(2))).await;
    let ended = open(&world, me, 4, NOW.plus(minutes(3))).await;
    let event = world.event(AuditKind::SessionEnded, NOW);
    world
        .store
        .end_session(ended, EndReason::Console, NOW, &event)
        .await
        .unwrap();
    world.organisation = world.add_organisation("Theirs").await;
    let stranger = world.add_user("stranger@b.example").await;
    let elsewhere = open(&world, stranger, 5, NOW).await;
    let other = world.organisation;
    world.organisation = ours;

    let of = |of| filter(&world, of);
    assert_eq!(seen(&world, &of(LiveOf::Own(me))).await, (vec![mine], 1));
    assert_eq!(
        seen(&world, &of(LiveOf::Groups(me))).await,
        (vec![theirs, mine], 2)
    );
    assert_eq!(seen(&world, &of(LiveOf::Groups(far))).await, (vec![away], 1));
    assert_eq!(seen(&world, &of(LiveOf::Groups(stranger))).await, (vec![], 0));
    assert_eq!(
        seen(&world, &of(LiveOf::Organisation)).await,
        (vec![away, theirs, mine], 3)
    );
    let foreign = LiveFilter {
        organisation: other,
        ..of(LiveOf::Organisation)
    };
    assert_eq!(seen(&world, &foreign).await, (vec![elsewhere], 1));
    let of_another = LiveFilter {
        organisation: other,
        ..of(LiveOf::Own(me))
    };
    assert_eq!(seen(&world, &of_another).await, (vec![], 0));
}

async fn sessions_are_found_by_words_and_turned_page_by_page(world: World) {
    let me = world.user;
    let mut ids = Vec::new();
    for n in 0..5 {
        // All at the same moment: the identifier tells the order.
        ids.push(running(&world, me, n).await);
    }
    let report = Report {
        customer: "山田 100%".to_owned(),
        system: "Windows 11".to_owned(),
        functions: 0,
        files: Vec::new(),
        moments: Vec::new(),
    };
    world.store.report(ids[2], &report, &[]).await.unwrap();
    let noted = world.event(AuditKind::HistoryNoted, NOW);
    world
        .store
        .set_note(ids[3], "secret note", "#20418", &noted)
        .await
        .unwrap();
    let find = async |text: &str| {
        let filter = LiveFilter {
            text: Some(text.to_owned()),
            ..filter(&world, LiveOf::Own(me))
        };
        seen(&world, &filter).await.0
    };
    assert_eq!(find("山田").await, [ids[2]]);
    assert_eq!(find("0%").await, [ids[2]]);
    assert_eq!(find("20418").await, [ids[3]]);
    assert_eq!(find("花子").await.len(), 5);
    // Notes are the operator's: colleagues do not find by them.
    assert!(find("secret").await.is_empty());
    assert!(find("%").await.len() == 1 && find("_").await.is_empty());

    let mut turned = Vec::new();
    let mut before = None;
    loop {
        let filter = LiveFilter {
            before,
            limit: 2,
            ..filter(&world, LiveOf::Own(me))
        };
        let (rows, total) = world.store.live(&filter).await.unwrap();
        assert_eq!(total, 5);
        let Some(last) = rows.last() else { break };
        before = Some((last.started_at, last.session));
        turned.extend(rows.iter().map(|row| row.session));
    }
    ids.sort_by(|a, b| b.cmp(a));
    assert_eq!(turned, ids);
    let (rows, _) = world.store.live(&filter(&world, LiveOf::Own(me))).await.unwrap();
    let named = rows.iter().find(|row| !row.customer.is_empty()).unwrap();
    let expected = LiveRow {
        customer: "山田 100%".to_owned(),
        system: "Windows 11".to_owned(),
        state: SessionState::Running,
        joined_at: Some(NOW),
        ..named.clone()
    };
    assert_eq!((named, named.name.as_str()), (&expected, "佐藤 花子"));
}

async fn a_thousand_sessions_are_a_page_and_a_count(world: World) {
    for n in 0..1_000 {
        open(&world, world.user, n, NOW.plus(minutes(u64::from(n)))).await;
    }
    let (rows, total) = seen(&world, &filter(&world, LiveOf::Organisation)).await;
    assert_eq!((rows.len(), total), (50, 1_000));
}

async fn pause(world: &World, session: SessionId) -> Paused {
    let event = world.event(AuditKind::SessionPaused, NOW);
    world.store.pause_session(session, NOW, &event).await.unwrap()
}

async fn resume(world: &World, session: SessionId) -> Result<(), StoreError> {
    let event = world.event(AuditKind::SessionResumed, NOW);
    world.store.resume_session(session, NOW, &event).await
}

async fn held(world: &World) -> u32 {
    world.store.usage(world.organisation, NOW).await.unwrap().held
}

async fn told(world: &World, kind: &str) -> usize {
    let rows = world
        .store
        .audit_rows(world.organisation, 0, 5_000)
        .await
        .unwrap();
    rows.iter().filter(|row| row.kind == kind).count()
}

async fn a_pause_frees_the_lease_at_once_and_nothing_but_going_on_takes_it_again(world: World) {
    activate(&world, &licence(&world, 1)).await;
    let first = running(&world, world.user, 1).await;
    assert_eq!(held(&world).await, 1);
    assert_eq!(pause(&world, first).await, Paused::Yes);
    assert_eq!(pause(&world, first).await, Paused::Yes);
    assert_eq!((held(&world).await, told(&world, "session_paused").await), (0, 1));
    let row = world.store.session(first).await.unwrap().unwrap();
    assert_eq!((row.state, row.paused_at), (SessionState::Running, Some(NOW)));

    // A console that is still attached for a moment, and a customer's page that comes back, take none.
    world.store.hold_leases(&[first], NOW).await.unwrap();
    assert_eq!(held(&world).await, 0);
    let other = world.add_user("other@a.example").await;
    let second = running(&world, other, 2).await;
    assert_eq!(held(&world).await, 1);
    assert!(matches!(join(&world, first, NOW).await, Err(StoreError::NoLease)));

    let event = world.event(AuditKind::SessionEnded, NOW);
    world
        .store
        .end_session(second, EndReason::Console, NOW, &event)
        .await
        .unwrap();
    resume(&world, first).await.unwrap();
    resume(&world, first).await.unwrap();
    assert_eq!(
        (held(&world).await, told(&world, "session_resumed").await),
        (1, 1)
    );
    let row = world.store.session(first).await.unwrap().unwrap();
    assert_eq!(row.paused_at, None);
}

async fn who_goes_on_when_none_is_free_stands_in_line_like_everybody(world: World) {
    activate(&world, &licence(&world, 1)).await;
    let first = running(&world, world.user, 1).await;
    pause(&world, first).await;
    let other = world.add_user("other@a.example").await;
    let second = running(&world, other, 2).await;
    assert!(matches!(resume(&world, first).await, Err(StoreError::NoLease)));
    let row = world.store.session(first).await.unwrap().unwrap();
    assert_eq!(
        (row.paused_at, told(&world, "session_resumed").await),
        (Some(NOW), 0)
    );

    // The other one pauses too: whoever waits is served before somebody who comes now.
    pause(&world, second).await;
    assert!(matches!(resume(&world, second).await, Err(StoreError::NoLease)));
    let standing = world
        .store
        .wait_in_line(world.organisation, world.user, NOW)
        .await
        .unwrap();
    assert_eq!(standing, Standing::Turn);
    resume(&world, first).await.unwrap();
    assert_eq!(held(&world).await, 1);
}

async fn of_many_who_go_on_at_once_one_gets_the_last_lease(world: World) {
    activate(&world, &licence(&world, 20)).await;
    let mut sessions = Vec::new();
    for n in 0..20 {
        let user = world.add_user(&format!("operator{n}@a.example")).await;
        let session = running(&world, user, n).await;
        sessions.push(session);
    }
    for session in &sessions {
        assert_eq!(pause(&world, *session).await, Paused::Yes);
    }
    assert_eq!(held(&world).await, 0);
    // Nineteen of twenty places are taken by others meanwhile.
    for n in 0..19 {
        let user = world.add_user(&format!("more{n}@a.example")).await;
        running(&world, user, 100 + n).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for session in sessions {
        let store = world.store.clone();
        let event = world.event(AuditKind::SessionResumed, NOW);
        tasks.spawn(async move { store.resume_session(session, NOW, &event).await });
    }
    let came = tasks.join_all().await;
    assert_eq!(came.iter().filter(|done| done.is_ok()).count(), 1);
    assert!(
        came.iter()
            .all(|done| matches!(done, Ok(()) | Err(StoreError::NoLease)))
    );
    assert_eq!(held(&world).await, 20);
}

async fn only_what_runs_is_paused(world: World) {
    let waiting = open(&world, world.user, 1, NOW).await;
    assert_eq!(pause(&world, waiting).await, Paused::Waits);
    let session = running(&world, world.user, 2).await;
    pause(&world, session).await;
    let event = world.event(AuditKind::SessionEnded, NOW);
    assert!(
        world
            .store
            .end_session(session, EndReason::Console, NOW, &event)
            .await
            .unwrap()
    );
    assert_eq!(pause(&world, session).await, Paused::Over);
    assert!(matches!(resume(&world, session).await, Err(StoreError::Gone)));
    let nowhere = SessionId::from_bytes([9; 16]);
    assert_eq!(pause(&world, nowhere).await, Paused::Over);
    assert_eq!(held(&world).await, 0);
}

async fn a_restart_does_not_forget_a_pause(world: World) {
    let session = running(&world, world.user, 1).await;
    let known = async || {
        let memory = world.store.load(NOW).await.unwrap();
        memory
            .sessions
            .iter()
            .find(|one| one.session == session)
            .unwrap()
            .paused
    };
    assert!(!known().await);
    pause(&world, session).await;
    assert!(known().await);
    resume(&world, session).await.unwrap();
    assert!(!known().await);
    // Who ends a paused session ends it.
    pause(&world, session).await;
    let end = RelayChange::End {
        session,
        reason: EndReason::Expired,
        at: NOW,
    };
    world.store.apply(&end).await.unwrap();
    assert!(world.store.load(NOW).await.unwrap().sessions.is_empty());
}

async fn sites_with_the_code_field_are_those_of_the_last_decision(world: World) {
    let event = world.event(AuditKind::EmbedOriginsSet, NOW);
    let other = world.add_organisation("Theirs").await;
    let site = |name: &str| format!("https://{name}.example.com");
    for names in [vec!["b", "a", "a"], vec!["c"], vec![]] {
        let origins: Vec<String> = names.iter().map(|name| site(name)).collect();
        world
            .store
            .set_embed_origins(world.organisation, &origins, &event)
            .await
            .unwrap();
        let mut expected = origins;
        expected.sort();
        expected.dedup();
        let kept = world.store.embed_origins(world.organisation).await.unwrap();
        assert_eq!(kept, expected);
        assert!(world.store.embed_origins(other).await.unwrap().is_empty());
    }
    assert_eq!(told(&world, "embed_origins_set").await, 3);
}
