#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that code in the documents is code that is compiled or run.

A fenced block below a line `<!-- cut from FILE -->` must be found in FILE: its lines in their order,
blanks aside; a line `…` stands for any lines that are left out. Every block of C++ or CMake needs such
a line, or `<!-- a sketch: WHY -->` where it shows what does not exist.

Exit codes: 0 all agree, 1 something does not.
"""
import re
import sys
from pathlib import Path

from declared_in_code import files_of

CHECKED = {"cpp", "cmake"}
NOTE = re.compile(r"<!-- (?:cut from (?P<file>\S+)|a sketch: (?P<why>.+)) -->")


def squeezed(line: str) -> str:
    return " ".join(line.split())


def missing_line(block: list[str], text: list[str]) -> str | None:
    """The first line of the block that is not in the text where it ought to be."""
    at, skipping = 0, True
    for line in block:
        if not line:
            continue
        if line in ("…", "# …", "// …"):
            skipping = True
            continue
        end = len(text) if skipping else at + 1
        found = next((i for i in range(at, end) if i < len(text) and text[i] == line), None)
        if found is None:
            return line
        at, skipping = found + 1, False
    return None


def problems_of(document: Path, root: Path) -> list[str]:
    problems, note, block, language, begin = [], None, None, "", 0
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if block is None:
            if line.startswith("```"):
                block, language, begin = [], line[3:].strip(), number
            elif line.strip():
                note = NOTE.fullmatch(line.strip())
        elif line.startswith("```"):
            where = f"{document.relative_to(root)}:{begin}"
            if language in CHECKED and note is None:
                problems.append(f"{where}: code from nowhere. Put <!-- cut from FILE --> above it")
            elif note and note["file"]:
                source = root / note["file"]
                if not source.is_file():
                    problems.append(f"{where}: there is no {note['file']} to be cut from")
                else:
                    text = [s for s in map(squeezed, source.read_text().splitlines()) if s]
                    lost = missing_line([squeezed(each) for each in block], text)
                    if lost:
                        problems.append(f"{where}: `{lost}` is not (there) in {note['file']} any more")
            block, note = None, None
        else:
            block.append(line)
    return problems


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    documents = [Path(each).resolve() for each in sys.argv[2:]] or [
        root / name for name in files_of(root) if name.endswith(".md") and "rotten" not in name]
    problems = [each for document in documents for each in problems_of(document, root)]
    print("\n".join(problems) or f"{len(documents)} documents agree with the code")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
