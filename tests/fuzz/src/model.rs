//! What people type into forms, paste or upload: words, tables of people, licences.

use temoto_model::account::{Email, Name};
use temoto_model::api_key;
use temoto_model::details::{Line, Telephone};
use temoto_model::licence::{Function, Functions, Licence, LicenceKind, as_file, issuer};
use temoto_model::people::{TABLE_ROWS, read_table};
use temoto_model::second_factor::read_answer;
use temoto_model::{LicenceId, Timestamp, TokenHash};

const SEED: [u8; 32] = [7; 32];

/// What is taken is read the same again: nothing grows, hides or changes the second time.
pub(crate) fn account_words(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(email) = Email::parse(text) {
        assert_eq!(Email::parse(email.as_str()).as_ref(), Ok(&email));
        assert!(email.as_str().contains('@') && !email.as_str().contains(['\r', '\n']));
    }
    if let Ok(name) = Name::parse(text) {
        assert_eq!(Name::parse(name.as_str()).as_ref(), Ok(&name));
        assert!(!name.as_str().chars().any(char::is_control));
    }
    if let Ok(line) = Line::parse(text) {
        assert_eq!(Line::parse(line.as_str()).as_ref(), Ok(&line));
    }
    if let Ok(telephone) = Telephone::parse(text) {
        assert_eq!(Telephone::parse(telephone.as_str()).as_ref(), Ok(&telephone));
        assert!(telephone.as_str().is_ascii());
    }
    let _ = read_answer(text);
}

/// Things that people type.
pub(crate) fn account_word_seeds() -> Vec<Vec<u8>> {
    let seeds = [
        "Sato.Hanako@Example.CO.jp",
        "佐藤 花子",
        "０３－１２３４－５６７８",
        "+81 (0)3 1234 5678",
        "１２３ ４５６",
        "abcd-efgh-2345",
    ];
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

/// Rows are few, each address stands in one good row only, and what is shown of a bad one is short.
pub(crate) fn people_table(bytes: &[u8]) {
    let Ok(rows) = read_table(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    assert!(rows.len() <= TABLE_ROWS);
    let mut seen = std::collections::BTreeSet::new();
    for row in rows {
        assert!(row.line >= 2 && row.email.chars().count() <= 100);
        if let Ok(person) = row.person {
            assert!(seen.insert(person.email), "an address came twice");
        }
    }
}

/// Tables as programs write them.
pub(crate) fn people_table_seeds() -> Vec<Vec<u8>> {
    let seeds = [
        "email,name,role\na@b.example,A,operator\n",
        "\u{feff}氏名;メールアドレス\r\n\"佐藤 \"\"花子\"\"\";a@b.example\r\n",
        "name\temail\n\"two\nlines\"\ta@b.example",
    ];
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

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

/// What a program sends as its key. What is taken is written in one way only, and known by the hash of all of it.
pub(crate) fn api_key(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let Some(hash) = api_key::read(text) else {
        return;
    };
    assert!(text.is_ascii() && text.len() == api_key::PREFIX.len() + 72);
    assert_eq!(hash, TokenHash::of(text));
    assert!(api_key::read(&text[..text.len() - 1]).is_none());
}

/// A key, and what one may be mistaken for.
pub(crate) fn api_key_seeds() -> Vec<Vec<u8>> {
    use rand_chacha::rand_core::SeedableRng as _;
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([5; 32]);
    let key = api_key::generate(&mut rng);
    let cut = key.expose()[..40].to_owned();
    vec![key.expose().clone().into_bytes(), cut.into_bytes()]
}
