//! What has to be on the machine for demonstrations and for the tests in browsers only.

/// Debian packages that only the demonstration and the tests in browsers need, each with what it is for.
pub const PACKAGES: &[(&str, &str)] = &[
    (
        "at-spi2-core",
        "the accessibility tree, by which the program's window is answered",
    ),
    ("chromium", "the browsers of operator and customer"),
    ("dbus", "the session bus of the customer's computer"),
    ("feh", "the wallpaper"),
    ("fonts-noto-cjk", "Japanese letters"),
    ("imagemagick", "pictures of the screen, taken by another program"),
    ("libglib2.0-bin", "settings of the desktop"),
    ("libxkbcommon-x11-0", "keyboards, for the windows of the program"),
    ("mate-backgrounds", "a photograph"),
    ("mousepad", "a text editor"),
    ("novnc", "the customer's monitor in a browser tab"),
    ("openbox", "the window manager"),
    ("pcmanfm", "the file manager"),
    ("procps", "which processes are left"),
    ("python3-aiosmtpd", "the mail server of the stories"),
    ("python3-pyatspi", "the accessibility tree"),
    (
        "tigervnc-standalone-server",
        "the X server of the customer's computer",
    ),
    ("websockify", "the customer's monitor in a browser tab"),
    ("x11-utils", "settings of the display"),
    ("x11-xkb-utils", "keyboard layouts"),
    ("x11-xserver-utils", "settings of the display"),
    ("xdotool", "where the windows are"),
    ("xarchiver", "unpacks the downloaded file"),
    ("xdg-user-dirs", "where downloads are"),
    ("xdg-utils", "what opens a downloaded program"),
    ("xterm", "a terminal"),
    ("xvfb", "an X server with one mode, for tests"),
    ("xclip", "a clipboard that is not ours, for tests"),
];

/// Debian packages of a customer's computer with Windows.
pub const WINDOWS_PACKAGES: &[(&str, &str)] = &[
    ("file", "what kind of file a download is"),
    ("fonts-wine", "the signs on the buttons of windows"),
    (
        "locales",
        "Japanese and English, from which Wine takes its language",
    ),
    ("wine", "Windows for the customer's computer"),
    ("wine64", "Windows for the customer's computer"),
];
