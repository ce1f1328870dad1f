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
    """Yield what a module imports: an absolute name, or a relative one with its dots.

    Wherever it stands: in a function, for types only, or as a name that is a string.
    """
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            for name in node.names:
                # What is imported may be a module itself.
                yield f"{base}{'.' if node.module else ''}{name.name}", node.lineno
        elif isinstance(node, ast.Call) and _is_import_module(node.func):
            for word in node.args[:1]:
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word.value, node.lineno


def _is_import_module(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else called
    return (name.id if isinstance(name, ast.Name) else name) == "import_module"


def product_imports() -> dict[str, set[str]]:
    """Return for each module of the product which others it imports, by dotted names."""
    return graph(PRODUCT, "custom_components.facequota")


def graph(root: Path, package: str) -> dict[str, set[str]]:
    """Return for each module below a folder which others of it it imports.

    Names are dotted and begin below the package that the folder is.
    """
    modules = {
        path.relative_to(root).with_suffix("").as_posix().replace("/", "."): path
        for path in root.rglob("*.py")
    }
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        parts = module.split(".")
        here = parts if path.name == "__init__.py" else parts[:-1]
        if module == "__init__":
            here = []
        found[module] = set()
        for name, _line in imports(path):
            if name.startswith(f"{package}."):
                full = name.removeprefix(f"{package}.")
            elif name.startswith("."):
                dots = len(name) - len(name.lstrip("."))
                base = here[: len(here) - dots + 1]
                full = ".".join([*base, name.lstrip(".")]).strip(".")
            else:
                continue
            if full in modules and full != module:
                found[module].add(full)
    return found
