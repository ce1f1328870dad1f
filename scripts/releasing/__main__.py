"""Builds a release's archive, checks it, and tries it out (see scripts/release)."""

import argparse
import asyncio
import sys

from .archive import ROOT, ReleaseError, build, check, notes, one_version
from .trial import try_out


def main() -> None:
    """Say each step; end with 1 at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tag", nargs="?", help="the tag, for example v0.1.0")
    parser.add_argument("--try", action="store_true", dest="trial")
    options = parser.parse_args()
    folder = ROOT / ".cache/release"
    archive = folder / "facequota.zip"
    try:
        version = one_version(options.tag)
        print(f"version {version}: the same everywhere")
        build(archive)
        (folder / "notes.md").write_text(notes(version))
        check(archive)
        print(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1024:.0f} KiB")
        if options.trial:
            print(f"installed and updated: {asyncio.run(try_out(archive))}")
    except ReleaseError as err:
        sys.exit(f"release: {err}")


if __name__ == "__main__":
    main()
