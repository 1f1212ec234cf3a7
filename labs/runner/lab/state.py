# SPDX-License-Identifier: Apache-2.0
"""What the course remembers of a learner: one JSON file, lab/state.json."""
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


class State:
    def __init__(self, folder: Path):
        self.file = folder / "state.json"
        self.labs: dict[str, dict] = {}
        if not self.file.is_file():
            return
        try:
            table = json.loads(self.file.read_text())
            if table["version"] != VERSION:
                raise Usage(f"{self.file} was written by another version of the course ({table['version']})."
                            " Move it away; your files in lab/ stay as they are")
            self.labs = table["labs"]
        except (ValueError, KeyError, TypeError):
            raise Usage(f"{self.file} cannot be read. Move it away: what you have done will be asked again,"
                        " your files in lab/ stay as they are") from None

    def of(self, number: int) -> dict:
        return self.labs.setdefault(f"{number:02}", {})

    def save(self) -> None:
        """Whole, or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(f".{os.getpid()}.new")
        beside.write_text(json.dumps({"version": VERSION, "labs": self.labs}, indent=2) + "\n")
        beside.replace(self.file)

    def note_verdict(self, number: int, digest: str, code: int, red: list[str]) -> None:
        of_lab = self.of(number)
        of_lab["verdict"] = {"at": now(), "files": digest, "exit": code, "red": red}
        if code == 0 and not of_lab.get("done"):
            of_lab["done"] = now()
        self.save()
