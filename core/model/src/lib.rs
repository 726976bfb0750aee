//! Rules of the portal: account, role, code, failure budget, statement.
