//! The border to the screen: displays, pixels, damage, cursor.
