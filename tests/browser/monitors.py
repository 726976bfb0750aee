#!/usr/bin/env python3
"""Gives an X display the monitors that the arguments name, `name,x,y,width,height`, the first one primary; without any it is one again. In one
step, as a person plugs, turns or moves a monitor: no other program sees half of it."""
import ctypes
import sys

x11, randr = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXrandr.so.2")
number, handle = ctypes.c_ulong, ctypes.c_void_p


class Monitor(ctypes.Structure):
    """XRRMonitorInfo."""

    _fields_ = [
        ("name", number),
        ("primary", ctypes.c_int),
        ("automatic", ctypes.c_int),
        ("outputs", ctypes.c_int),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("width_mm", ctypes.c_int),
        ("height_mm", ctypes.c_int),
        ("output", ctypes.POINTER(number)),
    ]


x11.XOpenDisplay.restype = handle
x11.XDefaultRootWindow.restype = number
x11.XDefaultRootWindow.argtypes = [handle]
x11.XInternAtom.restype = number
x11.XInternAtom.argtypes = [handle, ctypes.c_char_p, ctypes.c_int]
for call in (x11.XGrabServer, x11.XUngrabServer):
    call.argtypes = [handle]
x11.XSync.argtypes = [handle, ctypes.c_int]
randr.XRRGetMonitors.restype = ctypes.POINTER(Monitor)
randr.XRRGetMonitors.argtypes = [handle, number, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
randr.XRRDeleteMonitor.argtypes = [handle, number, number]
randr.XRRAllocateMonitor.restype = ctypes.POINTER(Monitor)
randr.XRRAllocateMonitor.argtypes = [handle, ctypes.c_int]
randr.XRRSetMonitor.argtypes = [handle, number, ctypes.POINTER(Monitor)]

display = x11.XOpenDisplay(None)
if not display:
    sys.exit("no display")
root = x11.XDefaultRootWindow(display)


def known():
    count = ctypes.c_int()
    monitors = randr.XRRGetMonitors(display, root, 1, ctypes.byref(count))
    return [monitors[n] for n in range(count.value)]


x11.XGrabServer(display)
output = next(monitor.output[0] for monitor in known() if monitor.outputs > 0)
for monitor in known():
    if not monitor.automatic:
        randr.XRRDeleteMonitor(display, root, monitor.name)
for n, part in enumerate(sys.argv[1:]):
    name, *place = part.split(",")
    made = randr.XRRAllocateMonitor(display, 1 if n == 0 else 0)
    monitor = made.contents
    monitor.name = x11.XInternAtom(display, name.encode(), 0)
    monitor.primary = n == 0
    monitor.x, monitor.y, monitor.width, monitor.height = map(int, place)
    monitor.width_mm, monitor.height_mm = 300, 200
    if n == 0:
        monitor.output[0] = output
    randr.XRRSetMonitor(display, root, made)
x11.XUngrabServer(display)
x11.XSync(display, 0)
