# SPDX-License-Identifier: Apache-2.0
"""What compilers say in plain words, ratios that say when they cannot tell, and edits by exact text."""
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

from lab_course import RUNNER

sys.path.insert(0, str(RUNNER))

from lab import compile_errors  # noqa: E402
from lab.checking import measured, ratio_of, side_of  # noqa: E402
from lab.edits import Edit, apply_edits  # noqa: E402
from lab.faults import CourseFault  # noqa: E402
from lab.page import missing_line, parts_of  # noqa: E402


class PlainWords(unittest.TestCase):
    def test_the_usual_errors_have_a_sentence(self):
        for said, sentence in (
                ("‘prise’ was not declared in this scope; did you mean ‘price’?", "Nothing here is called prise."),
                ("‘class catalog::TracksFound’ has no member named ‘unknown’", "A class catalog::TracksFound has nothing"),
                ("‘GetTrakcs’ is not a member of ‘catalog’; did you mean ‘GetTracks’?", "catalog has no GetTrakcs."),
                ("expected ‘;’ before ‘}’ token", "A ; is missing"),
                ("invalid new-expression of abstract class type ‘catalog::X’", "lacks one of the operations"),
                ("‘int f()’ marked ‘override’, but does not override", "The port has no operation"),
                ("no matching function for call to ‘f(int)’", "Nobody takes these arguments"),
                ("nosuch.hpp: No such file or directory", "There is no file nosuch.hpp")):
            self.assertIn(sentence, str(compile_errors.sentence_for(said)), said)

    def test_what_nobody_has_a_sentence_for_stands_for_itself(self):
        self.assertIsNone(compile_errors.sentence_for("template argument deduction/substitution failed"))

    def test_what_is_written_nowhere_may_be_in_a_library_that_is_linked_no_more(self):
        said = compile_errors.explain("ld: albums.o: undefined reference to `catalog::search_words(std::string_view)'",
                                      SimpleNamespace(edit=["albums.cpp"]), Path("/tree"), Path("build.log"))
        self.assertIn("written nowhere: catalog::search_words(std::string_view).", said)
        self.assertIn("is the library that has it no longer linked? Then nobody may call it.", said)


class Ratios(unittest.TestCase):
    def test_what_differs_clearly_is_a_ratio(self):
        self.assertAlmostEqual(ratio_of([10, 11, 10, 12, 10], [1, 1, 1.2, 1, 1]), 10)

    def test_what_differs_less_than_the_noise_cannot_be_told(self):
        self.assertIsNone(ratio_of([1.0, 2.5, 1.1, 2.0, 1.2], [1.0, 1.9, 0.9, 2.1, 1.1]))

    def test_two_windows_tell_nothing(self):
        self.assertIsNone(ratio_of([10, 10], [1, 1]))

    def test_three_windows_that_agree_are_on_one_side_of_the_bar(self):
        self.assertIs(side_of(0.25, [0.3, 0.5, 0.9]), True)
        self.assertIs(side_of(0.25, [0.01, 0.0, 0.2]), False)
        self.assertIsNone(side_of(0.25, [0.3, 0.5]))

    def test_windows_that_contradict_each_other_tell_nothing_until_a_quarter_is_left_that_does(self):
        self.assertIsNone(side_of(0.25, [0.3, 0.2, 0.9]))
        self.assertIs(side_of(0.25, [0.3, 0.2, 0.9, 0.4, 0.5]), True)
        self.assertIsNone(side_of(0.25, [0.3, 0.2, 0.9, 0.1, 0.5]))

    def test_one_window_is_enough_where_it_may_be_and_is_far_from_the_bar(self):
        self.assertIs(side_of(1, [0.3], at_least=1), False)
        self.assertIs(side_of(1, [2.2], at_least=1), True)
        self.assertIsNone(side_of(1, [0.8], at_least=1))
        self.assertIs(side_of(1, [0.8, 0.7, 0.9], at_least=1), False)

    def test_it_is_measured_until_it_can_be_told_and_not_for_ever(self):
        calm, wild = iter([0.3, 0.4, 0.5]), iter([0.1, 0.9] * 5)
        self.assertEqual(measured(0.25, lambda: next(calm)), (True, [0.3, 0.4, 0.5]))
        self.assertEqual(measured(0.25, lambda: next(wild), at_most=6), (None, [0.1, 0.9] * 3))


class Edits(unittest.TestCase):
    def test_a_text_that_is_there_twice_is_refused(self):
        with self.assertRaisesRegex(CourseFault, "is there 2 times"):
            apply_edits([Edit("a.cpp", "x", "y")], lambda _: "x x", Path("lab/break.toml"))

    def test_edits_of_one_file_follow_each_other(self):
        made = apply_edits([Edit("a", "x", "y"), Edit("a", "y", "z")], lambda _: "x", Path("lab/break.toml"))
        self.assertEqual(made, {"a": "z"})


class Pages(unittest.TestCase):
    def test_times_may_differ_and_where_lines_are_broken(self):
        self.assertIsNone(missing_line(["1 call, 0.8 ms"], ["1 call,", "12.7 ms"]))

    def test_a_count_may_not_differ(self):
        self.assertEqual(missing_line(["1 call, 0.8 ms"], ["50 calls, 12.7 ms"]), "1 call, 0.8 ms")

    def test_what_is_said_besides_has_to_be_left_out_openly(self):
        self.assertIsNotNone(missing_line(["one"], ["one", "two"]))
        self.assertIsNone(missing_line(["one", "…"], ["one", "two"]))
        self.assertIsNone(missing_line(["…", "two"], ["one", "two"]))

    def kinds(self, text: str) -> list[str]:
        return [kind for kind, _, _ in parts_of(text)]

    def test_commands_that_nobody_runs_are_noticed_in_whatever_block_they_stand(self):
        for text in ("```sh\nls\n```", "```bash\nls\n```", "```\n$ ls\n```", "```text\n./dev run\n```", "* first\n  ```sh\n  ls\n  ```"):
            self.assertEqual(self.kinds(text), ["unrun"], text)

    def test_a_block_that_says_who_runs_it_or_that_nobody_does_is_right(self):
        self.assertEqual(self.kinds("*not run*: it takes a day\n\n```sh\nls\n```"), [])
        self.assertEqual(parts_of("<!-- run by tests/a.mjs -->\n```sh\nls\n```"), [("test", "tests/a.mjs", 2)])
        self.assertEqual(self.kinds("<!-- run by tests/a.mjs -->\n```sh\nls\n```\n```sh\nls\n```"), ["test", "unrun"])

    def test_code_and_what_is_said_are_no_commands(self):
        self.assertEqual(self.kinds("```cpp\nint i;\n```\n```console\n$ ls\n```"), ["block"])


if __name__ == "__main__":
    unittest.main()
