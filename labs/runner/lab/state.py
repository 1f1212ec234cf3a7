# SPDX-License-Identifier: Apache-2.0
"""What the course remembers of a learner: one JSON file, lab/state.json."""
import copy
import fcntl
import json
import os
from datetime import datetime, timezone
from pathlib import Path

from .course import Course
from .faults import Usage

VERSION = 1


def folder_of(course: Course) -> Path:
    """Where the learner's folders are: lab/ in the tree, which git ignores."""
    named = os.environ.get("BANYAN_LAB_FOLDER")
    return Path(named) if named else course.root / "lab"


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def merged(was: dict, mine: dict, theirs: dict) -> dict:
    """`theirs` with what has become of `was` here. A verdict is of one check, and whole."""
    result = dict(theirs)
    for key in was.keys() - mine.keys():
        result.pop(key, None)
    for key, value in mine.items():
        if key in was and was[key] == value:
            continue
        before, beside = was.get(key), theirs.get(key)
        if key != "verdict" and isinstance(value, dict) and isinstance(beside, dict):
            value = merged(before if isinstance(before, dict) else {}, value, beside)
        result[key] = value
    return result


class State:
    def __init__(self, folder: Path):
        self.file = folder / "state.json"
        self.labs: dict[str, dict] = self._read()
        self._was = copy.deepcopy(self.labs)

    def _read(self) -> dict[str, dict]:
        if not self.file.is_file():
            return {}
        try:
            table = json.loads(self.file.read_text())
            if table["version"] != VERSION:
                raise Usage(f"{self.file} was written by another version of the course ({table['version']})."
                            " Move it away; your files in lab/ stay as they are")
            return table["labs"]
        except (ValueError, KeyError, TypeError):
            raise Usage(f"{self.file} cannot be read. Move it away: what you have done will be asked again,"
                        " your files in lab/ stay as they are") from None

    def of(self, number: int) -> dict:
        return self.labs.setdefault(f"{number:02}", {})

    def save(self) -> None:
        """Whole, or not at all; and what another terminal has written meanwhile stays."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.labs = merged(self._was, self.labs, self._read())
            self._was = copy.deepcopy(self.labs)
            beside = self.file.with_suffix(".new")
            beside.write_text(json.dumps({"version": VERSION, "labs": self.labs}, indent=2) + "\n")
            beside.replace(self.file)

    def note_verdict(self, number: int, digest: str, code: int, red: list[str], shown: list[dict] | None = None) -> None:
        of_lab = self.of(number)
        of_lab["verdict"] = {"at": now(), "files": digest, "exit": code, "red": red, **({"shown": shown} if shown else {})}
        if code == 0 and not of_lab.get("done"):
            of_lab["done"] = now()
        self.save()
