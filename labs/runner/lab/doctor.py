# SPDX-License-Identifier: Apache-2.0
"""`./dev lab doctor`: has the machine all that the labs need? Whoever hears "holds" here is not told by a build, an hour
later and in front of a class, that a library is missing. Nothing is compiled: the preprocessor is asked which headers
it would find."""
import os
import re
import shutil
import subprocess
import sys

from .course import Course
from .faults import HOLDS, NOT_YET
from .machine import COMPILER, available_memory
from .state import folder_of
from .words import say_filled

INSTALL = "./dev deps build"
# A Debian package, and what of it a build or a check looks for.
PROGRAMS = {"git": "git", "python3": "python3", "cmake": "cmake", "ninja-build": "ninja", "g++": "g++", "gcc": "gcc",
            "binutils (nm)": "nm", "binutils (c++filt)": "c++filt", "sqlite3": "sqlite3"}
LEGACY = {"libpoco-dev": "Poco/Data/SQLite/Connector.h", "libsqlite3-dev": "sqlite3.h"}
MODULAR = {"libboost1.81-dev": "boost/describe.hpp", "libsoci-dev": "soci/soci.h", "libpq-dev": "postgresql/libpq-fe.h",
           "nlohmann-json3-dev": "nlohmann/json.hpp", "libspdlog-dev": "spdlog/spdlog.h", "libfmt-dev": "fmt/core.h",
           "prometheus-cpp-dev": "prometheus/registry.h", "libtomlplusplus-dev": "toml++/toml.h",
           "libcli11-dev": "CLI/CLI.hpp", "libgtest-dev": "gtest/gtest.h", "libgmock-dev": "gmock/gmock.h",
           "libssl-dev": "openssl/ssl.h", "libsodium-dev": "sodium.h", "zlib1g-dev": "zlib.h",
           "libprotobuf-dev": "google/protobuf/message.h"}
MODULAR_PROGRAMS = {"protobuf-compiler": "protoc", "pkg-config": "pkg-config", "curl": "curl"}
FASTER = {"ccache": "ccache", "mold": "mold"}


class Doctor:
    def __init__(self):
        self.problems = 0

    def tell(self, good: bool, what: str, otherwise: str) -> None:
        self.problems += 0 if good else 1
        say_filled(what if good else f"{what}: {otherwise}", indent=" " * 11,
                   first="  " + ("holds" if good else "not yet").ljust(9))

    def programs(self, named: dict[str, str], for_whom: str) -> None:
        missing = [package for package, program in named.items() if shutil.which(program) is None]
        self.tell(not missing, f"programs {for_whom}: " + ", ".join(named.values()),
                  "missing are those of " + ", ".join(missing) + f" ({INSTALL})")

    def libraries(self, named: dict[str, str], for_whom: str) -> None:
        missing = without(named)
        self.tell(not missing, f"libraries {for_whom}: " + ", ".join(named), "missing are " + ", ".join(missing) + f" ({INSTALL})")

    def version(self, program: str, option: str, least: tuple[int, int], what: str) -> None:
        if shutil.which(program) is None:
            return
        said = subprocess.run([program, option], capture_output=True, text=True, check=False).stdout
        found = re.search(r"(\d+)\.(\d+)", said)
        version = (int(found[1]), int(found[2])) if found else (0, 0)
        self.tell(version >= least, what, f"this is {'.'.join(map(str, version))}")


def without(headers: dict[str, str]) -> list[str]:
    """The packages whose headers the compiler does not find."""
    asked = "".join(f"#if __has_include(<{header}>)\nfound {package}\n#endif\n" for package, header in headers.items())
    if shutil.which("g++") is None:
        return list(headers)
    said = subprocess.run(["g++", "-E", "-P", "-x", "c++", "-"], input=asked, capture_output=True, text=True, check=False).stdout
    found = {line.removeprefix("found ").replace(" ", "") for line in said.splitlines()}
    return [package for package in headers if package not in found]


def doctor(course: Course) -> int:
    """What the labs need of a machine."""
    looks = Doctor()
    looks.tell(sys.version_info >= (3, 11), "Python 3.11", f"this is {sys.version.split()[0]}")
    looks.programs(PROGRAMS, "for every lab")
    looks.version("cmake", "--version", (3, 25), "cmake 3.25")
    looks.version("g++", "-dumpfullversion", (12, 0), "g++ 12")
    looks.libraries(LEGACY, "of the legacy shop (labs 1 to 6, 8, 11, 18)")
    looks.libraries(MODULAR, "of the modular shop (labs 7, 12, 13, 18)")
    looks.programs(MODULAR_PROGRAMS, "for its build")
    looks.programs(FASTER, "by which a second lab builds in seconds")
    folder = folder_of(course)
    folder.mkdir(parents=True, exist_ok=True)
    looks.tell(os.access(folder, os.W_OK), f"{folder.name}/ can be written", str(folder))
    free = shutil.disk_usage(folder).free
    looks.tell(free > 1_000_000_000, "1 GB of disk for a lab's build", f"{free // 1_000_000} MB are free")
    memory = available_memory()
    if memory is not None:
        looks.tell(memory >= COMPILER, "1.5 GB of memory for a compiler at work", f"{memory // 1_000_000} MB are available."
                   " End something, or build with JOBS=1 and be patient")
    return NOT_YET if looks.problems else HOLDS
