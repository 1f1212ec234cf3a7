# SPDX-License-Identifier: Apache-2.0
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from checker.cpp_text import code_only, includes, string_literals


class Includes(unittest.TestCase):
    def test_are_found_with_their_line_in_both_spellings(self):
        found = includes('#include <string>\n\n  #  include "catalog/port.hpp"\n')
        self.assertEqual([(i.line, i.spec, i.quoted) for i in found],
                         [(1, "string", False), (3, "catalog/port.hpp", True)])

    def test_in_comments_are_none(self):
        self.assertEqual(includes('/*\n#include "a.hpp"\n*/\n// #include "b.hpp"\n'), [])

    def test_behind_a_digit_separator_are_found(self):
        self.assertEqual([i.line for i in includes("int n = 1'000;\n#include <map>\n")], [2])


class StringLiterals(unittest.TestCase):
    def test_that_stand_side_by_side_are_one(self):
        self.assertEqual(string_literals('f("SELECT id "  // which\n  "FROM t");'), [(1, "SELECT id FROM t")])

    def test_that_are_raw_keep_their_lines(self):
        self.assertEqual(string_literals('\nx = R"sql(a\n"b")sql";'), [(2, 'a\n"b"')])

    def test_in_two_arguments_are_two(self):
        self.assertEqual(string_literals('f("a", "b\\"c")'), [(1, "a"), (1, 'b"c')])

    def test_do_not_begin_in_a_character_literal(self):
        self.assertEqual(string_literals("char c = '\"'; f(\"x\");"), [(1, "x")])


class CodeOnly(unittest.TestCase):
    def test_keeps_lines_and_columns(self):
        text = 'a("rand(" /* rand( */); // rand(\nb(\'x\', 1\'000);'
        code = code_only(text)
        self.assertEqual(len(code), len(text))
        self.assertNotIn("rand", code)
        self.assertIn("1'000", code)


if __name__ == "__main__":
    unittest.main()
