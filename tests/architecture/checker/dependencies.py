# SPDX-License-Identifier: Apache-2.0
"""What the compiler really read: ninja's log of dependency files, or the files themselves."""

import json
import os
import re
import subprocess
from pathlib import Path

from .model import CannotTell, Tree

_OUTPUT = re.compile(r"\s-o\s+(\S+)")
# Test programs are compiled a few sources at once (CMake's unity builds).
_UNITY = re.compile(r".*/Unity/unity_\d+_\w+\.cxx")
_UNITY_SOURCE = re.compile(r'^#include "(.+)"$', re.MULTILINE)


def read_by_translation_unit(tree: Tree) -> dict[str, set[str]]:
    """Source file -> every file that compiling it read, as normalised absolute paths."""
    if (tree.build / "build.ninja").is_file():
        read = _from_ninja(tree)
    else:
        read = _from_make_files(tree.build)
    if not read:
        raise CannotTell(f"nothing has been compiled in {tree.build}; build it first")
    return read


def compiled_sources(tree: Tree) -> set[str]:
    """The sources of all targets."""
    return {source for _, source in _objects(tree)}


def _absolute(path: str, base: Path) -> str:
    return os.path.realpath(os.path.join(base, path))


def _objects(tree: Tree):
    """(object, source) of everything that the build compiles; an object may have several sources."""
    commands = tree.build / "compile_commands.json"
    if not commands.is_file():
        raise CannotTell(f"{commands} is missing; configure this build folder first")
    for entry in json.loads(commands.read_text()):
        output = _OUTPUT.search(entry.get("command", ""))
        file = _absolute(entry["file"], Path(entry["directory"]))
        sources = _UNITY_SOURCE.findall(Path(file).read_text()) if _UNITY.fullmatch(file) else [file]
        for source in sources:
            yield output[1] if output else "", os.path.realpath(source)


def _from_ninja(tree: Tree) -> dict[str, set[str]]:
    log = subprocess.run(["ninja", "-C", str(tree.build), "-t", "deps"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    # The log also keeps objects whose targets are gone; they are no part of the project any more.
    sources_of: dict[str, list[str]] = {}
    for output, source in _objects(tree):
        sources_of.setdefault(_absolute(output, tree.build), []).append(source)
    read: dict[str, set[str]] = {}
    cache: dict[str, str] = {}
    sources: list[str] = []
    for line in log.splitlines():
        if line.startswith("    "):
            path = line.strip()
            if path not in cache:
                cache[path] = _absolute(path, tree.build)
            for source in sources:
                read[source].add(cache[path])
        elif ": #deps" in line:
            sources = sources_of.get(_absolute(line.split(": #deps", 1)[0], tree.build), [])
            for source in sources:
                read.setdefault(source, {source})
    _refuse_unbuilt(tree, {each for some in sources_of.values() for each in some} - read.keys())
    return read


def _from_make_files(build: Path) -> dict[str, set[str]]:
    read: dict[str, set[str]] = {}
    for rule in sorted(build.rglob("*.d")):
        files = rule.read_text().replace("\\\n", " ").split(":", 1)[1].split()
        paths = [_absolute(file, build) for file in files]
        read.setdefault(paths[0], set()).update(paths)
    return read


def _refuse_unbuilt(tree: Tree, unbuilt: set[str]) -> None:
    """What is generated need not be there: headers are compiled alone on demand only. So are benches."""
    written = sorted(s for s in map(tree.relative, unbuilt)
                     if tree.part(s).kind not in ("generated", "outside") and not s.startswith("tests/bench/"))
    if written:
        raise CannotTell(f"{len(written)} sources have not been compiled in {tree.build}, for one {written[0]};"
                         " build everything first")
