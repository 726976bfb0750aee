//! Organisations, people, links.

use temoto_model::account::{Email, Language, Name, UserStatus};
use temoto_model::audit::AuditKind;
use temoto_model::{Secret, Timestamp};
use temoto_store::{Accounts as _, Logins as _, PasswordChoice, StoreError, TokenPurpose};

use super::{NOW, World, minutes};

on_every_database! {
    a_person_is_found_as_added,
    an_address_has_one_account_in_all_organisations,
    who_is_disabled_loses_everything_and_is_reported,
    a_link_works_once_and_only_the_newest,
    a_link_is_good_for_its_purpose_only,
    a_link_for_the_other_organisation_makes_no_administrator_here,
}

async fn a_person_is_found_as_added(world: World) {
    let email = Email::parse("Hanako@example.com").unwrap();
    let user = world.store.user_by_email(&email).await.unwrap().unwrap();
    assert_eq!((user.id, user.organisation), (world.user, world.organisation));
    assert_eq!(
        (user.name.as_str(), user.status),
        ("佐藤 花子", UserStatus::Active)
    );
    assert_eq!(user.language.map(Language::as_str), None);
    assert_eq!(user.password_hash.unwrap().expose(), "hash");
    assert!(world.store.user(world.user).await.unwrap().is_some());
    assert_eq!(world.store.users(world.organisation).await.unwrap().len(), 1);
    let nobody = Email::parse("nobody@example.com").unwrap();
    assert!(world.store.user_by_email(&nobody).await.unwrap().is_none());
}

async fn an_address_has_one_account_in_all_organisations(mut world: World) {
    world.organisation = world.add_organisation("Second").await;
    let user = world.new_user("hanako@example.com");
    let event = world.event(AuditKind::UserAdded, NOW);
    let error = world.store.add_user(&user, &event).await.unwrap_err();
    assert!(matches!(error, StoreError::EmailTaken), "{error}");
    assert!(world.store.users(world.organisation).await.unwrap().is_empty());
}

async fn who_is_disabled_loses_everything_and_is_reported(world: World) {
    let (token, device) = (world.hash(), world.hash());
    let mut login = world.new_login(token, NOW);
    login.known_device = device;
    let event = |kind| world.event(kind, NOW.plus(minutes(1)));
    world
        .store
        .add_login(&login, &event(AuditKind::LoggedIn))
        .await
        .unwrap();
    let link = world.hash();
    let purpose = TokenPurpose::Password(world.user);
    world
        .store
        .add_token(link, purpose, NOW.plus(minutes(60)))
        .await
        .unwrap();

    let off = event(AuditKind::UserDisabled);
    assert!(world.store.set_disabled(world.user, true, &off).await.unwrap());
    assert!(!world.store.set_disabled(world.user, true, &off).await.unwrap());
    assert!(world.store.login(token).await.unwrap().is_none());
    assert!(!world.store.login_holds(login.id, NOW).await.unwrap());
    assert_eq!(
        world
            .store
            .device_owner(device, Timestamp::default())
            .await
            .unwrap(),
        None
    );
    assert_eq!(world.store.token(link, NOW).await.unwrap(), None);
    let world = &world;
    let since = |at| async move { world.store.disabled_since(at).await.unwrap() };
    assert_eq!(since(NOW.plus(minutes(1))).await, [world.user]);
    assert_eq!(since(NOW.plus(minutes(2))).await, []);
    // Disabled between the check of the password and the login: no login.
    let late = world.new_login(world.hash(), NOW);
    let error = world
        .store
        .add_login(&late, &world.event(AuditKind::LoggedIn, NOW))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Gone), "{error}");

    let on = world.event(AuditKind::UserEnabled, NOW.plus(minutes(3)));
    assert!(world.store.set_disabled(world.user, false, &on).await.unwrap());
    let user = world.store.user(world.user).await.unwrap().unwrap();
    assert_eq!(user.status, UserStatus::Active);
    assert_eq!(since(NOW).await, []);
}

async fn a_link_works_once_and_only_the_newest(world: World) {
    let purpose = TokenPurpose::Password(world.user);
    let (old, new) = (world.hash(), world.hash());
    for token in [old, new] {
        world
            .store
            .add_token(token, purpose, NOW.plus(minutes(60)))
            .await
            .unwrap();
    }
    assert_eq!(world.store.token(old, NOW).await.unwrap(), None);
    assert_eq!(world.store.token(new, NOW).await.unwrap(), Some(purpose));
    assert_eq!(world.store.token(new, NOW.plus(minutes(60))).await.unwrap(), None);

    let choice = PasswordChoice::Password {
        password_hash: Secret::new("fresh".to_owned()),
        name: Some(Name::parse("New Name").unwrap()),
        known_device: None,
    };
    let event = world.event(AuditKind::PasswordSet, NOW);
    let used = world.store.use_token(new, &choice, &event).await.unwrap();
    assert_eq!(used, Some(world.user));
    assert_eq!(world.store.use_token(new, &choice, &event).await.unwrap(), None);
    let user = world.store.user(world.user).await.unwrap().unwrap();
    assert_eq!(
        (user.password_hash.unwrap().expose().as_str(), user.name.as_str()),
        ("fresh", "New Name")
    );
}

async fn a_link_is_good_for_its_purpose_only(world: World) {
    let (setup, password) = (world.hash(), world.hash());
    let until = NOW.plus(minutes(60));
    world
        .store
        .add_token(setup, TokenPurpose::Setup(world.organisation), until)
        .await
        .unwrap();
    world
        .store
        .add_token(password, TokenPurpose::Password(world.user), until)
        .await
        .unwrap();
    let event = world.event(AuditKind::PasswordSet, NOW);
    let choose = PasswordChoice::Password {
        password_hash: Secret::new("x".to_owned()),
        name: None,
        known_device: None,
    };
    let administrate = PasswordChoice::Setup {
        administrator: world.new_user("admin@example.com"),
        organisation: None,
    };
    assert_eq!(world.store.use_token(setup, &choose, &event).await.unwrap(), None);
    assert_eq!(
        world
            .store
            .use_token(password, &administrate, &event)
            .await
            .unwrap(),
        None
    );
    // Neither was used up by that.
    assert!(
        world
            .store
            .use_token(setup, &administrate, &event)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        world
            .store
            .use_token(password, &choose, &event)
            .await
            .unwrap()
            .is_some()
    );
}

async fn a_link_for_the_other_organisation_makes_no_administrator_here(mut world: World) {
    let ours = world.organisation;
    let token = world.hash();
    let until = NOW.plus(minutes(60));
    world
        .store
        .add_token(token, TokenPurpose::Setup(ours), until)
        .await
        .unwrap();
    world.organisation = world.add_organisation("Second").await;
    let choice = PasswordChoice::Setup {
        administrator: world.new_user("admin@example.com"),
        organisation: None,
    };
    let event = world.event(AuditKind::PasswordSet, NOW);
    assert_eq!(world.store.use_token(token, &choice, &event).await.unwrap(), None);
}
