#!/usr/bin/env python3
"""Covers parts of an X display with one color each, above everything, and prints where a button is pressed there: "x y" per line, on the
desktop. Arguments: x,y,width,height,color (hexadecimal) for each part."""
import ctypes
import sys

x11 = ctypes.CDLL("libX11.so.6")
window = ctypes.c_ulong
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.restype = window
x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x11.XCreateSimpleWindow.restype = window
x11.XCreateSimpleWindow.argtypes = [ctypes.c_void_p, window, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 3, *[ctypes.c_ulong] * 2]
x11.XChangeWindowAttributes.argtypes = [ctypes.c_void_p, window, ctypes.c_ulong, ctypes.c_void_p]
x11.XSelectInput.argtypes = [ctypes.c_void_p, window, ctypes.c_long]
for call in (x11.XMapRaised, x11.XRaiseWindow):
    call.argtypes = [ctypes.c_void_p, window]
for call in (x11.XFlush, x11.XSync):
    call.argtypes = [ctypes.c_void_p] + [ctypes.c_int] * (call is x11.XSync)
x11.XNextEvent.argtypes = [ctypes.c_void_p, ctypes.c_void_p]

BUTTON_PRESS, VISIBILITY = 4, 15
BUTTON_PRESS_MASK, VISIBILITY_MASK = 1 << 2, 1 << 16
OVERRIDE_REDIRECT = 1 << 9


class Attributes(ctypes.Structure):
    """XSetWindowAttributes up to what is set here."""

    _fields_ = [
        ("background_pixmap", ctypes.c_ulong),
        ("background_pixel", ctypes.c_ulong),
        ("border_pixmap", ctypes.c_ulong),
        ("border_pixel", ctypes.c_ulong),
        ("bit_gravity", ctypes.c_int),
        ("win_gravity", ctypes.c_int),
        ("backing_store", ctypes.c_int),
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("event_mask", ctypes.c_long),
        ("do_not_propagate_mask", ctypes.c_long),
        ("override_redirect", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("cursor", ctypes.c_ulong),
    ]


class Button(ctypes.Structure):
    """XButtonEvent up to what is read here."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", window),
        ("root", window),
        ("subwindow", window),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
    ]


display = x11.XOpenDisplay(None)
if not display:
    sys.exit("no display")
for part in sys.argv[1:]:
    x, y, width, height, color = part.split(",")
    color = int(color, 16)
    made = x11.XCreateSimpleWindow(
        display, x11.XDefaultRootWindow(display), int(x), int(y), int(width), int(height), 0, color, color
    )
    attributes = Attributes(override_redirect=1)
    x11.XChangeWindowAttributes(display, made, OVERRIDE_REDIRECT, ctypes.byref(attributes))
    x11.XSelectInput(display, made, BUTTON_PRESS_MASK | VISIBILITY_MASK)
    x11.XMapRaised(display, made)
x11.XFlush(display)
print("ready", flush=True)
event = ctypes.create_string_buffer(256)
while True:
    x11.XNextEvent(display, event)
    seen = Button.from_buffer(event)
    if seen.type == BUTTON_PRESS:
        print(seen.x_root, seen.y_root, flush=True)
    elif seen.type == VISIBILITY and ctypes.cast(ctypes.byref(event, 40), ctypes.POINTER(ctypes.c_int))[0] != 0:
        # Whatever comes above it goes below again.
        x11.XRaiseWindow(display, ctypes.c_ulong.from_buffer(event, 32))
        x11.XFlush(display)
