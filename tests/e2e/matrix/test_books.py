# SPDX-License-Identifier: Apache-2.0
"""What the comparison of the parties' books with the shop finds, without running either."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
from books import money_differs, parcels_differ  # noqa: E402


def payment(state: str, refunded: int = 0) -> dict:
    return {"state": state, "amount": {"minor_units": 500, "currency": "EUR"}, "refunded": refunded}


def transaction(state: str, *credits: int) -> dict:
    return {"merchant_ref": "ord_1", "txn": 7, "state": state, "minor": 500,
            "credits": [{"ref": str(at), "minor": minor} for at, minor in enumerate(credits)]}


class Money(unittest.TestCase):
    def differs(self, shops, *providers) -> str:
        return "\n".join(money_differs({"ord_1": shops}, list(providers)))

    def test_that_both_tell_alike_is_right(self):
        for shops, providers in ((payment("captured"), transaction("C")), (payment("voided"), transaction("R")),
                                 (payment("refunded", 500), transaction("C", 500)),
                                 (payment("captured", 200), transaction("C", 150, 50)),
                                 (payment("declined"), transaction("D"))):
            self.assertEqual(self.differs(shops, providers), "")
        self.assertEqual(self.differs(None), "")
        self.assertEqual(self.differs(payment("voided")), "", "nobody had asked the provider")

    def test_that_was_never_given_back_is_found(self):
        self.assertIn("has given 0 back, and the shop says 500", self.differs(payment("refunded", 500), transaction("C")))

    def test_that_is_held_still_is_found(self):
        self.assertIn("in state A, and the shop says voided", self.differs(payment("voided"), transaction("A")))

    def test_that_one_of_them_has_alone_is_found(self):
        self.assertIn("the provider knows nothing of it", self.differs(payment("captured")))
        self.assertIn("the shop has no payment", self.differs(None, transaction("C")))

    def test_of_another_amount_is_found(self):
        self.assertIn("amount is 501", self.differs(payment("captured"), {**transaction("C"), "minor": 501}))

    def test_voided_before_it_was_asked_for_has_no_amount(self):
        self.assertEqual(self.differs({**payment("voided"), "amount": None},
                                      {**transaction("R"), "txn": 0, "minor": 0}), "")


def consignment(state: str) -> dict:
    return {"state": state, "tracking_number": "000000000001"}


def parcel(leg: str = "O", st: int = 10, withdrawn: bool = False) -> dict:
    return {"ref": f"1-{leg}", "cn": "000000000001", "withdrawn": withdrawn, "scans": [{"st": 10}, {"st": st}]}


class Parcels(unittest.TestCase):
    def differ(self, shops, *carriers) -> str:
        return "\n".join(parcels_differ({"ord_1": shops}, list(carriers)))

    def test_that_both_tell_alike_are_right(self):
        self.assertEqual(self.differ(consignment("booked"), parcel()), "")
        self.assertEqual(self.differ(consignment("delivered"), parcel(st=41)), "")
        self.assertEqual(self.differ(consignment("cancelled"), parcel(withdrawn=True)), "")
        self.assertEqual(self.differ(consignment("returned"), parcel(st=41), parcel("R", st=40)), "")
        self.assertEqual(self.differ(consignment("booked"), parcel(withdrawn=True), parcel()), "")
        self.assertEqual(self.differ(consignment("cancelled")), "")
        self.assertEqual(self.differ(None), "")

    def test_that_are_out_though_cancelled_are_found(self):
        self.assertIn("has the parcel, and the shop says cancelled", self.differ(consignment("cancelled"), parcel(st=41)))

    def test_that_are_sent_twice_are_found(self):
        self.assertIn("has 2 parcels", self.differ(consignment("booked"), parcel(), parcel()))

    def test_that_nobody_has_sent_are_found(self):
        self.assertIn("has no parcel", self.differ(consignment("in_transit")))
        self.assertIn("has not handed it over", self.differ(consignment("delivered"), parcel(st=20)))

    def test_that_nobody_has_brought_back_are_found(self):
        self.assertIn("has not brought it back", self.differ(consignment("returned"), parcel(st=41), parcel("R", st=20)))
        self.assertIn("brings it back, and the shop says delivered",
                      self.differ(consignment("delivered"), parcel(st=41), parcel("R")))

    def test_that_came_back_on_their_way_out_are_right(self):
        self.assertEqual(self.differ({**consignment("returned"), "brought_back_at": 1}, parcel(st=40)), "")

    def test_of_which_the_shop_knows_nothing_are_found(self):
        self.assertIn("the shop says nothing", self.differ(None, parcel()))

    def test_of_another_number_are_found(self):
        self.assertIn("number is", self.differ({**consignment("booked"), "tracking_number": "2"}, parcel()))


if __name__ == "__main__":
    unittest.main()
