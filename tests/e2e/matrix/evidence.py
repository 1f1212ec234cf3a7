# SPDX-License-Identifier: Apache-2.0
"""What the processes count: whether a stand is what it says it is."""

import json
import re
import urllib.error
import urllib.request

from shop import Shop

SAMPLE = re.compile(r"^(\w+)\{(.*)\} (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


def fetched(url: str) -> str:
    """"": nobody answers, for it has been killed."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except (OSError, urllib.error.URLError, ValueError):
        return ""


def document(url: str) -> dict | None:
    text = fetched(url)
    return json.loads(text) if text else None


class Figures:
    """One look at what a process has counted since it was started."""

    def __init__(self, text: str):
        self.samples = [(name, dict(LABEL.findall(labels)), float(value))
                        for name, labels, value in SAMPLE.findall(text)]

    def sum(self, metric: str, **labels: str) -> float:
        return sum(value for name, have, value in self.samples
                   if name == metric and all(have.get(key) == want for key, want in labels.items()))

    def here(self, module: str) -> float:
        """Requests and calls that this process itself has answered."""
        return (self.sum("banyan_http_requests_total", module=module, side="local") +
                self.sum("banyan_port_calls_total", module=module, binding="in_process"))


class Witness:
    """Gathers, in one stand, what has been seen there at some time: a kill sets the counters back."""

    def __init__(self, shop: Shop, stand: str, names: list[str], remote: bool):
        self.shop, self.stand, self.names = shop, stand, names
        self.open = {"orders are taken"}
        for module in shop.modules:
            self.open.add(self.claim(module, remote))
        self.remote = remote

    def claim(self, module: str, remote: bool) -> str:
        if self.stand == "rehearsed":
            return f"{module} is called over its wire"
        return f"the service of {module} answers" if remote else f"{module} answers in the edge's process"

    def look(self) -> None:
        edge = Figures(fetched(self.shop.url("edge") + "/metrics"))
        if edge.sum("banyan_http_requests_total", module="orders", operation="place_order"):
            self.open.discard("orders are taken")
        for module in self.shop.modules:
            if self.stand == "rehearsed":
                seen = edge.sum("banyan_port_calls_total", module=module, binding="rehearsal")
            elif self.remote:
                seen = Figures(fetched(self.shop.url(module) + "/metrics")).here(module)
            else:
                seen = edge.here(module)
            if seen:
                self.open.discard(self.claim(module, self.remote))

    def must_not_have_seen(self) -> list[str]:
        """In an edge that modules have left, none of their code runs."""
        if self.stand not in ("extracted", "out", "back"):
            return []
        edge = Figures(fetched(self.shop.url("edge") + "/metrics"))
        return [f"{module} has left, and the edge has answered for it" for module in self.shop.modules
                if edge.here(module)]
