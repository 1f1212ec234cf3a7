# SPDX-License-Identifier: Apache-2.0
"""A course that is not what it says is noticed, and never blamed on the learner."""
import tomllib
import unittest

from lab_course import LabTest


class Proof(LabTest):
    def prove(self, *words, expect=5):
        return self.dev_lab("--prove", "--short", *words, expect=expect)

    def test_a_course_that_is_what_it_says_is_proven(self):
        said = self.prove(expect=0)
        self.assertRegex(said, r"lab 1: proven \(\d+ s, \d+ s of a processor\)")
        self.assertSays("lab 2: proven", said)

    def states(self, *words, expect=5):
        return self.dev_lab("--prove", "--states", *words, expect=expect)

    def test_states_are_the_start_and_the_solution_each_once_and_nothing_else(self):
        self.edit_course("docs/labs/01-counting.md", "(1 step for 100)", "(one step for 100)")
        self.edit_course("labs/01-counting/lab.toml", "number of `steps`", "number of `strides`")
        said = self.states(expect=0)
        self.assertEqual([line.split(":")[0].strip() for line in said.splitlines()],
                         ["start", "solution", "lab 1", "start", "solution", "lab 2"], said)
        self.assertSays("lab 1: start and solution are proven", said)

    def test_of_both_states_the_one_that_is_built_already_comes_first(self):
        self.states(1, expect=0)
        said = self.states(1, expect=0)
        self.assertLess(said.index("solution:"), said.index("start:"), said)

    def test_a_start_that_is_green_and_a_solution_that_is_red_are_noticed_in_the_states(self):
        self.edit_course("labs/02-words/start/words.txt", "Hello", "hello")
        self.edit_course("labs/02-words/solution/words.txt", "hello", "Hello")
        said = self.states(2)
        self.assertSays("the start is red in nothing, and ought to be in small", said)
        self.assertSays("the solution is red in small, and ought to be in nothing", said)
        self.assertSays("lab 2: NOT proven, 2 problems", said)

    def test_states_and_the_short_form_are_two_depths(self):
        self.dev_lab("--prove", "--states", "--short", expect=2)

    def test_a_start_that_is_green_is_noticed(self):
        self.edit_course("labs/02-words/start/words.txt", "Hello", "hello")
        self.assertSays("the start is red in nothing, and ought to be in small", self.prove(2))

    def test_a_solution_that_is_red_is_noticed(self):
        self.edit_course("labs/01-counting/check.py", "(7, 28)", "(7, 29)")
        self.assertSays("the solution is red in right, few_steps", self.prove(1))

    def test_a_text_that_the_start_is_made_by_and_that_is_gone_is_noticed(self):
        self.edit_course("src/sum.cpp", "long steps = 1;", "long steps{1};")
        said = self.prove(1)
        self.assertSays("src/sum.cpp has changed since 01-counting/break.toml was written", said)
        self.assertSays("is there 0 times, and has to be there once", said)

    def test_what_no_learner_edits_is_in_every_state_as_at_the_start(self):
        edits = self.root / "labs/01-counting/break.toml"
        edits.write_text(edits.read_text() + '\n[[edit]]\nfile = "src/notes.txt"\nfind = "Nobody"\nreplace = "The start"\n')
        self.prove(1, expect=0)
        self.dev_lab(1, "solve")
        self.assertIn("The start", (self.lab / "src/notes.txt").read_text())

    def test_a_wrong_solution_that_changes_what_no_learner_edits_is_noticed(self):
        edits = self.root / "labs/01-counting/wrong/constant.toml"
        edits.write_text(edits.read_text() + '\n[[edit]]\nfile = "src/notes.txt"\nfind = "Nobody"\nreplace = "Somebody"\n')
        self.assertSays("src/notes.txt", self.prove(1))

    def test_a_wrong_solution_that_is_explained_by_another_sentence_is_noticed(self):
        self.edit_course("labs/01-counting/check.py", '"half a loop is a loop" if steps == 50 else ', "")
        self.assertSays("wrong half_way is not explained by 'half a loop is a loop'", self.prove(1))

    def test_a_wrong_solution_that_holds_is_noticed(self):
        self.edit_course("labs/02-words/wrong/shouting/words.txt", "HELLO", "hello")
        self.assertSays("wrong shouting is red in nothing", self.prove(2))

    def test_a_step_that_turns_nothing_is_noticed(self):
        self.edit_course("labs/01-counting/lab.toml", 'take = ["src/sum.cpp"]', "take = []")
        self.assertSays("step 1 is red in few_steps", self.prove(1))

    def hint_edit(self, find, replace, more=""):
        hints = self.root / "labs/01-counting/hints"
        hints.mkdir(exist_ok=True)
        (hints / "few_steps.toml").write_text(f'''{more}
[[edit]]
file = "src/sum.cpp"
find = """
{find}
"""
replace = """
{replace}
"""
''')

    def made_by_hint(self):
        """The edit that undoes the start, turned round."""
        edit = tomllib.loads((self.root / "labs/01-counting/break.toml").read_text())["edit"][0]
        return edit["replace"].strip("\n"), edit["find"].strip("\n")

    def test_a_hint_that_does_what_it_promises_is_proven(self):
        self.hint_edit(*self.made_by_hint())
        said = self.prove(1, expect=0)
        self.assertSays("the last hint of few_steps: green", said)

    def test_a_hint_whose_edit_turns_nothing_is_noticed(self):
        find, replace = self.made_by_hint()
        self.hint_edit(find, find + "\n// const long sum = n;")
        self.assertSays("the last hint of few_steps is red in few_steps, and ought to be in nothing", self.prove(1))

    def test_a_hint_whose_edit_is_another_than_its_code_is_noticed(self):
        find, _ = self.made_by_hint()
        self.hint_edit(find, find + " ")
        self.assertSays("hints/few_steps.toml does not do what hint 4 shows: const long sum = …;", self.prove(1))

    def test_a_hint_may_begin_at_a_known_wrong_solution(self):
        self.hint_edit("  const long sum = n > 0 ? 5050 : 0;", "  const long sum = n * (n + 1) / 2;", 'from = "constant"\nturns = ["right"]')
        self.assertSays("the last hint of few_steps: green", self.prove(1, expect=0))

    def test_an_edit_of_a_hint_that_there_is_not_is_noticed(self):
        hints = self.root / "labs/01-counting/hints"
        hints.mkdir()
        (hints / "gone.toml").write_text("edit = []")
        self.assertSays("hints/gone.toml is of no claim that has hints", self.prove(1))

    def test_the_long_form_repeats_wrong_solutions_and_tells_how_long_a_learner_waits(self):
        self.edit_course("labs/02-words/check.py", "if text.islower():", "if text.islower() or text == 'HELLO' and bench.seed == 4:")
        self.edit_course("labs/02-words/lab.toml", "minutes = 5", "minutes = 5\nwait_seconds = 0.0001")
        said = self.dev_lab("--prove", 2, expect=5)
        self.assertRegex(said, r"the solution: a learner waits \d+\.\d s \(build \d+\.\d s, check \d+\.\d s\)")
        self.assertRegex(said, r"lab 2: the solution: a learner waits \d+\.\d s for the build and the check")
        self.assertSays("wrong shouting, repeated with seed 4 is red in nothing", said)
        self.assertSays("lab 2: NOT proven, 3 problems", said)  # the third: nor is that explained

    def test_who_has_a_learner_wait_longer_than_twenty_seconds_says_why(self):
        self.edit_course("labs/02-words/lab.toml", "minutes = 5", "minutes = 5\nwait_seconds = 30")
        self.assertSays("wait_seconds is more than 20, and waits_for says why", self.prove(2))

    def test_a_hint_that_names_what_is_gone_is_noticed(self):
        self.edit_course("labs/01-counting/lab.toml", "number of `steps`", "number of `strides`")
        self.assertSays("hint 2 of few_steps: `strides` is nothing in the code", self.prove(1))

    def test_code_in_a_hint_that_is_not_the_solutions_is_noticed(self):
        self.edit_course("labs/01-counting/lab.toml", "const long sum = …;", "const long sum = twice(…);")
        self.assertSays("hint 4 of few_steps: no solution has: const long sum = twice(…);", self.prove(1))

    def test_a_claim_that_cannot_be_told_is_no_proof(self):
        self.edit_course("labs/02-words/check.py", "    if text.islower():",
                         "    if text.islower():\n        return CannotTell('read it', 'now this, now that')\n    if text.islower():")
        self.edit_course("labs/02-words/check.py", "import Bench,", "import Bench, CannotTell,")
        said = self.prove(2)
        self.assertSays("solution: small cannot be told, after three times. That is no proof", said)

    def test_a_claim_that_can_be_told_the_second_time_is_proven(self):
        once = self.root / "once"
        self.edit_course("labs/02-words/check.py", "    if text.islower():",
                         f"    once = __import__('pathlib').Path({str(once)!r})\n    if not once.exists():\n        once.touch()\n"
                         "        return CannotTell('read it', 'now this, now that')\n    if text.islower():")
        self.edit_course("labs/02-words/check.py", "import Bench,", "import Bench, CannotTell,")
        self.prove(2, expect=0)

    def test_a_page_that_shows_what_nobody_says_is_noticed(self):
        self.edit_course("docs/labs/01-counting.md", "(1 step for 100)", "(one step for 100)")
        self.assertSays("docs/labs/01-counting.md:20: `./dev lab 1 check` does not say", self.prove(1))

    def test_a_verdict_that_flips_is_noticed(self):
        self.edit_course("labs/02-words/check.py", "if text.islower():", "if text.islower() and bench.seed != 2:")
        self.assertSays("the solution, repeated with seed 2 is red in small", self.prove(2))

    def test_a_file_that_a_lab_relies_on_and_that_has_changed_is_noticed_until_it_is_cut_anew(self):
        self.edit_course("src/notes.txt", "Nobody", "Somebody")
        self.assertSays("src/notes.txt changed since lab 2 was cut: look, then ./dev lab 2 recut", self.prove(2))
        self.assertSays("cut anew: src/notes.txt", self.dev_lab(2, "recut"))
        self.prove(2, expect=0)

    def test_a_solution_that_takes_too_long_is_noticed(self):
        self.edit_course("labs/02-words/lab.toml", "minutes = 5", "minutes = 5\nlimit_seconds = 6")
        self.edit_course("labs/02-words/check.py", "    if text.islower():", "    __import__('time').sleep(3.2)\n    if text.islower():")
        self.assertSays("more than half of the learner's 6 s", self.prove(2))


class BrokenCourse(LabTest):
    """Exit code 5, and a sentence about the course."""

    def test_a_check_that_fails_itself_is_not_the_learners_fault(self):
        self.dev_lab(1, "start")
        self.edit_course("labs/01-counting/check.py", '["sum"]', '["total"]')
        said = self.dev_lab(1, "check", expect=5)
        self.assertSays("which is not your fault", said)
        self.assertSays("KeyError: 'total'", said)

    def test_a_lab_toml_that_contradicts_itself_is_named_with_what_is_wrong(self):
        self.edit_course("labs/01-counting/lab.toml", 'start_red = ["few_steps"]', 'start_red = ["gone"]')
        self.assertSays("start_red names the claim gone, which there is not", self.dev_lab(1, expect=5))
        self.edit_course("labs/01-counting/lab.toml", "minutes = 5", "")
        self.assertSays("the key 'minutes' is missing", self.dev_lab(expect=5))

    def test_a_file_of_the_product_that_is_gone_is_named(self):
        (self.root / "src/sum.cpp").unlink()
        self.assertSays("is about src/sum.cpp, which is not there any more", self.dev_lab(1, "start", expect=5))

    def test_a_claim_without_a_check_is_named(self):
        self.dev_lab(2, "start")
        self.edit_course("labs/02-words/check.py", "def small", "def tiny")
        self.assertSays("check.py has no claim small", self.dev_lab(2, "check", expect=5))


if __name__ == "__main__":
    unittest.main()
