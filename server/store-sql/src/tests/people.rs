//! The people of an organisation: parts of long lists, and changes that hold whoever else changes something.

use temoto_model::account::{Email, Name, UserStatus};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::{Role, UserId};
use temoto_store::{
    Accounts as _, Logins as _, NewUser, People as _, PeopleOrder, PeopleQuery, PersonChange, PersonChanged,
};

use super::{NOW, World};

on_every_database! {
    ten_thousand_people_are_found_in_parts,
    a_deleted_person_holds_nothing_and_cannot_be_enabled_again,
    the_last_administrator_stays,
    signs_that_mean_something_to_databases_are_searched_for_as_they_are,
}

const PART: u32 = 50;

fn person(world: &World, n: u32) -> (NewUser, AuditEvent) {
    let user = NewUser {
        id: UserId::from_bytes(world.fresh()),
        organisation: world.organisation,
        email: Email::parse(&format!("p{n:05}@many.example")).unwrap(),
        name: Name::parse(&format!("人 {n}")).unwrap(),
        role: Role::Operator,
        password_hash: None,
    };
    (user, world.event(AuditKind::UserAdded, NOW))
}

fn part(skip: u32, search: &str) -> PeopleQuery {
    PeopleQuery {
        search: search.to_owned(),
        order: PeopleOrder::Email,
        skip,
        most: PART,
        ..PeopleQuery::default()
    }
}

async fn ten_thousand_people_are_found_in_parts(world: World) {
    let people: Vec<_> = (0..10_000).map(|n| person(&world, n)).collect();
    let added = world.store.add_people(&people).await.unwrap();
    assert_eq!(added.len(), 10_000);
    // Who is there already is left out.
    assert_eq!(world.store.add_people(&people[..3]).await.unwrap(), []);
    let emails = [
        people[0].0.email.clone(),
        Email::parse("new@many.example").unwrap(),
    ];
    assert_eq!(world.store.taken(&emails).await.unwrap(), [true, false]);

    let world = &world;
    let ask = |query: PeopleQuery| async move {
        let page = world.store.people(world.organisation, &query).await.unwrap();
        (page.people, page.total)
    };
    let (first, total) = ask(part(0, "")).await;
    assert_eq!((first.len(), total), (50, 10_001));
    let (last, _) = ask(part(10_000, "")).await;
    assert_eq!(
        last.iter().map(|p| p.email.as_str()).collect::<Vec<_>>(),
        ["p09999@many.example"]
    );
    let (found, total) = ask(part(0, "P0777")).await;
    assert_eq!((found.len(), total), (10, 10));
    let (named, _) = ask(part(0, "人 4242")).await;
    assert_eq!(named[0].email, "p04242@many.example");
    let invited = PeopleQuery {
        status: Some(UserStatus::Invited),
        order: PeopleOrder::LastLogin,
        ..part(9_980, "")
    };
    assert_eq!(ask(invited).await.0.len(), 20);
}

async fn a_deleted_person_holds_nothing_and_cannot_be_enabled_again(world: World) {
    let token = world.hash();
    let login = world.new_login(token, NOW);
    let world = &world;
    let event = |kind| world.event(kind, NOW);
    world
        .store
        .add_login(&login, &event(AuditKind::LoggedIn))
        .await
        .unwrap();
    let change = |organisation, change| {
        let event = event(AuditKind::UserDeleted);
        async move {
            world
                .store
                .change_person(organisation, world.user, change, &event)
                .await
                .unwrap()
        }
    };
    let elsewhere = temoto_model::OrganisationId::from_bytes([9; 16]);
    assert_eq!(
        change(elsewhere, PersonChange::Delete).await,
        PersonChanged::NotFound
    );
    assert_eq!(
        change(world.organisation, PersonChange::Delete).await,
        PersonChanged::Done
    );
    assert_eq!(
        change(world.organisation, PersonChange::Delete).await,
        PersonChanged::NotFound
    );
    assert!(world.store.login(token).await.unwrap().is_none());
    let on = event(AuditKind::UserEnabled);
    assert!(!world.store.set_disabled(world.user, false, &on).await.unwrap());
    assert_eq!(world.store.users(world.organisation).await.unwrap().len(), 0);
    let free = Email::parse("hanako@example.com").unwrap();
    assert!(world.store.user_by_email(&free).await.unwrap().is_none());
}

async fn the_last_administrator_stays(world: World) {
    let mut admin = world.new_user("admin@example.com");
    admin.role = Role::Administrator;
    let event = world.event(AuditKind::UserAdded, NOW);
    world.store.add_user(&admin, &event).await.unwrap();
    for change in [
        PersonChange::Suspend,
        PersonChange::Delete,
        PersonChange::Role(Role::Operator),
    ] {
        let changed = world
            .store
            .change_person(world.organisation, admin.id, change, &event)
            .await;
        assert_eq!(changed.unwrap(), PersonChanged::LastAdministrator, "{change:?}");
    }
    let up = PersonChange::Role(Role::Administrator);
    let changed = world
        .store
        .change_person(world.organisation, world.user, up, &event)
        .await;
    assert_eq!(changed.unwrap(), PersonChanged::Done);
    let changed = world
        .store
        .change_person(world.organisation, admin.id, PersonChange::Suspend, &event)
        .await;
    assert_eq!(changed.unwrap(), PersonChanged::Done);
}

async fn signs_that_mean_something_to_databases_are_searched_for_as_they_are(world: World) {
    let total = async |search: &str| {
        let page = world.store.people(world.organisation, &part(0, search)).await;
        page.unwrap().total
    };
    assert_eq!(total("hanako").await, 1);
    for search in ["%", "_", "!", "\0", "hana\0ko", "'", "\\"] {
        assert_eq!(total(search).await, 0, "{search:?}");
    }
}
