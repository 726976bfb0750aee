//! What people paste or upload into the portal.

use temoto_model::account::Name;
use temoto_model::licence::{Function, Functions, Licence, LicenceKind, as_file, issuer};
use temoto_model::{LicenceId, Timestamp};

const SEED: [u8; 32] = [7; 32];

/// A licence as a key or a file. What can be read says the same when it is signed anew, and nobody is believed who did
/// not sign.
pub fn licence(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(said) = Licence::inspect(&text) else {
        assert!(Licence::read(&text, &[issuer(&SEED)]).is_err());
        return;
    };
    let own = said.sign(&SEED);
    assert_eq!(Licence::read(&own, &[issuer(&SEED)]).as_ref(), Ok(&said));
    assert_eq!(
        Licence::read(&as_file(&own), &[issuer(&SEED)]).as_ref(),
        Ok(&said)
    );
    assert!(Licence::read(&text, &[issuer(&[8; 32])]).is_err());
}

pub fn licence_seeds() -> Vec<Vec<u8>> {
    let Ok(holder) = Name::parse("例 株式会社") else {
        return Vec::new();
    };
    let licence = Licence {
        id: LicenceId::from_bytes([1; 16]),
        kind: LicenceKind::PublicCloud,
        sessions: 3,
        functions: Functions::default().with(Function::OneTime),
        issued_at: Timestamp::from_millis(1),
        starts_at: Timestamp::from_millis(2),
        ends_at: Some(Timestamp::from_millis(3)),
        organisation: None,
        renews: Some(LicenceId::from_bytes([2; 16])),
        holder,
    };
    let key = licence.sign(&SEED);
    vec![as_file(&key).into_bytes(), key.into_bytes()]
}
