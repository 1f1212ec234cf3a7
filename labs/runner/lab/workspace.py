# SPDX-License-Identifier: Apache-2.0
"""The learner's folder, lab/NN: a copy with a git repository of its own. Its first commit is the start,
and nothing that somebody wrote there is ever lost: every command that changes files commits first."""
import os
import subprocess
import tempfile
from pathlib import Path

from .course import Course, Lab
from .faults import CourseFault, Usage
from .tree import lay_out, names_in, write
from .variants import Variants

IDENTITY = ["-c", "user.name=Lab", "-c", "user.email=lab@localhost", "-c", "commit.gpgsign=false",
            "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "advice.detachedHead=false",
            "-c", "init.defaultBranch=lab", "-c", "gc.auto=0"]
# What git takes from its surroundings would point to another repository.
SURROUNDINGS = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
START = "The start of the lab"
# What is built in the folder is nobody's work.
BUILT = ("build", "var", "node_modules", "__pycache__")
ADD = ["add", "--all", "--force"]
WORK = ["--", ".", *(f":(exclude,glob)**/{name}/**" for name in BUILT)]


class Workspace:
    def __init__(self, course: Course, lab: Lab, folder: Path):
        self.course, self.lab, self.folder = course, lab, folder

    @property
    def shown(self) -> str:
        """As the learner would type it."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def exists(self) -> bool:
        return self.folder.is_dir()

    def need(self) -> None:
        if not self.exists():
            raise Usage(f"lab {self.lab.number} has not been started. Run: ./dev lab {self.lab.number} start")
        if not (self.folder / ".git").is_dir():
            self._begin_again_below_what_is_there()

    def create(self) -> None:
        self.folder.mkdir(parents=True)
        lay_out(self.course, self.lab, Variants(self.course, self.lab).start(), self.folder)
        self._first_commit(self.folder)

    def start_commit(self) -> str:
        """The newest start: a reset after the product has changed makes one more."""
        return self.git("log", "--all", "--topo-order", "--format=%H", f"--grep=^{START}$", "-1") \
            or self.git("rev-list", "--max-parents=0", "--all").split()[-1]

    def commit(self, why: str) -> str | None:
        """Whatever has changed; the commit's short name, or None when nothing has."""
        self.git(*ADD, *WORK)
        if not self.git("diff", "--cached", "--name-only"):
            return None
        self.git("commit", "--quiet", "--no-verify", "--message", why)
        return self.git("rev-parse", "--short", "HEAD")

    def head(self) -> str:
        return self.git("rev-parse", "--short", "HEAD")

    def changed(self) -> list[str]:
        """The files that are not as they were at the start."""
        self.git(*ADD, "--intent-to-add", *WORK)
        return self.git("diff", "--name-only", "-z", self.start_commit()).split("\0")[:-1]

    def diff(self, of: str | None = None) -> str:
        self.git(*ADD, "--intent-to-add", *WORK)
        return self.git("diff", "--no-color", "--no-ext-diff", of or self.start_commit(), strip=False)

    def start_again(self) -> None:
        """The files of the start, as the product is now, as one more commit. What is there is in one already."""
        files = Variants(self.course, self.lab).start()
        known = set(names_in(self.course, self.lab)) | set(files)
        for name in self.git("ls-files", "-z").split("\0")[:-1]:
            path = self.folder / name
            if name not in known and (path.is_file() or path.is_symlink()):
                path.unlink()
        lay_out(self.course, self.lab, files, self.folder)
        self.git(*ADD, *WORK)
        changed = self.git("diff", "--cached", "--name-only", self.start_commit())
        self.commit(START if changed else "Back to the start")
        self.git("clean", "-f", "-d", "-q", *(f"--exclude={name}" for name in BUILT))

    def keep_on_branch(self) -> str:
        """What there is now, under a name: mine, mine-2 …"""
        names = set(self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split())
        number, name = 1, "mine"
        while name in names:
            number, name = number + 1, f"mine-{number + 1}"
        self.git("branch", name)
        return name

    def put(self, files: dict[str, str], why: str) -> None:
        write(files, self.folder)
        self.commit(why)

    def git(self, *words: str, strip: bool = True) -> str:
        done = self._run(self.folder, *words)
        if done.returncode != 0:
            raise CourseFault(f"git {words[0]} failed in {self.shown}:\n{done.stderr.strip()}")
        return done.stdout.strip() if strip else done.stdout

    def _run(self, work_tree: Path, *words: str) -> subprocess.CompletedProcess:
        # Named, not looked for: where there is no repository git would find the one around it.
        return subprocess.run(
            ["git", f"--git-dir={self.folder / '.git'}", f"--work-tree={work_tree}", *IDENTITY, *words],
            cwd=work_tree, env=SURROUNDINGS, capture_output=True, text=True, errors="replace", check=False)

    def _first_commit(self, work_tree: Path) -> None:
        for words in (["init", "--quiet"], [*ADD, *WORK],
                      ["commit", "--quiet", "--no-verify", "--message", START]):
            done = self._run(work_tree, *words)
            if done.returncode != 0:
                raise CourseFault(f"git {words[0]} failed in {self.shown}:\n{done.stderr.strip()}")

    def _begin_again_below_what_is_there(self) -> None:
        """Somebody has removed .git: the start becomes the first commit once more, and what is there the next."""
        with tempfile.TemporaryDirectory() as beside:
            lay_out(self.course, self.lab, Variants(self.course, self.lab).start(), Path(beside))
            self._first_commit(Path(beside))
        # init has written down whose first commit this is: of a folder that is gone by now.
        self.git("config", "--unset", "core.worktree")
        self.commit("What was there without a repository")
