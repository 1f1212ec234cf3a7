# SPDX-License-Identifier: Apache-2.0
"""The list of what stands in one place only."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from checker import one_place  # noqa: E402

LIST = (HERE.parent / "one_place.toml").read_text()
ROOT = HERE.parents[2]


class OnePlace(unittest.TestCase):
    def test_every_place_is_there(self):
        for rule in one_place.rules(LIST):
            for place in rule.only:
                self.assertTrue((ROOT / place).exists(), f"{rule.name}: {place} is gone: take it off the list")

    def test_every_rule_is_planted(self):
        planted = (HERE.parent / "violations/one_place/expected.txt").read_text()
        for rule in one_place.rules(LIST):
            self.assertIn(f": {rule.name}: ", planted)

    def test_a_misspelled_key_is_refused(self):
        with self.assertRaisesRegex(ValueError, "onyl"):
            one_place.rules(LIST + '\n[[rule]]\nname = "x"\npattern = "x"\nonyl = []\nwhat = ""\ntodo = ""\n')

    def test_a_folder_ends_with_a_slash(self):
        rule = one_place.rules('[[rule]]\nname = "x"\npattern = "x"\nonly = ["a/b/", "c.cpp"]\nwhat = ""\ntodo = ""\n')[0]
        self.assertTrue(rule.allows("a/b/d.cpp"))
        self.assertTrue(rule.allows("c.cpp"))
        self.assertFalse(rule.allows("a/bc.cpp"))
        self.assertFalse(rule.allows("c.cpp.hpp"))


if __name__ == "__main__":
    unittest.main()
