# SPDX-License-Identifier: Apache-2.0
"""Building a lab's tree."""
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import Callable

from .course import Lab
from .faults import CourseFault, DoesNotCompile, OutOfTime
from .machine import COMPILER, available_memory

PROGRESS = re.compile(r"\[(\d+)/(\d+)\]")


def jobs() -> int:
    """As many compilers as there are cores, but no more than fit into memory at 1.5 GB each."""
    if os.environ.get("JOBS"):
        return int(os.environ["JOBS"])
    fit, memory = os.cpu_count() or 1, available_memory()
    return max(fit if memory is None else min(fit, memory // COMPILER), 1)


def is_configured(tree: Path) -> bool:
    return (tree / "build/lab/build.ninja").is_file()


def configure(lab: Lab, tree: Path, log: Path) -> None:
    if lab.build is None or not lab.build.configure or is_configured(tree):
        return
    if shutil.which(lab.build.configure[0]) is None:
        raise CourseFault(f"{lab.build.configure[0]} is not installed. Run: ./dev deps build")
    code, _ = run(lab.build.configure, tree, log, lab.build.limit)
    if code != 0:
        shutil.rmtree(tree / "build", ignore_errors=True)
        raise CourseFault(f"the build of lab {lab.number} cannot be configured; the reason is in {log}")


def build(lab: Lab, tree: Path, log: Path, told: Callable[[str], None] | None = None, anew: bool = False) -> None:
    """`told` hears how far it is, every tenth of the way. `anew`: what has to be compiled is not taken from the
    compiler's cache, as nobody's own edit is in there."""
    if lab.build is None:
        return
    configure(lab, tree, log)
    command = list(lab.build.command)
    if command[:2] == ["cmake", "--build"]:
        command[3:3] = ["--parallel", str(jobs())]
    code, output = run(command, tree, log, lab.build.limit, told, {"CCACHE_RECACHE": "1"} if anew else {})
    if code != 0:
        from .compile_errors import explain
        raise DoesNotCompile(explain(output, lab, tree, log))


def surroundings(tree: Path) -> dict[str, str]:
    """Without settings that would build something else, and with ccache as cmake/BanyanToolchain.cmake has it, for
    what does not include that."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("CMAKE_BUILD_TYPE", "MAKEFLAGS", "NINJA_STATUS")}
    if shutil.which("ccache"):
        environment = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", **environment,
                       "CCACHE_BASEDIR": str(tree), "CCACHE_NOHASHDIR": "1"}
    return environment | {"NINJA_STATUS": "[%f/%t] ", "LC_ALL": "C.UTF-8"}


def run(command: list[str], tree: Path, log: Path, limit: float,
        told: Callable[[str], None] | None = None, more: dict[str, str] | None = None) -> tuple[int, str]:
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    shown = 0
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", env=surroundings(tree) | (more or {}), start_new_session=True)
    late = threading.Event()

    def give_up():
        late.set()
        os.killpg(process.pid, signal.SIGKILL)  # and the compilers that it has started

    clock = threading.Timer(limit, give_up)
    clock.start()
    try:
        for line in process.stdout:
            lines.append(line)
            at = PROGRESS.match(line)
            if told and at and int(at[1]) * 10 // int(at[2]) > shown:
                shown = int(at[1]) * 10 // int(at[2])
                told(f"{at[1]} of {at[2]}")
        code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        clock.cancel()
        process.stdout.close()
    log.write_text("".join(lines))
    if late.is_set():
        raise OutOfTime(f"{command[0]} had {limit:.0f} s and is not done; what it said is in {log}")
    return code, "".join(lines)
