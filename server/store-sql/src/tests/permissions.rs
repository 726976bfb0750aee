//! Groups and permissions: kept within their organisation, told of in the trail once for each change.

use temoto_model::account::Name;
use temoto_model::audit::AuditKind;
use temoto_model::permission::{Decider, Decision, GROUPS, Permission, Rules, Setting, Whose};
use temoto_model::{GroupId, OrganisationId, UserId};
use temoto_store::{
    Audits as _, GroupChanged, MemberChange, People as _, Permissions as _, PersonChange, PersonChanged,
};

use super::{NOW, World};

on_every_database! {
    a_group_is_made_renamed_and_deleted_with_what_it_said,
    a_person_in_groups_has_their_words_in_the_order_of_names,
    nothing_of_another_organisation_is_found_or_changed,
    what_changes_nothing_is_not_in_the_trail,
    a_deleted_person_leaves_groups_and_settings,
    there_are_no_more_groups_than_there_may_be,
}

impl World {
    async fn group(&self, name: &str) -> GroupId {
        let id = GroupId::from_bytes(self.fresh());
        assert_eq!(self.add_group(id, name).await, GroupChanged::Done);
        id
    }

    async fn add_group(&self, id: GroupId, name: &str) -> GroupChanged {
        let event = self.event(AuditKind::GroupMade, NOW);
        let name = Name::parse(name).unwrap();
        self.store
            .add_group(self.organisation, id, &name, &event)
            .await
            .unwrap()
    }

    async fn change(&self, group: GroupId, user: UserId, joins: bool) -> GroupChanged {
        let change = MemberChange {
            user,
            joins,
            audit: self.event(AuditKind::GroupJoined, NOW),
        };
        self.store
            .change_members(self.organisation, group, &[change])
            .await
            .unwrap()
    }

    async fn set(&self, whose: Whose, permission: Permission, setting: Option<Setting>) -> bool {
        let event = self.event(AuditKind::PermissionSet, NOW);
        self.store
            .set_permission(whose, permission, setting, &event)
            .await
            .unwrap()
    }

    async fn rules(&self, whose: Whose) -> Rules {
        self.store.rules(whose).await.unwrap().unwrap()
    }

    async fn entries(&self) -> usize {
        self.store
            .audit_rows(self.organisation, 0, 1_000)
            .await
            .unwrap()
            .len()
    }
}

async fn a_group_is_made_renamed_and_deleted_with_what_it_said(world: World) {
    let event = world.event(AuditKind::GroupRenamed, NOW);
    let (ours, store) = (world.organisation, &world.store);
    let second = world.group("夜間").await;
    let first = world.group("A team").await;
    assert_eq!(
        world.add_group(GroupId::from_bytes(world.fresh()), "夜間").await,
        GroupChanged::NameTaken
    );
    let rename = async |name: &str| {
        let name = Name::parse(name).unwrap();
        store.rename_group(ours, second, &name, &event).await.unwrap()
    };
    assert_eq!(rename("A team").await, GroupChanged::NameTaken);
    assert_eq!(rename("昼間").await, GroupChanged::Done);
    assert_eq!(world.change(second, world.user, true).await, GroupChanged::Done);
    world
        .set(Whose::Group(ours, second), Permission::Files, Some(Setting::Deny))
        .await;

    let listed: Vec<_> = store
        .groups(ours)
        .await
        .unwrap()
        .into_iter()
        .map(|group| (group.id, group.name, group.members))
        .collect();
    assert_eq!(
        listed,
        [(first, "A team".to_owned(), 0), (second, "昼間".to_owned(), 1)]
    );
    let members = store.members(ours, second).await.unwrap().unwrap();
    assert_eq!(
        members.iter().map(|m| m.email.as_str()).collect::<Vec<_>>(),
        ["hanako@example.com"]
    );

    let gone = async || store.delete_group(ours, second, &event).await.unwrap();
    assert_eq!(gone().await, GroupChanged::Done);
    assert_eq!(gone().await, GroupChanged::NotFound);
    assert_eq!(rename("夜間").await, GroupChanged::NotFound);
    let whose = Whose::User(ours, world.user);
    assert_eq!(world.rules(whose).await, Rules::default());
    assert!(store.rules(Whose::Group(ours, second)).await.unwrap().is_none());
}

async fn a_person_in_groups_has_their_words_in_the_order_of_names(world: World) {
    let ours = world.organisation;
    let (b, a) = (world.group("b").await, world.group("a").await);
    world.group("of others").await;
    for group in [a, b] {
        assert_eq!(world.change(group, world.user, true).await, GroupChanged::Done);
    }
    let person = Whose::User(ours, world.user);
    let files = Permission::Files;
    let answer = async || world.rules(person).await.decide(files);
    let by = |allowed, by| Decision { allowed, by };

    assert_eq!(answer().await, by(true, Decider::Default));
    world
        .set(Whose::Organisation(ours), files, Some(Setting::Deny))
        .await;
    assert_eq!(answer().await, by(false, Decider::Organisation));
    world
        .set(Whose::Group(ours, b), files, Some(Setting::Allow))
        .await;
    assert_eq!(answer().await, by(true, Decider::Group(b)));
    world.set(Whose::Group(ours, a), files, Some(Setting::Deny)).await;
    assert_eq!(answer().await, by(false, Decider::Group(a)));
    world.set(person, files, Some(Setting::Allow)).await;
    assert_eq!(answer().await, by(true, Decider::User));
    world.set(person, files, None).await;
    world.set(Whose::Group(ours, a), files, None).await;
    assert_eq!(answer().await, by(true, Decider::Group(b)));

    let rules = world.rules(person).await;
    let names: Vec<_> = rules.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let of_group = world.rules(Whose::Group(ours, b)).await;
    assert_eq!((of_group.groups.len(), of_group.organisation.len()), (1, 1));
    assert!(world.rules(Whose::Organisation(ours)).await.groups.is_empty());
}

async fn nothing_of_another_organisation_is_found_or_changed(world: World) {
    let group = world.group("ours").await;
    let event = world.event(AuditKind::GroupDeleted, NOW);
    let name = Name::parse("theirs").unwrap();
    let theirs = world.add_organisation("Theirs").await;
    let mut stranger = world.new_user("stranger@example.com");
    stranger.organisation = theirs;
    temoto_store::Accounts::add_user(&world.store, &stranger, &event)
        .await
        .unwrap();
    let before = world.entries().await;
    let store = &world.store;

    assert!(store.groups(theirs).await.unwrap().is_empty());
    assert!(store.members(theirs, group).await.unwrap().is_none());
    let changed = [
        store.rename_group(theirs, group, &name, &event).await.unwrap(),
        store.delete_group(theirs, group, &event).await.unwrap(),
        store.change_members(theirs, group, &[]).await.unwrap(),
        world.change(group, stranger.id, true).await,
    ];
    assert_eq!(changed, [GroupChanged::NotFound; 4]);
    let nowhere = OrganisationId::from_bytes([9; 16]);
    for whose in [
        Whose::Group(theirs, group),
        Whose::User(theirs, world.user),
        Whose::Organisation(nowhere),
    ] {
        assert!(store.rules(whose).await.unwrap().is_none());
        assert!(!world.set(whose, Permission::Chat, Some(Setting::Deny)).await);
    }
    assert_eq!(world.entries().await, before);
}

async fn what_changes_nothing_is_not_in_the_trail(world: World) {
    let group = world.group("g").await;
    let whose = Whose::Organisation(world.organisation);
    let before = world.entries().await;
    for _ in 0..2 {
        world.change(group, world.user, true).await;
        world.set(whose, Permission::Chat, Some(Setting::Deny)).await;
    }
    assert_eq!(world.entries().await, before + 2);
    for _ in 0..2 {
        world.change(group, world.user, false).await;
        world.set(whose, Permission::Chat, None).await;
    }
    assert_eq!(world.entries().await, before + 4);
}

async fn a_deleted_person_leaves_groups_and_settings(world: World) {
    let group = world.group("g").await;
    let person = Whose::User(world.organisation, world.user);
    world.change(group, world.user, true).await;
    world.set(person, Permission::Chat, Some(Setting::Deny)).await;
    let event = world.event(AuditKind::UserDeleted, NOW);
    let deleted = world
        .store
        .change_person(world.organisation, world.user, PersonChange::Delete, &event)
        .await;
    assert_eq!(deleted.unwrap(), PersonChanged::Done);
    assert!(world.store.rules(person).await.unwrap().is_none());
    assert_eq!(
        world.store.groups(world.organisation).await.unwrap()[0].members,
        0
    );
    assert_eq!(
        world.change(group, world.user, true).await,
        GroupChanged::NotFound
    );
}

async fn there_are_no_more_groups_than_there_may_be(world: World) {
    for n in 0..GROUPS {
        world.group(&format!("g{n}")).await;
    }
    let more = GroupId::from_bytes(world.fresh());
    assert_eq!(world.add_group(more, "more").await, GroupChanged::TooMany);
}
