# SPDX-License-Identifier: Apache-2.0
"""Two applications that nobody here wrote, each started unchanged in a folder of its own: DokuWiki (PHP, Debian's
package) and Node-RED (Node, from npm). Neither is a service of the machine, and neither needs a network."""

import hashlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "export"))
from proxies import Running, program  # noqa: E402

WIKI = Path("/usr/share/dokuwiki")
MODULES = Path(os.environ.get("BANYAN_FOREIGN_MODULES", HERE.parents[2] / "build/foreign/node_modules"))
LONG_AGO = (1_600_000_000, 1_600_000_000)
READER, PASSWORD = "ada", "paper harbour"
NOTES = "A heron, Grüße & <ümlauts>.\n"


def missing() -> list[str]:
    """What `./dev foreign` would install first."""
    return [
        name for name, there in (
            ("php8.2-cli", shutil.which("php")), ("dokuwiki", (WIKI / "doku.php").exists()),
            ("nodejs", shutil.which("node")), ("node-red", (MODULES / "node-red/red.js").exists()))
        if not there]


class Workers(Running):
    """A program whose workers outlive it, as those of PHP's server do, and are stopped with it."""

    def stop(self):
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        workers = [int(each) for each in children.read_text().split()] if children.exists() else []
        super().stop()
        for each in workers:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Wiki:
    """DokuWiki with one user, two pages that everybody reads and one that only users do."""

    def __init__(self, folder: Path, address: str, name: str = "wiki"):
        self.data = folder / "data"
        self.pages = self.data / "pages"
        for each in ("attic", "cache", "index", "locks", "media", "media_attic", "media_meta", "meta", "pages/desk",
                     "tmp", "log"):
            (self.data / each).mkdir(parents=True, exist_ok=True)
        conf = folder / "conf"
        shutil.copytree("/etc/dokuwiki", conf, ignore=shutil.ignore_patterns("*.auth.php", "local.php"))
        (conf / "local.php").write_text(f"""<?php
$conf['title'] = 'The wiki of a record shop';
$conf['savedir'] = '{self.data}';
$conf['useacl'] = 1;
$conf['userewrite'] = '1';
$conf['gzip_output'] = 1;
$conf['updatecheck'] = 0;
""")
        self.access = conf / "acl.auth.php"
        self.access.write_text("* @ALL 1\n* @user 8\ndesk:* @ALL 0\ndesk:* @user 8\n")
        (conf / "users.auth.php").write_text(
            f"{READER}:{hashlib.sha1(PASSWORD.encode()).hexdigest()}:Ada Vogel:ada@example.org:user\n")
        (self.pages / "start.txt").write_text("====== Records ======\n\nHerons and **paper** harbours: [[notes]].\n~~NOCACHE~~\n")
        (self.pages / "notes.txt").write_text(NOTES)
        (self.pages / "desk/prices.txt").write_text("Heron is to be 12.50 from Monday on.\n")
        # Long ago: what is as new as a cache makes the wiki fill it again.
        for file in (*self.pages.rglob("*.txt"), *conf.iterdir()):
            os.utime(file, LONG_AGO)
        os.environ |= {"PHP_CLI_SERVER_WORKERS": "4", "WIKI_CONF": str(conf)}
        self.server = Workers(
            [program("php"), "-d", f"session.save_path={self.data}/tmp",
             "-d", f"upload_tmp_dir={self.data}/tmp", "-d", "upload_max_filesize=64M", "-d", "post_max_size=80M",
             "-S", address, "-t", WIKI, HERE / "wiki_addresses.php"],
            address, folder, name)
        self.address = address

    def stop(self):
        self.server.stop()


class Flows:
    """Node-RED with one user, and flows that take files and answer on a WebSocket."""

    def __init__(self, folder: Path, address: str):
        folder.mkdir(parents=True)
        for name in ("flows.json", "flows_settings.js"):
            shutil.copy(HERE / name, folder)
        (folder / "public").mkdir()
        (folder / "public/list.txt").write_text("A heron and a harbour.\n" * 50_000)
        os.utime(folder / "public/list.txt", LONG_AGO)
        host, port = address.rsplit(":", 1)
        os.environ |= {"FLOWS_HOST": host, "FLOWS_PORT": port, "FLOWS_MODULES": str(MODULES), "FLOWS_PASSWORD": PASSWORD}
        self.server = Running(
            [program("node"), MODULES / "node-red/red.js", "-s", folder / "flows_settings.js", "-u", folder],
            address, folder, "flows")
        self.address = address
        self._await()

    def _await(self):
        """It listens before its flows have begun."""
        until = time.monotonic() + 60
        while "Started flows" not in self.server.said():
            if time.monotonic() > until:
                raise AssertionError(f"Node-RED does not begin:\n{self.server.said()}")
            time.sleep(0.05)

    def stop(self):
        self.server.stop()


def main():
    """applications.py wiki FOLDER HOST:PORT: the wiki in a new folder, until it is stopped."""
    if len(sys.argv) != 4 or sys.argv[1] != "wiki":
        sys.exit(main.__doc__)
    started = Wiki(Path(sys.argv[2]).resolve(), sys.argv[3])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"the wiki is at http://{sys.argv[3]}/start; Ctrl-C stops it", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        started.stop()


if __name__ == "__main__":
    main()
