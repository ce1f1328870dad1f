"""Installs pinned packages into a folder, with Home Assistant's own uv."""

import asyncio
from collections.abc import Callable
import errno
import os
from pathlib import Path
import re
import shutil
import sys

_POLL_S = 0.3

_KEPT_VARIABLES = (
    *("PATH", "HOME", "LANG", "TMPDIR", "NETRC"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"),
    *("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INSECURE_HOST"),
    *("UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES"),
)
"""What uv may know of its surroundings: where the index is and how to get there.

Not the extra indexes: Home Assistant's images name one with its own builds of numpy and
pillow, uv prefers it, and its files have other hashes than the ones we pin.
"""

# Parts of uv's messages; the first one that is found counts.
_REASONS = (
    ("no_space", r"no space left|os error 28|disk quota|os error 122"),
    ("hash_mismatch", r"hash mismatch"),
    ("no_network", r"error sending request|body error|connection|network connect"),
    ("hash_mismatch", r"failed to extract"),
    ("no_network", r"failed to (fetch|download)"),
    ("no_wheel", r"no solution found|no wheels|was not found"),
)


class InstallError(Exception):
    """The engine's packages could not be installed or do not run here.

    `reason` is one of "no_network", "no_space", "no_wheel", "hash_mismatch", "no_avx"
    and "unknown"; `detail` is for the log.
    """

    def __init__(self, reason: str, detail: str) -> None:
        """Remember the reason and what is known of it."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


async def install_packages(
    pins: Path,
    folder: Path,
    *,
    size: int,
    wheels: Path | None,
    progress: Callable[[float], None],
) -> None:
    """Install into `folder` exactly what the file `pins` names, without further dependencies.

    `size` is the number of bytes to expect on the disk, `wheels` a folder of wheel
    files to use instead of the network. uv's cache is beside the folder, so that each
    file is on the disk once and none is in the home folder; the caller deletes it.
    Raises InstallError.
    """
    cache = folder.with_name("cache")
    if shutil.disk_usage(folder.parent).free < size:
        raise InstallError("no_space", f"{size} bytes are needed")
    uv = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uv", "pip", "install"),
        *("--no-config", "--no-progress", "--color", "never"),
        *("--python", sys.executable, "--target", folder, "--cache-dir", cache),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", pins),
        *("--compile-bytecode",),
        *(("--no-index", "--find-links", str(wheels)) if wheels else ()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={k: v for k, v in os.environ.items() if k in _KEPT_VARIABLES},
        start_new_session=True,
    )
    talking = asyncio.create_task(uv.communicate())
    done = 0
    try:
        while not (await asyncio.wait({talking}, timeout=_POLL_S))[0]:
            # uv deletes archives that it has unpacked: the progress must never go back.
            done = max(done, await asyncio.to_thread(_bytes_in, cache))
            progress(min(0.99, done / size))
    finally:
        if uv.returncode is None:
            uv.kill()
        _, stderr = await talking
    if uv.returncode != 0:
        said = stderr.decode(errors="replace").strip()
        raise InstallError(_reason(said), said[-1000:])


def install_error(err: OSError) -> InstallError:
    """Return the error of an installation for a failure of the file system."""
    full = err.errno in (errno.ENOSPC, errno.EDQUOT)
    return InstallError("no_space" if full else "unknown", str(err))


def _reason(said: str) -> str:
    """Return the reason of an InstallError from uv's output."""
    for reason, pattern in _REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            return reason
    return "unknown"


def _bytes_in(folder: Path) -> int:
    """Return the size of all files below a folder while files are written to it."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(place, name).lstat().st_size
            except FileNotFoundError:
                continue
    return total
