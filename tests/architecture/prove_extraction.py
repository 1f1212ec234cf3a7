#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that an extracted module is gone from a program.

What the module's core and module archives define, and nobody else does, must not be in the
extracted program; as a control that the proof could fail, it must be in the one that hosts all.

Exit codes: 0 proven, 1 something is left, 2 cannot tell.
"""

import argparse
import json
import sys
from pathlib import Path

from checker.archives import demangled, symbols_of
from checker.model import CannotTell

SHOWN = 20


def only_in(module: str, archives: list[str], others: list[str]) -> set[str]:
    """Symbols, also local ones, that the archives alone define. Of the weak ones, which any user
    of a template may repeat, those that are named after the module."""
    inside = symbols_of(*archives)
    elsewhere = symbols_of(*others)
    names = demangled(inside.defined)
    of_module = {s for s in inside.defined if f"{module}::" in names[s]}
    if not of_module:
        raise CannotTell(f"the archives of '{module}' define nothing that is named after it")
    return of_module - elsewhere.defined


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True, help="banyan_modules.json of the build")
    parser.add_argument("--module", required=True)
    parser.add_argument("--extracted", required=True, help="the program without the module")
    parser.add_argument("--control", required=True, help="the program that hosts it")
    parser.add_argument("--also-defined-in", nargs="*", default=[], help="objects of the extracted program itself")
    options = parser.parse_args()
    try:
        manifest = json.loads(options.manifest.read_text())
        archives = {m["name"]: m["archives"] for m in manifest["modules"]}
        if options.module not in archives:
            raise CannotTell(f"there is no module '{options.module}'")
        others = manifest["kit_archives"] + manifest["app_archives"]
        for name, of_other in archives.items():
            others += of_other if name != options.module else []
        others += options.also_defined_in
        inside = only_in(options.module, archives[options.module], others)
        in_control = inside & symbols_of(options.control).defined
        if not in_control:
            raise CannotTell(f"the control {options.control} holds nothing of '{options.module}' either;"
                             " is it stripped, or does it not host the module?")
        left = inside & symbols_of(options.extracted).defined
    except CannotTell as reason:
        print(f"extraction proof: cannot tell: {reason}", file=sys.stderr)
        return 2
    print(f"extraction proof: '{options.module}' alone defines {len(inside)} symbols;"
          f" the control holds {len(in_control)} of them, {options.extracted} holds {len(left)}")
    readable = demangled(left)
    for symbol in sorted(left)[:SHOWN]:
        print(f"  left: {readable[symbol]}")
    if len(left) > SHOWN:
        print(f"  … and {len(left) - SHOWN} more")
    if left:
        print("    do: find who still links it (ninja -t query, or the linker's -Wl,--trace-symbol),"
              " and call the port instead")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
