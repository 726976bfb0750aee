//! Registrations with their trial, and changes of address.

use temoto_model::account::{Email, Language, Name};
use temoto_model::audit::AuditKind;
use temoto_model::lease::Allowance;
use temoto_model::trial::{self, Contract, Trial};
use temoto_model::{LicenceId, OrganisationId, Role, Secret, TokenHash, UserId};
use temoto_store::{
    Accounts as _, Details, EmailAgreement, Licences as _, NewRegistration, NewTenant, NewUser, Side,
    StoreError, Verifications as _,
};

use super::licences::{activate, licence};
use super::tampering::{faults, sign};
use super::{NOW, World, minutes};

on_every_database! {
    a_registration_makes_an_organisation_once_with_a_trial_of_two_sessions,
    a_registration_is_for_an_address_without_an_account,
    a_licence_takes_the_place_of_the_trial,
    an_address_changes_when_both_sides_agreed,
    an_address_that_was_taken_meanwhile_is_not_taken_twice,
    what_waits_too_long_is_removed,
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn registration(world: &World, address: &str) -> NewRegistration {
    NewRegistration {
        email: email(address),
        password_hash: Secret::new("hash".to_owned()),
        language: Language::Japanese,
        browser: world.hash(),
        at: NOW,
    }
}

fn tenant(world: &World, address: &str) -> NewTenant {
    let organisation = OrganisationId::from_bytes(world.fresh());
    NewTenant {
        organisation,
        name: Name::parse("新しい会社").unwrap(),
        trial: Trial::begin(NOW),
        licence: LicenceId::from_bytes(world.fresh()),
        administrator: NewUser {
            id: UserId::from_bytes(world.fresh()),
            organisation,
            email: email(address),
            name: Name::parse("山田 太郎").unwrap(),
            role: Role::Administrator,
            password_hash: Some(Secret::new("hash".to_owned())),
        },
        details: Details {
            nickname: "たろう".to_owned(),
            title: String::new(),
            department: String::new(),
            telephone: "03-1234-5678".to_owned(),
        },
        language: Language::Japanese,
    }
}

/// An organisation that registered itself; the world is in it from now on.
async fn registered(world: &mut World, address: &str) -> TokenHash {
    let token = world.hash();
    let store = &world.store;
    assert!(store.register(&registration(world, address)).await.unwrap());
    assert!(
        store
            .arm_registration(address, token, NOW.plus(minutes(60)))
            .await
            .unwrap()
    );
    let tenant = tenant(world, address);
    let events = [
        AuditKind::Installed,
        AuditKind::UserAdded,
        AuditKind::LicenceActivated,
    ]
    .map(|kind| {
        let mut event = world.event(kind, NOW);
        event.organisation = tenant.organisation;
        event.actor = Some(tenant.administrator.id.into());
        event
    });
    assert!(
        store
            .complete_registration(token, &tenant, &events)
            .await
            .unwrap()
    );
    world.organisation = tenant.organisation;
    world.user = tenant.administrator.id;
    token
}

async fn a_registration_makes_an_organisation_once_with_a_trial_of_two_sessions(mut world: World) {
    let token = registered(&mut world, "taro@new.example").await;
    let store = &world.store;
    assert!(store.registration(token, NOW).await.unwrap().is_none());
    let again = tenant(&world, "taro@new.example");
    assert!(!store.complete_registration(token, &again, &[]).await.unwrap());

    let user = store.user(world.user).await.unwrap().unwrap();
    assert_eq!(
        (user.role, user.details.nickname.as_str(), user.language),
        (Role::Administrator, "たろう", Some(Language::Japanese))
    );
    let organisation = store.organisation(world.organisation).await.unwrap().unwrap();
    assert_eq!(organisation.contract, Contract::Trial(Trial::begin(NOW)));
    let end = NOW.plus(trial::LENGTH);
    for (at, sessions) in [(NOW, 2), (end.minus(minutes(1)), 2), (end, 0)] {
        let allowance = store.usage(world.organisation, at).await.unwrap().allowance;
        assert_eq!(allowance, Allowance::Sessions(sessions), "{at}");
    }
    sign(&world).await;
    assert_eq!(faults(&world, None).await, []);
}

async fn a_registration_is_for_an_address_without_an_account(world: World) {
    let store = &world.store;
    let known = registration(&world, "hanako@example.com");
    assert!(!store.register(&known).await.unwrap());
    let unknown = store
        .arm_registration("nobody@example.com", world.hash(), NOW)
        .await;
    assert!(!unknown.unwrap());

    // Somebody invited the address after its owner had registered.
    let token = world.hash();
    let late = "late@new.example";
    assert!(store.register(&registration(&world, late)).await.unwrap());
    assert!(
        store
            .arm_registration(late, token, NOW.plus(minutes(60)))
            .await
            .unwrap()
    );
    let found = store.registration(token, NOW).await.unwrap().unwrap();
    assert_eq!((found.email.as_str(), found.language), (late, Language::Japanese));
    world.add_user(late).await;
    let tenant = tenant(&world, late);
    let error = store
        .complete_registration(token, &tenant, &[])
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::EmailTaken), "{error}");
    assert!(store.organisation(tenant.organisation).await.unwrap().is_none());
}

async fn a_licence_takes_the_place_of_the_trial(mut world: World) {
    registered(&mut world, "taro@new.example").await;
    let mut bought = licence(&world, 5);
    bought.starts_at = NOW.plus(minutes(5));
    activate(&world, &bought).await;
    let store = &world.store;
    let organisation = store.organisation(world.organisation).await.unwrap().unwrap();
    assert_eq!(organisation.contract, Contract::Own);
    for (at, sessions) in [(NOW, 2), (NOW.plus(minutes(5)), 5), (NOW.plus(trial::LENGTH), 5)] {
        let allowance = store.usage(world.organisation, at).await.unwrap().allowance;
        assert_eq!(allowance, Allowance::Sessions(sessions), "{at}");
    }
}

async fn an_address_changes_when_both_sides_agreed(world: World) {
    let store = &world.store;
    let new = email("hana@next.example");
    store.begin_email_change(world.user, &new, NOW).await.unwrap();
    let (old_side, new_side) = (world.hash(), world.hash());
    for (side, token) in [(Side::Old, old_side), (Side::New, new_side)] {
        assert!(store.arm_email_change(world.user, side, token).await.unwrap());
        let (user, found, change) = store.email_link(token, NOW).await.unwrap().unwrap();
        assert_eq!(
            (user, found, change.email.as_str()),
            (world.user, side, new.as_str())
        );
    }
    let event = world.event(AuditKind::EmailChanged, NOW);
    let agreed = store.agree_email_change(new_side, &event).await.unwrap();
    assert_eq!(agreed, Some(EmailAgreement::Waiting));
    assert_eq!(store.agree_email_change(new_side, &event).await.unwrap(), None);
    let waiting = store.email_change(world.user, NOW).await.unwrap().unwrap();
    assert_eq!((waiting.old_agreed, waiting.new_agreed), (false, true));
    let (_, side, _) = store.email_link(old_side, NOW).await.unwrap().unwrap();
    assert_eq!(side, Side::Old);
    let agreed = store.agree_email_change(old_side, &event).await.unwrap();
    let changed = EmailAgreement::Changed {
        user: world.user,
        old: "hanako@example.com".to_owned(),
        new: new.as_str().to_owned(),
    };
    assert_eq!(agreed, Some(changed));
    assert!(store.email_change(world.user, NOW).await.unwrap().is_none());
    assert_eq!(
        store.user_by_email(&new).await.unwrap().map(|user| user.id),
        Some(world.user)
    );
    sign(&world).await;
    assert_eq!(faults(&world, None).await, []);
}

async fn an_address_that_was_taken_meanwhile_is_not_taken_twice(world: World) {
    let store = &world.store;
    let new = email("hana@next.example");
    store.begin_email_change(world.user, &new, NOW).await.unwrap();
    let (old_side, new_side) = (world.hash(), world.hash());
    for (side, token) in [(Side::Old, old_side), (Side::New, new_side)] {
        assert!(store.arm_email_change(world.user, side, token).await.unwrap());
    }
    world.add_user(new.as_str()).await;
    let event = world.event(AuditKind::EmailChanged, NOW);
    store.agree_email_change(old_side, &event).await.unwrap();
    let error = store.agree_email_change(new_side, &event).await.unwrap_err();
    assert!(matches!(error, StoreError::EmailTaken), "{error}");
    let user = store.user(world.user).await.unwrap().unwrap();
    assert_eq!(user.email, "hanako@example.com");
    store.cancel_email_change(world.user).await.unwrap();
    assert!(store.email_link(new_side, NOW).await.unwrap().is_none());
}

async fn what_waits_too_long_is_removed(world: World) {
    let store = &world.store;
    let new = email("hana@next.example");
    store.begin_email_change(world.user, &new, NOW).await.unwrap();
    store
        .register(&registration(&world, "taro@new.example"))
        .await
        .unwrap();
    assert_eq!(store.expire_verifications(NOW).await.unwrap(), 0);
    let late = NOW.plus(temoto_model::login::VERIFY_LINK_LIFE);
    assert_eq!(store.expire_verifications(late).await.unwrap(), 2);
}
