//! Logins, devices, wrong passwords, and how they are cleared away.

use std::time::Duration;

use temoto_model::Timestamp;
use temoto_model::audit::AuditKind;
use temoto_store::{Logins as _, Maintenance as _};

use super::{NOW, World, minutes};

on_every_database! {
    a_login_is_found_by_its_cookie_with_its_person,
    a_login_holds_while_it_is_touched,
    who_logs_in_again_in_the_same_browser_goes_on_with_the_same_login,
    another_persons_login_is_not_gone_on_with,
    a_login_ends_once,
    old_logins_are_remembered_for_a_day_and_then_cleared_away,
    wrong_passwords_delay_one_key_and_a_login_forgives,
    a_device_is_known_until_it_was_not_seen_for_long,
}

async fn add(world: &World, at: Timestamp) -> (temoto_model::LoginId, temoto_model::TokenHash) {
    let token = world.hash();
    let login = world.new_login(token, at);
    let event = world.event(AuditKind::LoggedIn, at);
    (world.store.add_login(&login, &event).await.unwrap(), token)
}

async fn a_login_is_found_by_its_cookie_with_its_person(world: World) {
    let (id, token) = add(&world, NOW).await;
    let found = world.store.login(token).await.unwrap().unwrap();
    assert_eq!((found.id, found.actor.user), (id, world.user));
    assert_eq!(found.holder.organisation, "Example");
    assert_eq!(found.times.last_seen_at, NOW);
    assert!(world.store.login(world.hash()).await.unwrap().is_none());
}

async fn a_login_holds_while_it_is_touched(world: World) {
    let (id, _) = add(&world, NOW).await;
    assert!(world.store.login_holds(id, NOW.plus(minutes(29))).await.unwrap());
    assert!(!world.store.login_holds(id, NOW.plus(minutes(30))).await.unwrap());
    world
        .store
        .touch_logins(&[id], NOW.plus(minutes(20)))
        .await
        .unwrap();
    assert!(world.store.login_holds(id, NOW.plus(minutes(49))).await.unwrap());
    // An older note does not set it back.
    world.store.touch_logins(&[id], NOW).await.unwrap();
    assert!(world.store.login_holds(id, NOW.plus(minutes(49))).await.unwrap());
    assert!(
        !world
            .store
            .login_holds(temoto_model::LoginId::from_bytes([1; 16]), NOW)
            .await
            .unwrap()
    );
}

async fn who_logs_in_again_in_the_same_browser_goes_on_with_the_same_login(world: World) {
    let (id, token) = add(&world, NOW).await;
    let later = NOW.plus(minutes(13 * 60));
    let mut again = world.new_login(world.hash(), later);
    again.replaces = Some(token);
    let event = world.event(AuditKind::LoggedIn, later);
    assert_eq!(world.store.add_login(&again, &event).await.unwrap(), id);
    assert!(world.store.login(token).await.unwrap().is_none());
    assert!(world.store.login_holds(id, later.plus(minutes(1))).await.unwrap());
}

async fn another_persons_login_is_not_gone_on_with(mut world: World) {
    let (id, token) = add(&world, NOW).await;
    world.user = world.add_user("taro@example.com").await;
    let mut other = world.new_login(world.hash(), NOW);
    other.replaces = Some(token);
    let event = world.event(AuditKind::LoggedIn, NOW);
    assert_ne!(world.store.add_login(&other, &event).await.unwrap(), id);
    assert!(!world.store.login_holds(id, NOW).await.unwrap());
}

async fn a_login_ends_once(world: World) {
    let (id, token) = add(&world, NOW).await;
    let event = world.event(AuditKind::LoggedOut, NOW);
    assert!(world.store.end_login(id, &event).await.unwrap());
    assert!(!world.store.end_login(id, &event).await.unwrap());
    assert!(world.store.login(token).await.unwrap().is_none());
}

async fn old_logins_are_remembered_for_a_day_and_then_cleared_away(world: World) {
    let (_, token) = add(&world, NOW).await;
    let over = NOW.plus(minutes(30)).plus(Duration::from_secs(24 * 3_600));
    assert_eq!(
        world.store.expire_logins(over.minus(minutes(1))).await.unwrap(),
        0
    );
    assert!(world.store.login(token).await.unwrap().is_some());
    assert_eq!(world.store.expire_logins(over).await.unwrap(), 1);
    assert!(world.store.login(token).await.unwrap().is_none());
}

async fn wrong_passwords_delay_one_key_and_a_login_forgives(world: World) {
    let (key, other) = ([1; 32], [2; 32]);
    for _ in 0..5 {
        assert_eq!(world.store.count_try(key, NOW).await.unwrap(), None);
    }
    assert_eq!(
        world.store.count_try(key, NOW).await.unwrap(),
        Some(Duration::from_secs(1))
    );
    assert_eq!(world.store.count_try(other, NOW).await.unwrap(), None);
    // A try that had to wait is not counted.
    assert_eq!(
        world.store.count_try(key, NOW).await.unwrap(),
        Some(Duration::from_secs(1))
    );
    let mut login = world.new_login(world.hash(), NOW);
    login.forgives = vec![key];
    let event = world.event(AuditKind::LoggedIn, NOW);
    world.store.add_login(&login, &event).await.unwrap();
    assert_eq!(world.store.count_try(key, NOW).await.unwrap(), None);
}

async fn a_device_is_known_until_it_was_not_seen_for_long(world: World) {
    let device = world.hash();
    let mut login = world.new_login(world.hash(), NOW);
    login.known_device = device;
    let event = world.event(AuditKind::LoggedIn, NOW);
    world.store.add_login(&login, &event).await.unwrap();
    let owner = |since| world.store.device_owner(device, since);
    assert_eq!(owner(NOW.minus(minutes(1))).await.unwrap(), Some(world.user));
    assert_eq!(owner(NOW).await.unwrap(), None);
    world
        .store
        .expire_logins(NOW.plus(temoto_model::login::DEVICE_LIFE))
        .await
        .unwrap();
    assert_eq!(owner(Timestamp::default()).await.unwrap(), None);
}
