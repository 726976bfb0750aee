//! Physical keys: W3C code, evdev, scan code and keysym, with the whole Japanese keyboard.
