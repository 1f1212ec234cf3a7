# SPDX-License-Identifier: Apache-2.0
"""Do hints name what there is? What stands in them in backticks is a file, a command, or words of the code. And the code
that the last one shows is the solution's: whoever types it off is on the way. Where hints/CLAIM.toml makes what it says,
the code stands in that, too, and the proof builds it."""
import re
from pathlib import Path

from .course import Course, Lab
from .variants import Files, Variants

QUOTED = re.compile(r"`([^`]+)`")
FILE = re.compile(r"[\w./-]+/[\w.-]+|[\w-]+\.(?:cpp|hpp|sql|toml|sh|md|txt|py)")
WORD = re.compile(r"[A-Za-z_]\w{2,}")
COMMENT = re.compile(r"\s(?:#|//|--)\s.*")
COMMANDS = {"start", "check", "show", "hint", "diff", "reset", "solve", "ask", "grade"}


def problems_of_hints(course: Course, lab: Lab, variants: Variants, tree: Path) -> list[str]:
    known = set()
    for files in (variants.start(), variants.solution()):
        for text in files.values():
            known |= set(WORD.findall(text))
    problems = []
    for claim in lab.claims:
        for level, hint in enumerate(claim.hints, 1):
            for quoted in QUOTED.findall(hint):
                what = problem_of(quoted, course, lab, tree, known)
                if what:
                    problems.append(f"hint {level} of {claim.id}: {what}")
        problems += [f"hint {len(claim.hints)} of {claim.id}: no solution has: {line}"
                     for line in code_of(claim.hints) if not stands_in(line, variants.solution(), lab)]
    for each in variants.followed():
        problems += [f"hints/{each.claim.id}.toml does not do what hint {len(each.claim.hints)} shows: {line}"
                     for line in code_of(each.claim.hints) if not stands_in(line, each.files, lab)]
        problems += [f"hints/{each.claim.id}.toml changes {name}, which no learner edits"
                     for name, text in each.files.items() if name not in lab.edit and text != variants.start().get(name)]
    return problems


def code_of(hints: list[str]) -> list[str]:
    """The lines of code that the last hint shows: those that are indented."""
    return [line.strip() for line in (hints[-1].splitlines() if hints else []) if line.startswith("  ") and "`" not in line]


def stands_in(line: str, solution: Files, lab: Lab) -> bool:
    """In one of the files that are edited, in this order; `…` stands for anything. Where lines and quoted texts are
    broken makes no difference."""
    parts = [bare(part) for part in COMMENT.sub("", line).split("…")]
    pattern = re.compile(".*?".join(map(re.escape, filter(None, parts))))
    return any(pattern.search(bare(solution[file])) for file in lab.edit)


def bare(code: str) -> str:
    return re.sub(r"[\s\"]", "", code)


def problem_of(quoted: str, course: Course, lab: Lab, tree: Path, known: set[str]) -> str | None:
    if quoted.startswith("./dev "):
        words = quoted.split()
        if words[1:3] != ["lab", str(lab.number)] or (len(words) > 3 and words[3] not in COMMANDS):
            return f"`{quoted}` is no command of this lab"
        return None
    if FILE.fullmatch(quoted):
        names = (tree / quoted, course.root / quoted, lab.folder / quoted, lab.folder / "start" / quoted)
        return None if quoted in lab.edit or any(each.exists() for each in names) else f"there is no file {quoted}"
    lost = [word for word in WORD.findall(quoted) if word not in known and not in_tree(word, lab, tree)]
    return f"`{quoted}` is nothing in the code ({', '.join(lost)})" if lost else None


def in_tree(word: str, lab: Lab, tree: Path) -> bool:
    """In the neighbourhood of what is edited."""
    folders = {tree / Path(file).parts[0] / Path(file).parts[1] for file in lab.edit if len(Path(file).parts) > 2}
    folders |= {tree / part for part in lab.tree if "/" in part}
    folders |= {tree / "modules/kernel/include", lab.folder}
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    return any(pattern.search(path.read_text(errors="replace"))
               for folder in folders if folder.is_dir() for path in folder.rglob("*")
               if path.is_file() and path.name != "lab.toml" and path.parent.name != "hints" and path.suffix in (".cpp", ".hpp", ".h", ".sql", ".toml", ".sh", ".py", ".txt"))
