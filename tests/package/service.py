# SPDX-License-Identifier: Apache-2.0
"""Runs the command lines of a systemd unit as systemd would, where there is none: as its user, in its
folders, with its capabilities and nothing more."""

import os
import resource
import shlex
import shutil
import signal
import socket
import subprocess

from tools import PATIENCE, run, until


class Unit:
    def __init__(self, text):
        self.values = {}
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                self.values.setdefault(key, []).append(value)

    def one(self, key):
        """Of a key that may be there once."""
        (value,) = self.values[key]
        return value


class Service:
    """A service in a Chroot."""

    def __init__(self, chroot, unit):
        self.chroot = chroot
        self.unit = Unit(chroot.path(unit).read_text())
        self.process = None
        self.log = chroot.root.with_suffix(".log")
        self.log.write_bytes(b"")

    def start(self):
        """Ends when the process has said that it is ready (Type=notify)."""
        self._make_folders()
        address = self.chroot.path("run/notify")
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            # A name of a Unix socket is short; the folder's may not be.
            folder = os.open(address.parent, os.O_PATH)
            notices.bind(f"/proc/self/fd/{folder}/{address.name}")
            os.close(folder)
            address.chmod(0o666)
            notices.settimeout(0.2)
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(self._command(self.unit.one("ExecStart")), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                umask=self._mode("UMask"))
            until(lambda: self._is_ready(notices), "the service says READY=1")

    def _is_ready(self, notices):
        if self.process.poll() is not None:
            raise AssertionError(f"the service ended with exit code {self.process.returncode}\n{self.log.read_text()}")
        try:
            return b"READY=1" in notices.recv(4096).split(b"\n")
        except TimeoutError:
            return False

    def _mode(self, key):
        return int(self.unit.one(key), 8)

    def _make_folders(self):
        user, group = self.unit.one("User"), self.unit.one("Group")
        uid, gid = self.chroot.run("sh", "-c", f"id -u {user}; id -g {group}").split()
        for key, parent in (("StateDirectory", "var/lib"), ("LogsDirectory", "var/log"), ("RuntimeDirectory", "run")):
            folder = self.chroot.path(parent) / self.unit.one(key)
            folder.mkdir(exist_ok=True)
            folder.chmod(self._mode(key + "Mode"))
            os.chown(folder, int(uid), int(gid))

    def _command(self, line):
        """The words with which the host runs a line of the unit as it demands."""
        capability = self.unit.one("AmbientCapabilities").removeprefix("CAP_").lower()
        assert self.unit.one("CapabilityBoundingSet") == self.unit.one("AmbientCapabilities")
        assert self.unit.one("NoNewPrivileges") == "yes"
        only = f"-all,+{capability}"
        # Where the test itself may have fewer, it is that.
        files = min(int(self.unit.one("LimitNOFILE")), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        return ["prlimit", f"--nofile={files}", "chroot", str(self.chroot.root), "setpriv",
                f"--reuid={self.unit.one('User')}", f"--regid={self.unit.one('Group')}", "--init-groups",
                "--no-new-privs", f"--bounding-set={only}", f"--inh-caps={only}", f"--ambient-caps={only}", "env", "-i",
                f"--chdir={self.unit.one('WorkingDirectory')}", "PATH=/usr/bin:/bin", "NOTIFY_SOCKET=/run/notify",
                *self.unit.values["Environment"], *shlex.split(line)]

    def reload(self):
        run(*self._command(self.unit.one("ExecReload").replace("$MAINPID", str(self.process.pid))))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        if code != 0:
            raise AssertionError(f"the service ended with exit code {code}\n{self.log.read_text()}")
        # systemd takes it away.
        shutil.rmtree(self.chroot.path("run") / self.unit.one("RuntimeDirectory"))
