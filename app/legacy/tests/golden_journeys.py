# SPDX-License-Identifier: Apache-2.0
"""The nine journeys of the golden master. Each is a function; its documentation is the title of its file."""

BERLIN = {"recipient": "Greta Lind", "street": "Ring 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
TORONTO = {"recipient": "Mo Tremblay", "street": "Queen St 9", "postal_code": "M5H 2N2", "city": "Toronto, ON",
           "country": "CA"}


def newcomer(j, who, address, name=None):
    body = {"name": name or address["recipient"], "email": f"{who}@example.org", "address": address,
            "password": "long enough"}
    return j.ask(who, "POST", "/customers", body)


def scan(j, order, sighting, back=False):
    consignment = j.ask("ada", "GET", f"/consignments/{order['id']}")
    number = consignment["return_tracking_number" if back else "tracking_number"]
    j.ask("desk", "POST", "/carrier/scans", {"tracking_number": number, "sighting": sighting, "note": "gate 4"})


def browse(j):
    """1. Somebody looks around."""
    j.ask("guest", "GET", "/")
    j.ask("guest", "GET", "/health")
    page = j.ask("guest", "GET", "/albums?limit=3")
    page = j.ask("guest", "GET", f"/albums?limit=3&cursor={page['next_cursor']}")
    j.ask("guest", "GET", f"/albums?limit=3&cursor={page['next_cursor']}")
    j.ask("guest", "GET", f"/albums?artist={page['albums'][0]['artist']['id']}")
    album = j.ask("guest", "GET", f"/albums/{page['albums'][0]['id']}")
    j.ask("guest", "GET", f"/tracks/{album['tracks'][0]['id']}")
    j.ask("guest", "GET", f"/tracks?album={album['id']}&limit=2")
    j.ask("guest", "GET", f"/tracks-by-id?ids={j.track(1)}&ids=trk_{'0' * 32}&ids={j.track(2)}&ids={j.track(1)}")
    j.ask("guest", "GET", f"/stock/{j.track(1)}")
    j.say("what there is not")
    j.ask("guest", "GET", f"/albums/alb_{'0' * 32}")
    j.ask("guest", "GET", f"/tracks/trk_{'0' * 32}")
    j.ask("guest", "GET", "/albums?limit=0")
    j.ask("guest", "GET", "/tracks?cursor=bm9uc2Vuc2U")
    j.ask("guest", "GET", "/tracks-by-id")
    j.ask("guest", "GET", "/nowhere")
    j.ask("guest", "POST", "/albums", {})
    j.ask("guest", "HEAD", "/albums")


def search(j):
    """2. Somebody has a word in mind."""
    title = j.ask("guest", "GET", f"/tracks/{j.track(5)}")["title"]
    j.ask("guest", "GET", f"/search?text={title.split()[0]}&limit=3")
    j.ask("guest", "GET", f"/search?text={title.replace(' ', '+')}")
    page = j.ask("guest", "GET", "/search?text=e&limit=2")
    j.ask("guest", "GET", f"/search?text=e&limit=2&cursor={page['next_cursor']}")
    j.ask("guest", "GET", "/search?text=")
    j.ask("guest", "GET", "/search?text=zzzz")
    j.say("the quote of 2012")
    j.ask("guest", "GET", "/search?text=%27%20OR%201%3D1%20--&limit=1")
    j.ask("guest", "GET", "/search?text=%25&limit=1")


def account(j):
    """3. Somebody opens an account, moves, and leaves."""
    greta = newcomer(j, "greta", BERLIN)
    place = f"/customers/{greta['id']}"
    j.ask("greta", "GET", "/session")
    j.ask("greta", "GET", place)
    j.ask("greta", "PUT", place + "/name", {"name": "Greta Lindqvist"})
    j.ask("greta", "PUT", place + "/address", {"address": {**BERLIN, "street": "Ring 2"}})
    j.ask("greta", "PUT", place + "/password", {"current": "wrong", "password": "another one"})
    j.ask("greta", "PUT", place + "/password", {"current": "long enough", "password": "another one"})
    j.say("what cannot be")
    j.ask("other", "POST", "/customers", {"name": "Greta", "email": "GRETA@example.org"})
    j.ask("other", "POST", "/customers", {"name": " ", "email": "nobody@example.org"})
    j.ask("other", "POST", "/customers", {"name": "Nobody", "email": "nobody"})
    j.ask("other", "POST", "/customers", {"name": "N", "email": "n@example.org", "address": {**BERLIN, "country": "ZZ"}})
    j.ask("other", "POST", "/customers", {"name": "N", "email": "n@example.org", "password": "short"})
    j.ask("other", "POST", "/customers", "not JSON")
    j.ask("other", "GET", place)
    j.say("out, in, and away")
    j.ask("greta", "DELETE", "/session")
    j.ask("greta", "GET", "/session")
    j.sign_in("greta", "greta@example.org", "long enough")
    j.sign_in("nobody", "nobody@example.org", "long enough")
    j.sign_in("greta", "Greta@Example.org", "another one")
    j.ask("greta", "DELETE", place)
    j.ask("greta", "GET", "/session")


def order(j):
    """4. Ada fills her basket, orders and pays."""
    j.ask("ada", "GET", "/basket")
    ada = j.sign_in()
    j.ask("ada", "PUT", f"/basket/{j.track(3)}", {"quantity": 2})
    j.ask("ada", "PUT", f"/basket/{j.track(14)}", {"quantity": 1})
    j.ask("ada", "PUT", f"/basket/{j.track(25)}", {"quantity": 1})
    j.ask("ada", "PUT", f"/basket/{j.track(14)}", {"quantity": 0})
    j.ask("ada", "PUT", f"/basket/{j.track(3)}", {"quantity": 100})
    j.ask("ada", "PUT", f"/basket/trk_{'0' * 32}", {"quantity": 1})
    j.ask("ada", "GET", "/basket")
    first = j.ask("ada", "POST", "/orders", {"customer": ada["id"]}, Idempotency_Key="ada-1")
    j.say("the same again: once")
    j.ask("ada", "POST", "/orders", {"customer": ada["id"]}, Idempotency_Key="ada-1")
    j.say("by its lines, with a card")
    lines = [{"track": j.track(40), "quantity": 1}, {"track": j.track(3), "quantity": 1}]
    j.ask("ada", "POST", "/orders", {"lines": lines, "payment_method": "card-4242"}, Idempotency_Key="ada-2")
    j.ask("ada", "GET", f"/orders/{first['id']}")
    j.ask("ada", "GET", f"/orders/{first['id']}/invoice")
    page = j.ask("ada", "GET", "/orders?limit=1")
    j.ask("ada", "GET", f"/orders?limit=1&cursor={page['next_cursor']}")
    j.ask("guest", "GET", f"/orders/{first['id']}")
    newcomer(j, "greta", BERLIN)
    j.ask("greta", "GET", f"/orders/{first['id']}")


def refused(j):
    """5. What is not sold, and to whom."""
    ada = j.sign_in()
    line = [{"track": j.track(3), "quantity": 1}]
    j.ask("guest", "POST", "/orders", {"lines": line})
    j.ask("ada", "POST", "/orders", {})
    j.ask("ada", "POST", "/orders", {"lines": [{"track": j.track(3), "quantity": 0}]})
    j.ask("ada", "POST", "/orders", {"lines": line + line})
    j.ask("ada", "POST", "/orders", {"lines": [{"track": f"trk_{'0' * 32}", "quantity": 1}]})
    j.ask("ada", "POST", "/orders", {"lines": [{"track": j.track(1), "quantity": 900}]})
    j.ask("ada", "POST", "/orders", {"lines": line, "payment_method": "declined-1"})
    j.ask("ada", "POST", "/orders", {"lines": line, "payment_method": "with blanks"})
    j.ask("ada", "POST", "/orders", {"lines": line, "customer": "cus_" + "0" * 32})
    j.say("the limit on account is 1000.00")
    many = [{"track": j.track(number), "quantity": 40} for number in range(2, 32)]
    j.ask("ada", "POST", "/orders", {"lines": many})
    j.say("one key, two orders")
    j.ask("ada", "POST", "/orders", {"lines": line}, Idempotency_Key="k")
    j.ask("ada", "POST", "/orders", {"lines": [{"track": j.track(4), "quantity": 1}]}, Idempotency_Key="k")
    j.say("on hold")
    place = f"/customers/{ada['id']}/hold"
    j.ask("ada", "PUT", place, {"reason": "a letter came back"})
    j.ask("desk", "PUT", place, {"reason": "a letter came back"})
    j.ask("ada", "POST", "/orders", {"lines": line})
    j.ask("desk", "DELETE", place)
    j.ask("nomad", "POST", "/customers", {"name": "Nomad", "email": "n@example.org", "password": "long enough"})
    j.ask("nomad", "POST", "/orders", {"lines": line})


def follow(j):
    """6. Ada follows her parcel; the warehouse and the mail room have it before her."""
    j.sign_in()
    bought = j.ask("ada", "POST", "/orders", {"lines": [{"track": j.track(9), "quantity": 1},
                                                        {"track": j.track(30), "quantity": 2}]})
    place = f"/orders/{bought['id']}"
    j.ask("desk", "GET", place + "/picklist")
    j.ask("desk", "PUT", place + "/picked", {"picker": "Jonas"})
    j.ask("desk", "GET", place + "/label")
    j.later(days=1)
    scan(j, bought, "collected")
    j.ask("ada", "GET", place)
    j.later(days=2)
    scan(j, bought, "delivered")
    j.say("the scanner sends everything twice")
    scan(j, bought, "delivered")
    j.ask("ada", "GET", place)
    j.ask("desk", "POST", "/carrier/scans", {"tracking_number": "OUT-nothing", "sighting": "delivered"})
    j.ask("ada", "GET", f"/consignments/{bought['id']}")


def cancel(j):
    """7. Ada changes her mind, once in time."""
    j.sign_in()
    line = [{"track": j.track(9), "quantity": 2}]
    bought = j.ask("ada", "POST", "/orders", {"lines": line})
    j.ask("ada", "DELETE", f"/orders/{bought['id']}")
    j.ask("ada", "GET", f"/stock/{j.track(9)}")
    j.ask("ada", "DELETE", f"/orders/{bought['id']}")
    j.ask("ada", "GET", f"/orders/{bought['id']}")
    j.say("too late")
    bought = j.ask("ada", "POST", "/orders", {"lines": line})
    scan(j, bought, "collected")
    j.ask("ada", "DELETE", f"/orders/{bought['id']}")
    j.ask("ada", "DELETE", f"/orders/ord_{'0' * 32}")


def send_back(j):
    """8. Ada sends one back, and another one too late."""
    j.sign_in()
    bought = j.ask("ada", "POST", "/orders", {"lines": [{"track": j.track(20), "quantity": 1}]})
    place = f"/orders/{bought['id']}"
    j.ask("ada", "PUT", place + "/return")
    scan(j, bought, "delivered")
    j.later(days=13)
    j.ask("ada", "PUT", place + "/return")
    j.ask("ada", "PUT", place + "/return")
    scan(j, bought, "collected", back=True)
    scan(j, bought, "delivered", back=True)
    j.ask("ada", "GET", place)
    j.ask("ada", "GET", f"/stock/{j.track(20)}")
    bought = j.ask("ada", "POST", "/orders", {"lines": [{"track": j.track(20), "quantity": 1}]})
    scan(j, bought, "delivered")
    j.later(days=15)
    j.ask("ada", "PUT", f"/orders/{bought['id']}/return")


def canada_and_the_night(j):
    """9. An order to Canada, what the desk does, and what happens at night."""
    mo = newcomer(j, "mo", TORONTO)
    j.say("ten lines, rounded once")
    ten = [{"track": j.track(number), "quantity": 1} for number in range(2, 12)]
    j.ask("mo", "POST", "/orders", {"lines": ten})
    j.say("eleven, and each line is rounded")
    j.ask("mo", "POST", "/orders", {"lines": ten + [{"track": j.track(12), "quantity": 1}]})
    j.say("the desk")
    j.ask("desk", "PUT", f"/tracks/{j.track(2)}/price", {"price": {"minor_units": 1999, "currency": "EUR"}})
    j.ask("desk", "PUT", f"/tracks/{j.track(2)}/price", {"price": {"minor_units": 1999, "currency": "USD"}})
    j.ask("desk", "POST", f"/stock/{j.track(2)}/deliveries", {"quantity": 500}, Idempotency_Key="van-1")
    j.ask("desk", "POST", f"/stock/{j.track(2)}/deliveries", {"quantity": 500}, Idempotency_Key="van-1")
    j.ask("mo", "POST", "/orders", {"lines": [{"track": j.track(2), "quantity": 40}]})
    j.ask("mo", "POST", "/orders", {"lines": [{"track": j.track(2), "quantity": 20}]})
    j.ask("desk", "DELETE", f"/tracks/{j.track(2)}")
    j.ask("desk", "GET", "/reports/sales?by=country")
    j.ask("desk", "GET", "/reports/sales?by=artist&from=2020-10-01")
    j.ask("desk", "GET", "/reports/shelves?limit=2")
    j.ask("desk", "GET", "/reports/history")
    j.later(days=1)
    j.nightly()
    j.ask("mo", "POST", "/orders", {"lines": ten})
    j.ask("desk", "GET", f"/customers/{mo['id']}")
    j.say("everything a second time: the van comes again")
    j.nightly()


JOURNEYS = {"1_browse": browse, "2_search": search, "3_account": account, "4_order": order, "5_refused": refused,
            "6_follow": follow, "7_cancel": cancel, "8_return": send_back, "9_night": canada_and_the_night}
