#!/usr/bin/env python3
"""Finds or presses a control of the customer's program through the accessibility tree (AT-SPI), as a screen reader would.

usage: atspi.py find|press|where ROLE NAME SECONDS   (ROLE as AT-SPI names it: "push button", "check box", "text"; NAME exact)
Prints {"found_ms": Unix ms, "pressed_ms": Unix ms}, for `where` also x, y, width and height in pixels of the screen. Exits with 1 when nothing is found in time.
"""
import json
import sys
import time

import pyatspi


def controls(node, depth=0):
    if depth > 24:
        return
    try:
        count = node.childCount
    except Exception:  # the program may be gone in this very moment
        return
    for index in range(count):
        try:
            child = node[index]
        except Exception:
            continue
        if child is None:
            continue
        yield child
        yield from controls(child, depth + 1)


def find(role, name):
    desktop = pyatspi.Registry.getDesktop(0)
    for control in controls(desktop):
        try:
            if control.getRoleName() in role.split("|") and control.name == name:
                return control
        except Exception:
            continue
    return None


def main():
    what, role, name, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
    end = time.time() + seconds
    while True:
        control = find(role, name)
        if control is not None:
            break
        if time.time() > end:
            print(f"no {role} named {name}", file=sys.stderr)
            return 1
        time.sleep(0.1)
    result = {"found_ms": int(time.time() * 1000)}
    if what == "press":
        control.queryAction().doAction(0)
        result["pressed_ms"] = int(time.time() * 1000)
    if what == "where":
        place = control.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        result.update(x=place.x, y=place.y, width=place.width, height=place.height)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
