# SPDX-License-Identifier: Apache-2.0
"""Includes: who may read whose headers."""

import os
from collections import defaultdict

from . import cpp_text
from .dependencies import read_by_translation_unit
from .model import Part, Tree, Violation

STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv
    chrono cinttypes climits clocale cmath codecvt compare complex concepts condition_variable
    coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar
    cwctype deque exception execution expected filesystem flat_map flat_set format forward_list
    fstream functional future generator initializer_list iomanip ios iosfwd iostream istream
    iterator latch limits list locale map mdspan memory memory_resource mutex new numbers numeric
    optional ostream print queue random ranges ratio regex scoped_allocator semaphore set
    shared_mutex source_location span spanstream sstream stack stacktrace stdexcept stdfloat
    stop_token streambuf string string_view strstream syncstream system_error thread tuple
    type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
    version""".split())
DESCRIPTION = ("boost/describe", "boost/mp11")
# The kernel is where the operating system's randomness comes in.
KERNEL_SYSTEM = {"sys/random.h"}
# Third-party headers that a forced or computed include could bring in unseen.
FAMILIES = ("boost/asio", "boost/beast", "soci", "sqlite3.h", "nlohmann", "Poco", "spdlog", "fmt",
            "prometheus", "toml++", "CLI", "openssl")
PORTS = "See docs/adr/0002-modules-meet-at-ports.md."


def check(tree: Tree) -> list[Violation]:
    found: dict[str, Violation] = {}
    scanned: dict[str, list[cpp_text.Include]] = {}
    judged: set[tuple[str, int, str]] = set()

    def scan(file: str) -> list[cpp_text.Include]:
        if file not in scanned:
            scanned[file] = cpp_text.includes(tree.text(file))
        return scanned[file]

    def report(violation: Violation | None) -> None:
        if violation is not None:
            found.setdefault(violation.key, violation)

    for source, read in sorted(read_by_translation_unit(tree).items()):
        ours = {tree.relative(path) for path in read if path.startswith(str(tree.source) + "/")}
        by_suffix = _index(ours)
        explained = {tree.relative(source)}
        to_visit = [tree.relative(source)]
        specs: set[str] = set()
        while to_visit:
            file = to_visit.pop()
            if file not in ours:
                continue
            for include in scan(file):
                target = _resolve(file, include, ours, by_suffix)
                specs.add(target or include.spec)
                if target and target not in explained:
                    explained.add(target)
                    to_visit.append(target)
                edge = (file, include.line, target or include.spec)
                if edge not in judged:
                    judged.add(edge)
                    report(_climbs(tree, file, include))
                    report(_judge(tree, file, include, target))
        for violation in _unexplained(tree, tree.relative(source), ours, explained, read, specs):
            report(violation)
    return list(found.values())


def _index(files: set[str]) -> dict[str, list[str]]:
    """Every tail of every path -> the paths that end so."""
    index: dict[str, list[str]] = defaultdict(list)
    for file in sorted(files):
        steps = file.split("/")
        for begin in range(len(steps)):
            index["/".join(steps[begin:])].append(file)
    return index


def _resolve(file, include, ours, by_suffix) -> str | None:
    """The file of ours that the directive named, among those that the compiler read."""
    beside = os.path.normpath(os.path.join(os.path.dirname(file), include.spec))
    if include.quoted and beside in ours:
        return beside
    candidates = by_suffix.get(os.path.normpath(include.spec), [])
    same_home = [c for c in candidates if c.split("/")[:2] == file.split("/")[:2]]
    return next(iter(same_home or candidates), None)


def _climbs(tree: Tree, file: str, include) -> Violation | None:
    if ".." not in include.spec.split("/"):
        return None
    return Violation(
        file, include.line, "include-parent", include.spec,
        f'includes "{include.spec}": a path with ".." goes round every boundary',
        "Include by the name that the owner publishes, e.g. \"catalog/port.hpp\".")


def _judge(tree: Tree, file: str, include, target: str | None) -> Violation | None:
    part = tree.part(file)
    if part.kind in ("generated", "outside", "test"):
        return None
    aim = tree.part(target) if target else tree.installed(include.spec)
    if aim is None:
        return _judge_foreign(part, file, include)
    target = target or include.spec
    if aim.kind in ("generated", "outside") or (aim.kind, aim.owner) == (part.kind, part.owner):
        return _judge_layers(part, aim, file, include, target)
    verdict = {
        "kernel": _kernel,
        "module": _module,
        "kit": _kit,
        "strangler": _strangler,
        "serving": _serving,
        "kit-app": _kit_app,
        "app": _app,
    }[part.kind](tree, part, aim, target)
    if verdict is None:
        return None
    rule, what, todo = verdict
    return Violation(file, include.line, rule, target, f'includes "{include.spec}": {what}', todo)


def _is_description(spec: str) -> bool:
    return any(spec == f"{root}.hpp" or spec.startswith(f"{root}/") for root in DESCRIPTION)


def _judge_foreign(part: Part, file: str, include) -> Violation | None:
    """A header from outside the project."""
    if part.kind not in ("module", "kernel"):
        return None
    if include.spec in STANDARD or _is_description(include.spec):
        return None
    if part.kind == "kernel":
        if part.layer == "src" and include.spec in KERNEL_SYSTEM:
            return None
        return Violation(
            file, include.line, "include-kernel", include.spec,
            f"includes <{include.spec}>: the kernel is written in std and Boost.Describe/Mp11 only",
            "Put what needs it into adapters/ behind an interface of the kernel.")
    return Violation(
        file, include.line, "include-third-party", include.spec,
        f"includes <{include.spec}>: modules are written in std and the kernel",
        "Put what needs it into adapters/ behind an interface, or use adapters/sql for storage.")


def _judge_layers(part: Part, aim: Part, file: str, include, target: str) -> Violation | None:
    """Inside one module: published <- domain <- application <- persistence, wiring."""
    if part.kind != "module" or aim.kind != "module":
        return None
    allowed = {
        "published": {"published"},
        "domain": {"published", "domain"},
        "application": {"published", "domain", "application"},
    }.get(part.layer)
    if allowed is None or aim.layer in allowed:
        return None
    return Violation(
        file, include.line, "include-layer", target,
        f'includes "{include.spec}": {part.layer} may not see {aim.layer}',
        "Declare what is needed as an interface in the inner layer; the outer one implements it.")


def _kernel(_tree, _part, aim, _target):
    return ("include-kernel", f"the kernel depends on nothing, also not on {aim.owner}",
            f"Move it to {aim.owner}, or what it needs into the kernel.")


def _module(tree: Tree, part: Part, aim: Part, target: str):
    if aim.kind == "kernel":
        return None
    if aim.kind == "module":
        return _module_to_module(tree, part, aim, target)
    if aim.kind == "kit":
        if aim.owner in ("adapters/sql", "adapters/security", "migrations/engine/runner"):
            if part.layer in ("persistence", "wiring"):
                return None
            return ("include-adapter", f"only src/persistence/ and the wiring may use {aim.owner}",
                    "Declare a repository in src/application/ and implement it in src/persistence/.")
        return ("include-adapter", f"modules know no adapter but adapters/sql and adapters/security, and this is {aim.owner}",
                "Let app/ give the module an interface that it declares itself.")
    return ("include-upward", f"modules do not know {aim.owner}, which is built on top of them",
            "Turn the arrow round: let the outer part pass in what the module needs.")


def _module_to_module(tree: Tree, part: Part, aim: Part, target: str):
    if aim.layer != "published":
        return ("include-foreign-internals", f"it is private to '{aim.owner}'",
                f"Call {aim.owner}'s port, or publish what you miss in"
                f" modules/{aim.owner}/include/{aim.owner}/. {PORTS}")
    if target.endswith("/module.hpp"):
        return ("include-wiring", f"how {aim.owner} is made is known to app/ only",
                f"Take the port ({aim.owner}/port.hpp) as a constructor argument.")
    declared = tree.modules.get(part.owner)
    needs = declared.needs if declared else ()
    follows = declared.follows if declared else ()
    if aim.owner in follows and aim.owner not in needs and target.rsplit("/", 1)[-1] in ("port.hpp", "http.hpp"):
        return ("include-undeclared-need", f"'{part.owner}' follows events of '{aim.owner}' and does not"
                " declare that it needs its port",
                f"Take what the event brings, or add {aim.owner} to NEEDS in modules/{part.owner}/CMakeLists.txt.")
    if aim.owner not in needs and aim.owner not in follows:
        return ("include-undeclared-need", f"'{part.owner}' does not declare that it needs '{aim.owner}'",
                f"Add {aim.owner} to NEEDS in modules/{part.owner}/CMakeLists.txt, if that arrow is wanted.")
    if part.layer == "domain":
        return ("include-layer", "the domain knows its own module only",
                "Translate the other module's types in src/application/ into the domain's own.")
    return None


def _kit(_tree, part, aim, _target):
    if aim.kind in ("kernel", "kit"):
        return None
    return ("include-upward", f"{part.owner} is reusable by any application and knows nothing of {aim.owner}",
            "Turn the arrow round: declare an interface in the kit that the outer part implements.")


def _strangler(_tree, part, aim, _target):
    if aim.kind in ("kernel", "kit", "strangler"):
        return None
    return ("include-upward", f"the strangler knows the kernel and adapters only, and this is {aim.owner}",
            "Work on operations and routes as data; the application hands them in.")


def _serving(_tree, part, aim, _target):
    if aim.kind in ("kernel", "kit", "strangler"):
        return None
    if aim.kind == "serving" and aim.owner == "serving":
        return None
    return ("include-upward", f"{part.owner} belongs to the kit, which never knows {aim.owner}",
            "Hand it in through the composition table, or move this file to the shop's own folder.")


def _kit_app(_tree, part, aim, _target):
    if aim.kind in ("kernel", "kit", "strangler", "serving", "kit-app"):
        return None
    return ("include-upward", f"{part.owner} belongs to the kit, which never knows the shop ({aim.owner})",
            "Hand it in through the composition table, or move this file to the shop's own folder.")


def _app(_tree, _part, aim, _target):
    if aim.kind == "test":
        return ("include-upward", "what is shipped does not depend on tests",
                "Move what both use out of tests/.")
    if aim.kind != "module" or aim.layer == "published":
        return None
    return ("include-foreign-internals", f"it is private to '{aim.owner}'",
            f"Use modules/{aim.owner}/include/{aim.owner}/, or publish what you miss there. {PORTS}")


def _unexplained(tree: Tree, source: str, ours: set[str], explained: set[str], read: set[str],
                 specs: set[str]):
    """What the compiler read although no include directive that was looked at says so."""
    part = tree.part(source)
    if part.kind != "module":
        return
    hidden = [file for file in sorted(ours - explained)
              if tree.part(file).kind not in ("generated", "outside", "kernel")]
    # One third-party header brings in others; then which of them were meant cannot be told.
    if all(spec in STANDARD or spec in ours or _is_description(spec) for spec in specs):
        hidden += [family for family in FAMILIES
                   if any(f"/{family}/" in path or path.endswith(f"/{family}") for path in read)]
    for target in hidden:
        yield Violation(
            source, 1, "include-hidden", target,
            f"compiling it read {target} through a macro or a compiler option, past all rules",
            "Write the include out, so that everybody sees it.")
