# SPDX-License-Identifier: Apache-2.0
"""A tiny course of its own, in a folder that goes with the test, and a learner."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNNER = HERE.parents[1] / "labs" / "runner"


class LabTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="banyan-labs-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "course"
        shutil.copytree(HERE / "course", self.root)
        self.lab = self.root / "lab" / "01"
        self.source = self.lab / "src/sum.cpp"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("BANYAN_LAB")}
        self.environment |= {"BANYAN_LAB_COURSE": str(self.root), "BANYAN_CALLED_FROM": str(self.root),
                             "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}

    def dev_lab(self, *words, expect=0):
        """Exit code and both outputs as one text."""
        done = subprocess.run([sys.executable, RUNNER, *map(str, words)], text=True, env=self.environment, cwd=self.root,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"./dev lab {' '.join(map(str, words))}\n{done.stdout}")
        return done.stdout

    def assertSays(self, text, said, of=None):
        """Wherever lines are broken."""
        self.assertIn(" ".join(text.split()), " ".join(said.split()), f"{of or ''}\n{said}")

    def git(self, *words):
        return subprocess.run(["git", "-C", self.lab, *words], text=True, capture_output=True, check=True).stdout

    def solve_by_hand(self):
        self.source.write_text((self.root / "src/sum.cpp").read_text())

    def edit_course(self, name, old, new):
        path = self.root / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def state(self):
        return json.loads((self.root / "lab/state.json").read_text())["labs"]
