# SPDX-License-Identifier: Apache-2.0
"""The real course: eighteen labs, each there or on its way, and the table of contents knows which. And of those that are
there: all states of their files can be made of the product as it is now. Nothing is built; the proof builds."""
import re
import sys
import tomllib
import unittest
from pathlib import Path

from lab_course import RUNNER

sys.path.insert(0, str(RUNNER))

from lab.course import Course  # noqa: E402
from lab.faults import CourseFault  # noqa: E402
from lab.hints import problems_of_hints  # noqa: E402
from lab.page import PAGE, problems_of_blocks, problems_of_contents, row_of_coming  # noqa: E402
from lab.variants import Files, Variants  # noqa: E402

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

    def test_the_table_of_contents_says_what_they_will_show_and_what_of_it_is_there(self):
        for each in self.course.coming():
            for page in re.findall(PAGE, each.there):
                self.assertTrue((ROOT / page).is_file(), page)
            self.assertIn(row_of_coming(self.course, each), self.contents)

    def test_the_how_to_that_a_coming_lab_has_as_its_stage_names_it(self):
        for each in self.course.coming():
            for page in re.findall(r"stage is (docs/[\w/.-]+\.md)", each.there):
                self.assertIn(f"Lab {each.number}, {each.title}", (ROOT / page).read_text(), page)

    def test_what_a_lab_needs_comes_before_it(self):
        for lab in self.course.labs():
            for needed in lab.needs:
                self.assertIn(needed, self.course.numbers, f"lab {lab.number} needs {needed}, which is not there")
                self.assertLess(needed, lab.number)

    def test_a_lab_takes_twenty_minutes_and_three_files_at_most(self):
        for lab in self.course.labs():
            self.assertLessEqual(lab.minutes, 20, lab.name)
            self.assertLessEqual(len(lab.edit), 3, lab.name)

    def test_each_block_of_commands_on_its_page_is_run_or_says_that_it_is_not(self):
        for lab in self.course.labs():
            self.assertEqual(problems_of_blocks(ROOT, lab.page), [])


class TheirFiles(unittest.TestCase):
    """Edits that fit no more, and texts that have become others, are told here, in a second, and not only by a build."""

    def setUp(self):
        self.course = Course(ROOT)
        self.labs = [(lab, Variants(self.course, lab)) for lab in self.course.labs()]

    def made(self, what: str, make) -> Files:
        try:
            return make()
        except CourseFault as fault:
            self.fail(f"{what} cannot be made: {fault}")

    def test_each_start_solution_and_step_can_be_made_of_the_product_as_it_is(self):
        for lab, variants in self.labs:
            with self.subTest(lab=lab.name):
                start = self.made("the start", variants.start)
                solution = self.made("the solution", variants.solution)
                self.assertNotEqual({name: start[name] for name in lab.edit}, {name: solution[name] for name in lab.edit},
                                    "there is nothing to do")
                for number in range(1, len(lab.steps) + 1):
                    self.made(f"step {number}", lambda: variants.step(lab.steps[:number]))

    def test_each_known_wrong_solution_can_be_made_and_changes_what_a_learner_edits_and_nothing_else(self):
        for lab, variants in self.labs:
            self.assertGreaterEqual(len(lab.wrong), 2, lab.name)
            start, solution = variants.start(), variants.solution()
            for wrong in lab.wrong:
                with self.subTest(lab=lab.name, wrong=wrong.name):
                    files = self.made("it", lambda: variants.wrong(wrong))
                    self.assertEqual([name for name in files if name not in lab.edit and files[name] != start.get(name)], [])
                    self.assertTrue(any(files[name] != solution[name] for name in lab.edit), "it is the solution")

    def test_what_hints_say_can_be_done_to_the_product_as_it_is(self):
        for lab, variants in self.labs:
            with self.subTest(lab=lab.name):
                self.made("a hint's edit", variants.followed)

    def test_labs_without_steps_have_an_edit_for_each_hint_that_a_learner_meets(self):
        for lab, variants in self.labs:
            if not lab.steps:
                self.assertEqual({each.claim.id for each in variants.followed()}, set(lab.start_red), lab.name)

    def test_a_folder_of_known_wrong_solutions_has_none_that_nobody_proves(self):
        for lab, _ in self.labs:
            with self.subTest(lab=lab.name):
                self.assertEqual({path.stem for path in (lab.folder / "wrong").iterdir()}, {each.name for each in lab.wrong})

    def test_what_whole_files_rely_on_is_as_it_was_when_they_were_cut(self):
        for lab, variants in self.labs:
            with self.subTest(lab=lab.name):
                if (lab.folder / "start").is_dir():
                    self.assertTrue((lab.folder / "relies.json").is_file(), "it has files of its own, which rely on nothing")
                self.assertEqual(variants.stale(), [], f"changed since lab {lab.number} was cut: look whether its files still"
                                 f" fit, then ./dev lab {lab.number} recut")

    def test_the_table_of_contents_has_each_as_it_says_itself(self):
        for lab, _ in self.labs:
            with self.subTest(lab=lab.name):
                self.assertEqual(problems_of_contents(self.course, lab), [])

    def test_hints_name_what_there_is_and_show_the_code_of_the_solution(self):
        for lab, variants in self.labs:
            with self.subTest(lab=lab.name):
                self.assertEqual(problems_of_hints(self.course, lab, variants, ROOT), [])

    def test_a_knot_of_the_legacy_shop_has_the_number_of_a_lab_that_names_its_file_or_table(self):
        there = {lab.number: lab for lab, _ in self.labs}
        coming = {each.number for each in self.course.coming()}
        for knot in tomllib.loads((ROOT / "app/legacy/knots.toml").read_text())["knot"]:
            number = knot["lab"]
            if number == 0 or number in coming or f"lab {number} undoes it in the modular shop" in knot["what"]:
                continue
            table = re.search(r"CREATE \w+ (\w+)", knot["text"])
            name = table[1] if table else Path(knot["file"]).stem
            with self.subTest(knot=knot["id"], lab=number):
                lab = there[number]
                texts = [path.read_text() for path in [ROOT / lab.page, *lab.folder.rglob("*")] if path.is_file()]
                self.assertTrue(any(re.search(rf"\b{name}\b", text) for text in texts), f"nothing of it names {name}")


if __name__ == "__main__":
    unittest.main()
