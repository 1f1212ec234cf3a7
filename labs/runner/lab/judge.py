# SPDX-License-Identifier: Apache-2.0
"""The judged tree: the lab's own copy of everything, with the learner's editable files in it.

So what is judged does not depend on what else somebody tried out in his folder, and the build there
stays his.
"""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from . import build as building
from .checking import CANNOT_TELL, HOLDS, NOT_YET, SLOWER, WAITS
from .course import Claim, Course, Lab
from .faults import CourseFault, OutOfTime
from .machine import busy, computed_in, processors
from .tree import lay_out, remove_strangers
from .variants import Files

RUNNER = Path(__file__).resolve().parents[1]


@dataclass
class Verdict:
    claim: Claim
    word: str  # one of checking's: holds, not_yet, waits (for another claim), cannot_tell
    ms: int = 0
    said: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)  # a table of what was counted

    @property
    def holds(self) -> bool | None:
        return {HOLDS: True, NOT_YET: False}.get(self.word)


def untold(verdicts: list[Verdict]) -> list[str]:
    """The claims of which nobody can tell whether they hold, because the machine was busy."""
    return [each.claim.id for each in verdicts if each.word == CANNOT_TELL]


def digest_of(files: Files) -> str:
    sum_ = hashlib.sha256()
    for name, text in sorted(files.items()):
        sum_.update(f"{name}\0{len(text)}\0{text}".encode())
    return sum_.hexdigest()[:16]


class Recorded:
    """Verdicts of this very proof, by the files that they are about: what has been judged is not judged again for
    the page that shows it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def _file(self, digest: str, seed: int) -> Path:
        return self.folder / f"{digest}-{seed}.json"

    def find(self, lab: Lab, digest: str, seed: int) -> list[Verdict] | None:
        file = self._file(digest, seed)
        if not file.is_file():
            return None
        return [Verdict(lab.claim(id_), word, ms, said, shown)
                for id_, word, ms, said, shown in json.loads(file.read_text())]

    def keep(self, digest: str, seed: int, verdicts: list[Verdict]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = [(each.claim.id, each.word, each.ms, each.said, each.shown) for each in verdicts]
        self._file(digest, seed).write_text(json.dumps(rows))


class Judge:
    """One lab's judged tree, at `folder`."""

    def __init__(self, course: Course, lab: Lab, folder: Path):
        self.course, self.lab, self.tree = course, lab, folder / "tree"
        named = os.environ.get("BANYAN_LAB_RECORDED")
        self.recorded = Recorded(Path(named)) if named else None
        self.logs = folder
        self.log = folder / "build.log"

    def lay_out(self, files: Files) -> None:
        """As the product is now, with these files over it; what is built already stays. Each time: the product
        changes under a lab that somebody is at, and edits of now over files of then fit nowhere."""
        self.tree.mkdir(parents=True, exist_ok=True)
        remove_strangers(self.course, self.lab, files, self.tree)
        lay_out(self.course, self.lab, files, self.tree)

    def has(self, files: Files) -> bool:
        """Do these files lie there, from the last time?"""
        places = {self.tree / name: text for name, text in files.items()}
        return all(place.is_file() and place.read_text(errors="replace") == text for place, text in places.items())

    def judge(self, files: Files, seed: int, told: Callable[[Verdict], None] | None = None) -> list[Verdict]:
        """With these files: built and checked, or told from the record of a proof."""
        digest = digest_of(files)
        known = self.recorded.find(self.lab, digest, seed) if self.recorded else None
        if known is not None:
            for verdict in known:
                if told:
                    told(verdict)
            return known
        self.lay_out(files)
        self.build()
        verdicts = self.verdicts(seed, told)
        if self.recorded and not untold(verdicts):
            self.recorded.keep(digest, seed, verdicts)
        return verdicts

    def judge_until_told(self, files: Files, seed: int) -> list[Verdict]:
        """For whom "run it again" is no answer: it is run again here, twice."""
        for _ in range(3):
            verdicts = self.judge(files, seed)
            if not untold(verdicts):
                break
        return verdicts

    def build(self, told: Callable[[str], None] | None = None, anew: bool = False) -> None:
        building.build(self.lab, self.tree, self.log, told, anew)

    def programs(self) -> Path:
        return self.tree / (self.lab.build.programs if self.lab.build else ".")

    def verdicts(self, seed: int, told: Callable[[Verdict], None] | None = None) -> list[Verdict]:
        """Runs check.py over what has been built; `told` hears each verdict as it comes."""
        with tempfile.TemporaryDirectory(prefix=f"lab-{self.lab.label}-") as scratch:
            return self._verdicts(Path(scratch), seed, told)

    def _verdicts(self, scratch: Path, seed: int, told) -> list[Verdict]:
        script = self.lab.folder / "check.py"
        if not script.is_file():
            raise CourseFault(f"{script} is missing")
        task = {"tree": str(self.tree), "programs": str(self.programs()), "folder": str(scratch), "seed": seed,
                "claims": [{"id": each.id, "needs": each.needs} for each in self.lab.claims]}
        log = self.logs / "check.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        environment = dict(os.environ, PYTHONPATH=str(RUNNER), PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1",
                           BANYAN_LAB_TASK=json.dumps(task), XDG_RUNTIME_DIR=str(scratch))
        verdicts: list[Verdict] = []
        late: str | None = None
        with log.open("w") as errors:
            # A session of its own, so that what the check has started ends with it.
            process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=errors, text=True,
                                       env=environment, cwd=scratch, start_new_session=True)
            clock = Clock(process, self.lab.limit)
            try:
                for line in process.stdout:
                    said = json.loads(line)
                    if "late" in said:
                        late = said["late"]
                        continue
                    shown = said.pop("shown", [])
                    verdict = Verdict(self.lab.claim(said.pop("id")), said.pop("verdict"), said.pop("ms"), said, shown)
                    verdicts.append(verdict)
                    if told:
                        told(verdict)
                code = process.wait()
            except ValueError:
                raise CourseFault(f"check.py of lab {self.lab.number} printed what is no verdict: {line!r}") from None
            finally:
                clock.stop()
                end(process)
                process.stdout.close()
        if clock.too_late:
            return self._not_done(verdicts, clock, told)
        if code == 4:
            raise OutOfTime(late or "a program of the check does not end")
        if code != 0:
            last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
            raise CourseFault(f"the check of lab {self.lab.number} has failed itself, which is not your fault:\n"
                              f"  {last}\nThe whole of it: {log}")
        return verdicts

    def _not_done(self, verdicts: list[Verdict], clock: "Clock", told) -> list[Verdict]:
        """The check had all of its time. Where windows of time are compared and the machine is busy, that is no verdict;
        elsewhere something in it does not end."""
        at, *later = self.lab.claims[len(verdicts):] or self.lab.claims[-1:]
        if not (clock.busy and at.measured):
            raise OutOfTime(f"the check had {clock.had:.0f} s and is not done: the claim is \"{at.text}\". {clock.why()}")
        said = {"did": "measured windows of time, in turns", "why": clock.why(),
                "saw": f"they were not all done after {clock.had:.0f} s"}
        for claim in (at, *later):
            word = CANNOT_TELL if claim is at or not claim.needs else WAITS
            verdicts.append(Verdict(claim, word, 0, said if word == CANNOT_TELL else {}))
            if told:
                told(verdicts[-1])
        return verdicts

    def drop_build(self) -> int:
        """Deletes what was built, and answers how many bytes that was."""
        if not self.tree.is_dir():
            return 0
        size = sum(path.lstat().st_size for path in self.tree.rglob("*") if path.is_file())
        shutil.rmtree(self.tree)
        return size


class Clock:
    """Ends a check that has had its time; how much that is, is looked at again as long as it runs."""

    def __init__(self, process: subprocess.Popen, limit: float):
        self.process, self.limit = process, limit
        self.too_late, self.had, self.computed, self.busy = False, 0.0, 0.0, False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(0.2):
            self.had = time.monotonic() - begun
            if self.had >= self.limit * max(SLOWER, busy()):
                self.computed, self.busy = computed_in(self.process.pid), busy() > 1
                self.too_late = True
                end(self.process)
                return

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def why(self) -> str:
        if self.busy:
            return (f"The machine is busy: in that time the check and its programs could compute for {self.computed:.0f} s, and more"
                    f" wants to run than the {processors()} processors can. Nothing here is against you. Run it again when there is"
                    " less else to do, or with more time: BANYAN_LAB_PATIENCE=8")
        return (f"The machine is not busy, and in that time the check and its programs have computed for {self.computed:.0f} s. What waits"
                " and computes little waits for a lock, or for an answer that does not come; what computes all the time goes round"
                " in a loop")


def end(process: subprocess.Popen) -> None:
    """It and all that it has started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + 2
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
    process.wait()
