# SPDX-License-Identifier: Apache-2.0
"""The legacy shop beside a check: its sample, its buyers, its programs (app/legacy)."""
import http.client
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from .checking import Bench, Holds, NotYet, Red
from .programs import PATIENCE

BERLIN = {"recipient": "Greta Lind", "street": "Ring 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
DESK = {"X-Desk-Key": "front-desk"}
NUMBERS = itertools.count(1)


class LegacyShop:
    """One process of it. `pause` is a point of the program at which it waits: "stock.look:20"; `surroundings` are
    variables of its environment."""

    def __init__(self, bench: Bench, database: Path, *words: object, pause: str = "", look: str = "", **surroundings: str):
        self.database = database
        ready = bench.folder / f"legacy-{next(NUMBERS)}.ready"
        log = ready.with_suffix(".log")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [bench.program("legacy-shop"), "--database", database, "--port", "0", "--ready-file", ready, *map(str, words)],
                cwd=bench.folder, stdout=output, stderr=output, env=dict(os.environ, SHOP_PAUSE=pause, **surroundings))
        deadline = time.monotonic() + PATIENCE
        while not ready.exists() or not ready.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = (log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
                raise Red(NotYet("started legacy-shop", f"it does not begin, and said: {said}", "a shop that listens",
                                 "without it nothing can be bought", look))
            time.sleep(0.01)
        self.port = int(ready.read_text())

    def ask(self, method: str, path: str, body: dict | None = None, cookie: str = "", limit: float = PATIENCE,
            **fields: str) -> tuple[int, dict, str]:
        """Status (0: no answer), document, and the session's cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        headers = {"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {}), **fields}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            session = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return answer.status, json.loads(text) if text.startswith("{") else {}, session or cookie
        except (OSError, http.client.HTTPException):
            return 0, {}, cookie
        finally:
            connection.close()

    def open_accounts(self, count: int) -> list[str]:
        """The cookies of so many who may buy."""
        cookies = []
        for number in range(count):
            status, _, cookie = self.ask("POST", "/customers", {"name": f"Buyer {number}", "email": f"b{number}@example.org",
                                                                "address": BERLIN, "password": "long enough"})
            if status != 201 or not cookie:
                raise Red(NotYet("opened an account", str(status), "201", "nobody can buy without one"))
            cookies.append(cookie)
        return cookies

    def buy(self, track: str, cookie: str, limit: float = PATIENCE, method: str = "account") -> bool:
        """One copy."""
        order = {"lines": [{"track": track, "quantity": 1}], "payment_method": method}
        return self.ask("POST", "/orders", order, cookie, limit)[0] == 201

    def worked(self) -> float:
        """Seconds of the processor that it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB that it has in use."""
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text(), re.MULTILINE)
        return int(found[1]) / 1000 if found else 0

    def stop(self) -> None:
        """What it was asked is answered, and written. A thread of its server that has nothing to do may look only every
        ten seconds whether it should end (the idle time of Poco's TCPServerParams): nothing is lost with it."""
        self.process.terminate()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def routes_of(bench: Bench) -> list[str]:
    """As routes.cpp has them: "GET /albums"."""
    text = bench.file("app/legacy/src/routes.cpp").read_text()
    return [f"{method} {path}" for method, path in re.findall(r'router\.on\("([A-Z]+)", "([^"]+)"', text)]


def tables_of(bench: Bench) -> list[str]:
    """As schema.sql has them."""
    return re.findall(r"^CREATE TABLE (\w+)", bench.file("app/legacy/schema.sql").read_text(), re.MULTILINE)


def journeys(bench: Bench, *names: str, look: str, why: str = "who asks the shop must not notice that it was changed inside",
             without: list[str] | None = None) -> Holds | NotYet:
    """Walks recorded journeys of the golden master through the shop, in a database `without` these tables."""
    script = bench.tree / "app/legacy/tests/golden_master.py"
    more = ["--without", *without] if without else []
    done = subprocess.run([sys.executable, script, "--bin", bench.programs, "--only", *names, *more], capture_output=True,
                          text=True, timeout=60, check=False)
    did = f"walked {len(names)} recorded journeys"
    if done.returncode == 2:
        return NotYet(did, "the shop does not begin: " + (done.stderr.strip().splitlines() or ["it said nothing"])[-1],
                      "what was recorded", why, look)
    if done.returncode == 0:
        return Holds(f"{len(names)} journeys")
    told = re.findall(r"^first difference: (.*)", done.stdout, re.MULTILINE)
    if not told:
        raise RuntimeError(f"golden_master.py: {done.stderr}{done.stdout}")
    return NotYet(did, told[0], "what was recorded", why, look)


def touched_library(bench: Bench) -> Path:
    """To be loaded into the shop's programs (LD_PRELOAD): SQLite itself writes into SHOP_TOUCHED which columns are
    read and written."""
    def make():
        library = bench.folder / "touched.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, Path(__file__).parents[1] / "touched.c", "-ldl"], check=True)
        return library
    return bench.once("touched library", make)


def touched_in(text: str) -> tuple[set, set]:
    """(table, column) read and written. Who asks is not counted: that is looked up for every request."""
    reads, writes, asking, who = set(), set(), False, True
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "S":
            asking = rest.startswith(("SELECT customer_id, seen_at FROM sessions", "UPDATE sessions SET seen_at"))
            if who and rest.startswith("SELECT * FROM customers WHERE id ="):
                asking, who = True, False
        elif not asking and kind in "RW":
            table, _, column = rest.partition(" ")
            if not table.startswith(("sqlite_", "v_")):
                (reads if kind == "R" else writes).add((table, column))
    return reads, writes


def make_database(bench: Bench, name: str, copies: int = 100) -> tuple[Path, str]:
    """The sample with so many copies of everything, and a track of it that the seed chooses."""
    def made():
        sample = bench.folder / "sample.db"
        done = bench.run("legacy-import", "--sample", "--database", str(sample))
        if done.returncode != 0:
            raise RuntimeError(f"legacy-import: {done.stderr}{done.stdout}")
        return sample
    database = bench.folder / f"{name}.db"
    shutil.copy(bench.once("sample", made), database)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE item SET on_hand = ?, reorder_at = 5", (copies,))
        tracks = [row[0] for row in connection.execute("SELECT pub_id FROM item WHERE price < 1000 ORDER BY id LIMIT 20")]
    connection.close()  # and with it its write-ahead log: the file can be copied
    return database, tracks[bench.seed % len(tracks)]
