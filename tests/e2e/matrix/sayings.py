# SPDX-License-Identifier: Apache-2.0
"""What the processes have said in their logs, and must not say whatever is killed."""

import json
import re
from pathlib import Path

# Of a database server that has been killed. A file does not go away.
SERVER_IS_AWAY = re.compile(r"server closed the connection|cannot connect to postgresql:|cannot be reached|"
                            r"terminating connection|database system is|went away|no connection to the server")
FAULTS = re.compile(r"AddressSanitizer|ThreadSanitizer|runtime error:|terminate called|Assertion `")


def faults_in(folder: Path, server_was_killed: bool) -> list[str]:
    """Errors, each kind once with its number. A warning is what an outage is for those around it."""
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted(folder.glob("*.log*")):
        program = file.name.split(".")[0]
        for line in file.read_text(errors="replace").splitlines():
            said = fault_of(line, server_was_killed)
            if said:
                # Ids and numbers make no other fault of it.
                kind = re.sub(r"[0-9a-f]{8,}|\d+", "N", said)
                found.setdefault((program, kind), []).append(said)
    return [f"{program} has said, {len(all)} times: {all[0][:600]}" for (program, _), all in found.items()]


def fault_of(line: str, server_was_killed: bool) -> str:
    """"": it is none."""
    if FAULTS.search(line):
        return line
    begin = line.find("{")
    try:
        event = json.loads(line[begin:]) if begin >= 0 else {}
    except ValueError:
        return ""
    if event.get("level") != "error" or (server_was_killed and SERVER_IS_AWAY.search(line)):
        return ""
    return f"{event.get('event')}: {event.get('message', '')}" if "event" in event else line
