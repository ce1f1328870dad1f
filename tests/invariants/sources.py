"""The files of this repository, as they are committed."""

import ast
from collections.abc import Iterator
from pathlib import Path
import subprocess
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PRODUCT: Final = ROOT / "custom_components/facequota"


def committed(pattern: str = "*") -> list[Path]:
    """Return the files that are, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [path for name in listed if (path := ROOT / name).is_file()]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a module imports: an absolute name, or a relative one with its dots."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            if not node.module:
                for name in node.names:
                    yield base + name.name, node.lineno
