# SPDX-License-Identifier: Apache-2.0
"""What people do in the shop, whichever shop it is: journeys that note facts as they go.

A journey is told once and walked in each shop; `note(step, fact)` keeps what must be the same, and
allowed_differences.toml has what may differ, and why.
"""

from shops import Refused, Shop

BERLIN = {"recipient": "Greta Lind", "street": "Ring 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
TORONTO = {"recipient": "Mo Tremblay", "street": "Queen St 9", "postal_code": "M5H 2N2", "city": "Toronto, ON",
           "country": "CA"}
NO_TRACK = "trk_" + "0" * 12 + "7" + "0" * 3 + "8" + "0" * 15
NO_ALBUM = "alb_" + NO_TRACK[4:]


class Walk:
    """One shop, and what was noted of it."""

    def __init__(self, shop: Shop, tracks: list[str]):
        self.shop = shop
        self.tracks = tracks
        self.facts: dict[str, object] = {}
        self.people = 0

    def note(self, step: str, fact) -> None:
        assert step not in self.facts, f"two steps are called {step}"
        self.facts[step] = fact

    def refused(self, step: str, ask, *words, **named) -> None:
        """The shop must say no, and for the same reason as the other."""
        try:
            ask(*words, **named)
        except Refused as why:
            self.note(step, f"refused: {why.word}")
        else:
            self.note(step, "taken")

    def newcomer(self, name: str, address: dict | None, **more) -> str:
        account = {"name": name, "email": f"{name.lower()}@example.org", "password": "long enough", **more}
        if address:
            account["address"] = address
        return self.shop.open_account(name, account)


def browse(walk: Walk) -> None:
    shop = walk.shop
    page = shop.albums("guest", 3)
    walk.note("the first albums", page)
    page = shop.albums("guest", 3, page["next_cursor"])
    walk.note("the next albums", page)
    album = page["albums"][0]["id"]
    walk.note("an album", shop.album("guest", album))
    walk.note("the first tracks", shop.tracks("guest", 4))
    walk.note("a track", shop.track("guest", walk.tracks[7]))
    walk.note("tracks by id", shop.tracks_by_id("guest", walk.tracks[0], NO_TRACK, walk.tracks[1], walk.tracks[0]))
    walk.refused("no such album", shop.album, "guest", NO_ALBUM)
    walk.refused("no such track", shop.track, "guest", NO_TRACK)
    walk.refused("a page of nothing", shop.albums, "guest", 0)
    walk.refused("a cursor of another list", shop.tracks, "guest", 4, page["next_cursor"])


def every_page(walk: Walk) -> None:
    """Somebody reads the whole catalogue; where it is split, the two sides have to go on from each other's pages."""
    shop, seen, cursor = walk.shop, [], None
    while True:
        page = shop.tracks("reader", 20, cursor)
        seen += [track["id"] for track in page["tracks"]]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    walk.note("all tracks, each once", seen)


def readers(walk: Walk) -> None:
    """Many people who have signed in, some of them on the one side and some on the other, and nobody on both."""
    shop = walk.shop
    expected = shop.album("guest", shop.albums("guest", 1)["albums"][0]["id"])
    for number in range(8):
        who = f"Reader{number}"
        walk.newcomer(who, None)
        seen = [shop.album(who, expected["id"]), shop.track(who, expected["tracks"][0]["id"])]
        walk.note(f"what {who} reads", seen == [expected, expected["tracks"][0]])
        walk.note(f"and who {who} is", shop.who_is(who))
    # One page each: whichever side has given the cursor out, the other goes on from it.
    titles, cursor = [], None
    for number in range(8):
        page = shop.tracks(f"Reader{number}", 7, cursor)
        titles += [track["title"] for track in page["tracks"]]
        cursor = page["next_cursor"]
    walk.note("what they read together", titles)


def search(walk: Walk) -> None:
    shop = walk.shop
    title = shop.track("guest", walk.tracks[5])["title"]
    walk.note("the track is found by its title", walk.tracks[5] in shop.search("guest", title))
    walk.note("nothing is found for nothing", shop.search("guest", ""))
    walk.note("nothing is called so", shop.search("guest", "zzzzzz"))
    walk.note("the end of a word", walk.tracks[5] in shop.search("guest", title.split()[0][1:]))


def account(walk: Walk) -> None:
    shop = walk.shop
    walk.note("nobody has signed in", shop.who_is("Greta"))
    greta = walk.newcomer("Greta", BERLIN)
    walk.note("who opens an account is signed in", shop.who_is("Greta"))
    walk.note("she moves", shop.change_address("Greta", greta, {**BERLIN, "street": "Ring 2"}))
    shop.sign_out("Greta")
    walk.note("out", shop.who_is("Greta"))
    walk.refused("a wrong password", shop.sign_in, "Greta", "greta@example.org", "long enough?")
    shop.sign_in("Greta", "greta@example.org", "long enough")
    walk.note("in", shop.who_is("Greta"))
    walk.refused("an address that somebody has", walk.newcomer, "GRETA", BERLIN)
    walk.refused("no address at all", walk.newcomer, "Nobody", None, email="nobody")
    walk.refused("a short password", walk.newcomer, "Shorty", None, password="short")


def order(walk: Walk) -> None:
    shop = walk.shop
    ada = shop.sign_in("ada", "ada@example.org", "paper harbour")
    before = shop.available(walk.tracks[2])
    walk.note("two in the basket", shop.basket("ada", walk.tracks[2], 2))
    walk.note("and another one", shop.basket("ada", walk.tracks[13], 1))
    walk.note("which she puts back", shop.basket("ada", walk.tracks[13], 0))
    shop.basket("ada", walk.tracks[24], 1)
    walk.refused("what there is not", shop.basket, "ada", NO_TRACK, 1)
    walk.refused("a hundred", shop.basket, "ada", walk.tracks[24], 100)
    shop.basket("ada", walk.tracks[24], 1)
    bought = shop.order_basket("ada", ada, "order-basket")
    paid = shop.order_when("ada", bought["id"], lambda each: each["state"] == "paid")
    walk.note("paid", shop.facts(paid))
    walk.note("two fewer on the shelf", before - shop.available(walk.tracks[2]))
    again = shop.order("ada", ada, {walk.tracks[39]: 1, walk.tracks[2]: 1}, "order-again", "account")
    twice = shop.order("ada", ada, {walk.tracks[39]: 1, walk.tracks[2]: 1}, "order-again", "account")
    walk.note("the same again is the same", again["id"] == twice["id"])
    walk.note("three fewer on the shelf", before - shop.available(walk.tracks[2]))
    newest = shop.orders("ada", ada)
    walk.note("her newest orders", [each["id"] for each in newest[:2]] == [again["id"], bought["id"]])
    walk.note("in short", {name: newest[0][name] for name in ("state", "fulfilment", "total")})


def refusals(walk: Walk) -> None:
    shop = walk.shop
    paul = walk.newcomer("Paul", BERLIN)
    line = {walk.tracks[3]: 1}
    before = shop.available(walk.tracks[3])
    walk.refused("nothing", shop.order, "Paul", paul, {})
    walk.refused("none of it", shop.order, "Paul", paul, {walk.tracks[3]: 0})
    walk.refused("what there is not", shop.order, "Paul", paul, {NO_TRACK: 1})
    walk.refused("more than there is", shop.order, "Paul", paul, {walk.tracks[0]: 900})
    walk.refused("more than the limit on account", shop.order, "Paul", paul,
                 {track: 30 for track in walk.tracks[30:65]})
    walk.refused("a method with blanks", shop.order, "Paul", paul, line, method="with blanks")
    shop.order("Paul", paul, line, "one-key")
    walk.refused("one key for two orders", shop.order, "Paul", paul, {walk.tracks[4]: 1}, "one-key")
    walk.note("on hold", shop.hold(paul, "a letter came back"))
    walk.refused("who is on hold", shop.order, "Paul", paul, line)
    walk.note("and again good", shop.restore(paul))
    nomad = walk.newcomer("Nomad", None)
    walk.refused("where to?", shop.order, "Nomad", nomad, line)
    walk.note("one is sold", before - shop.available(walk.tracks[3]))


def follow(walk: Walk) -> None:
    shop = walk.shop
    rosa = walk.newcomer("Rosa", BERLIN)
    bought = shop.order("Rosa", rosa, {walk.tracks[8]: 1, walk.tracks[29]: 2})["id"]
    for step, state in (("collected", "shipped"), ("delivered", "delivered")):
        shop.parcel("Rosa", bought, step)
        found = shop.order_when("Rosa", bought, lambda each, state=state: each["state"] == state)
        walk.note(state, found["state"])
    walk.refused("too late to cancel", shop.cancel, "Rosa", bought)


def cancel(walk: Walk) -> None:
    shop = walk.shop
    emil = walk.newcomer("Emil", BERLIN)
    before = shop.available(walk.tracks[9])
    bought = shop.order("Emil", emil, {walk.tracks[9]: 2})["id"]
    shop.cancel("Emil", bought)
    gone = shop.order_when("Emil", bought, lambda each: each["state"] == "cancelled" and each["fulfilment"] == "done")
    walk.note("cancelled", shop.facts(gone))
    walk.note("all on the shelf", before - shop.available(walk.tracks[9]))
    walk.note("once more is the same", shop.cancel("Emil", bought)["state"])
    walk.refused("somebody's order that there is not", shop.cancel, "Emil", "ord_" + NO_TRACK[4:])


def send_back(walk: Walk) -> None:
    shop = walk.shop
    ines = walk.newcomer("Ines", BERLIN)
    before = shop.available(walk.tracks[19])
    bought = shop.order("Ines", ines, {walk.tracks[19]: 1})["id"]
    walk.refused("before it is there", shop.send_back, "Ines", bought)
    shop.parcel("Ines", bought, "delivered")
    shop.order_when("Ines", bought, lambda each: each["state"] == "delivered" and each["fulfilment"] == "done")
    walk.note("it goes back", shop.send_back("Ines", bought)["fulfilment"])
    shop.parcel("Ines", bought, "delivered", back=True)
    back = shop.order_when("Ines", bought, lambda each: each["state"] == "returned" and each["fulfilment"] == "done")
    walk.note("returned", shop.facts(back))
    walk.note("all on the shelf", before - shop.available(walk.tracks[19]))


def canada(walk: Walk) -> None:
    shop = walk.shop
    mo = walk.newcomer("Mo", TORONTO)
    for lines in (1, 10, 11):
        bought = shop.order("Mo", mo, {track: 1 for track in walk.tracks[40:40 + lines]})
        walk.note(f"the tax on {lines} lines", bought["tax"])


JOURNEYS = [browse, every_page, readers, search, account, order, refusals, follow, cancel, send_back, canada]
