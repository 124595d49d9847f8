"""Folders are layers, stages leave each other alone, and every module says what it holds and what others may take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import caresite

SRC = Path(caresite.__file__).parent

# A module imports only from layers with a lower number, or from its own.
LAYERS = {
    "core": 0,
    "kinds": 1,
    "pipeline": 2,
    "features": 3,
    "submissions": 3,
    "engine": 3,
    "testing": 4,
    "preview": 4,
    "deploy": 4,
    "commands": 5,
    "cli": 6,
    "reference": 7,
    "__main__": 7,
}
# Layers with the same number that have nothing to say to each other.
COMMANDS_OF_FEATURES = ("caresite.commands.embed",)
STRANGERS = {
    "features": ("engine", "submissions"),
    "engine": ("features", "submissions"),
    "submissions": ("engine", "features"),
}
ONLY_FOR_TYPES = {
    "caresite.core.plugins": "a plugin's functions take what the pipeline makes; the record names their types, no more",
}
STAGES = ("discover", "parse", "catalog", "route", "render", "check", "publish")
FROM_OTHER_STAGES = {
    ("catalog", "Discovery"): "assemble takes what discover found; a record is declared where it is made",
    ("route", "Site"): "the record that assemble makes",
    ("render", "Site"): "the same",
    ("check", "Site"): "the same",
    ("render", "TEMPLATES"): "the kind's own template, for a page whose front matter names one that does not exist",
}
# The system's clock is asked in one place. What else is here is no date of a site.
# The stamps of files are compared with `time.time_ns`.
ASKS_THE_CLOCK = {
    "caresite.engine.clock": "the one place",
    "caresite.commands.serve": "the times before lines on a terminal",
    "caresite.commands.build": "whether a date has come since the last build, which has no `--clock`",
    "caresite.commands.deploy": "when files were really sent, for the log of deploys and the stamps on a server",
    "caresite.core.patience": "how long a host asks to wait",
}
_CLOCKS = frozenset(("now", "utcnow", "today", "time", "localtime", "gmtime", "ctime"))
WITHOUT_ALL = {
    "caresite": "its one name is `__version__`",
    "caresite.__main__": "it is run, not imported",
    "caresite.core.codes": "every name in it is a code, and all of them are public",
    "caresite.core.codes_rules": "the same",
    "caresite.core.codes_deploy": "the same",
    "caresite.core.codes_stories": "the same",
}


class Import(NamedTuple):
    """One name that one module takes from another; `only_types` when it is never imported at run time."""

    source: str
    name: str
    line: int
    only_types: bool


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        name = ".".join(("caresite", *path.relative_to(SRC).with_suffix("").parts)).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


NAMES = sorted(modules())


@cache
def imports(module: str) -> tuple[Import, ...]:
    tree = modules()[module]
    guarded = {id(node) for block in ast.walk(tree) if _is_type_block(block) for node in ast.walk(block)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "caresite":
            for alias in node.names:
                found.append(Import(str(node.module), alias.name, node.lineno, id(node) in guarded))
        elif isinstance(node, ast.Import):
            taken = (alias.name for alias in node.names if alias.name.split(".")[0] == "caresite")
            found.extend(Import(name, "", node.lineno, id(node) in guarded) for name in taken)
    return tuple(found)


def _is_type_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def layer(module: str) -> str:
    return (*module.split("."), "")[1]


def exported(module: str) -> frozenset[str] | None:
    """Return the names in `__all__`, or None for a module that has none."""
    for node in modules()[module].body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return frozenset(ast.literal_eval(node.value))
    return None


def defined(module: str) -> dict[str, bool]:
    """Return the names that a module makes itself, and whether each is a function or class for others to take."""
    found: dict[str, bool] = {}
    for node in _statements(modules()[module]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = not _is_command(node)
        elif isinstance(node, ast.Assign):
            found |= {target.id: False for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = False
    return found


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield what stands at the top of a module, also where it depends on an `if`."""
    for node in tree.body:
        yield from (*node.body, *node.orelse) if isinstance(node, ast.If) else (node,)


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Tell whether the command line finds this function by itself: `@cli.command(...)`."""
    calls = (decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call))
    return any(isinstance(call.func, ast.Attribute) and call.func.attr in ("command", "group") for call in calls)


def taken(module: str) -> frozenset[str]:
    """Return the names that a module has from others of ours."""
    return frozenset(entry.name for entry in imports(module))


def asks_the_clock(module: str) -> bool:
    """Tell whether a module calls `datetime.now`, `date.today`, `time.time` or one of their kin, however imported."""
    called = (node.func for node in ast.walk(modules()[module]) if isinstance(node, ast.Call) and len(node.args) < 2)
    return any(
        isinstance(func, ast.Attribute)
        and func.attr in _CLOCKS
        and isinstance(func.value, ast.Name | ast.Attribute)
        and (func.value.id if isinstance(func.value, ast.Name) else func.value.attr) in ("datetime", "date", "time")
        for func in called
    )


# layers


def test_every_module_is_in_a_layer() -> None:
    assert {layer(module) for module in NAMES} - set(LAYERS) == {""}


@pytest.mark.parametrize("module", [name for name in NAMES if layer(name)])
def test_a_module_imports_only_from_below(module: str) -> None:
    own = layer(module)
    wrong = [
        f"line {entry.line}: {entry.source}"
        for entry in imports(module)
        if (other := layer(entry.source))
        and other != own
        and (LAYERS[other] >= LAYERS[own] or other in STRANGERS.get(own, ()))
        and not (entry.only_types and module in ONLY_FOR_TYPES)
    ]
    assert wrong == []


def test_nobody_imports_a_feature_but_its_command() -> None:
    taking = {
        m: e.source
        for m in NAMES
        for e in imports(m)
        if layer(e.source) == "features" and layer(m) != "features" and m not in COMMANDS_OF_FEATURES
    }
    assert taking == {}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_takes_no_more_from_another_than_its_record(stage: str) -> None:
    others = {f"caresite.pipeline.{name}" for name in STAGES if name != stage}
    taken_here = {(stage, e.name) for e in imports(f"caresite.pipeline.{stage}") if e.source in others}
    assert taken_here - set(FROM_OTHER_STAGES) == set()


def test_every_exception_is_one() -> None:
    used = {(stage, entry.name) for stage in STAGES for entry in imports(f"caresite.pipeline.{stage}")}
    assert set(FROM_OTHER_STAGES) - used == set()
    assert {module for module in ONLY_FOR_TYPES if not any(e.only_types for e in imports(module))} == set()
    assert {module for module in WITHOUT_ALL if exported(module) is not None} == set()


def test_only_the_engine_knows_all_stages() -> None:
    verbs = {"discover": "discover", "parse": "Syntax", "render": "Renderer"}
    verbs |= {"check": "check", "publish": "publish"}
    knowing = {
        module
        for module in NAMES
        if all(
            any(e.source == f"caresite.pipeline.{s}" and e.name == v for e in imports(module)) for s, v in verbs.items()
        )
    }
    assert knowing == {"caresite.engine.build"}


# public names


@pytest.mark.parametrize("module", NAMES)
def test_a_module_begins_with_what_lives_in_it(module: str) -> None:
    said = ast.get_docstring(modules()[module], clean=False) or ""
    first = said.split("\n", 1)[0]
    assert first.strip() == first != ""
    assert said.split("\n\n")[0].rstrip().endswith((".", ":", "?"))


@pytest.mark.parametrize("module", [name for name in NAMES if name not in WITHOUT_ALL])
def test_all_names_what_a_module_offers(module: str) -> None:
    names = exported(module)
    own = defined(module)
    offered = {name for name, is_code in own.items() if is_code and not name.startswith("_")}
    if names is None:
        assert offered == set(), "a module that defines something says in `__all__` what others may take"
        return
    assert offered - names == set()
    assert names - set(own) - taken(module) == set()


@pytest.mark.parametrize("module", NAMES)
def test_what_is_taken_from_another_module_is_offered_by_it(module: str) -> None:
    hidden = [entry for entry in imports(module) if not is_offered(entry.source, entry.name)]
    assert [f"line {entry.line}: {entry.source}.{entry.name}" for entry in hidden] == []


def is_offered(module: str, name: str) -> bool:
    if f"{module}.{name}" in modules() or name == "__version__":
        return True
    names = exported(module) if module in modules() else None
    return name in names if names is not None else not name.startswith("_")


def test_the_systems_clock_is_asked_in_one_place() -> None:
    assert {module for module in NAMES if asks_the_clock(module)} == set(ASKS_THE_CLOCK)
    imported = {
        (node.module, alias.name)
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module == "time"
    }
    assert not {name for _, name in imported} & _CLOCKS
