//! What a history is filtered by, as conditions of a query. The words are ours; what they compare with is bound.

use temoto_model::Timestamp;
use temoto_store::HistoryFilter;

use crate::database::Query;

/// Sessions with what is said of them.
pub(crate) const PAST: &str = "sessions s JOIN users u ON u.id = s.operator_id
     LEFT JOIN session_details d ON d.session_id = s.id";

/// Which sessions of [`PAST`] a filter wants, in their order, and how many values [`bind`] puts into that.
pub(crate) fn wanted(filter: &HistoryFilter) -> (String, u32) {
    let mut sql = String::from("WHERE s.organisation_id = $1 AND s.started_at >= $2 AND s.started_at < $3");
    let mut bound = 3;
    if filter.operator.is_some() {
        also(&mut sql, &mut bound, "s.operator_id = ?");
    }
    if filter.text.is_some() {
        also(
            &mut sql,
            &mut bound,
            "(LOWER(u.name) LIKE ? ESCAPE '!' OR LOWER(d.customer) LIKE ? ESCAPE '!'
             OR LOWER(d.note) LIKE ? ESCAPE '!' OR LOWER(d.ticket) LIKE ? ESCAPE '!')",
        );
    }
    if filter.before.is_some() {
        let id = bound + 2;
        also(
            &mut sql,
            &mut bound,
            &format!("(s.started_at, s.id) < (?, ${id})"),
        );
        bound += 1;
    }
    bound += 1;
    sql.push_str(&format!(" ORDER BY s.started_at DESC, s.id DESC LIMIT ${bound}"));
    (sql, bound)
}

/// The values of [`wanted`].
pub(crate) fn bind(query: Query, filter: &HistoryFilter) -> Query {
    let mut query = query
        .bind(&filter.organisation.as_bytes()[..])
        .bind(filter.from.map_or(i64::MIN, Timestamp::as_millis))
        .bind(filter.to.map_or(i64::MAX, Timestamp::as_millis));
    if let Some(operator) = filter.operator {
        query = query.bind(&operator.as_bytes()[..]);
    }
    if let Some(text) = &filter.text {
        query = query.bind(pattern(text));
    }
    if let Some((at, session)) = filter.before {
        query = query.bind(at.as_millis()).bind(&session.as_bytes()[..]);
    }
    query.bind(i64::from(filter.limit))
}

/// One more condition about one more value.
pub(crate) fn also(sql: &mut String, bound: &mut u32, condition: &str) {
    *bound += 1;
    sql.push_str(" AND ");
    sql.push_str(&condition.replace('?', &format!("${bound}")));
}

/// What is looked for, wherever it stands; signs that mean something to `LIKE` mean themselves.
pub(crate) fn pattern(text: &str) -> String {
    let mut out = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
    }
    out.push('%');
    out
}
