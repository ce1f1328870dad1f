"""What the integration's sources say to people, read from their syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
from typing import Final

import custom_components.facequota as integration

ROOT: Final = Path(integration.__file__).parent
MODULES: Final = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
    for path in ROOT.rglob("*.py")
}
# Home Assistant's own errors are shown to the caller of the action.
SHOWN_ERRORS: Final = ("HomeAssistantError", "ServiceValidationError")
# Words that only a developer reads: the log, and errors that never leave our own code.
UNSEEN: Final = {
    *("debug", "info", "warning", "error", "exception"),
    *("CameraError", "RefusedError", "WorkerError", "InstallError", "ProtocolError"),
    *("ValueError", "OSError", "RuntimeError", "Invalid", "compile", "search"),
}
SENTENCE: Final = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Yield the calls of functions, methods or classes of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in names:
            yield node


def _name(call: ast.Call) -> str:
    function = call.func
    return str(getattr(function, "attr", getattr(function, "id", "")))


def strings(node: ast.AST) -> Iterator[str]:
    """Yield the literal strings in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def argument(call: ast.Call, keyword: str) -> ast.expr | None:
    """Return the expression that a call gives to a keyword."""
    return next((one.value for one in call.keywords if one.arg == keyword), None)


def literals(tree: ast.AST, keyword: str, *names: str) -> set[str]:
    """Return the literal strings that calls of these names give to a keyword."""
    return {
        text
        for call in calls(tree, *names)
        if (given := argument(call, keyword)) is not None
        for text in strings(given)
    }


def class_tree(module: str, name: str) -> ast.ClassDef:
    """Return one class of a module."""
    return next(
        node
        for node in MODULES[module].body
        if isinstance(node, ast.ClassDef) and node.name == name
    )


def method_tree(module: str, class_name: str, name: str) -> ast.FunctionDef:
    """Return one method of a class."""
    return next(
        node
        for node in class_tree(module, class_name).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )


def assigned(tree: ast.AST, target: str) -> set[str]:
    """Return the literal strings that are assigned to a target."""
    return {
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == target
        for text in strings(node.value)
    }


def constants(prefix: str) -> set[str]:
    """Return the strings that constants of such names hold, in all modules."""
    found = set()
    for tree in MODULES.values():
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value)):
                    pass
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value)):
                    pass
                case _:
                    continue
            if name.startswith(prefix):
                found.add(str(value))
    return found


def members(tree: ast.AST, enum: str) -> set[str]:
    """Return the members of an enum that are mentioned."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == enum
    }


def form_errors(module: str) -> set[str]:
    """Return the errors that a module's functions put beside the fields of a form."""
    found = set()
    for function in ast.walk(MODULES[module]):
        if (
            isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            and function.returns is not None
            and ast.unparse(function.returns) == "dict[str, str]"
        ):
            for node in ast.walk(function):
                match node:
                    case ast.Dict(values=values):
                        given = values
                    case ast.DictComp(value=value):
                        given = [value]
                    case ast.Assign(targets=[ast.Subscript()], value=value):
                        given = [value]
                    case _:
                        continue
                found |= {text for value in given for text in strings(value)}
    return found


def told_reasons(error: type[Exception], module: str) -> set[str]:
    """Return the reasons that an error's docstring lists, and makes a contract of.

    Fails when the module raises the error with a literal that is not among them.
    """
    listed = set(re.findall(r'"(\w+)"', error.__doc__ or ""))
    raised = {
        text
        for call in calls(MODULES[module], error.__name__)
        for text in strings(call.args[0])
        if text.islower()
    }
    assert raised <= listed
    return listed


def untranslated() -> Iterator[tuple[str, str]]:
    """Yield whatever looks like a sentence for people, with where it stands.

    The rooms of pure logic speak to nobody: their errors carry reasons.
    """
    for name, tree in MODULES.items():
        if name.startswith(("quota/", "recognition/", "shared_quota/")):
            continue
        unseen = {
            id(leaf)
            for node in ast.walk(tree)
            if _is_unseen(node)
            for leaf in ast.walk(node)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in unseen
                and SENTENCE.search(node.value)
            ):
                yield f"{name}:{node.lineno}", node.value


def _is_unseen(node: ast.AST) -> bool:
    """Return if a piece of source speaks to developers only: docstrings, logs, asserts."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert():
            return True
        case ast.Call():
            return _name(node) in UNSEEN
    return False
