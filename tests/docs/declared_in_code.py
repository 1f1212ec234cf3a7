# SPDX-License-Identifier: Apache-2.0
"""What the code says: text of the sources, and what is found in it."""
import re
import subprocess
from pathlib import Path

STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def files_of(root: Path, *folders: str) -> list[str]:
    """Those that belong to the project, by path; where there is no clone, all but what is built."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                             *folders], capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = {name for name in listed.stdout.split("\0") if name}
    else:
        names = {str(path.relative_to(root)) for folder in folders or (".",) for path in (root / folder).rglob("*")}
        names = {name for name in names if name.split("/")[0] not in ("build", "var")}
    return sorted(name for name in names if (root / name).is_file())


def sources(root: Path, *folders: str) -> dict[str, str]:
    """The C++ of these folders without comments, by path."""
    return {name: without_comments((root / name).read_text()) for name in files_of(root, *folders)
            if name.endswith((".cpp", ".hpp"))}


def without_comments(text: str) -> str:
    """Strings stay, and lines keep their numbers."""
    token = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*')
    return token.sub(lambda found: found[0] if found[0].startswith('"') else "", text)


def arguments(text: str, opening: int) -> str:
    """What stands between the parenthesis at `opening` and the one that closes it."""
    depth = 0
    for found in re.compile(r'"(?:[^"\\\n]|\\.)*"|[()]').finditer(text, opening):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return text[opening + 1:found.start()]
    return text[opening + 1:]


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def rows(page: Path, first_column: str) -> dict[str, tuple[int, list[str]]]:
    """Of all tables of a page whose first column is headed so: what stands in backticks there, with
    the line and the other cells."""
    found, inside = {}, False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[0] == first_column:
            inside = True
        elif inside and not set(line) <= set("|- :"):
            for name in re.findall(r"`([^`]+)`", cells[0]):
                if name in found:
                    raise SystemExit(f"{page}:{number}: {name} is there twice, in line {found[name][0]}, too")
                found[name] = (number, cells[1:])
    return found
