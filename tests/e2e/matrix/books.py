# SPDX-License-Identifier: Apache-2.0
"""The books of the payment provider and the carrier, compared with what the shop says: where these differ, money
or a parcel is lost or invented, whatever the shop's own figures say of each other."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request

from deployment import Failure
from shop import Shop

PATIENCE = 120.0
# Of a transaction, as the provider writes them: what the shop's payment is then.
PAYMENT_STATES = {"A": ("authorised",), "D": ("declined",), "C": ("captured", "refunded"), "R": ("voided",)}
# Of payments that the provider has to know of. A void may come before anybody has asked it.
KNOWN_TO_THE_PROVIDER = ("authorised", "declined", "captured", "refunded")
# Of consignments that are on their way out, or were.
SENT = ("booked", "in_transit", "delivered", "returning", "returned")
HANDED_OVER = 40  # this and more, of a scan


def money_differs(payments: dict[str, dict | None], transactions: list[dict]) -> list[str]:
    """`payments`: the shop's, by order, None where it has none. `transactions`: all of the provider's."""
    found = []
    known = {each["merchant_ref"]: each for each in transactions}
    for order, row in known.items():
        payment = payments.get(order)
        says = f"{order}: the provider has it in state {row['state']}"
        if payment is None:
            found.append(f"{says}, and the shop has no payment")
            continue
        if payment["state"] not in PAYMENT_STATES[row["state"]]:
            found.append(f"{says}, and the shop says {payment['state']}")
        given_back = sum(each["minor"] for each in row["credits"])
        if given_back != payment["refunded"]:
            found.append(f"{order}: the provider has given {given_back} back, and the shop says {payment['refunded']}")
        amount = (payment.get("amount") or {}).get("minor_units")
        if row["txn"] and amount != row["minor"]:
            found.append(f"{order}: the provider's amount is {row['minor']}, and the shop's {amount}")
    for order, payment in payments.items():
        if payment is not None and order not in known and payment["state"] in KNOWN_TO_THE_PROVIDER:
            found.append(f"{order}: the shop says {payment['state']}, and the provider knows nothing of it")
    return found


def parcels_differ(consignments: dict[str, dict | None], parcels: list[dict]) -> list[str]:
    """`consignments`: the shop's, by order, None where it has none. `parcels`: all of the carrier's."""
    found = []
    live: dict[tuple[str, str], list[dict]] = {}
    for parcel in parcels:
        order, leg = order_of(parcel["ref"])
        live.setdefault((order, leg), [])
        if not parcel["withdrawn"]:
            live[order, leg].append(parcel)
    for (order, leg), sent in live.items():
        consignment = consignments.get(order)
        state = consignment["state"] if consignment else "nothing"
        if len(sent) > 1:
            found.append(f"{order}: the carrier has {len(sent)} parcels ({leg})")
        if leg == "R":
            if sent and state not in ("returning", "returned"):
                found.append(f"{order}: the carrier brings it back, and the shop says {state}")
        elif sent and state not in SENT:
            found.append(f"{order}: the carrier has the parcel, and the shop says {state}")
        elif not sent and state != "cancelled":
            found.append(f"{order}: the carrier has stopped the parcel, and the shop says {state}")
        elif sent and consignment.get("tracking_number") not in [each["cn"] for each in sent]:
            found.append(f"{order}: the carrier's number is {sent[-1]['cn']}, and the shop's "
                         f"{consignment.get('tracking_number')}")
    for order, consignment in consignments.items():
        state = consignment["state"] if consignment else "nothing"
        if state in SENT and not live.get((order, "O")):
            found.append(f"{order}: the shop says {state}, and the carrier has no parcel")
        elif state in ("delivered", "returning", "returned") and not is_handed_over(live[order, "O"]):
            found.append(f"{order}: the shop says {state}, and the carrier has not handed it over")
        # What came back on its way out needed no parcel of its own.
        came_back = consignment and consignment.get("brought_back_at")
        if state == "returned" and not came_back and not is_handed_over(live.get((order, "R"), [])):
            found.append(f"{order}: the shop says returned, and the carrier has not brought it back")
    return found


def is_handed_over(parcels: list[dict]) -> bool:
    return any(scan["st"] >= HANDED_OVER for parcel in parcels for scan in parcel["scans"])


def order_of(ref: str) -> tuple[str, str]:
    """"0123…-O" is the parcel of ord_0123…, and "0123…-R" what comes back."""
    digits, _, leg = ref.rpartition("-")
    return f"ord_{digits}", leg


class Books:
    """Of the parties of a shop that is at rest, where all are ready."""

    def __init__(self, shop: Shop):
        self.shop = shop

    def differences(self) -> list[str]:
        """What is still so when events and pushes have had their time."""
        until = time.monotonic() + PATIENCE
        while found := self.look():
            if time.monotonic() > until:
                return found
            time.sleep(1)
        return []

    def look(self) -> list[str]:
        transactions = asked(self.shop.url("provider") + "/books")["transactions"]
        parcels = asked(self.shop.url("carrier") + "/books")["parcels"]
        orders = set(self.orders())
        in_books = {each["merchant_ref"] for each in transactions}
        sent = {order_of(each["ref"])[0] for each in parcels}
        edge = self.shop.url("edge")
        return (money_differs({each: asked(f"{edge}/payments/{each}") for each in orders | in_books}, transactions) +
                parcels_differ({each: asked(f"{edge}/consignments/{each}") for each in orders | sent}, parcels))

    def orders(self):
        cursor = ""
        while cursor is not None:
            page = asked(f"{self.shop.url('edge')}/orders" + (f"?cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            yield from (each["id"] for each in page["orders"])
            cursor = page.get("next_cursor")


def asked(url: str) -> dict | None:
    """None: there is no such thing."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        if refused.code == 404:
            return None
        raise Failure(f"{url} answers {refused.code}: {refused.read()[:500].decode(errors='replace')}") from None
    except (OSError, ValueError) as trouble:
        raise Failure(f"{url}: {trouble}") from None
