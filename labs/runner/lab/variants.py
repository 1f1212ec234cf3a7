# SPDX-License-Identifier: Apache-2.0
"""The states of a lab's files: its start, its solution, known wrong solutions, steps on the way.

*Break* labs have a break.toml: the product's own files are the solution, and the start is them with its
edits. Where the product is what has to be changed, as the legacy shop is, it is the other way round:
solve.toml makes the solution from it. *Build* labs have whole small files in start/ and solution/, and
relies.json with the hashes of the product's files that they were cut from. A lab may have all of these.
"""
import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .course import Claim, Course, Lab, Step, Wrong
from .edits import apply_edits, read_edits
from .faults import CourseFault

Files = dict[str, str]


def files_below(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@dataclass
class Followed:
    """What somebody has who has done what the last hint of a claim says, and what does not hold then."""
    claim: Claim
    files: Files
    red: list[str]


class Variants:
    def __init__(self, course: Course, lab: Lab):
        self.course, self.lab = course, lab

    def product(self, file: str) -> str:
        path = self.course.root / file
        if not path.is_file():
            raise CourseFault(f"{self.lab.name} is about {file}, which is not there any more")
        return path.read_text()

    def start(self) -> Files:
        """The editable files, and whatever else the start changes."""
        return self._made("start", "break.toml", {})

    def solution(self) -> Files:
        """What a learner would have in the end: what is not edited is in it as it is at the start."""
        own = files_below(self.lab.folder / "start") | files_below(self.lab.folder / "solution")
        made, start = self._made("solution", "solve.toml", own), self.start()
        return start | {file: text for file, text in made.items() if file in self.lab.edit or file not in start}

    def _made(self, name: str, edits: str, files: Files) -> Files:
        files = files | files_below(self.lab.folder / name)
        files |= {file: self.product(file) for file in self._of_product() if file not in files}
        where = self.lab.folder / edits
        if where.is_file():
            files |= apply_edits(read_edits(where), self.product, where)
        missing = [file for file in self.lab.edit if file not in files]
        if missing:
            raise CourseFault(f"{self.lab.name}: the {name} has no {', '.join(missing)}")
        return files

    def _of_product(self) -> set[str]:
        """What is edited or changed, and no file of the lab's own."""
        own = files_below(self.lab.folder / "start").keys()
        names = {file for file in self.lab.edit if file not in own}
        for edits in ("break.toml", "solve.toml"):
            if (self.lab.folder / edits).is_file():
                names |= {edit.file for edit in read_edits(self.lab.folder / edits)}
        return names - own

    def step(self, steps: list[Step]) -> Files:
        """After these steps."""
        solution = self.solution()
        return self.start() | {file: solution[file] for step in steps for file in step.take}

    def wrong(self, wrong: Wrong) -> Files:
        base = self.start() if wrong.base == "start" else self.solution()
        edits, folder = self.lab.folder / "wrong" / f"{wrong.name}.toml", self.lab.folder / "wrong" / wrong.name
        if edits.is_file():
            return base | apply_edits(read_edits(edits), lambda file: base[file], edits)
        if folder.is_dir():
            return base | files_below(folder)
        raise CourseFault(f"{self.lab.name}: there is no {edits.name} and no folder {wrong.name} in wrong/")

    def followed(self) -> list[Followed]:
        """By hints/CLAIM.toml, each of which turns its claim, and what it says under `turns`, and nothing else: from the
        start or a known wrong solution (`from`), after what other hints say (`after`)."""
        return [self._followed(self.lab.claim(each)) for each in self._ladders()]

    def _ladders(self) -> list[str]:
        """The claims whose hints have an edit, as lab.toml has them."""
        named = {path.stem for path in (self.lab.folder / "hints").glob("*.toml")}
        ids = [claim.id for claim in self.lab.claims if claim.hints]
        if strangers := sorted(named - set(ids)):
            raise CourseFault(f"{self.lab.name}: hints/{strangers[0]}.toml is of no claim that has hints")
        return [each for each in ids if each in named]

    def _followed(self, claim: Claim) -> Followed:
        path = self.lab.folder / "hints" / f"{claim.id}.toml"
        try:
            table = tomllib.loads(path.read_text())
            named = table.get("from", "start")
            wrong = next((each for each in self.lab.wrong if each.name == named), None)
            if wrong is None and named != "start":
                raise CourseFault(f"{path}: from is 'start' or a known wrong solution, not '{named}'")
            files, red = (self.wrong(wrong), wrong.red) if wrong else (self.start(), self.lab.start_red)
            for each in [*table.get("after", []), claim.id]:
                one = self.lab.folder / "hints" / f"{each}.toml"
                files = files | apply_edits(read_edits(one), lambda file: files[file], one)
                turned = {each, *tomllib.loads(one.read_text()).get("turns", [])}
                red = [other for other in red if other not in turned]
        except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
            raise CourseFault(f"{path}: {error}") from None
        return Followed(claim, files, red)

    def stale(self) -> list[str]:
        """The product's files that a build lab relies on and that have changed since it was cut."""
        file = self.lab.folder / "relies.json"
        if not file.is_file():
            return []
        return [name for name, cut in json.loads(file.read_text()).items() if self.hash_of(name) != cut]

    def recut(self) -> list[str]:
        """The lab has been looked at and fits the product of now."""
        file = self.lab.folder / "relies.json"
        if not file.is_file():
            return []
        changed = self.stale()
        names = json.loads(file.read_text())
        file.write_text(json.dumps({name: self.hash_of(name) for name in names}, indent=2) + "\n")
        return changed

    def hash_of(self, name: str) -> str:
        path = self.course.root / name
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else "gone"
