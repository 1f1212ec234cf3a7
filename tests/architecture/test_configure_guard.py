#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configures a planted project and checks the message that stops it.

The case's first comment lines, "# expect: …", are what must be said, in one piece after white
space has been folded (CMake wraps its messages).

usage: test_configure_guard.py configure/CASE.cmake CMAKE
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def main() -> int:
    case, cmake = Path(sys.argv[1]).resolve(), sys.argv[2]
    expected = re.findall(r"^# expect: (.*)$", case.read_text(), re.MULTILINE)
    if not expected:
        print(f"{case} expects nothing; begin it with '# expect: …'")
        return 1
    with tempfile.TemporaryDirectory() as build:
        # The generator by name: CMake's own choice is make, which need not be installed.
        done = subprocess.run([cmake, "-G", "Ninja", "-S", str(case.parent / "project"), "-B", build,
                               f"-DCASE={case}"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = folded(done.stdout)
    missing = [line for line in expected if folded(line) not in said]
    for line in missing:
        print(f"not said: {line}")
    in_order = "all declarations are in order" in said
    accepted = case.stem.startswith("accepts")
    if in_order != accepted:
        print("configure went on although it had to stop" if in_order else "configure stopped")
    if missing or in_order != accepted:
        print(done.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
