# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from checker.baseline import entries, judge
from checker.model import Violation


def violation(target, line=1):
    return Violation("modules/orders/src/a.cpp", line, "some-rule", target, "does", "mend it")


class Baseline(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "baseline.txt"
        os.environ.pop("BANYAN_BASELINE_BASE", None)

    def tearDown(self):
        os.environ.pop("BANYAN_BASELINE_BASE", None)
        self.folder.cleanup()

    def git(self, *arguments):
        return subprocess.run(
            ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments], check=True,
            cwd=self.folder.name, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.strip()

    def test_that_is_missing_allows_nothing(self):
        self.assertEqual(judge(self.file, [violation("x")]), ([violation("x")], []))

    def test_allows_what_it_lists_on_whatever_line_it_is(self):
        self.file.write_text("some-rule|modules/orders/src/a.cpp | x  # until 0002\n")
        self.assertEqual(judge(self.file, [violation("x", line=77)]), ([], []))

    def test_with_an_entry_that_nothing_violates_any_more_says_remove_it(self):
        self.file.write_text("# a comment\n\n" + violation("x").key + "\n")
        new, complaints = judge(self.file, [])
        self.assertEqual(new, [])
        self.assertIn(":3: nothing violates this any more", complaints[0])
        self.assertIn("do: remove this line", complaints[0])

    def test_that_grew_on_a_branch_is_refused(self):
        self.file.write_text(violation("old").key + "\n")
        self.git("init", "-q")
        self.git("add", "baseline.txt")
        self.git("commit", "-q", "-m", "before")
        base = self.git("rev-parse", "HEAD")
        self.file.write_text(violation("old").key + "\n" + violation("fresh").key + "\n")
        self.git("commit", "-q", "-a", "-m", "after")
        os.environ["BANYAN_BASELINE_BASE"] = base
        new, complaints = judge(self.file, [violation("old"), violation("fresh")])
        self.assertEqual(new, [])
        self.assertEqual(len(complaints), 1)
        self.assertIn("baseline.txt:2: added since", complaints[0])

    def test_entries_ignore_comments_and_spaces(self):
        self.assertEqual(entries("# x\n a|b |c # why\n"), {"a | b | c": 2})


if __name__ == "__main__":
    unittest.main()
