#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what the documents name.

    check_links.py ROOT [DOCUMENT…]

Links to files and to their headings; files named in backticks by a path of this repository; metrics and
rules of problems; steps of ./dev and commands of banyan, in shell blocks, too. Every page below docs/
must be within two clicks from README.md; those of the map, which are made, from its first page.

Exit codes: 0 all is there, 1 something is not.
"""
import re
import sys
from pathlib import Path
from urllib.parse import unquote

from declared_in_code import STRING, files_of, rows, sources

LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FOLDERS = "adapters|app|cmake|docs|labs|migrations|modules|serving|strangler|tests"
FILE = re.compile(rf"(?:{FOLDERS})/[\w./-]*\w/?")
# What pages make up, and a page that is yet to be written.
EXAMPLE = re.compile(r"/reviews/|/my_|/NNNN")
METRIC = re.compile(r"banyan_\w+_(?:total|seconds|bytes|ratio)")
RULE = re.compile(r"(?:banyan|http|mover|proxy)\.(?!toml$|db$|[a-z]*pp$)[a-z_]+")
STEP = re.compile(r"\./dev ([a-z]+)")
COMMAND = re.compile(r"(?:^|[\s/])banyan ((?:schema |new )?[a-z]+)\b")
FENCE = re.compile(r"^\s*(```+|~~~+)")


def lines_of(document: Path):
    """Number, line, and the language of the block that it stands in ("" outside of one)."""
    language, fence = "", None
    for number, line in enumerate(document.read_text().splitlines(), 1):
        mark = FENCE.match(line)
        if mark and fence is None:
            fence, language = mark[1], line.strip().strip("`~").split(" ")[0] or "text"
        elif mark and line.strip().startswith(fence):
            fence, language = None, ""
        else:
            yield number, line, language


def anchors_of(document: Path) -> set[str]:
    """As GitHub makes them."""
    anchors: set[str] = set()
    for _, line, language in lines_of(document):
        heading = re.match(r"#{1,6} (.*)", line)
        if language or not heading:
            continue
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        number, name = 0, slug
        while name in anchors:
            number += 1
            name = f"{slug}-{number}"
        anchors.add(name)
    return anchors


class Names:
    """What there is to be named."""

    def __init__(self, root: Path):
        self.root = root
        files = files_of(root)
        self.paths = set(files) | {str(parent) for name in files for parent in Path(name).parents}
        self.steps = set(re.findall(r"^step_(\w+)\(\)", (root / "dev").read_text(), re.MULTILINE))
        self.metrics = rows(root / "docs/reference/metrics.md", "metric")
        # Attributes of spans are named alike.
        self.rules = {text for code in sources(root, *FOLDERS.split("|")).values() for text in STRING.findall(code)}
        groups = sorted((root / "app/banyan/src/command_line").glob("*.cpp"))
        groups.append(root / "app/banyan/src/command_line.cpp")
        declared = "".join(group.read_text() for group in groups)
        self.commands = set(re.findall(r'\b(?:set\.group|add_subcommand)\(\s*"(\w+)"', declared))
        self.commands |= set(re.findall(r'\b(?:set|commands_)\.command\(\s*(?:\*\w+,\s*)?"(\w+)"', declared))

    def missing(self, text: str, shell: bool, past: bool = False) -> list[str]:
        """`past`: in a document that tells how something came about, and may name what is gone."""
        found = [f"./dev has no step {step}" for step in STEP.findall(text) if step not in self.steps]
        for words in COMMAND.findall(text) if shell or text.startswith("banyan ") else []:
            found += [f"banyan has no command {word}" for word in words.split() if word not in self.commands]
        if not shell:
            file = FILE.fullmatch(text)
            if file and not EXAMPLE.search(text) and text.rstrip("/") not in self.paths:
                found.append(f"there is no {text}")
            if METRIC.fullmatch(text) and text not in self.metrics:
                found.append(f"there is no metric {text}")
            if RULE.fullmatch(text) and text not in self.rules and not past:
                found.append(f"there is no rule {text}")
        return found


def check(document: Path, names: Names) -> tuple[list[str], set[Path]]:
    """Problems, and the documents that it leads to."""
    problems, linked = [], set()
    for number, line, language in lines_of(document):
        where = f"{document.relative_to(names.root)}:{number}"
        if language in ("sh", "console"):
            problems += [f"{where}: {what}" for what in names.missing(line.split("#")[0], True)]
        if language:
            continue
        for text in CODE.findall(line):
            problems += [f"{where}: {what}" for what in names.missing(text, False, "/adr/" in str(document))]
        for target in LINK.findall(CODE.sub("", line)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = unquote(target).partition("#")
            file = (document.parent / path).resolve() if path else document
            if not file.exists():
                problems.append(f"{where}: the link {target} leads nowhere")
            elif anchor and file.suffix == ".md" and anchor not in anchors_of(file):
                problems.append(f"{where}: {file.name} has no heading #{anchor}")
            linked.add(file)
    return problems, linked


def within_two_clicks(root: Path, links: dict[Path, set[Path]]) -> list[str]:
    """A folder is a page with links to all that is in it: so is it shown."""
    def pages(files: set[Path]) -> set[Path]:
        return files | {page for file in files if file.is_dir() for page in file.glob("*.md")}

    first = pages(links[root / "README.md"])
    second = pages({target for page in first for target in links.get(page, set())})
    if root / "docs/map/README.md" in second:
        second |= links.get(root / "docs/map/README.md", set())
    return [f"{page.relative_to(root)} is more than two clicks away from README.md"
            for page in links if (root / "docs") in page.parents and page not in first | second]


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    given = [Path(each).resolve() for each in sys.argv[2:]]
    ours = [root / name for name in files_of(root) if name.endswith(".md") and name != "CHANGELOG.md"
            and "rotten" not in name]
    names = Names(root)
    problems, links = [], {}
    for document in given or ours:
        found, links[document] = check(document, names)
        problems += found
    if not given:
        problems += within_two_clicks(root, links)
    print("\n".join(problems) or f"{len(links)} documents name what is there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
