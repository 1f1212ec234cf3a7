# SPDX-License-Identifier: Apache-2.0
"""Which places there are to be walked in, and what is said of who was on which side. Nothing is started."""
import argparse
import unittest

from run import PLACES, check_sides, percent_of, place


def readers(new: int, of: int) -> dict[str, list[str]]:
    return {f"Reader{number}": ["remote" if number < new else "local"] * 3 for number in range(of)}


class Places(unittest.TestCase):
    def test_any_percentage_is_one(self):
        for word in (*PLACES, "proxy-1", "proxy-13", "proxy-0.5", "proxy-12.25", "proxy-99", "modular-0", "modular-50",
                     "modular-12.5"):
            self.assertEqual(place(word), word)

    def test_a_place_says_how_many_have_moved_or_that_nobody_can(self):
        for word, percent in (("proxy-0", 0), ("proxy-12.5", 12.5), ("modular-50", 50), ("legacy", None), ("modular", None),
                              ("modular-proxied", None)):
            self.assertEqual(percent_of(word), percent)

    def test_what_no_percentage_is_is_none(self):
        for word in ("proxy-101", "proxy-1.555", "proxy-", "proxy--1", "modular-101", "legacy-50", "somewhere"):
            with self.assertRaises(argparse.ArgumentTypeError):
                place(word)


class Sides(unittest.TestCase):
    def refused(self, sides: dict, percent: float) -> str:
        with self.assertRaises(AssertionError) as why:
            check_sides(sides, percent)
        return str(why.exception)

    def test_as_many_as_were_asked_for_is_right_give_or_take_chance(self):
        for new, percent in ((0, 0), (0, 12.5), (1, 12.5), (3, 12.5), (2, 50), (6, 50), (8, 99), (8, 100)):
            check_sides(readers(new, 8), percent)

    def test_far_too_many_or_too_few_is_no_chance(self):
        self.assertEqual(self.refused(readers(8, 8), 12.5), "at 12.5 % the new side has 8 of 8 people")
        self.assertEqual(self.refused(readers(1, 8), 99), "at 99 % the new side has 1 of 8 people")

    def test_nobody_is_on_both_sides(self):
        self.assertIn("on both sides: ['Reader1']", self.refused({"Reader0": ["local"], "Reader1": ["local", "remote"]}, 30))

    def test_at_0_and_100_per_cent_it_is_everybody_also_who_has_not_signed_in(self):
        self.assertIn("at 0 %", self.refused({"guest": ["remote"]}, 0))
        self.assertIn("at 100 %", self.refused({"guest": ["local"]}, 100))

    def test_at_half_of_the_people_both_sides_are_seen(self):
        self.assertIn("at 50 %", self.refused(readers(0, 8), 50))

    def test_a_walk_without_the_catalogue_says_nothing_of_sides(self):
        check_sides({}, 50)
        check_sides({}, 100)


if __name__ == "__main__":
    unittest.main()
