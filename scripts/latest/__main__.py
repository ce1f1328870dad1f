"""Runs the tests on the newest Home Assistant, which the test harness does not support yet.

    .venv-latest/bin/python -m scripts.latest [ARGUMENTS OF PYTEST]

Home Assistant and its packages are those of .venv-latest; pytest and the harness are read from
.venv, behind them.
"""

from pathlib import Path
import sys
import sysconfig

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / f".venv/lib/python{sysconfig.get_python_version()}/site-packages"


def main() -> int:
    """Run pytest and return its exit code."""
    sys.path.append(str(TOOLS))
    import pytest  # noqa: PLC0415

    return int(pytest.main(["-p", "scripts.latest.harness", *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
