# SPDX-License-Identifier: Apache-2.0
"""Every problem document that the proxy says, anywhere in these tests, is looked at.

Here as far as the standard library goes; with BANYAN_PROBLEMS (a file) also kept, a document a line,
for a validator of the published OpenAPI schema (tests/web/validate_problems.mjs).
"""

import json
import os
import re
import threading

CODES = {"invalid_argument", "not_found", "already_exists", "conflict", "failed_precondition", "unauthenticated",
         "permission_denied", "resource_exhausted", "deadline_exceeded", "unavailable", "internal"}
RULE = re.compile(r"(banyan|http|proxy)\.[a-z0-9_]+(\.[a-z0-9_]+)*")

_lock = threading.Lock()


def faults(status, document):
    """What is wrong with a problem document of an answer with that status."""
    found = []
    for member, kind in {"title": str, "status": int, "detail": str, "code": str, "rule": str}.items():
        if not isinstance(document.get(member), kind) or document[member] == "":
            found.append(f"{member} is {document.get(member)!r}")
    if document.get("status") != status:
        found.append(f"status is {document.get('status')} in an answer with {status}")
    if document.get("code") not in CODES:
        found.append(f"code is {document.get('code')!r}")
    if not RULE.fullmatch(str(document.get("rule"))):
        found.append(f"rule is {document.get('rule')!r}")
    return found


def note(answer):
    """Looks at an answer, if it is a problem that is there whole. What is wrong with it."""
    if not answer.body or not answer.whole or answer.fields.all("Content-Type") != ["application/problem+json"]:
        return []
    try:
        document = json.loads(answer.body)
    except ValueError as fault:
        return [f"no JSON: {fault}"]
    kept = os.environ.get("BANYAN_PROBLEMS")
    if kept:
        with _lock, open(kept, "a", encoding="utf-8") as file:
            file.write(json.dumps(document) + "\n")
    return faults(answer.status, document)
