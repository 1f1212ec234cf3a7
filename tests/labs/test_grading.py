# SPDX-License-Identifier: Apache-2.0
"""What teachers are told of grades (docs/how-to/teach-the-course.md) is what comes, and its program makes points of it."""
import json
import re
import subprocess
import sys
import unittest

from lab_course import HERE, LabTest

PAGE = (HERE.parents[1] / "docs/how-to/teach-the-course.md").read_text()


def block(name):
    return re.search(rf"<!-- grade: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)[1]


class Grades(LabTest):
    def graded(self, *folders, expect):
        self.dev_lab("grade", "--json", "grades.json", *folders, expect=expect)
        return json.loads((self.root / "grades.json").read_text())

    def points(self):
        """By the page's program: of each folder's number what it says behind it."""
        (self.root / "points.py").write_text(block("points"))
        done = subprocess.run([sys.executable, self.root / "points.py", self.root / "grades.json"], capture_output=True, text=True,
                              check=True)
        rows = (line.split(maxsplit=1) for line in done.stdout.splitlines())
        return {folder[-2:]: rest.strip() for folder, rest in rows}

    def test_the_document_on_the_page_has_the_keys_of_one_that_comes(self):
        self.dev_lab(1, "start")
        self.dev_lab(1, "check", expect=1)
        self.dev_lab(1, "hint")
        [shown] = json.loads(block("the document"))
        [comes] = self.graded("lab/01", expect=1)
        self.assertEqual(list(shown), list(comes))
        for claim in shown["claims"]:
            alike = [each for each in comes["claims"] if each["verdict"] == claim["verdict"]]
            for each in alike:
                self.assertEqual(list(claim), list(each))
        self.assertEqual({each["verdict"] for each in comes["claims"]}, {"holds", "not_yet"})

    def test_its_program_makes_points_of_grades(self):
        self.dev_lab(1, "start")
        self.dev_lab(2, "start")
        self.graded("lab/01", "lab/02", expect=1)
        self.assertEqual(self.points(), {"01": "50", "02": "50"})
        self.dev_lab(2, "solve")
        self.source.write_text("int main() { return no_such_thing; }\n")
        self.graded("lab/01", "lab/02", expect=1)
        self.assertEqual(self.points(), {"01": "0", "02": "100 practice"})

    def test_where_the_course_is_broken_its_program_has_somebody_look(self):
        self.dev_lab(1, "start")
        self.edit_course("labs/01-counting/check.py", '["sum"]', '["total"]')
        self.graded("lab/01", expect=5)
        self.assertEqual(self.points(), {"01": "look"})

    def test_each_status_has_a_row_with_its_exit_code(self):
        rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d) \|$", PAGE, re.MULTILINE))
        self.assertEqual(rows, {"error": "5", "fail": "1", "timeout": "1", "cannot_tell": "6", "pass": "0"})


if __name__ == "__main__":
    unittest.main()
