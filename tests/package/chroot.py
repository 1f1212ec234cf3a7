# SPDX-License-Identifier: Apache-2.0
"""A bare Debian 12 in a folder, with processes that see nothing else. Needs root, and a mount namespace
of one's own, so that no mount outlives the test (`./dev package --test` sees to both)."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from tools import run

MIRROR = os.environ.get("BANYAN_DEBIAN_MIRROR", "http://deb.debian.org/debian")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Chroot:
    def __init__(self, folder, work):
        """Makes `folder` anew. In `work` are kept: the bare system, and what apt downloads. Skips the
        test where no such system can be had."""
        if os.environ.get("BANYAN_NO_CHROOT"):
            raise unittest.SkipTest(os.environ["BANYAN_NO_CHROOT"])
        self.root = Path(folder)
        archive = Path(work) / "bookworm.tar"
        if not archive.exists():
            made = archive.with_suffix(".new.tar")
            run("mmdebstrap", "--variant=minbase", "--skip=cleanup/apt/lists", "bookworm", made, MIRROR)
            made.rename(archive)
        self.delete()
        self.root.mkdir(parents=True)
        run("tar", "-xf", archive, "-C", self.root)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        # It is thrown away anyway, so nobody waits for the disk.
        self.write("etc/dpkg/dpkg.cfg.d/unsafe-io", "force-unsafe-io\n")
        # Nothing is started because it is installed.
        self.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", mode=0o755)
        self.downloads = Path(work) / "downloads"
        (self.downloads / "partial").mkdir(parents=True, exist_ok=True)
        run("mount", "--bind", self.downloads, self.root / "var/cache/apt/archives")
        run("mount", "-t", "proc", "proc", self.root / "proc")

    def path(self, inside):
        return self.root / str(inside).lstrip("/")

    def write(self, inside, text, mode=0o644):
        self.path(inside).write_text(text)
        self.path(inside).chmod(mode)

    def command(self, *words, user=None, folder="/", environment=()):
        """The words with which the host runs this inside."""
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        home = f"/home/{user}" if user else "/root"
        return ["chroot", str(self.root), *become, "env", "-i", f"--chdir={folder}", f"PATH={PATH}", "LC_ALL=C.UTF-8",
                f"HOME={home}", f"USER={user or 'root'}", "DEBIAN_FRONTEND=noninteractive", *environment,
                *(str(word) for word in words)]

    def run(self, *words, expect=0, **options):
        return run(*self.command(*words, **options), expect=expect)

    def apt(self, *words):
        return self.run("apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0", *words)

    def install(self, *packages):
        """Packages of ours (files of the host) or of Debian (names)."""
        names = []
        for package in packages:
            if isinstance(package, Path):
                shutil.copy(package, self.path("root"))
                package = f"/root/{package.name}"
            names.append(package)
        return self.apt("install", *names)

    def start(self, *words, **options):
        return subprocess.Popen(self.command(*words, **options), stdin=subprocess.DEVNULL)

    def unmount(self):
        run("umount", self.root / "proc")
        run("umount", self.root / "var/cache/apt/archives")

    def delete(self):
        # Whatever may still be mounted in it stays.
        run("rm", "-rf", "--one-file-system", self.root)

    def remove(self):
        self.unmount()
        self.delete()
