"""`make servers`: installs from Debian's packages what the integration tests need and this machine lacks.

It needs root and apt; where it has not, it says what is missing and ends well: those tests are skipped then. No service
of the system is started. Runs with any Python, without the project's packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = {
    "rabbitmq-server": ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"),
    "postgresql": ("/usr/lib/postgresql/*/bin/postgres", "postgres"),
    "redis-server": ("redis-server",),
    "openssl": ("openssl",),
    "curl": ("curl",),
    "strace": ("strace",),
    "nodejs": ("node",),
    "npm": ("npm",),
    "gcc": ("gcc",),
    "libc6-dev": ("/usr/include/stdio.h",),
}
"""By package: where one sees that it is there, a path or a name in the PATH."""
POLICY = Path("/usr/sbin/policy-rc.d")


def missing() -> list[str]:
    return [package for package, signs in PACKAGES.items() if not any(_there(sign) for sign in signs)]


def _there(sign: str) -> bool:
    if sign.startswith("/"):
        return any(Path("/").glob(sign[1:]))
    return shutil.which(sign) is not None


def main() -> int:
    lacking = missing()
    if not lacking:
        return 0
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        return _told(lacking, "that takes root and apt-get, which are not here")
    print(f"installing for the integration tests: {' '.join(lacking)}", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with services_stay_down():
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *lacking]):
            done = subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                return _told(missing(), f"apt-get {words[0]} failed")
    lacking = missing()
    return _told(lacking, "they are not where they should be") if lacking else 0


def _told(lacking: list[str], why: str) -> int:
    print(f"The integration tests lack {', '.join(lacking)} and are skipped: {why}.", file=sys.stderr)
    print(f"On Debian: apt-get install {' '.join(lacking)}", file=sys.stderr)
    return 0


@contextmanager
def services_stay_down() -> Iterator[None]:
    """While packages are installed nothing may start: Debian asks policy-rc.d, and 101 means no."""
    if POLICY.exists():
        yield  # the machine has a rule of its own, as in containers
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


if __name__ == "__main__":
    sys.exit(main())
