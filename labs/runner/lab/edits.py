# SPDX-License-Identifier: Apache-2.0
"""Edits by exact text: no line numbers and no patches, which rot without a word.

Each names a file, a text that must be there exactly once, and what stands there instead.
"""
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .faults import CourseFault


@dataclass
class Edit:
    file: str
    find: str
    replace: str


def read_edits(path: Path) -> list[Edit]:
    try:
        with path.open("rb") as source:
            table = tomllib.load(source)
        return [Edit(each["file"], each["find"], each["replace"]) for each in table["edit"]]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise CourseFault(f"{path}: {error}") from None


def apply_edits(edits: list[Edit], text_of: Callable[[str], str], where: Path) -> dict[str, str]:
    """The files that are changed, with their new text."""
    changed: dict[str, str] = {}
    for edit in edits:
        text = changed[edit.file] if edit.file in changed else text_of(edit.file)
        times = text.count(edit.find)
        if times != 1:
            first = edit.find.strip().splitlines()[0]
            raise CourseFault(
                f"{edit.file} has changed since {where.parent.name}/{where.name} was written: the text that begins"
                f" with\n    {first}\nis there {times} times, and has to be there once. Look at the file, then"
                f" write the edit anew in {where}")
        changed[edit.file] = text.replace(edit.find, edit.replace)
    return changed
