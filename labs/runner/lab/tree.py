# SPDX-License-Identifier: Apache-2.0
"""The part of the product's tree that a lab is built from."""
import filecmp
import hashlib
import shutil
import subprocess
from pathlib import Path

from .course import Course, Lab
from .variants import Files

LEFT_OUT = {"build", "var", "lab", "node_modules", "__pycache__", ".git"}


def names_in(course: Course, lab: Lab) -> list[str]:
    """The files below what lab.toml names as tree: those that git knows, or where there is no clone all but
    what is built."""
    if not lab.tree:
        return []
    listed = subprocess.run(
        ["git", "-C", course.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *lab.tree],
        capture_output=True, text=True, check=False) if (course.root / ".git").exists() else None
    if listed is not None and listed.returncode == 0:
        names = set(filter(None, listed.stdout.split("\0")))
    else:
        names = {str(path.relative_to(course.root)) for part in lab.tree for path in below(course.root / part)}
    return sorted(name for name in names if (course.root / name).is_file())


def digest_of_tree(course: Course, lab: Lab, files: Files) -> str:
    """Of what lay_out() would write."""
    sum_ = hashlib.sha256()
    for name in sorted(set(names_in(course, lab)) | set(files)):
        content = files[name].encode() if name in files else (course.root / name).read_bytes()
        sum_.update(f"{name}\0{len(content)}\0".encode() + content)
    return sum_.hexdigest()[:16]


def below(path: Path):
    if path.is_dir():
        for each in path.iterdir():
            if each.name not in LEFT_OUT:
                yield from below(each)
    else:
        yield path


def lay_out(course: Course, lab: Lab, files: Files, folder: Path) -> None:
    """Writes the tree with these files over it. What is as it was stays untouched, so that little is built."""
    for name in names_in(course, lab):
        if name in files:
            continue
        source, target = course.root / name, place_for(name, folder)
        if target.is_file() and filecmp.cmp(source, target, shallow=False):
            continue
        # With the time of now: an older one would be taken for built already.
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    write(files, folder)


def place_for(name: str, folder: Path) -> Path:
    """Where a file of this name is written: in the folder itself. A symbolic link on the way there is taken away,
    and what it leads to is left alone: git has the link, and has not what is behind it."""
    place = folder
    for part in Path(name).parts:
        place.mkdir(parents=True, exist_ok=True)
        place /= part
        if place.is_symlink():
            place.unlink()
    return place


def remove_strangers(course: Course, lab: Lab, files: Files, folder: Path) -> None:
    """What the product has no more."""
    known = set(names_in(course, lab)) | set(files)
    for path in list(below(folder)):
        if path.is_file() and str(path.relative_to(folder)) not in known:
            path.unlink()


def write(files: Files, folder: Path) -> list[str]:
    """Only what is another text than before, so that nothing is built without need."""
    written = []
    for name, text in files.items():
        target = place_for(name, folder)
        if target.is_file() and target.read_text(errors="replace") == text:
            continue
        target.write_text(text)
        if name.endswith(".sh"):
            target.chmod(0o755)
        written.append(name)
    return written
