"""The house rules that a machine can check, read off the code itself."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("reports", "verification")
BANNED_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "core"}
LOADED_WORDS = re.compile(r"\b(guilty|enem(y|ies)|terrorists?|liberat(ed|ion)|occupied)\b", re.I)

WRITES = {"save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
WRITES_ON_QUERIES = {"update", "delete"}
MAY_WRITE = {
    "reports/journal/drain.py": "marks a job as done in the transaction that did it",
    "reports/evidence/decoder.py": "writes pictures to memory; it has no rows",
    "verification/management/seeding/drawings.py": "writes pictures to memory too",
}
ROOMS = ("verification/engine", "verification/merkle")
PURE = [room for room in ROOMS if (ROOT / room).is_dir()]  # a room may wait
RINGS = {"delay", "apply_async", "send_task"}
BELL = "reports/journal/doorbell.py"


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of these folders, without migrations, as (path, tree)."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield every method call as (name, call)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def is_query(call: ast.Call) -> bool:
    """Return whether the call's receiver is a queryset, as far as one can read it."""
    receiver = ast.unparse(call.func)
    return ".objects" in receiver or ".filter(" in receiver or ".exclude(" in receiver


def found_in_source(source: str) -> set[str]:
    """Return the names of the writing calls in a piece of source."""
    return {
        name
        for name, call in calls(ast.parse(source))
        if name in WRITES or (name in WRITES_ON_QUERIES and is_query(call))
    }


def is_of_actions(path: str) -> bool:
    """Return whether a file is a room's actions.py, or in the package that it grew into."""
    return path.endswith("/actions.py") or "/actions/" in path


class TestWrites:
    def test_only_actions_write(self) -> None:
        found = [
            f"{path}:{call.lineno} .{name}()"
            for path, tree in sources(*APPS)
            if not is_of_actions(path) and path not in MAY_WRITE
            for name, call in calls(tree)
            if name in WRITES or (name in WRITES_ON_QUERIES and is_query(call))
        ]
        assert found == []

    @pytest.mark.parametrize(
        "source",
        [
            "report.save()",
            "Report.objects.create(a=1)",
            "Report.objects.filter(a=1).update(b=2)",
            "Link.objects.exclude(a=1).delete()",
        ],
    )
    def test_the_check_sees_a_write(self, source: str) -> None:
        assert found_in_source(source)

    def test_the_check_lets_dictionaries_be(self) -> None:
        assert not found_in_source("answer = {}; answer.update(a=1)")


class TestNoHiddenFlow:
    def test_only_the_doorbell_rings(self) -> None:
        found = [
            f"{path}:{call.lineno} .{name}()"
            for path, tree in sources(*APPS, "config")
            if path != BELL
            for name, call in calls(tree)
            if name in RINGS
        ]
        assert found == []

    def test_no_signals_no_save_overrides_no_cascades(self) -> None:
        found = []
        for path, tree in sources(*APPS):
            for node in ast.walk(tree):
                hidden = (
                    (isinstance(node, ast.ImportFrom) and "signals" in (node.module or ""))
                    or (isinstance(node, ast.FunctionDef) and node.name in ("save", "delete"))
                    or (isinstance(node, ast.Attribute) and node.attr == "CASCADE")
                )
                if hidden:
                    found.append(f"{path}:{getattr(node, 'lineno', 0)}")
        assert found == []


class TestNames:
    def test_files_say_what_they_hold(self) -> None:
        paths = [path for path, _ in sources(*APPS, "config")]
        assert [path for path in paths if Path(path).stem in BANNED_NAMES] == []

    def test_a_room_opens_with_its_docstring_and_nothing_else(self) -> None:
        full = [
            path
            for path, tree in sources(*APPS)
            if path.endswith("__init__.py") and not is_docstring_only(tree)
        ]
        assert full == []

    def test_every_model_is_listed(self) -> None:
        for app in APPS:
            listed = set(re.findall(r'"(\w+)"', (ROOT / app / "models.py").read_text()))
            declared = {
                node.name
                for path, tree in sources(app)
                if path.endswith("/models.py") and path.count("/") == 2
                for node in tree.body
                if isinstance(node, ast.ClassDef) and is_model(node)
            }
            assert declared <= listed, declared - listed

    def test_no_loaded_words(self) -> None:
        files = [
            file
            for folder in (*APPS, "config")
            for file in (ROOT / folder).rglob("*")
            if file.suffix in (".py", ".html", ".txt", ".js") and "vendor" not in file.parts
        ]
        found = {
            f"{file.relative_to(ROOT)}: {match.group()}"
            for file in files
            for match in LOADED_WORDS.finditer(file.read_text())
        }
        assert found == set()


def is_docstring_only(tree: ast.Module) -> bool:
    """Return whether a module is empty but for its docstring."""
    return all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in tree.body)


def is_model(node: ast.ClassDef) -> bool:
    """Return whether a class is declared as a table (and not as a part of several)."""
    is_table = any(ast.unparse(parent) in ("models.Model", "AbstractUser") for parent in node.bases)
    return is_table and "abstract = True" not in ast.unparse(node)


class TestTemplates:
    INLINE = re.compile(r"<style|\sstyle\s*=|\son\w+\s*=\s*[\"']|<script(?![^>]*\bsrc=)", re.I)

    def test_nothing_inline(self) -> None:
        """The browser would refuse it (content security policy), silently for the reader."""
        found = []
        for folder in (*APPS, "config"):
            for file in (ROOT / folder).rglob("templates/**/*.html"):
                text = file.read_text().replace('<script type="application/json"', "<data")
                found += [
                    f"{file.relative_to(ROOT)}: {match.group()}"
                    for match in self.INLINE.finditer(text)
                ]
        assert found == []


class TestPurity:
    @pytest.mark.parametrize("package", PURE)
    def test_it_loads_where_there_is_no_framework(self, package: str) -> None:
        modules = sorted((ROOT / package).glob("*.py"))
        names = [f"{package.replace('/', '.')}.{module.stem}" for module in modules]
        script = (
            "import importlib, sys\n"
            "for name in ('django', 'rest_framework', 'celery', 'redis', 'psycopg'):\n"
            "    sys.modules[name] = None\n"
            f"for name in {names!r}:\n"
            "    importlib.import_module(name.removesuffix('.__init__'))\n"
            "print('pure')\n"
        )
        done = subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True)
        assert done == "pure\n"
