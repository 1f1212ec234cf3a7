# SPDX-License-Identifier: Apache-2.0
"""The two shops as their customers use them: one class for each dialect of HTTP, with the same verbs.

A verb answers with facts that both dialects have: what a refusal is called, what an order came to. Ids of the
catalogue are the same in both; other ids are the caller's to keep.
"""

import html
import json
import re
import sys
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "app/legacy/tests"))
from legacy_shop import Browser  # noqa: E402

PATIENCE = 30
DESK = "front-desk"


class Refused(Exception):
    """The shop says no, and why in a word."""

    def __init__(self, word: str):
        super().__init__(word)
        self.word = word


class Shop:
    """What is the same in both dialects: the catalogue, and one browser for each person."""

    def __init__(self, port: int, apart: bool = False):
        self.port = port
        self.apart = apart  # everybody has an address of their own
        self.browsers: dict[str, Browser] = {}
        self.keys = 0
        self.sides: dict[str, list[str]] = {}  # who has answered whom, as the proxy says of what may move

    def browser(self, who: str) -> Browser:
        if who not in self.browsers:
            self.browsers[who] = Browser(self.port, f"127.0.0.{2 + len(self.browsers)}" if self.apart else None)
        return self.browsers[who]

    def close(self) -> None:
        for each in self.browsers.values():
            each.close()

    def ask(self, who: str, method: str, path: str, body=None, **headers):
        status, fields, content = self.browser(who).ask(method, path, body, **headers)
        side = re.search(r"side=(\w+); reason=bucket", dict(fields).get("X-Strangler", ""))
        if side:
            self.sides.setdefault(who, []).append(side[1])
        answer = json.loads(content) if content.strip().startswith((b"{", b"[")) else None
        if status >= 400:
            raise Refused(self.word_of(status, answer or {}))
        return answer

    def key(self) -> str:
        self.keys += 1
        return f"journey-{self.keys}"

    # What the catalogue reads is asked for in one way: that is why it can be strangled.

    def albums(self, who: str, limit: int, cursor: str | None = None) -> dict:
        return self.ask(who, "GET", f"/albums?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))

    def album(self, who: str, album: str) -> dict:
        return self.ask(who, "GET", f"/albums/{album}")

    def tracks(self, who: str, limit: int, cursor: str | None = None) -> dict:
        return self.ask(who, "GET", f"/tracks?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))

    def track(self, who: str, track: str) -> dict:
        return self.ask(who, "GET", f"/tracks/{track}")

    def tracks_by_id(self, who: str, *tracks: str) -> dict:
        return self.ask(who, "GET", "/tracks-by-id?" + "&".join(f"ids={each}" for each in tracks))

    def search(self, who: str, text: str) -> list[str]:
        hits = self.ask(who, "GET", f"/search?limit=100&text={urllib.parse.quote(text)}")["hits"]
        return [hit.get("track", hit["album"])["id"] for hit in hits]

    def available(self, track: str) -> int:
        return self.ask("guest", "GET", f"/stock/{track}")["available"]

    def facts(self, order: dict) -> dict:
        """Of an order, without ids and times."""
        return {name: order.get(name) for name in
                ("state", "fulfilment", "cancel_reason", "lines", "net", "tax_rate", "tax", "total", "payment_method")}

    def order_when(self, who: str, order: str, reached) -> dict:
        """The order as soon as it is so; both shops may take their time."""
        until = time.monotonic() + PATIENCE
        while True:
            found = self.ask(who, "GET", f"/orders/{order}")
            if reached(found) or time.monotonic() > until:
                return found
            time.sleep(0.02)


class LegacyShop(Shop):
    """The dialect of the legacy shop: sessions, a basket that the shop keeps, numbers for refusals."""

    WORDS = {-1: "not_found", -3: "bad_input", -4: "out_of_stock", -5: "unknown_track", -6: "declined", -7: "on_hold",
             -8: "no_address", -9: "too_late", -10: "not_returnable", -11: "taken", -12: "sign_in", -13: "not_yours",
             -14: "mixed_currencies", -15: "key_reused", -16: "closed"}

    def word_of(self, status: int, answer: dict) -> str:
        if "error" not in answer:  # the catalogue may be somebody else already
            return "not_found" if status == 404 else "bad_input" if status == 400 else f"status_{status}"
        return self.WORDS.get(answer["error"], f"error_{answer['error']}")

    def open_account(self, who: str, account: dict) -> str:
        return self.ask(who, "POST", "/customers", account)["id"]

    def sign_in(self, who: str, email: str, password: str) -> str:
        return self.ask(who, "POST", "/session", {"email": email, "password": password})["id"]

    def sign_out(self, who: str) -> None:
        self.ask(who, "DELETE", "/session")

    def who_is(self, who: str) -> str:
        try:
            return self.ask(who, "GET", "/session")["name"]
        except Refused:
            return "nobody"

    def basket(self, who: str, track: str, quantity: int) -> dict:
        lines = self.ask(who, "PUT", f"/basket/{track}", {"quantity": quantity})["lines"]
        return {line["track"]: line["quantity"] for line in lines}

    def order_basket(self, who: str, customer: str, key: str | None = None) -> dict:
        return self.ask(who, "POST", "/orders", {"customer": customer}, Idempotency_Key=key or self.key())

    def order(self, who: str, customer: str, lines: dict, key: str | None = None, method: str | None = None) -> dict:
        body = {"customer": customer, "lines": [{"track": t, "quantity": n} for t, n in lines.items()]}
        if method:
            body["payment_method"] = method
        return self.ask(who, "POST", "/orders", body, Idempotency_Key=key or self.key())

    def orders(self, who: str, customer: str) -> list[dict]:
        return self.ask(who, "GET", "/orders")["orders"]

    def cancel(self, who: str, order: str) -> dict:
        return self.ask(who, "DELETE", f"/orders/{order}")

    def send_back(self, who: str, order: str) -> dict:
        return self.ask(who, "PUT", f"/orders/{order}/return")

    def change_address(self, who: str, customer: str, address: dict) -> dict:
        return self.ask(who, "PUT", f"/customers/{customer}/address", {"address": address})["address"]

    def hold(self, customer: str, reason: str) -> str:
        return self.ask("desk", "PUT", f"/customers/{customer}/hold", {"reason": reason}, X_Desk_Key=DESK)["credit"]

    def restore(self, customer: str) -> str:
        return self.ask("desk", "DELETE", f"/customers/{customer}/hold", X_Desk_Key=DESK)["credit"]

    def parcel(self, who: str, order: str, step: str, back: bool = False) -> None:
        """The carrier's scanner."""
        consignment = self.ask(who, "GET", f"/consignments/{order}")
        number = consignment["return_tracking_number" if back else "tracking_number"]
        self.ask("desk", "POST", "/carrier/scans", {"tracking_number": number, "sighting": step, "note": ""},
                 X_Desk_Key=DESK)


class ModularShop(Shop):
    """The dialect of the modular shop: an API that is told who orders, problem documents, and a web shop
    with forms where people sign in. The basket is the visitor's to carry."""

    WORDS = {"orders.out_of_stock": "out_of_stock", "orders.unknown_track": "unknown_track",
             "orders.payment_declined": "declined", "orders.customer_on_hold": "on_hold", "orders.no_address": "no_address",
             "orders.already_shipped": "too_late", "orders.not_returnable": "not_returnable", "orders.key_reused": "key_reused",
             "customers.email_taken": "taken", "orders.mixed_currencies": "mixed_currencies", "customers.account_closed": "closed",
             "banyan.idempotency_key_reused": "key_reused"}
    STEPS = {"collected": "uplifted", "delivered": "delivered"}

    def __init__(self, port: int, carrier: int, apart: bool = False):
        super().__init__(port, apart)
        self.carrier = Browser(carrier)
        self.baskets: dict[str, dict[str, int]] = {}

    def close(self) -> None:
        super().close()
        self.carrier.close()

    def word_of(self, status: int, answer: dict) -> str:
        rule = answer.get("rule", f"status_{status}")
        return self.WORDS.get(rule) or ("not_found" if status == 404 else "bad_input" if status == 400 else rule)

    def open_account(self, who: str, account: dict) -> str:
        customer = self.ask(who, "POST", "/customers", account, Idempotency_Key=self.key())["id"]
        self.sign_in(who, account["email"], account["password"]) if "password" in account else None
        return customer

    def form(self, who: str, path: str, fields: dict) -> int:
        page = self.browser(who).ask("GET", "/shop/account")[2].decode()
        token = html.unescape(re.search(r'name="token"[^>]*value="([^"]*)"', page)[1])
        return self.browser(who).ask("POST", path, urllib.parse.urlencode({**fields, "token": token}),
                                     Content_Type="application/x-www-form-urlencoded")[0]

    def sign_in(self, who: str, email: str, password: str) -> str:
        if self.form(who, "/shop/account", {"email": email, "password": password, "back": "/"}) != 303:
            raise Refused("sign_in")
        return self.customer_of(email)

    def customer_of(self, email: str) -> str:
        # Ada is in every shop; others are known since they opened their account.
        return "cus_00000000000070008000000000000001" if email == "ada@example.org" else ""

    def sign_out(self, who: str) -> None:
        self.form(who, "/shop/account/sign-out", {})

    def who_is(self, who: str) -> str:
        page = self.browser(who).ask("GET", "/shop/account")[2].decode()
        found = re.search(r"<h1>You are ([^<]*)</h1>", page)
        return html.unescape(found[1]) if found else "nobody"

    def basket(self, who: str, track: str, quantity: int) -> dict:
        try:
            self.track(who, track)
        except Refused:
            raise Refused("unknown_track") from None
        basket = self.baskets.setdefault(who, {})
        if quantity:
            basket[track] = quantity
        else:
            basket.pop(track, None)
        return dict(basket)

    def order_basket(self, who: str, customer: str, key: str | None = None) -> dict:
        return self.order(who, customer, self.baskets.get(who, {}), key)

    def order(self, who: str, customer: str, lines: dict, key: str | None = None, method: str | None = None) -> dict:
        body = {"customer": customer, "lines": [{"track": t, "quantity": n} for t, n in lines.items()]}
        if method:
            body["payment_method"] = method
        return self.ask(who, "POST", "/orders", body, Idempotency_Key=key or self.key())

    def orders(self, who: str, customer: str) -> list[dict]:
        return self.ask(who, "GET", f"/orders?customer={customer}")["orders"]

    def cancel(self, who: str, order: str) -> dict:
        return self.ask(who, "DELETE", f"/orders/{order}")

    def send_back(self, who: str, order: str) -> dict:
        return self.ask(who, "PUT", f"/orders/{order}/return", {})

    def change_address(self, who: str, customer: str, address: dict) -> dict:
        return self.ask(who, "PUT", f"/customers/{customer}/address", {"address": address})["address"]

    def hold(self, customer: str, reason: str) -> str:
        return self.ask("desk", "PUT", f"/customers/{customer}/hold", {"reason": reason})["credit"]

    def restore(self, customer: str) -> str:
        return self.ask("desk", "DELETE", f"/customers/{customer}/hold")["credit"]

    def parcel(self, who: str, order: str, step: str, back: bool = False) -> None:
        """The carrier's books, as soon as the parcel is in there."""
        until = time.monotonic() + PATIENCE
        target = f"/move?ref={order.split('_')[1]}-{'R' if back else 'O'}&step={self.STEPS[step]}"
        while self.carrier.ask("GET", target)[0] != 200:
            if time.monotonic() > until:
                raise AssertionError(f"the carrier knows nothing of {order}")
            time.sleep(0.02)
