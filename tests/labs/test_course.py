# SPDX-License-Identifier: Apache-2.0
"""The real course: eighteen labs, each there or on its way, and the table of contents knows which."""
import sys
import unittest
from pathlib import Path

from lab_course import RUNNER

sys.path.insert(0, str(RUNNER))

from lab.course import Course  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


class TheCourse(unittest.TestCase):
    def setUp(self):
        self.course = Course(ROOT)
        self.contents = (ROOT / "docs/labs/README.md").read_text()

    def test_each_of_eighteen_labs_is_there_or_on_its_way_and_not_both(self):
        coming = [each.number for each in self.course.coming()]
        self.assertEqual(sorted([*self.course.numbers, *coming]), list(range(1, 19)))

    def test_the_table_of_contents_says_which_are_on_their_way(self):
        for each in self.course.coming():
            row = f"| {each.number} | {each.title} | {each.insight} | {each.minutes} | *coming* |"
            self.assertIn(row, self.contents)
        self.assertEqual(self.contents.count("*coming*"), len(self.course.coming()))

    def test_what_a_lab_needs_comes_before_it(self):
        for lab in self.course.labs():
            for needed in lab.needs:
                self.assertIn(needed, self.course.numbers, f"lab {lab.number} needs {needed}, which is not there")
                self.assertLess(needed, lab.number)

    def test_a_lab_takes_twenty_minutes_and_three_files_at_most(self):
        for lab in self.course.labs():
            self.assertLessEqual(lab.minutes, 20, lab.name)
            self.assertLessEqual(len(lab.edit), 3, lab.name)


if __name__ == "__main__":
    unittest.main()
