# SPDX-License-Identifier: Apache-2.0
"""The exported files in the real HAProxy and the real nginx, beside Banyan with the same table: 10,000
users are sent to the same sides by all three."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
from proxies import Running, haproxy, nginx, own_host, program, upstreams  # noqa: E402
from users import Request, ask, ask_each_anew  # noqa: E402

BANYAN = os.environ.get("BANYAN_PROGRAM", "banyan")
USERS = 10_000
FAR_APART = 0x9E3779B97F4A7C15F39CC0605CEDC835  # makes ids of numbers, with all their digits

TABLE = """[proxy]
listen = ["{banyan}"]
sticky = ["cookie:session", "header:X-Tenant", "address"]
trusted_peers = ["127.0.0.2"]
[limits]
connections = 2000
[upstreams.old]
instances = ["{old}"]
[upstreams.new]
instances = ["{new}"]
[rollouts.catalog]
[rollouts.orders]
[rollouts.customers]
[rollouts.search]
[rollouts.track-list]
[[routes]]
name = "list albums"
path = "/albums"
methods = ["GET", "POST"]
legacy = "old"
successor = "new"
rollout = "catalog"
[[routes]]
name = "album"
path = "/albums/{{id}}"
methods = ["GET"]
legacy = "old"
successor = "new"
rollout = "catalog"
[[routes]]
name = "orders"
prefix = "/orders"
methods = ["*"]
legacy = "old"
successor = "new"
rollout = "orders"
[[routes]]
name = "address"
path = "/customers/{{customer}}/addresses/{{address}}"
methods = ["GET", "PUT"]
legacy = "old"
successor = "new"
rollout = "customers"
[[routes]]
name = "search"
path = "/search"
methods = ["POST"]
effect = "read"
legacy = "old"
successor = "new"
rollout = "search"
[[routes]]
name = "tracks"
path = "/shop/tracks/{{id}}"
methods = ["GET"]
ignore_case = true
ignore_last_slash = true
legacy = "old"
successor = "new"
successor_path = {{ strip = "/shop", add = "/v2" }}
rollout = "track-list"
[[routes]]
name = "files"
prefix = "/files"
methods = ["GET"]
legacy = "old"
irregular_paths = "pass"
[[routes]]
name = "rest"
prefix = "/"
methods = ["GET", "POST", "PUT"]
legacy = "old"
"""
# Reads and writes on the same side, on two sides, and between.
STAGES = (("catalog", "25%", "local"), ("orders", "100%", "remote"), ("customers", "100%", "local"),
          ("search", "50%", "local"), ("track-list", "1%", "local"))
KINDS = (("GET", "/albums"), ("POST", "/albums"), ("GET", "/orders/{i}"), ("POST", "/orders"),
         ("GET", "/customers/7/addresses/{i}?all=1"), ("PUT", "/customers/7/addresses/{i}"), ("POST", "/search?q={i}"),
         ("GET", "/shop/tracks/{i}?x=/y"), ("GET", "/help"), ("DELETE", "/orders/{i}"))


def who(user: int) -> tuple:
    if user % 10 == 3:
        return (("X-Tenant", f"tenant-{user}"),)
    session = f"session=user-{user}-{user * 7919 % 10007:x}"
    # As where an application has set one for "/" and one for "/shop", or has deleted one of them.
    other = {5: "; session=other", 7: "; session="}.get(user % 10, "")
    return (("Cookie", f"theme=dark; {session}; lang=en{other}"),)


def of_users(method: str, target: str):
    return [Request(method, target.format(i=user), who(user)) for user in range(USERS)]


def run(*words, **more):
    return subprocess.run([BANYAN, *(str(word) for word in words)], text=True, capture_output=True, check=True, **more)


class TheExportedTable(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # pylint: disable=consider-using-with
        cls._keep = tempfile.TemporaryDirectory(prefix="banyan_export_")
        cls.addClassCleanup(cls._keep.cleanup)
        cls.folder = Path(cls._keep.name)
        cls.folder.chmod(0o755)
        host = own_host()
        cls.at = {name: f"{host}:{8081 + number}" for number, name in enumerate(
            ("old", "new", "banyan", "haproxy", "nginx", "haproxy engine", "nginx engine", "banyan visits",
             "haproxy visits", "nginx visits"))}
        (cls.folder / "banyan.toml").write_text(TABLE.format(**cls.at))
        cls.start(upstreams, cls.folder, {"old": cls.at["old"], "new": cls.at["new"]})
        cls.start(Running, [BANYAN, "proxy", "--config", "banyan.toml"], cls.at["banyan"], cls.folder, "banyan")
        for rollout, share, writes in STAGES:
            run("shift", rollout, share, "--writes", writes, "--force", "--store", cls.folder / "control.db", "--why",
                "a test")
        cls.warnings = cls.export("haproxy", "haproxy") + cls.export("nginx", "nginx")
        cls.start(haproxy, cls.folder / "haproxy", cls.at["haproxy"])
        cls.start(nginx, cls.folder / "nginx", cls.at["nginx"])
        cls.await_stages()

    @classmethod
    def start(cls, starter, *words):
        cls.addClassCleanup(starter(*words).stop)

    @classmethod
    def export(cls, engine: str, folder: str, *more) -> str:
        return run("export", engine, "--listen", cls.at[folder], "--out", folder.replace(" ", "_"), *more,
                   cwd=cls.folder).stderr

    @classmethod
    def await_stages(cls):
        """Until Banyan has seen the last shift."""
        while any(each.by != "new" for each in ask(cls.at["banyan"], [Request("POST", "/orders")])):
            pass
        revision = f";rev={len(STAGES)}|"
        while revision not in ask(cls.at["banyan"], [Request("GET", "/albums")])[0].said:
            pass

    def assert_same(self, requests, **more):
        ours = ask(self.at["banyan"], requests, **more)
        for other in ("haproxy", "nginx"):
            theirs = ask(self.at[other], requests, **more)
            wrong = [(request, mine, its) for request, mine, its in zip(requests, ours, theirs) if mine != its]
            self.assertEqual(wrong[:5], [], f"{other} decides {len(wrong)} of {len(requests)} otherwise")
        return ours

    def test_sends_each_of_10000_users_to_the_side_that_banyan_sends_them_to(self):
        ours = self.assert_same(of_users("GET", "/albums/{i}"))
        share = sum(each.by == "new" for each in ours) / USERS
        self.assertAlmostEqual(share, 0.25, delta=0.02)

    def test_agrees_about_reads_and_writes_with_and_without_parameters(self):
        requests = [Request(*kind[:1], kind[1].format(i=user), who(user))
                    for user in range(USERS) for kind in [KINDS[user * 31 % len(KINDS)]]]
        ours = self.assert_same(requests)
        by_kind = {}
        for request, answer in zip(requests, ours):
            by_kind.setdefault((request.method, request.target.split("/")[1].split("?")[0]), set()).add(answer.by)
        self.assertEqual(by_kind[("POST", "albums")], {"old"})
        self.assertEqual(by_kind[("GET", "albums")], {"old", "new"})
        self.assertEqual(by_kind[("POST", "orders")], {"new"})
        self.assertEqual(by_kind[("DELETE", "orders")], {"new"})
        self.assertEqual(by_kind[("GET", "customers")], {"new"})
        self.assertEqual(by_kind[("PUT", "customers")], {"old"})
        self.assertEqual(by_kind[("POST", "search")], {"old", "new"})
        self.assertEqual(by_kind[("GET", "help")], {"old"})

    def test_knows_users_by_their_addresses(self):
        for user in range(200):
            source = f"127.3.{user % 7}.{user + 1}"
            self.assert_same([Request("GET", "/albums"), Request("POST", "/search")], source=source)

    def test_knows_a_household_of_ipv6_by_its_network(self):
        # In each spelling that zeros lead to, for nginx finds the network in the text of the address.
        forms = ("2001:db8:{0:x}:7:1:2:3:{1:x}", "2001:db8:{0:x}:7::{1:x}", "2001:db8:{0:x}:0:1:2:3:{1:x}",
                 "2001:db8:{0:x}::{1:x}", "2001:{0:x}:0:0:5::{1:x}", "2001:{0:x}::{1:x}", "2001:{0:x}::5:0:3:{1:x}",
                 "2001::{0:x}:5:6:7:{1:x}", "{0:x}::{1:x}", "{0:x}::5:6:7:{1:x}")
        households = [(form, 0x1000 + network) for network in range(40) for form in forms]
        sides = []
        for device in (1, 0x7, 0xA0B0):
            requests = [Request("GET", "/albums", (("X-Forwarded-For", form.format(network, device)),))
                        for form, network in households]
            sides.append([each.by for each in self.assert_same(requests, source="127.0.0.2")])
        self.assertEqual(sides[0], sides[1], "another address of the same household")
        self.assertEqual(sides[0], sides[2], "another address of the same household")
        self.assertEqual(set(sides[0]), {"old", "new"})

    def test_believes_trusted_peers_alone(self):
        chains = [chain for user in range(250) for chain in
                  (f"198.51.100.{user}", f"9.9.9.9, 203.0.113.{user}, 127.0.0.2", f"2001:DB8:0:{user:x}::{user}")]
        requests = [Request("GET", "/albums", (("X-Forwarded-For", chain),)) for chain in chains]
        ours = self.assert_same(requests, source="127.0.0.2")
        self.assertEqual({each.by for each in ours}, {"old", "new"})
        others = self.assert_same(requests, source="127.0.0.9")
        self.assertEqual(len({each.by for each in others}), 1)

    def test_reads_unusual_cookies_and_paths_in_the_same_way(self):
        cookies = ("session=a b", "session=", "session=; session=late", "Session=case", "xsession=no; session=yes",
                   "session=user-1 ; x=y", "a=1;session=tight;b=2", "session=%22q%22", "session=a=b=c")
        several = [(("Cookie", cookie),) for cookie in cookies]
        for first, second in (("session=one", "session=two"), ("session=", "session=late"), ("a=b", "session=second"),
                              ("session=", "xsession=no")):
            several += [(("Cookie", f"{first}; {second}"),), (("Cookie", first), ("X-Cookie", "session=no"),
                                                               ("Cookie", second))]
        # Of three rollouts with seeds of their own, so that two users are hardly ever taken for one.
        requests = [Request(method, path, fields) for fields in several
                    for method, path in (("GET", "/albums/1"), ("POST", "/search"), ("GET", "/shop/tracks/1"))]
        self.assert_same(requests)
        paths = ("/albums/", "/Albums/1", "/albums;v=1/7;w=2", "/albums/1/2", "/albumsx", "/orders", "/orders/",
                 "/ordersx", "/SHOP/Tracks/7/", "/shop/tracks/7/x", "/albums/%7Ejoe", "/albums/a%20b", "/files//x/%2F",
                 "/search", "/%C3%A4", "/?/albums", "/albums/1?a=//b",
                 "/files/;x/y", "/;x", "/help/;jsessionid=1")
        self.assert_same([Request("GET", path, who(9)) for path in paths])

    def test_refuses_what_could_be_read_as_another_path(self):
        requests = [Request("GET", path, who(9)) for path in
                    ("//albums/1", "/x/../albums/1", "/albums%2F1", "/x/%2e%2e/albums", "/albums\\1", "/;x/albums/1",
                     "/search#x", "/albums/1#x", "/search#x?y")]
        for proxy in ("banyan", "haproxy", "nginx"):
            answers = [each.by for each in ask_each_anew(self.at[proxy], requests)]
            self.assertEqual(answers, ["400"] * len(requests), proxy)
        for proxy in ("haproxy", "nginx"):
            needless = [Request("GET", "/%61lbums/1", who(9))]
            self.assertEqual(ask_each_anew(self.at[proxy], needless)[0].by, "400", proxy)

    def test_answers_for_head_and_for_methods_that_no_route_has(self):
        for proxy, unknown in (("banyan", "405"), ("haproxy", "404"), ("nginx", "404")):
            answers = ask_each_anew(self.at[proxy], [Request("HEAD", "/albums/1"), Request("PATCH", "/help")])
            self.assertEqual([each.by for each in answers], ["200", unknown], proxy)

    def test_tells_upstreams_the_same_of_clients(self):
        requests = [Request("GET", "/albums/1", (*who(user), ("X-Forwarded-For", "6.6.6.6"), ("X-Real-IP", "6.6.6.6"),
                                                 ("True-Client-IP", "6.6.6.6"))) for user in range(20)]
        ours = [each.said for each in ask(self.at["banyan"], requests)]
        for proxy in ("haproxy", "nginx"):
            self.assertEqual([each.said for each in ask(self.at[proxy], requests)], ours, proxy)
        self.assertNotIn("6.6.6.6", "".join(ours))

    def test_says_which_share_of_the_users_a_hash_of_the_engine_decides_otherwise(self):
        requests = of_users("GET", "/albums/{i}")
        ours = ask(self.at["banyan"], requests)
        for engine, starter, main in (("haproxy", haproxy, "haproxy.cfg"), ("nginx", nginx, "nginx.conf")):
            name = engine + " engine"
            self.assertIn("OTHER USERS: at 25 %, about 37.5 % of the users of catalog",
                          self.export(engine, name, "--hash", "engine"))
            folder = self.folder / name.replace(" ", "_")
            top = re.sub(r"\n#\s+", " ", (folder / main).read_text())
            self.assertIn("about 37.5 % of the users of catalog", top)
            self.start(starter, folder, self.at[name], name.replace(" ", "_"))
            theirs = ask(self.at[name], requests)
            self.assertAlmostEqual(sum(each.by == "new" for each in theirs) / USERS, 0.25, delta=0.02)
            otherwise = sum(mine.by != its.by for mine, its in zip(ours, theirs)) / USERS
            self.assertAlmostEqual(otherwise, 0.375, delta=0.02)
            print(f"{engine} with its own hash decides {otherwise:.2%} of the users otherwise", file=sys.stderr)

    def test_keeps_visits_that_have_begun_on_their_sides_and_begins_none(self):
        folder = self.folder / "visits"
        folder.mkdir()
        folder.chmod(0o755)
        sticky = '["cookie:session", "header:X-Tenant", "address"]'
        self.assertIn(sticky, TABLE)
        (folder / "banyan.toml").write_text(TABLE.replace(sticky, '["visit", "header:X-Tenant"]').format(
            **{**self.at, "banyan": self.at["banyan visits"]}))
        ours = self.at["banyan visits"]
        self.start(Running, [BANYAN, "proxy", "--config", "banyan.toml"], ours, folder, "banyan")
        run("shift", "catalog", "25%", "--force", "--store", folder / "control.db", "--why", "a test")
        while ";rev=1|" not in ask(ours, [Request("GET", "/albums")])[0].said:
            pass
        visits = [Request("GET", "/albums", (("Cookie", f"a=1; banyan_visit={user * FAR_APART % 2 ** 128:032x}; b=2"),))
                  for user in range(1000)]
        # Of several cookies of the name the first that can be a visit counts, here and there.
        visits += [Request("GET", "/albums", (("Cookie", f"banyan_visit=x; banyan_visit={user * FAR_APART % 2 ** 128:032x}; "
                                               f"banyan_visit={user:032x}"),)) for user in range(100)]
        others = [Request("GET", "/albums", (("X-Tenant", f"tenant-{user}"), *cookie)) for user in range(100)
                  for cookie in ((), (("Cookie", "banyan_visit=MADE-UP"),), (("Cookie", f"banyan_visit={'0' * 33}"),))]
        by_banyan = ask(ours, visits)
        self.assertEqual({each.by for each in by_banyan}, {"old", "new"})
        for engine, starter in (("haproxy", haproxy), ("nginx", nginx)):
            at = self.at[engine + " visits"]
            told = run("export", engine, "--listen", at, "--out", engine, cwd=folder).stderr
            self.assertIn("whoever has the cookie banyan_visit stays on the same side", told)
            self.start(starter, folder / engine, at)
            self.assertEqual(ask(at, visits), by_banyan, engine)
            # By the tenant, whatever the cookie says that is none: three at a time are the same.
            sides = [each.by for each in ask(at, others)]
            self.assertEqual(sides[0::3], sides[1::3], engine)
            self.assertEqual(sides[0::3], sides[2::3], engine)
            self.assertEqual(set(sides), {"old", "new"}, engine)

    def test_is_accepted_as_it_was_written(self):
        cases = [[program("haproxy"), "-c", "-f", self.folder / "haproxy" / "haproxy.cfg"]]
        if os.geteuid() == 0:
            cases.append([program("nginx"), "-t", "-c", self.folder / "nginx" / "nginx.conf", "-g",
                          f"pid {self.folder}/check.pid;"])
        for words in cases:
            done = subprocess.run([str(word) for word in words], text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotIn("warning", (done.stdout + done.stderr).lower())

    def test_warns_of_what_is_otherwise(self):
        self.assertIn("attention: legacy_path and successor_path change what is asked.", self.warnings)
        for file in ("haproxy/haproxy.cfg", "nginx/nginx.conf"):
            self.assertIn("What differs from Banyan", (self.folder / file).read_text())


if __name__ == "__main__":
    unittest.main()
