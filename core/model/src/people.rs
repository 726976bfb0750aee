//! The people of an organisation as a list from elsewhere: reads a table of addresses, names and roles (CSV) and says
//! of each row that cannot be taken what is wrong with it.

use std::collections::BTreeSet;

use crate::Role;
use crate::account::{AccountError, Email, Name};

/// Longest table, in bytes.
pub const TABLE_BYTES: usize = 1 << 20;
/// Most rows of a table.
pub const TABLE_ROWS: usize = 5_000;
/// Most columns that are looked at.
const COLUMNS: usize = 50;

/// Why a table is not read at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TableError {
    /// Longer than [`TABLE_BYTES`], or with more than [`TABLE_ROWS`] rows.
    #[error("the table is too large")]
    TooLarge,
    /// The first row does not name the columns of address and name.
    #[error("the first row must name the columns email and name")]
    Header,
    /// A quotation mark was not closed.
    #[error("a quotation mark is not closed")]
    Quote,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RowProblem {
    /// Not an address.
    Email,
    /// Not a name.
    Name,
    /// Neither operator nor administrator.
    Role,
    /// The address stands in an earlier row too.
    Twice,
}

impl RowProblem {
    /// Its name in the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email_invalid",
            Self::Name => "name_invalid",
            Self::Role => "role_invalid",
            Self::Twice => "email_twice",
        }
    }
}

/// A person of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// Address.
    pub email: Email,
    /// Name.
    pub name: Name,
    /// What the person may do; operator where the table says nothing.
    pub role: Role,
}

/// A row: its line in the file (the first one is 1), the address as it was written, and what came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// The line that it begins in.
    pub line: u32,
    /// The address as it was written, short enough to be shown.
    pub email: String,
    /// The person, or what is wrong.
    pub person: Result<Person, RowProblem>,
}

/// Reads a table with comma, semicolon or tab between its columns, quoted or not, in any order of columns; its first row
/// names them in English or Japanese. Empty rows are left out.
pub fn read_table(text: &str) -> Result<Vec<Row>, TableError> {
    if text.len() > TABLE_BYTES {
        return Err(TableError::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = records(text, separator(text))?.into_iter();
    let (_, header) = records.next().ok_or(TableError::Header)?;
    let column = |names: &[&str]| {
        header
            .iter()
            .position(|title| names.contains(&title.trim().to_lowercase().as_str()))
    };
    let email = column(&["email", "e-mail", "mail", "メールアドレス", "メール"]).ok_or(TableError::Header)?;
    let name = column(&["name", "full name", "氏名", "名前"]).ok_or(TableError::Header)?;
    let role = column(&["role", "役割", "権限"]);
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for (line, fields) in records {
        let field = |index: usize| fields.get(index).map_or("", |text| text.trim());
        let person = person(field(email), field(name), role.map_or("", field)).and_then(|person| {
            if seen.insert(person.email.clone()) {
                Ok(person)
            } else {
                Err(RowProblem::Twice)
            }
        });
        rows.push(Row {
            line,
            email: field(email)
                .chars()
                .filter(|c| !c.is_control())
                .take(100)
                .collect(),
            person,
        });
    }
    Ok(rows)
}

fn person(email: &str, name: &str, role: &str) -> Result<Person, RowProblem> {
    let email = Email::parse(email).map_err(|_: AccountError| RowProblem::Email)?;
    let name = Name::parse(name).map_err(|_| RowProblem::Name)?;
    let role = match role.to_lowercase().as_str() {
        "" | "operator" | "オペレーター" | "担当者" => Role::Operator,
        "administrator" | "admin" | "管理者" => Role::Administrator,
        _ => return Err(RowProblem::Role),
    };
    Ok(Person { email, name, role })
}

/// What stands between the columns of the first line most often.
fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    let mut best = ',';
    for other in [';', '\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

/// The records and the line that each begins in, empty ones left out.
fn records(text: &str, separator: char) -> Result<Vec<(u32, Vec<String>)>, TableError> {
    let mut records = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let (mut line, mut began, mut quoted) = (1_u32, 1_u32, false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if c == '\n' {
            line = line.saturating_add(1);
        }
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted = true;
            }
            c if quoted => field.push(c),
            '\r' => {}
            '\n' => {
                end_record(&mut records, &mut record, &mut field, began)?;
                began = line;
            }
            c if c == separator => end_field(&mut record, &mut field),
            c => field.push(c),
        }
    }
    if quoted {
        return Err(TableError::Quote);
    }
    end_record(&mut records, &mut record, &mut field, began)?;
    Ok(records)
}

fn end_field(record: &mut Vec<String>, field: &mut String) {
    let field = std::mem::take(field);
    // What stands in more columns than anybody has is not kept.
    if record.len() < COLUMNS {
        record.push(field);
    }
}

fn end_record(
    records: &mut Vec<(u32, Vec<String>)>,
    record: &mut Vec<String>,
    field: &mut String,
    began: u32,
) -> Result<(), TableError> {
    end_field(record, field);
    let record = std::mem::take(record);
    if record.iter().all(|field| field.trim().is_empty()) {
        return Ok(());
    }
    // The first one names the columns.
    if records.len() > TABLE_ROWS {
        return Err(TableError::TooLarge);
    }
    records.push((began, record));
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn summary(text: &str) -> Vec<(u32, String)> {
        let rows = read_table(text).unwrap();
        let told = |row: Row| match row.person {
            Ok(person) => format!(
                "{} {} {}",
                person.email.as_str(),
                person.name.as_str(),
                person.role.as_str()
            ),
            Err(problem) => problem.as_str().to_owned(),
        };
        rows.into_iter().map(|row| (row.line, told(row))).collect()
    }

    #[test]
    fn tables_of_many_programs_are_read() {
        let hanako = |line| vec![(line, "hanako@a.example 佐藤 花子 operator".to_owned())];
        for text in [
            "email,name\nhanako@a.example,佐藤 花子",
            "\u{feff}氏名,メールアドレス\r\n佐藤 花子,Hanako@a.example\r\n",
            "name;e-mail;role\n\"佐藤 花子\"; \"hanako@a.example\" ;operator\n",
            "Email\tName\tRole\nhanako@a.example\t佐藤 花子\t\n",
        ] {
            assert_eq!(summary(text), hanako(2), "{text}");
        }
        let quoted = "name,email\n\n\"Sato, \"\"H\"\"\",a@b.example\n\"two\nlines\",c@d.example\n";
        assert_eq!(
            summary(quoted),
            [
                (3, "a@b.example Sato, \"H\" operator".to_owned()),
                (4, "name_invalid".to_owned())
            ]
        );
    }

    #[test]
    fn each_bad_row_is_named_with_its_line() {
        let text = "email,name,role\na@b.example,A,管理者\nnothing,B\nc@d.example,\nA@b.example,A\ne@f.example,E,king\n";
        assert_eq!(
            summary(text),
            [
                (2, "a@b.example A administrator".to_owned()),
                (3, "email_invalid".to_owned()),
                (4, "name_invalid".to_owned()),
                (5, "email_twice".to_owned()),
                (6, "role_invalid".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_no_table_is_refused_as_a_whole() {
        for (text, error) in [
            (String::new(), TableError::Header),
            ("a@b.example,A".to_owned(), TableError::Header),
            ("email,name\n\"a@b.example,A\n".to_owned(), TableError::Quote),
            ("x".repeat(TABLE_BYTES + 1), TableError::TooLarge),
            (
                format!("email,name\n{}", "a,b\n".repeat(TABLE_ROWS + 1)),
                TableError::TooLarge,
            ),
        ] {
            assert_eq!(read_table(&text), Err(error));
        }
        let most = format!("email,name\n{}", "a,b\n".repeat(TABLE_ROWS));
        assert_eq!(read_table(&most).unwrap().len(), TABLE_ROWS);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(email,name\n)?(\\PC|[\",;\t\r\n])*") {
            if let Ok(rows) = read_table(&text) {
                for row in rows {
                    prop_assert!(row.email.chars().count() <= 100);
                }
            }
        }
    }
}
