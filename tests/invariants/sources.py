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


def product_imports() -> dict[str, set[str]]:
    """Return for each module of the product which others it imports, by dotted names."""
    modules = {
        path.relative_to(PRODUCT).with_suffix("").as_posix().replace("/", "."): path
        for path in PRODUCT.rglob("*.py")
    }
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        package = (
            module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        )
        if module == "__init__":
            package = []
        graph[module] = set()
        for name, _line in imports(path):
            if name.startswith("custom_components.facequota."):
                full = name.removeprefix("custom_components.facequota.")
            elif name.startswith("."):
                dots = len(name) - len(name.lstrip("."))
                base = package[: len(package) - dots + 1]
                full = ".".join([*base, name.lstrip(".")]).strip(".")
            else:
                continue
            if full in modules and full != module:
                graph[module].add(full)
    return graph
