//! Parser and builder of the name that a downloaded program has.
