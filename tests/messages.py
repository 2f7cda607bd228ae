"""What the code may say when something is wrong: the templates of its sentences, with {} for what is filled in.

`python tests/messages.py [FOLDER]` prints those below a folder of the package that the Chinese catalogue lacks.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from hubtiers._catalogue import catalogue, says_enough

ROOT = Path(__file__).parents[1] / "src" / "hubtiers"
_KINDS = ("Error", "Warning")
# What the command line prints: heads, titles and sentences.
_PRINTERS = ("print", "tell", "Table", "add_column", "print_frame", "print_fitting")

_KINDS_OF_NUMBERS = (("integer", "an integer"), ("number", "a number"))
# Said by typer.
OF_OTHERS = (
    "Example: ",
    *("Options", "Commands", "Arguments", "Error", "[required]", "[default: {}]"),
    *(
        "Show this message and exit.",
        "Missing argument {}.",
        "Missing option {}.",
        "Missing parameter: {}.",
    ),
    *("No such option: {}", "No such option: {} (Possible options: {})", "No such command {}."),
    *(
        "Try {} for help.",
        "Invalid value for {}: {}",
        "{} is not a valid integer.",
        "{} is not a valid float.",
    ),
    *(
        "Option {} requires an argument.",
        "Got unexpected extra argument ({})",
        "Got unexpected extra arguments ({})",
    ),
    *("Got unexpected extra argument(s) ({})", "{} is not a valid integer range."),
    *(
        f"Input should be a valid {kind}, unable to parse string as {a}"
        for kind, a in _KINDS_OF_NUMBERS
    ),
    *("Install completion for the current shell.",),
    *("Show completion for the current shell, to copy it or customize the installation.",),
)

# Put into names that errors get from elsewhere.
PIECES = ("the step {!r}", "layout", "region", "[data.points.{}]: {}")


def template(node: ast.expr) -> str | None:
    """Return a text with {} for each value; nothing for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # As in a format, braces that are said are doubled; some texts are formats themselves.
        is_format = "{}" in node.value or "{!r}" in node.value
        return node.value if is_format else node.value.replace("{", "{{").replace("}", "}}")
    if isinstance(node, ast.FormattedValue):
        return "{!r}" if node.conversion == ord("r") else "{}"
    if isinstance(node, ast.JoinedStr):
        return "".join(map(template, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [template(side) for side in (node.left, node.right)]
        return None if sides == [None, None] else "".join(side or "{}" for side in sides)
    return None


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the outermost templates of an expression, and those within what is filled in."""
    found = template(node) if isinstance(node, ast.expr) else None
    if found is not None:
        yield found
    if isinstance(node, ast.JoinedStr):
        inner = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    elif found is not None and isinstance(node, ast.BinOp):
        inner = [side for side in (node.left, node.right) if template(side) is None]
    else:
        inner = [] if found is not None else list(ast.iter_child_nodes(node))
    for part in inner:
        yield from _texts(part)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _is_said(call: ast.Call, more: tuple[str, ...]) -> bool:
    return _name(call).endswith(_KINDS) or _name(call) in more


def _functions(trees: dict[str, ast.Module]) -> dict[str, list[ast.FunctionDef]]:
    found: dict[str, list[ast.FunctionDef]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.FunctionDef)
                and ast.unparse(node.returns or ast.Name("")) == "str"
            ):
                found.setdefault(node.name, []).append(node)
    return found


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _of_module(function: ast.AST, helpers: set[str], more: tuple[str, ...]) -> Iterator[str]:
    """Yield what the errors of a module say, with the texts that it put into names before."""
    calls = [
        node for node in ast.walk(function) if isinstance(node, ast.Call) and _is_said(node, more)
    ]
    names = set().union(*map(_names, calls)) if calls else set()
    helpers |= names
    for call in calls:
        if _name(call) == "UnknownOptionError":
            # What is unknown may be a word alone.
            yield from (f"{text}\0" for text in _texts(call.args[0]))
        for given in (*call.args, *(word.value for word in call.keywords)):
            yield from _texts(given)
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in names
        ):
            helpers |= _names(node.value)
            yield from _texts(node.value)


def is_sentence(text: str) -> bool:
    """Say whether a template has words to translate: more than names, keys and marks."""
    fixed = text.replace("{!r}", " ").replace("{}", " ")
    words = [word.strip(":.,;?()") for word in fixed.split()]
    is_text = any(word.isalpha() and len(word) > 2 and not word.isupper() for word in words)
    # Numbers in a form of their own are filled in elsewhere.
    return is_text and " " in text.strip() and says_enough(fixed) and "{:" not in text


def templates(under: str = "") -> list[str]:
    """Return what may be said below a folder of the package, each once."""
    paths = sorted(ROOT.rglob("*.py"))
    trees = {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }
    said: dict[str, None] = {}
    functions = _functions(trees)
    for place, tree in trees.items():
        helpers: set[str] = set()
        is_shell = (
            place == "cli.py"
            or place.endswith("_commands.py")
            or place.startswith(("_print", "_console"))
        )
        # An error makes its own sentence when it is made.
        more = _PRINTERS if is_shell else ("__init__",) if place == "errors.py" else ()
        found = list(_of_module(tree, helpers, more))
        for name in helpers & functions.keys():
            for function in functions[name]:
                returns = [
                    n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value
                ]
                found += [text for value in returns for text in _texts(value)]
        if place.startswith(under):
            said |= dict.fromkeys(
                text.rstrip("\0") for text in found if text.endswith("\0") or is_sentence(text)
            )
    return [*said, *(PIECES if not under else ())]


def lacking(under: str = "") -> list[str]:
    """Return those that the Chinese catalogue lacks."""
    return [text for text in templates(under) if text not in catalogue("zh")]


if __name__ == "__main__":
    for text in lacking(*sys.argv[1:]):
        sys.stdout.write(f'{json.dumps(text, ensure_ascii=False)} = ""\n')
