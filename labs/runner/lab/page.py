# SPDX-License-Identifier: Apache-2.0
"""Does the page of a lab show what comes? Every block of it that is marked `console` is run, in its order, in
a learner's folder of its own: the lines after `$`, and below each what it says.

    <!-- lab: step 1 -->        from here on the files are as after step 1 (start, solution, wrong NAME)

`…` stands for anything; times, sizes and commits may differ. A block that cannot be run has *not run* in the
line above it. Other blocks with commands (`sh` …) are for people to try: a test runs them, and the line above names it,
or they have *not run*, too.

    <!-- run by tests/web/labs_test.mjs -->
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .course import Coming, Course, Lab
from .tree import write
from .variants import Files, Variants

RUNNER = Path(__file__).resolve().parents[1]
STATE = re.compile(r"<!-- lab: (start|solution|step (?P<step>\d+)|wrong (?P<wrong>\w+)) -->")
PAGE = re.compile(r"docs/[\w/.-]+\.md")
RUN_BY = re.compile(r"<!-- run by (\S+) -->")
SHELLS = {"sh", "bash", "shell", "zsh", "fish"}
PATIENCE = 300


def problems_of_page(course: Course, lab: Lab, variants: Variants, folder: Path, recorded: Path) -> list[str]:
    page = course.root / lab.page
    if not page.is_file():
        return [f"there is no page {lab.page}"]
    text = page.read_text()
    problems = [f"{lab.page} does not name {what}" for what in (lab.title, *lab.edit) if what not in text]
    parts = parts_of(text)
    commands = [each for kind, each, _ in parts if kind == "block"]
    if not any(line.startswith("$ ./dev lab") for block in commands for line in block):
        problems.append(f"{lab.page} shows no command of the lab")
    return (problems + problems_of_contents(course, lab) + problems_of_blocks(course.root, lab.page)
            + Walk(course, lab, variants, folder, recorded).along(parts))


def problems_of_contents(course: Course, lab: Lab) -> list[str]:
    """Is the lab in the table of contents, as it says itself?"""
    contents = (course.root / lab.page).parent / "README.md"
    if not contents.is_file():
        return []
    needs = ", ".join(map(str, lab.needs))
    row = re.compile(rf"\| {lab.number} \| \[{re.escape(lab.title)}\]\({re.escape(Path(lab.page).name)}\) \|[^|]*\|"
                     rf" {lab.minutes} \| {needs} *\|")
    return [] if row.search(contents.read_text()) else [
        f"{contents.name} has no row for it: | {lab.number} | [{lab.title}]({Path(lab.page).name}) | … | {lab.minutes} |"
        f" {needs} |"]


def row_of_coming(course: Course, coming: Coming) -> str:
    """In the table of what labs that are to come will show; pages that it names are links, by their titles."""
    def link(found: re.Match) -> str:
        title = (course.root / found[0]).read_text().split("\n", 1)[0].removeprefix("# ")
        return f"[{title}]({os.path.relpath(found[0], 'docs/labs')})"
    return f"| {coming.number} | {coming.shows} | {re.sub(PAGE, link, coming.there)} |"


def problems_of_blocks(root: Path, page: str) -> list[str]:
    """Is each block with commands run, or does it say that it is not?"""
    problems = []
    for kind, what, number in parts_of((root / page).read_text()):
        where = f"{page}:{number}"
        if kind == "unrun":
            problems.append(f"{where}: these commands are run by nobody: make it `console`, or say in the line above *not run*,"
                            " or <!-- run by TEST -->")
        elif kind == "test" and not (root / what).is_file():
            problems.append(f"{where}: there is no {what}")
        elif kind == "test" and Path(page).name not in (root / what).read_text():
            problems.append(f"{where}: {what} does not name {Path(page).name}")
    return problems


def parts_of(text: str) -> list[tuple]:
    """("state", name, line) and ("block", lines, line), in their order; ("test", file, line) for a block that a test
    runs, and ("unrun", lines, line) for one that nobody does."""
    parts: list[tuple] = []
    block, language, begin, before = None, "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if block is None and line.lstrip().startswith("```"):
            block, language, begin = [], line.strip().strip("`").strip(), number
        elif block is None:
            if found := STATE.fullmatch(line.strip()):
                parts.append(("state", found, number))
            before = line if line.strip() else before
        elif line.lstrip().startswith("```"):
            if "*not run*" not in before:
                parts += kind_of_block(language, block, before, begin)
            block, before = None, ""
        else:
            block.append(line)
    return parts


def kind_of_block(language: str, block: list[str], before: str, begin: int) -> list[tuple]:
    if language == "console":
        return [("block", block, begin)]
    if language.split(" ")[0] not in SHELLS and not any(line.startswith(("$ ", "./dev ")) for line in block):
        return []  # code, or what is said
    found = RUN_BY.fullmatch(before.strip())
    return [("test", found[1], begin) if found else ("unrun", block, begin)]


class Walk:
    """A learner who does what the page says."""

    def __init__(self, course: Course, lab: Lab, variants: Variants, folder: Path, recorded: Path):
        self.course, self.lab, self.variants = course, lab, variants
        self.here = folder / "page"
        shutil.rmtree(self.here, ignore_errors=True)
        (self.here / "lab" / ".judged").mkdir(parents=True)
        # What has been built for the other proofs is not built again.
        (self.here / "lab" / ".judged" / lab.label).symlink_to(folder.resolve() / "judged" / lab.label)
        dev = self.here / "dev"
        dev.write_text(f'#!/bin/sh\n[ "$1" = lab ] || exit 2\nshift\nexec "{sys.executable}" "{RUNNER}" "$@"\n')
        dev.chmod(0o755)
        self.environment = dict(os.environ, BANYAN_LAB_COURSE=str(course.root), BANYAN_LAB_FOLDER=str(self.here / "lab"),
                                BANYAN_CALLED_FROM=str(self.here), BANYAN_LAB_RECORDED=str(recorded.resolve()),
                                NO_COLOR="1", PYTHONDONTWRITEBYTECODE="1",
                                PATH=f"{folder.resolve() / 'judged' / lab.label / 'tree/build/lab/bin'}:{os.environ['PATH']}")

    def along(self, parts: list[tuple]) -> list[str]:
        problems = []
        for kind, what, number in parts:
            if kind in ("test", "unrun"):
                continue
            where = f"{self.lab.page}:{number}"
            if kind == "state":
                if not (self.here / "lab" / self.lab.label).is_dir():
                    problems.append(f"{where}: the lab has not been started yet")
                    continue
                write(self.files(what), self.here / "lab" / self.lab.label)
                continue
            for command, shown in commands_of(what):
                problem = self.run(command, shown)
                if problem:
                    problems.append(f"{where}: {problem}")
        return problems

    def files(self, found: re.Match) -> Files:
        if found["step"]:
            files = self.variants.step(self.lab.steps[:int(found["step"])])
        elif found["wrong"]:
            files = self.variants.wrong(next(each for each in self.lab.wrong if each.name == found["wrong"]))
        else:
            files = self.variants.start() if found[1] == "start" else self.variants.solution()
        return {name: text for name, text in files.items() if name in self.lab.edit}

    def run(self, command: str, shown: list[str]) -> str | None:
        try:
            done = subprocess.run(["bash", "-c", command], cwd=self.here, env=self.environment, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return f"{command} does not end"
        lost = missing_line(shown, done.stdout.splitlines())
        return None if lost is None else f"`{command}` does not say\n  {lost}\nbut\n{done.stdout}"


def commands_of(block: list[str]) -> list[tuple[str, list[str]]]:
    commands: list[tuple[str, list[str]]] = []
    for line in block:
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands:
            commands[-1][1].append(line)
    return commands


MEASURED = [
    (re.compile(r"\b\d+(?:[.,]\d+)? ?(s|ms|µs|ns|MB|KB)\b"), r"# \1"),
    (re.compile(r"\b\d+\.\d+ (times|×)"), r"# \1"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b"), "COMMIT"),
]


def rounded(line: str) -> str:
    for pattern, replacement in MEASURED:
        line = pattern.sub(replacement, line)
    return " ".join(line.split())


def missing_line(shown: list[str], said: list[str]) -> str | None:
    """The first line that is shown and was not said there. Where lines are broken makes no difference."""
    text = rounded(" ".join(said))
    at, skipping = 0, False
    for line in filter(str.strip, shown):
        if line.strip() == "…":
            skipping = True
            continue
        # What is said may have the sign itself.
        pattern = re.compile(r" ?" + "(?: ?… ?|.*?)".join(re.escape(rounded(part)) for part in line.split("…")))
        found = pattern.search(text, at) if skipping else pattern.match(text, at)
        if not found:
            return line
        at, skipping = found.end(), line.rstrip().endswith("…")
    rest = text[at:].strip()
    return None if skipping or not rest or not shown else f"(nothing more) where there is: {rest[:70]}"
