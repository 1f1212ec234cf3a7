# SPDX-License-Identifier: Apache-2.0
"""The labs that there are, as their lab.toml files say."""
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .faults import CourseFault, Usage

FOLDER = re.compile(r"(\d\d)-([a-z0-9-]+)")
HINTS = 4
WAIT = 20.0


@dataclass
class Claim:
    id: str
    text: str
    task: str
    needs: list[str]
    hints: list[str]
    measured: bool = False  # by windows of time, which a busy machine can keep from a verdict


@dataclass
class Question:
    text: str
    choices: dict[str, str]
    right: str
    because: str


@dataclass
class Wrong:
    """A known wrong solution: which claim it breaks, and words of the explanation that the learner gets."""
    name: str
    base: str
    red: list[str]
    says: str


@dataclass
class Step:
    """One step of the way: these files as in the solution, and the claims that hold from then on."""
    take: list[str]
    turns: list[str]


@dataclass
class Coming:
    """A lab that is not there yet, what one will see in it, and what of that is there already, with its pages."""
    number: int
    title: str
    insight: str
    minutes: int
    shows: str
    there: str = ""


@dataclass
class Build:
    command: list[str]
    configure: list[str]
    targets: list[str]
    programs: str
    limit: float


@dataclass
class Lab:
    number: int
    name: str
    folder: Path
    title: str
    insight: str
    minutes: int
    needs: list[int]
    edit: list[str]
    page: str
    tree: list[str]
    build: Build | None
    limit: float
    wait: float  # seconds that a learner waits for build and check after a step, at most
    waits_for: str  # why, where that is more than WAIT
    start_red: list[str]
    claims: list[Claim]
    predictions: list[Question]
    questions: list[Question]
    wrong: list[Wrong] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.number:02}"

    def claim(self, id_: str) -> Claim:
        return next(each for each in self.claims if each.id == id_)


class Course:
    """`root` is the tree that the labs are about; labs are in labs/NN-name below it."""

    def __init__(self, root: Path):
        self.root = root
        self._folders: dict[int, Path] = {}
        for path in sorted((root / "labs").glob("*/lab.toml")):
            found = FOLDER.fullmatch(path.parent.name)
            if not found:
                raise CourseFault(f"{path.parent} is no name for a lab; they are called 07-chatty-call")
            self._folders[int(found[1])] = path.parent

    @staticmethod
    def here() -> "Course":
        named = os.environ.get("BANYAN_LAB_COURSE")
        return Course(Path(named) if named else Path(__file__).resolve().parents[3])

    @property
    def numbers(self) -> list[int]:
        return sorted(self._folders)

    def labs(self) -> list[Lab]:
        return [self.lab(number) for number in self.numbers]

    def coming(self) -> list[Coming]:
        """Those of labs/coming.toml."""
        file = self.root / "labs" / "coming.toml"
        if not file.is_file():
            return []
        try:
            return [Coming(**each) for each in tomllib.loads(file.read_text())["lab"]]
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise CourseFault(f"{file}: {error}") from None

    def lab(self, number: int) -> Lab:
        if number not in self._folders:
            there = ", ".join(map(str, self.numbers))
            for each in self.coming():
                if each.number == number:
                    raise Usage(f"lab {number}, {each.title}, is to come, and will show {each.shows}."
                                + (f"\nThere already: {each.there}." if each.there else "") + f"\nLabs that are there: {there}")
            raise Usage(f"there is no lab {number} yet. There are: {there}")
        return read_lab(self._folders[number], number)


def read_lab(folder: Path, number: int) -> Lab:
    file = folder / "lab.toml"
    try:
        with file.open("rb") as source:
            table = tomllib.load(source)
    except tomllib.TOMLDecodeError as error:
        raise CourseFault(f"{file}: {error}") from None
    try:
        lab = lab_of(table, folder, number)
    except KeyError as missing:
        raise CourseFault(f"{file}: the key {missing} is missing") from None
    except TypeError as error:
        raise CourseFault(f"{file}: {error}") from None
    problems = problems_of(lab)
    if problems:
        raise CourseFault("\n".join(f"{file}: {each}" for each in problems))
    return lab


def lab_of(table: dict, folder: Path, number: int) -> Lab:
    build = None
    if "build" in table:
        given = table["build"]
        targets = given.get("targets", [])
        build = Build(given.get("command", ["cmake", "--build", "build/lab", "--target", *targets]),
                      given.get("configure", ["cmake", "--preset", "lab", "--log-level=NOTICE"]),
                      targets, given.get("programs", "build/lab/bin"), float(given.get("limit_seconds", 1800)))
    return Lab(
        number=number, name=folder.name, folder=folder, title=table["title"], insight=table["insight"],
        minutes=table["minutes"], needs=table.get("needs", []), edit=table["edit"],
        page=table.get("page", f"docs/labs/{folder.name}.md"), tree=table.get("tree", []), build=build,
        limit=float(table.get("limit_seconds", 20)),
        wait=float(table.get("wait_seconds", WAIT)), waits_for=table.get("waits_for", ""), start_red=table["start_red"],
        claims=[Claim(each["id"], each["text"], each.get("task", ""), each.get("needs", []), each.get("hints", []),
                      each.get("measured", False))
                for each in table["claim"]],
        predictions=[question_of(each) for each in table.get("predict", [])],
        questions=[question_of(each) for each in table.get("ask", [])],
        wrong=[Wrong(each["name"], each.get("from", "solution"), each["red"], each["says"])
               for each in table.get("wrong", [])],
        steps=[Step(each["take"], each["turns"]) for each in table.get("step", [])])


def question_of(table: dict) -> Question:
    return Question(table["question"], table["choices"], table["right"], table["because"])


def problems_of(lab: Lab) -> list[str]:
    """What contradicts itself."""
    ids = [claim.id for claim in lab.claims]
    problems = [f"the claim {id_} is there twice" for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1})]
    named = [("start_red", each) for each in lab.start_red]
    for claim in lab.claims:
        named += [(f"needs of {claim.id}", each) for each in claim.needs]
        if len(claim.hints) not in (0, HINTS):
            problems.append(f"the claim {claim.id} has {len(claim.hints)} hints; a ladder has {HINTS}")
        if claim.id in lab.start_red and not claim.hints:
            problems.append(f"the claim {claim.id} is red at the start and has no hints")
    for wrong in lab.wrong:
        named += [(f"wrong {wrong.name}", each) for each in wrong.red]
        if wrong.base not in ("start", "solution"):
            problems.append(f"wrong {wrong.name}: from is 'start' or 'solution', not '{wrong.base}'")
    for step in lab.steps:
        named += [("step", each) for each in step.turns]
        problems += [f"a step takes {file}, which is not in edit" for file in step.take if file not in lab.edit]
    problems += [f"{where} names the claim {each}, which there is not" for where, each in named if each not in ids]
    for question in lab.predictions + lab.questions:
        if question.right not in question.choices:
            problems.append(f"'{question.text}' has no choice {question.right}")
    if (lab.wait > WAIT) != bool(lab.waits_for):
        problems.append(f"wait_seconds is more than {WAIT:.0f}, and waits_for says why: both, or none of them")
    if not lab.edit:
        problems.append("edit names no file")
    return problems
