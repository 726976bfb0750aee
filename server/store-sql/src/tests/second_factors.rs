//! Second factors, recovery codes, and devices that are trusted instead.

use temoto_model::audit::AuditKind;
use temoto_store::{Accounts as _, Logins as _, SecondFactors as _};

use super::tampering::{faults, sign};
use super::{NOW, World, minutes};

on_every_database! {
    a_second_factor_counts_once_it_was_confirmed,
    each_step_and_each_recovery_code_counts_once,
    a_trusted_device_is_trusted_until_its_time_or_its_end,
    whoever_ends_other_logins_keeps_the_own_one_and_its_device,
}

const SEED: [u8; 16] = [7; 16];
const CODES: [[u8; 32]; 2] = [[1; 32], [2; 32]];

async fn confirmed(world: &World) {
    let event = world.event(AuditKind::SecondFactorSet, NOW);
    let store = &world.store;
    assert!(store.begin_second_factor(world.user, &SEED).await.unwrap());
    assert!(
        store
            .confirm_second_factor(world.user, &SEED, 10, &CODES, &event)
            .await
            .unwrap()
    );
}

async fn a_second_factor_counts_once_it_was_confirmed(world: World) {
    let store = &world.store;
    assert_eq!(store.second_factor(world.user).await.unwrap(), None);
    assert!(store.begin_second_factor(world.user, &[1; 16]).await.unwrap());
    assert!(!store.second_factor(world.user).await.unwrap().unwrap().confirmed);
    let event = world.event(AuditKind::SecondFactorSet, NOW);
    // Of a seed that was replaced meanwhile.
    assert!(
        !store
            .confirm_second_factor(world.user, &SEED, 1, &[], &event)
            .await
            .unwrap()
    );
    confirmed(&world).await;
    assert!(!store.begin_second_factor(world.user, &[2; 16]).await.unwrap());
    let factor = store.second_factor(world.user).await.unwrap().unwrap();
    assert_eq!(
        (
            factor.seed,
            factor.confirmed,
            factor.last_step,
            factor.recovery_codes
        ),
        (SEED, true, 10, 2)
    );
    let event = world.event(AuditKind::SecondFactorRequired, NOW);
    for required in [true, false, true] {
        store
            .require_second_factor(world.organisation, required, &event)
            .await
            .unwrap();
        let found = store.organisation(world.organisation).await.unwrap().unwrap();
        assert_eq!(found.second_factor_required, required);
    }
    let token = world.hash();
    let login = world.new_login(token, NOW);
    let event = world.event(AuditKind::LoggedIn, NOW);
    store.add_login(&login, &event).await.unwrap();
    let holder = store.login(token).await.unwrap().unwrap().holder;
    assert!(holder.second_factor && holder.second_factor_required);
    sign(&world).await;
    assert_eq!(faults(&world, None).await, []);
}

async fn each_step_and_each_recovery_code_counts_once(world: World) {
    confirmed(&world).await;
    let store = &world.store;
    for (step, good) in [(10, false), (11, true), (11, false), (12, true)] {
        assert_eq!(store.use_step(world.user, step).await.unwrap(), good, "{step}");
    }
    let used = world.event(AuditKind::RecoveryCodeUsed, NOW);
    for (code, good) in [([1; 32], true), ([1; 32], false), ([3; 32], false)] {
        let done = store.use_recovery_code(world.user, &code, &used).await;
        assert_eq!(done.unwrap(), good);
    }
    let made = world.event(AuditKind::RecoveryCodesMade, NOW);
    assert!(
        store
            .replace_recovery_codes(world.user, &[[3; 32]], &made)
            .await
            .unwrap()
    );
    let factor = store.second_factor(world.user).await.unwrap().unwrap();
    assert_eq!(factor.recovery_codes, 1);
    let removed = world.event(AuditKind::SecondFactorRemoved, NOW);
    assert!(store.remove_second_factor(world.user, &removed).await.unwrap());
    assert!(!store.remove_second_factor(world.user, &removed).await.unwrap());
    assert!(
        !store
            .replace_recovery_codes(world.user, &CODES, &made)
            .await
            .unwrap()
    );
}

async fn a_trusted_device_is_trusted_until_its_time_or_its_end(world: World) {
    let store = &world.store;
    let device = world.hash();
    let mut login = world.new_login(world.hash(), NOW);
    login.known_device = device;
    login.trusted_until = Some(NOW.plus(minutes(20)));
    let event = world.event(AuditKind::LoggedIn, NOW);
    store.add_login(&login, &event).await.unwrap();
    let trusted = async |at| store.is_trusted(device, world.user, at).await.unwrap();
    assert!(trusted(NOW).await);
    assert!(!trusted(NOW.plus(minutes(20))).await);
    assert_eq!(store.known_devices(world.user).await.unwrap(), 1);
    // Another login from there without a word about trust leaves it as it is.
    let mut again = world.new_login(world.hash(), NOW);
    again.known_device = device;
    store.add_login(&again, &event).await.unwrap();
    assert!(trusted(NOW).await);
    let rows = store.logins_of(world.user, NOW).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|row| row.trusted_until == Some(NOW.plus(minutes(20))))
    );
    let late = store.logins_of(world.user, NOW.plus(minutes(21))).await.unwrap();
    assert!(late.iter().all(|row| row.trusted_until.is_none()));

    let ended = world.event(AuditKind::LoginEnded, NOW);
    let stranger = temoto_model::UserId::from_bytes([9; 16]);
    assert!(!store.end_login_of(stranger, login.id, &ended).await.unwrap());
    assert!(store.end_login_of(world.user, login.id, &ended).await.unwrap());
    assert!(!store.end_login_of(world.user, login.id, &ended).await.unwrap());
    assert!(!trusted(NOW).await);
}

async fn whoever_ends_other_logins_keeps_the_own_one_and_its_device(world: World) {
    let store = &world.store;
    let event = world.event(AuditKind::LoggedIn, NOW);
    let mut logins = Vec::new();
    for _ in 0..3 {
        let login = world.new_login(world.hash(), NOW);
        logins.push((store.add_login(&login, &event).await.unwrap(), login.known_device));
    }
    let ended = world.event(AuditKind::LoginEnded, NOW);
    let (keep, device) = logins[1];
    let mut gone = store.end_other_logins(world.user, keep, &ended).await.unwrap();
    gone.sort();
    let mut others = vec![logins[0].0, logins[2].0];
    others.sort();
    assert_eq!(gone, others);
    assert_eq!(store.known_devices(world.user).await.unwrap(), 1);
    let owner = store
        .device_owner(device, temoto_model::Timestamp::default())
        .await;
    assert_eq!(owner.unwrap(), Some(world.user));
    assert_eq!(store.logins_of(world.user, NOW).await.unwrap().len(), 1);
}
