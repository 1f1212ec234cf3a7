# SPDX-License-Identifier: Apache-2.0
"""Which answers of the golden master may be others while the catalogue's reads move. Nothing is started."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "app/legacy/tests"))
from golden_journeys import JOURNEYS  # noqa: E402
from moved_reads import Answers  # noqa: E402

ASKED = "guest: GET /albums/alb:A"
RECORDED = f"""A title.

guest: GET /albums/alb:1
  200
  {{"id": "alb:1"}}

{ASKED}
  404
  {{"error": -1}}

guest: GET /stock/trk:1
  200
"""
PROBLEM = '{"type": "about:blank", "status": 404, "rule": "catalog.unknown_album"}'


class WhatMayBeAnother(unittest.TestCase):
    def setUp(self):
        self.answers = Answers([{"journey": "1_browse", "asked": ASKED, "rule": "catalog.unknown_album"}])

    def differs(self, was: str, came: str, journey: str = "1_browse") -> bool:
        now = RECORDED.replace(was, came)
        self.assertNotEqual(now, RECORDED)
        return self.answers.excused(journey, RECORDED, now) != RECORDED

    def test_an_answer_that_was_foreseen_is_excused_and_noted_as_needed(self):
        self.assertEqual(self.answers.unneeded(["1_browse"]), [f"1_browse: {ASKED}"])
        self.assertEqual(self.answers.unneeded(["2_search"]), [])
        self.assertFalse(self.differs('{"error": -1}', PROBLEM))
        self.assertEqual(self.answers.unneeded(["1_browse"]), [])

    def test_another_rule_another_status_and_another_journey_are_not(self):
        self.assertTrue(self.differs('{"error": -1}', PROBLEM.replace("unknown_album", "gone")))
        self.assertTrue(self.differs('404\n  {"error": -1}', "400\n  " + PROBLEM))
        self.assertTrue(self.differs('{"error": -1}', PROBLEM, "2_search"))
        self.assertTrue(self.differs('{"error": -1}', '{"error": -2}'))

    def test_a_row_that_was_changed_on_the_way_is_never_excused(self):
        self.assertTrue(self.differs('{"error": -1}', PROBLEM + "\n  item 3: price 99 -> 79"))
        self.assertTrue(self.differs('{"error": -1}', PROBLEM + "\n  sessions +1"))

    def test_all_else_is_compared_to_the_byte(self):
        self.assertTrue(self.differs('{"id": "alb:1"}', '{"id": "alb:2"}'))
        self.assertEqual(self.answers.excused("1_browse", RECORDED, RECORDED), RECORDED)

    def test_what_is_allowed_names_journeys_that_there_are_and_says_why(self):
        for row in Answers.allowed().rows.values():
            self.assertIn(row["journey"], JOURNEYS)
            self.assertGreater(len(row["why"]), 10)


if __name__ == "__main__":
    unittest.main()
