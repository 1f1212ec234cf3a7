# SPDX-License-Identifier: Apache-2.0
"""A bare Debian 12 that has booted, with systemd as its first process, in a container that shares the
host's network."""

import subprocess
import unittest

from chroot import Chroot
from tools import PATIENCE, run, until

SYSTEMD = ("systemd", "systemd-sysv", "dbus", "procps")


class Machine(Chroot):
    def __init__(self, folder, work):
        """Skips the test where nothing can be booted in a container."""
        super().__init__(folder, work)
        self.first_process = None
        self.apt("install", "--no-install-recommends", *SYSTEMD)
        # From now on whatever is installed may be started, as on any machine.
        self.path("usr/sbin/policy-rc.d").unlink()
        self.unmount()
        self.log = self.root.with_suffix(".boot")
        with open(self.log, "wb") as log:
            self.container = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--directory", str(self.root), "--boot", "--register=no", "--keep-unit",
                 "--console=pipe", f"--bind={self.downloads}:/var/cache/apt/archives"], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        try:
            until(lambda: self.container.poll() is not None or self._has_booted(), "systemd has booted")
        except AssertionError:
            self.container.kill()
            self.container.wait()
        if self.container.poll() is not None:
            self.delete()
            raise unittest.SkipTest(f"nothing can be booted in a container here:\n{self.log.read_text()[-1000:]}")

    def _has_booted(self):
        children = subprocess.run(["pgrep", "-P", str(self.container.pid)], text=True, check=False,
                                  stdout=subprocess.PIPE).stdout.split()
        if not children:
            return False
        self.first_process = children[0]
        return self.run("systemctl", "is-system-running", expect=None).strip() in ("running", "degraded")

    def command(self, *words, **options):
        outside = super().command(*words, **options)
        if self.first_process is None:
            return outside
        inside = outside[outside.index(str(self.root)) + 1:]
        return ["nsenter", "--target", self.first_process, "--mount", "--uts", "--ipc", "--pid", *inside]

    def remove(self):
        self.run("systemctl", "poweroff", expect=None)
        try:
            self.container.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.container.kill()
            self.container.wait()
        self.delete()


class SystemdService:
    """A service in a Machine, in the hands of systemd."""

    def __init__(self, machine, unit):
        self.machine = machine
        self.unit = unit

    def start(self):
        try:
            self.machine.run("systemctl", "start", self.unit)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.log()}") from None

    def reload(self):
        self.machine.run("systemctl", "reload", self.unit)

    def stop(self):
        self.machine.run("systemctl", "stop", self.unit)
        state = self.machine.run("systemctl", "is-failed", self.unit, expect=None).strip()
        if state != "inactive":
            raise AssertionError(f"the service is {state} after it was stopped\n{self.log()}")

    def log(self):
        return self.machine.run("journalctl", "--no-pager", "--lines=50", "--unit", self.unit, expect=None)

    def process(self):
        return self.machine.run("systemctl", "show", "--property=MainPID", "--value", self.unit).strip()
