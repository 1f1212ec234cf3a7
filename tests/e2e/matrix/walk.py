# SPDX-License-Identifier: Apache-2.0
"""The way of one cell: from one process to services and home again, under load, while processes are killed."""

import json
import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from books import Books
from deployment import Deployment, Failure, ends_with_us, run_until
from evidence import Witness, document
from kills import Killer, PostgresServer
from load import Load
from plan import Cell, WITH_SERVICES
from sayings import faults_in
from shop import Shop

PATIENCE = 120.0


class Walk:
    def __init__(self, options, cell: Cell, needs: dict[str, list[str]], folder: Path, seed: int, tell):
        self.options, self.cell, self.folder, self.seed, self.tell = options, cell, folder, seed, tell
        self.server = PostgresServer(folder / "postgres") if cell.engine == "postgresql" else None
        if self.server is not None:
            self.server.start()
        self.database = self.server.url if self.server is not None else str(folder / "shop.db")
        self.shop = Shop(options.bin, needs, cell.modules, self.database, folder, options.builds,
                         not options.no_parties)
        self.deployment = Deployment(self.shop, folder)
        self.killer = Killer(self.deployment, self.server, options.every, seed)
        self.dice = random.Random(seed)
        self.load = None
        self.running: dict[str, list[str]] = {}
        self.rows: list[dict] = []
        self.notes: list[str] = []  # what was refused and asked again

    # --- the way

    def go(self) -> dict:
        """The report of the oracle, with what else was found."""
        self.fill()
        for stand in self.cell.stands(self.options.stands):
            self.take(stand)
        self.killer.end()
        self.deployment.wait_until_ready()
        self.plant()
        report = self.load.verdict()
        problems = [f"{each['claim']}: {each['evidence']}" for each in report["checks"] if not each["holds"]]
        problems += [f"a request failed: {each}" for each in report["failures"]]
        problems += self.what_is_left()
        if self.shop.has_parties:
            problems += Books(self.shop).differences()
        self.deployment.down()
        problems += faults_in(self.folder / "up", any(who == "PostgreSQL" for _, who in self.killer.kills))
        if self.killer.trouble:
            problems.append(self.killer.trouble)
        return {"load": report, "problems": problems}

    def drop(self) -> None:
        self.killer.end()
        if self.load is not None:
            self.load.drop()
        self.deployment.drop()
        if self.server is not None:
            self.server.stop()

    def fill(self) -> None:
        """All cells on SQLite begin with the same records."""
        records = self.options.records
        if self.server is not None or not records.exists():
            run_until([self.options.bin / "recordshop-data", "generate", "--tracks", str(self.options.tracks),
                       "--database", self.database if self.server is not None else records], patience=0)
        if self.server is None:
            shutil.copyfile(records, self.database)

    def take(self, stand: str) -> None:
        begun = time.monotonic()
        kills_before = self.killer.kills.total()
        kills = self.options.kills if stand in self.options.kill_in else 0
        self.killer.sleep()
        if self.shop.programs(stand) != self.running:
            self.deployment.down()
            self.deployment.up(stand)
            self.running = self.shop.programs(stand)
        if self.load is None:
            self.deployment.wait_until_ready()
            self.load = Load(self.options.bin, self.shop.url("edge"), self.folder, self.options.rate, self.seed)
        # From now on anything may be away at any time, while it starts as well.
        if stand in self.options.kill_in:
            self.killer.wake(stand)
        remote = stand in WITH_SERVICES and stand != "returning"
        if act := getattr(self, f"go_{stand}", None):
            act()
        self.dwell(stand, remote, kills)
        self.rows.append({"stand": stand, "seconds": round(time.monotonic() - begun, 1),
                          "kills": self.killer.in_stand(stand)})
        self.tell(stand, self.rows[-1], self.killer.kills.total() - kills_before)

    def dwell(self, stand: str, remote: bool, kills: int) -> None:
        """Until the stand has shown that it is what it says, has lost as many processes as it has to, and
        all of them are back."""
        witness = Witness(self.shop, stand, self.deployment.names, remote)
        until = time.monotonic() + PATIENCE + 4 * kills * self.options.every
        while True:
            self.load.check()
            self.deployment.check()
            if witness.open:
                witness.look()
            if not witness.open and sum(self.killer.in_stand(stand).values()) >= kills:
                break
            if time.monotonic() > until:
                missing = "; ".join(sorted(witness.open)) or "too few kills"
                raise Failure(f"{stand}: not seen within {PATIENCE:.0f} s: {missing}")
            time.sleep(0.1)
        self.killer.sleep()
        self.deployment.wait_until_ready()
        if wrong := witness.must_not_have_seen():
            raise Failure(f"{stand}: {'; '.join(wrong)}")

    # --- what is done at the stands

    def go_routed(self) -> None:
        for share in (25, 100):
            for module in self.cell.modules:
                self.shift(module, share)
            self.pause_for_a_kill("routed")
        for module in self.cell.modules:
            self.shift(module, 100, "remote")

    def go_returning(self) -> None:
        for module in reversed(self.cell.modules):
            self.shift(module, 100, "local")
        self.pause_for_a_kill("returning")
        for share in (30, 0):
            for module in reversed(self.cell.modules):
                self.shift(module, share)

    def shift(self, module: str, percent: int, writes: str = "") -> None:
        more = ["--writes", writes] if writes else []
        run_until([self.deployment.banyan, "shift", module, f"{percent}%", *more, "--why", "the matrix", "--url",
                   self.shop.url("edge")], PATIENCE, notes=self.notes, meanwhile=self.deployment.check)

    def pause_for_a_kill(self, stand: str) -> None:
        if not self.killer.awake.is_set() or not self.options.kills:
            return
        before = sum(self.killer.in_stand(stand).values())
        until = time.monotonic() + 4 * self.options.every
        while sum(self.killer.in_stand(stand).values()) == before and time.monotonic() < until:
            time.sleep(0.1)

    def go_out(self) -> None:
        for module in self.cell.modules:
            self.untie(module)
        for module in self.cell.modules:
            self.move(module)

    def go_back(self) -> None:
        for module in reversed(self.cell.modules):
            self.move(module, "--back")

    def schema(self, *words: str) -> list:
        return [self.deployment.banyan, "schema", *words, "--database", self.database, "--json"]

    def untie(self, module: str) -> None:
        """What crosses between the module and others goes, on the side of whoever has the tie."""
        until = time.monotonic() + PATIENCE
        decoupled: set[str] = set()
        while True:
            done = run_until(self.schema("report"), PATIENCE, notes=self.notes)
            ties = [each for each in json.loads(done.stdout)["violations"]
                    if module in (each["module"], each["other"])]
            if not ties:
                return
            for owner in {each["module"] for each in ties} - decoupled:
                run_until(self.schema("decouple", owner), PATIENCE, notes=self.notes)
                decoupled.add(owner)
            for owner in {each["module"] for each in ties if each["kind"] == "statement"}:
                # What has run since its script is kept, until the code has found the new tables.
                run_until(self.schema("dismiss", owner), 0, settled=(0, 1))
            if time.monotonic() > until:
                raise Failure(f"{module} is still tied to others, e.g. {ties[0]}")
            time.sleep(0.5)

    def move(self, module: str, *direction: str) -> None:
        """Again until it is done. Where processes are killed, the first mover is, somewhere on its way."""
        until = time.monotonic() + PATIENCE
        words = self.schema("move", module, *direction)
        begun = time.monotonic()
        self.plan_of(words)
        # As long as looking takes; moving takes a little longer.
        lives = self.dice.uniform(0, 1.5) * (time.monotonic() - begun) if self.killer.awake.is_set() else None
        while True:
            code, said = self.run_mover(words, lives)
            if code == 0:
                break
            lives = None
            self.notes.append(f"schema move {module} {' '.join(direction)}: code {code}: {said[:300]}")
            if time.monotonic() > until:
                raise Failure(f"{' '.join(str(word) for word in words)} ends with {code}: {said}")
            time.sleep(0.2)
        if not self.plan_of(words)["already_there"]:
            raise Failure(f"{module} was moved {' '.join(direction)}, and is not there")

    def plan_of(self, words: list) -> dict:
        return json.loads(run_until([*words, "--dry-run"], PATIENCE, notes=self.notes).stdout)

    def run_mover(self, words: list, lives: float | None) -> tuple[int, str]:
        mover = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, preexec_fn=ends_with_us)
        try:
            said, _ = mover.communicate(timeout=lives)
        except subprocess.TimeoutExpired:
            mover.kill()
            said, _ = mover.communicate()
            self.killer.kills[self.killer.stand, "mover"] += 1
        return mover.returncode, said.strip()

    # --- the end

    def plant(self) -> None:
        """--plant: the fault that shows that the matrix can fail."""
        if self.options.plant != "lost-order":
            return
        # The generator's are older than the run, and what is under way may still be undone.
        sold = f"placed_at > {self.load.begun * 1_000_000:.0f} AND state NOT IN ('placed', 'reserved', 'cancelled')"
        until = time.monotonic() + PATIENCE
        with sqlite3.connect(self.database, timeout=60) as database:
            while not (found := database.execute(f"SELECT max(id) FROM orders WHERE {sold}").fetchone()[0]):
                if time.monotonic() > until:
                    raise Failure(f"nobody has bought anything within {PATIENCE:.0f} s")
                time.sleep(0.1)
            database.execute("DELETE FROM order_lines WHERE order_id = ?", (found,))
            database.execute("DELETE FROM orders WHERE id = ?", (found,))

    def what_is_left(self) -> list[str]:
        """What the oracle cannot see from outside: events that wait, sagas that are stuck, a changed log."""
        problems = []
        until = time.monotonic() + PATIENCE
        while waiting := self.waiting_events():
            if time.monotonic() > until:
                problems += waiting
                break
            time.sleep(0.2)
        sagas = document(self.shop.url("edge") + "/_banyan/api/sagas") or {}
        for module in sagas.get("modules", []):
            for saga in module.get("sagas", []):
                if saga.get("status") == "stuck":
                    problems.append(f"a saga is stuck: {saga}")
        verified = subprocess.run([self.deployment.banyan, "log", "verify", "--url", self.shop.url("edge")],
                                  capture_output=True, text=True, check=False)
        if verified.returncode != 0:
            problems.append(f"banyan log verify: {verified.stdout}{verified.stderr}")
        return problems

    def waiting_events(self) -> list[str]:
        events = document(self.shop.url("edge") + "/_banyan/api/events")
        if events is None:
            return ["the shop does not say how far its events are"]
        silent = [f"{module['module']}: {module['problem']}" for module in events["modules"] if "problem" in module]
        return silent + [
                f"events of {module['module']} for {lane['lane']}: {lane['unsent']} unsent, {lane['held']} held, "
                f"{lane['parked']} parked {lane['keys'][:1]}"
                for module in events["modules"] for lane in module["lanes"]
                if lane["unsent"] or lane["held"] or lane["parked"]]
