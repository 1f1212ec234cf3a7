# SPDX-License-Identifier: Apache-2.0
"""`./dev lab …` as words, and how it ends."""
import hmac
import json
import os
import signal
import sys
from pathlib import Path

from .course import Course
from .faults import CANNOT_TELL, COURSE, HOLDS, NOT_YET, CourseFault, Ending, Usage
from .state import State, folder_of
from .words import lines_filled, say

HELP = """\
./dev lab             the labs: minutes, needs, how far
./dev lab N start     make lab/NN, and build it once
./dev lab N           where am I, and what comes next
./dev lab N check     does it hold? --json as a document
./dev lab N show      tables of what the check has counted
./dev lab N hint      about the first claim that does not
./dev lab N diff      what you have changed
./dev lab N reset     back to the start; yours is kept
./dev lab N solve     a solution; yours is kept
./dev lab N ask       predictions before, questions after
./dev lab N ask p1 a  answers one
./dev lab N grade     check, answers and hints; --json
./dev lab doctor      has the machine what the labs need?

./dev lab grade [--seed S] [--json OUT] DIR…
    judges folders of others: a list of documents, also of
    one. With --learner NAME, and the course's secret in
    BANYAN_LAB_SECRET, each learner has a seed of his own.
    Exit codes: 0 all pass, 5 one at least could not be
    judged (the course's fault), else 1 one at least does
    not hold (also: does not compile, does not end), else 6

For who writes labs:
./dev lab N recut     it fits the product's files of now
./dev lab --prove [--states | --short] [N…]
    starts are red, solutions are green, wrong ones are
    explained, pages show what comes; --states: starts and
    solutions only; --short: repeated once, not 20 times

Exit codes: 0 all holds, 1 not yet, 2 wrong usage, 3 it does
not compile, 4 out of time, 5 the course's own fault, 6 the
machine is too busy to tell (nobody's fault: run it again)."""


def main(words: list[str]) -> int:
    # As Ctrl-C: what it has started (compilers, shops) ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return obey(words)
    except Ending as ending:
        print(lines_filled(str(ending)), file=sys.stderr, flush=True)
        return ending.code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return HOLDS
    except KeyboardInterrupt:
        print("stopped; nothing of yours is lost", file=sys.stderr)
        return 130
    except Exception as fault:  # noqa: BLE001: what nobody foresaw is the course's fault, never the learner's
        if os.environ.get("BANYAN_LAB_TRACE"):
            raise
        print(f"the course has a fault: {type(fault).__name__}: {fault}\n"
              "With BANYAN_LAB_TRACE=1 it says where.", file=sys.stderr)
        return COURSE


def obey(words: list[str]) -> int:
    if words and words[0] in ("help", "-h", "--help") or any(each in ("-h", "--help") for each in words):
        say(HELP)
        return HOLDS
    course = Course.here()
    if not course.numbers:
        raise CourseFault(f"there are no labs in {course.root / 'labs'}")
    from . import commands
    if words and words[0] == "doctor":
        takes(words, 1)
        from .doctor import doctor
        return doctor(course)
    if words and words[0] == "--prove":
        from .prove import prove
        return prove(course, words[1:])
    state = State(folder_of(course))
    if not words:
        return commands.list_labs(course, state)
    if words[0] == "grade":
        return grade_folders(course, state, words[1:])
    if not words[0].isdigit():
        raise Usage(f"there is no '{words[0]}'. ./dev lab help explains")
    lab = course.lab(int(words[0]))
    desk = commands.Desk(course, lab, state)
    what, rest = (words[1], words[2:]) if len(words) > 1 else ("", [])
    if what == "check":
        return commands.check(desk, flag(rest, "--json", what))
    if what == "grade":
        document = flag(rest, "--json", what)
        desk.place.need()
        graded = commands.grade(course, state, lab, desk.place.folder, commands.DEFAULT_SEED)
        return show_grades([graded], graded, "-" if document else None)
    if what == "ask":
        return commands.ask(desk, rest)
    simple = {"": commands.where, "start": commands.start, "show": commands.show, "hint": commands.hint, "diff": commands.diff,
              "reset": commands.reset, "solve": commands.solve, "recut": commands.recut}
    if what not in simple:
        raise Usage(f"a lab has no '{what}'. ./dev lab help explains")
    takes(rest, 0)
    return simple[what](desk)


def takes(words: list[str], most: int) -> None:
    if len(words) > most:
        raise Usage(f"nobody knows what to do with '{' '.join(words[most:])}'. ./dev lab help explains")


def flag(words: list[str], name: str, what: str) -> bool:
    unknown = [each for each in words if each != name]
    if unknown:
        raise Usage(f"{what} does not know '{unknown[0]}'. ./dev lab help explains")
    return name in words


def grade_folders(course: Course, state: State, words: list[str]) -> int:
    from . import commands
    options: dict[str, str] = {}
    folders: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in ("--seed", "--json", "--learner"):
            options[word] = next(rest, "")
            if not options[word]:
                raise Usage(f"{word} needs a value")
        elif word.startswith("-"):
            raise Usage(f"grade does not know '{word}'. ./dev lab help explains")
        else:
            folders.append(word)
    if not folders:
        raise Usage("grade needs folders, such as lab/07")
    documents = []
    for name in folders:
        folder = Path(os.environ.get("BANYAN_CALLED_FROM", "."), name).resolve()
        if not folder.is_dir() or not folder.name.isdigit():
            raise Usage(f"{name} is no folder of a lab; they are called after the lab's number, such as 07")
        lab = course.lab(int(folder.name))
        beside = State(folder.parent)
        documents.append(commands.grade(course, beside, lab, folder, seed_of(options, lab.label)))
    return show_grades(documents, documents, options.get("--json"))


def seed_of(options: dict[str, str], label: str) -> int:
    """Of a learner: the same person gets the same variant, whoever grades, and nobody guesses that of another."""
    if "--seed" in options:
        if not options["--seed"].isdigit():
            raise Usage("--seed needs a number")
        return int(options["--seed"])
    if "--learner" not in options:
        return 1
    secret = os.environ.get("BANYAN_LAB_SECRET")
    if not secret:
        raise Usage("--learner needs the course's secret in BANYAN_LAB_SECRET")
    sum_ = hmac.new(secret.encode(), f"{options['--learner']}\0{label}".encode(), "sha256").digest()
    return int.from_bytes(sum_[:4], "big")


def show_grades(graded: list[dict], document: dict | list[dict], out: str | None) -> int:
    """`document` is what a machine reads: of one's own lab it is the grade itself, of folders a list of them."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if out == "-":
        say(text)
    elif out:
        Path(os.environ.get("BANYAN_CALLED_FROM", "."), out).write_text(text + "\n")
    for each in graded:
        held = sum(1 for claim in each["claims"] if claim["holds"])
        told = f"{each['folder']}: {each['status']}, {held} of {len(each['claims'])} claims hold"
        told += "".join(f"\n    {line}" for line in each.get("problem", "").splitlines())
        if out != "-":
            say(told)
        elif each["status"] == "error":
            print(told, file=sys.stderr, flush=True)
    ends = {each["status"] for each in graded}
    if "error" in ends:
        return COURSE
    return HOLDS if ends == {"pass"} else CANNOT_TELL if ends <= {"pass", "cannot_tell"} else NOT_YET
