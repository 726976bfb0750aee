//! Keys of other programs: found by their hash only, within their organisation, as long as they may hold.

use std::time::Duration;

use temoto_model::account::Name;
use temoto_model::api_key::{KEYS, REMEMBERED, Scopes};
use temoto_model::audit::AuditKind;
use temoto_model::{ActorId, ApiKeyId, By, Role, Timestamp, TokenHash};
use temoto_store::{ApiKeys as _, Audits as _, NewApiKey, People as _, PersonChange, PersonChanged};

use super::{NOW, World, minutes};

on_every_database! {
    a_key_is_found_by_its_hash_with_who_made_it,
    a_key_stops_with_its_maker_and_comes_back_with_the_role,
    a_revoked_key_is_known_but_not_listed_and_revoked_once,
    nothing_of_another_organisation_is_listed_or_revoked,
    there_are_no_more_keys_than_may_hold_and_old_ones_are_forgotten,
    use_is_noted_and_never_goes_back,
}

const DAY: Duration = Duration::from_secs(86_400);

impl World {
    fn new_key(&self, key: TokenHash, at: Timestamp) -> NewApiKey {
        NewApiKey {
            id: ApiKeyId::from_bytes(self.fresh()),
            key,
            organisation: self.organisation,
            maker: self.user,
            name: Name::parse("会計システム").unwrap(),
            scopes: Scopes::choose(["users:read", "history:read"]).unwrap(),
            at,
            expires_at: at.plus(30 * DAY),
        }
    }

    async fn add_key(&self, new: &NewApiKey) -> bool {
        let mut event = self.event(AuditKind::ApiKeyMade, new.at);
        event.subject = new.id.to_string();
        self.store.add_api_key(new, &event).await.unwrap()
    }

    async fn change_maker(&self, change: PersonChange) {
        let event = self.event(AuditKind::RoleChanged, NOW);
        let changed = self
            .store
            .change_person(self.organisation, self.user, change, &event)
            .await
            .unwrap();
        assert_eq!(changed, PersonChanged::Done);
    }

    async fn trail(&self) -> Vec<(String, Option<Vec<u8>>, String, String)> {
        let rows = self.store.audit_rows(self.organisation, 0, 1_000).await.unwrap();
        rows.into_iter()
            .map(|row| (row.kind, row.actor, row.subject, row.detail))
            .collect()
    }
}

/// Somebody else who administrates, so that the maker need not.
async fn with_another_administrator(world: &World) {
    let mut other = world.new_user("other@example.com");
    other.role = Role::Administrator;
    let event = world.event(AuditKind::UserAdded, NOW);
    temoto_store::Accounts::add_user(&world.store, &other, &event)
        .await
        .unwrap();
}

async fn a_key_is_found_by_its_hash_with_who_made_it(world: World) {
    let hash = world.hash();
    let new = world.new_key(hash, NOW);
    assert!(world.add_key(&new).await);
    let found = world.store.api_key(hash).await.unwrap().unwrap();
    assert_eq!(
        (
            found.id,
            found.actor.by,
            found.actor.user,
            found.actor.organisation
        ),
        (new.id, By::Key(new.id), world.user, world.organisation)
    );
    assert_eq!(found.actor.id(), ActorId::from(new.id));
    assert_eq!(found.scopes, new.scopes);
    assert_eq!(found.times.expires_at, new.expires_at);
    assert_eq!(
        (found.holder.name.as_str(), found.holder.organisation.as_str()),
        ("佐藤 花子", "Example")
    );
    assert!(world.store.api_key(world.hash()).await.unwrap().is_none());
    let listed = world.store.api_keys(world.organisation).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].id, listed[0].name.as_str(), listed[0].maker.as_str()),
        (new.id, "会計システム", "佐藤 花子")
    );
    let (kind, _, subject, _) = world.trail().await.pop().unwrap();
    assert_eq!((kind.as_str(), subject), ("api_key_made", new.id.to_string()));
}

async fn a_key_stops_with_its_maker_and_comes_back_with_the_role(world: World) {
    with_another_administrator(&world).await;
    let hash = world.hash();
    assert!(world.add_key(&world.new_key(hash, NOW)).await);
    let administrates = async || {
        let found = world.store.api_key(hash).await.unwrap().unwrap();
        let listed = world.store.api_keys(world.organisation).await.unwrap();
        assert_eq!(listed[0].maker_administrates, found.maker_administrates);
        found.maker_administrates
    };
    assert!(!administrates().await, "the maker is an operator");
    world.change_maker(PersonChange::Role(Role::Administrator)).await;
    assert!(administrates().await);
    world.change_maker(PersonChange::Suspend).await;
    assert!(!administrates().await);
    world.change_maker(PersonChange::Resume).await;
    assert!(administrates().await);
    world.change_maker(PersonChange::Role(Role::Operator)).await;
    assert!(!administrates().await);
    world.change_maker(PersonChange::Role(Role::Administrator)).await;
    world.change_maker(PersonChange::Delete).await;
    assert!(!administrates().await, "nobody answers for it any more");
}

async fn a_revoked_key_is_known_but_not_listed_and_revoked_once(world: World) {
    let hash = world.hash();
    let new = world.new_key(hash, NOW);
    assert!(world.add_key(&new).await);
    let event = world.event(AuditKind::ApiKeyRevoked, NOW.plus(minutes(1)));
    let revoke = async || {
        let done = world.store.revoke_api_key(world.organisation, new.id, &event);
        done.await.unwrap()
    };
    assert!(revoke().await);
    let before = world.trail().await.len();
    assert!(!revoke().await);
    assert_eq!(world.trail().await.len(), before);
    assert_eq!(world.trail().await.pop().unwrap().3, "会計システム");
    let found = world.store.api_key(hash).await.unwrap().unwrap();
    assert_eq!(found.times.revoked_at, Some(NOW.plus(minutes(1))));
    assert_eq!(world.store.api_keys(world.organisation).await.unwrap(), []);
}

async fn nothing_of_another_organisation_is_listed_or_revoked(world: World) {
    let theirs = world.add_organisation("Theirs").await;
    let hash = world.hash();
    let new = world.new_key(hash, NOW);
    assert!(world.add_key(&new).await);
    assert_eq!(world.store.api_keys(theirs).await.unwrap(), []);
    let mut event = world.event(AuditKind::ApiKeyRevoked, NOW);
    event.organisation = theirs;
    assert!(!world.store.revoke_api_key(theirs, new.id, &event).await.unwrap());
    let found = world.store.api_key(hash).await.unwrap().unwrap();
    assert_eq!(found.times.revoked_at, None);
}

async fn there_are_no_more_keys_than_may_hold_and_old_ones_are_forgotten(world: World) {
    let first = world.hash();
    let mut new = world.new_key(first, NOW);
    assert!(world.add_key(&new).await);
    for _ in 1..KEYS {
        assert!(world.add_key(&world.new_key(world.hash(), NOW)).await);
    }
    assert!(!world.add_key(&world.new_key(world.hash(), NOW)).await);
    // One that was revoked makes room, and so does time.
    let event = world.event(AuditKind::ApiKeyRevoked, NOW);
    assert!(
        world
            .store
            .revoke_api_key(world.organisation, new.id, &event)
            .await
            .unwrap()
    );
    new = world.new_key(world.hash(), NOW);
    assert!(world.add_key(&new).await);
    assert!(world.add_key(&world.new_key(world.hash(), new.expires_at)).await);
    assert!(world.store.api_key(first).await.unwrap().is_some());

    let much_later = new.expires_at.plus(REMEMBERED);
    assert!(world.add_key(&world.new_key(world.hash(), much_later)).await);
    assert!(world.store.api_key(first).await.unwrap().is_none());
    // The two that ended last, one of them within the time that keys are remembered.
    assert_eq!(world.store.api_keys(world.organisation).await.unwrap().len(), 2);
}

async fn use_is_noted_and_never_goes_back(world: World) {
    let hash = world.hash();
    let new = world.new_key(hash, NOW);
    assert!(world.add_key(&new).await);
    let last = async || {
        world
            .store
            .api_key(hash)
            .await
            .unwrap()
            .unwrap()
            .times
            .last_used_at
    };
    assert_eq!(last().await, None);
    let later = NOW.plus(minutes(90));
    world.store.touch_api_key(new.id, later).await.unwrap();
    world.store.touch_api_key(new.id, NOW).await.unwrap();
    assert_eq!(last().await, Some(later));
}
