# SPDX-License-Identifier: Apache-2.0
"""What the compiler really read: ninja's log of dependency files, or the files themselves."""

import json
import os
import subprocess
from pathlib import Path

from .model import CannotTell, Tree


def read_by_translation_unit(tree: Tree) -> dict[str, set[str]]:
    """Source file -> every file that compiling it read, as normalised absolute paths."""
    if (tree.build / "build.ninja").is_file():
        read = _from_ninja(tree.build)
        _refuse_unbuilt(tree, read)
    else:
        read = _from_make_files(tree.build)
    if not read:
        raise CannotTell(f"nothing has been compiled in {tree.build}; build it first")
    return read


def _absolute(path: str, base: Path) -> str:
    return os.path.realpath(os.path.join(base, path))


def _from_ninja(build: Path) -> dict[str, set[str]]:
    log = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    read: dict[str, set[str]] = {}
    files: list[str] = []
    cache: dict[str, str] = {}
    # An object whose target is gone stays in the log; it is no part of the project any more.
    for line in [*log.splitlines(), ""]:
        if line.startswith("    "):
            path = line.strip()
            if path not in cache:
                cache[path] = _absolute(path, build)
            files.append(cache[path])
        elif not line.strip():
            if files and os.path.exists(files[0]):
                read.setdefault(files[0], set()).update(files)
            files = []
    return read


def _from_make_files(build: Path) -> dict[str, set[str]]:
    read: dict[str, set[str]] = {}
    for rule in sorted(build.rglob("*.d")):
        files = rule.read_text().replace("\\\n", " ").split(":", 1)[1].split()
        paths = [_absolute(file, build) for file in files]
        read.setdefault(paths[0], set()).update(paths)
    return read


def compiled_sources(tree: Tree) -> set[str]:
    """The sources of all targets."""
    commands = tree.build / "compile_commands.json"
    if not commands.is_file():
        raise CannotTell(f"{commands} is missing; configure this build folder first")
    return {_absolute(entry["file"], Path(entry["directory"])) for entry in json.loads(commands.read_text())}


def _refuse_unbuilt(tree: Tree, read: dict[str, set[str]]) -> None:
    unbuilt = sorted(tree.relative(source) for source in compiled_sources(tree) - read.keys())
    if unbuilt:
        raise CannotTell(
            f"{len(unbuilt)} sources have not been compiled in {tree.build}, for one {unbuilt[0]};"
            " build everything first")
