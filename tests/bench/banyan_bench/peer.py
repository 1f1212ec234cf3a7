# SPDX-License-Identifier: Apache-2.0
"""The shop on a popular stack (tests/bench/peer_shop), installed when it is measured for the first time."""
import shutil
import subprocess
from pathlib import Path

NAME = "Fastify"
FOLDER = Path(__file__).resolve().parents[1] / "peer_shop"


def installed(report):
    """The program to run with node; None when it cannot be had, and the report says why."""
    if not all(shutil.which(tool) for tool in ("node", "npm")):
        report.say("Left out: the peer (node and npm not found; install: apt-get install nodejs npm libnode-dev)\n")
        return None
    stamp = FOLDER / "node_modules" / ".complete"
    lock = (FOLDER / "package-lock.json").read_text()
    if not stamp.exists() or stamp.read_text() != lock:
        report.say("installing the peer's packages, and compiling its SQLite against this Node's headers (a minute) …\n")
        for words in (["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                      ["npm", "rebuild", "better-sqlite3", "--build-from-source", *_headers()]):
            ran = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True)
            if ran.returncode:
                report.say(f"Left out: the peer ({' '.join(words)} failed):\n{(ran.stdout + ran.stderr)[-800:]}\n")
                return None
        stamp.write_text(lock)
    return FOLDER / "server.mjs"


def _headers():
    """Those that lie beside the Node of the system; without them npm fetches the same from nodejs.org."""
    for root in (Path("/usr"), Path("/usr/local")):
        if (root / "include" / "node" / "node.h").exists():
            return [f"--nodedir={root}"]
    return []
