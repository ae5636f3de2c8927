"""The house rules: imports do nothing, nothing global changes, and what is shipped is what is in the tree."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
ROOT = HERE.parents[1]
PACKAGES = ("engine", "scenarios", "data", "dashapp")
NOT_OURS = {".git", ".venv", "var", "build", "__pycache__", "shots"}

MODULES = sorted(path.relative_to(ROOT).as_posix() for top in PACKAGES for path in (ROOT / top).rglob("*.py"))
LOCKS = sorted(path.name for path in ROOT.glob("*.lock"))


def ours() -> Iterator[Path]:
    """Every file of the tree that is not made by a tool."""
    for folder, inner, files in os.walk(ROOT):
        inner[:] = sorted(
            name
            for name in inner
            if name not in NOT_OURS and not name.endswith((".egg-info", "_cache")) and name != ".hypothesis"
        )
        for name in sorted(files):
            if name not in NOT_OURS:
                yield Path(folder, name)


def setup() -> configparser.ConfigParser:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    return settings


def requirements(text: str) -> list[str]:
    """Names as written, without versions."""
    return [re.split(r"[<>=!~;\[ ]", line.strip())[0] for line in text.splitlines() if line.strip()]


def parse(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), module)


# --- imports do nothing ----------------------------------------------------------------------------------------------

# What a module may call while it is imported: constructors of constants, and nothing that reads, opens or registers.
CONSTANT_MAKERS = {
    "MappingProxyType",
    "NewType",
    "Path",
    "Text",
    "TypeVar",
    "ParamSpec",
    "date",
    "timedelta",
    "Decimal",
    "enumerate",
    "fields",
    "map",
    "ord",
    "float",
    "frozenset",
    "getLogger",
    "int",
    "compile",
    "maketrans",
    "range",
    "sorted",
    "str",
    "tuple",
    "zip",
    "finfo",
    "namedtuple",
}
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTABLE_MAKERS = {
    "list",
    "dict",
    "set",
    "defaultdict",
    "deque",
    "Counter",
    "OrderedDict",
    "array",
    "zeros",
    "DataFrame",
}
FREEZERS = {"MappingProxyType", "tuple", "frozenset", "sorted", "compile", "maketrans"}


READERS = {
    "open",
    "read_text",
    "read_bytes",
    "read_csv",
    "load",
    "loads",
    "files",
    "glob",
    "rglob",
    "iterdir",
    "connect",
}
PURE_METHODS = {
    "items",
    "values",
    "lower",
    "upper",
    "encode",
    "join",
    "split",
    "strip",
    "resolve",
    "with_name",
    "format",
}


def calls_in(node: ast.AST) -> Iterator[str]:
    return (called(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "?")


def faults_at_import(tree: ast.Module) -> list[str]:
    """Statements of a module that work, or leave something that can change, as `line: reason`."""
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    imported_classes = {
        (alias.asname or alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name)[:1].isupper()
    }
    closure_makers = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not READERS & set(calls_in(node))
    }
    allowed = CONSTANT_MAKERS | classes | imported_classes | closure_makers
    faults: list[str] = []
    for node in tree.body:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                continue
            case ast.Assign(value=value) | ast.AnnAssign(value=value) if value is not None:
                faults += [f"{node.lineno}: {fault}" for fault in faults_of_value(value, allowed)]
            case _:
                faults.append(f"{node.lineno}: {type(node).__name__} runs at import")
    return faults


def faults_of_value(value: ast.expr, allowed: set[str], frozen: bool = False) -> Iterator[str]:
    if isinstance(value, MUTABLE) and not frozen:
        yield "a value that can be changed; freeze it (tuple, frozenset, MappingProxyType)"
    if isinstance(value, ast.Lambda | ast.Subscript):  # works when called; is a type
        return
    if isinstance(value, ast.Call):
        name = called(value)
        if name in MUTABLE_MAKERS:
            if not frozen:
                yield f"{name}() can be changed"
        elif name not in allowed and not (isinstance(value.func, ast.Attribute) and name in PURE_METHODS):
            yield f"{name}() works at import"
        frozen = name in FREEZERS
        for child in (*value.args, *(keyword.value for keyword in value.keywords)):
            yield from faults_of_value(child, allowed, frozen)
        return
    for child in ast.iter_child_nodes(value):
        if isinstance(child, ast.expr):
            yield from faults_of_value(child, allowed, frozen and isinstance(child, ast.GeneratorExp))
        elif isinstance(child, ast.comprehension):
            yield from faults_of_value(child.iter, allowed, frozen=True)


@pytest.mark.parametrize("module", MODULES)
def test_import_does_no_work_and_leaves_nothing_that_changes(module):
    assert faults_at_import(parse(module)) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("CACHE = {}", "can be changed"),
        ("SEEN: list[int] = []", "can be changed"),
        ("NAMES = {n: 1 for n in 'ab'}", "can be changed"),
        ("PAIR = ({}, 1)", "can be changed"),
        ("TABLE = dict(a=1)", "can be changed"),
        ("TEXT = open('x').read()", "works at import"),
        ("TEXT = Path(__file__).read_text()", "works at import"),
        ("def texts(): return Path('x').read_text()\nTEXTS = texts()", "works at import"),
        ("register_page('home')", "runs at import"),
        ("for i in range(3): print(i)", "runs at import"),
        ("with open('x') as f: pass", "runs at import"),
    ],
)
def test_the_check_of_imports_sees_faults(source, fault):
    assert any(fault in found for found in faults_at_import(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "KINDS = ('a', 'b')",
        "METHODS = MappingProxyType({m: 1 for m in ('a', 'b')})",
        "WORDS = frozenset({'a'})",
        "DIGITS = re.compile(r'[0-9]+')",
        "HERE = Path(__file__).resolve()",
        "def f(): return []",
        "class A:\n    x: int = 1\nFIRST = A(x=2)",
    ],
)
def test_the_check_of_imports_lets_constants_pass(source):
    assert faults_at_import(ast.parse(source)) == []


def test_no_module_rebinds_a_global():
    rebinding = [
        f"{module}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(parse(module))
        if isinstance(node, ast.Global)
    ]
    assert rebinding == []


CLOCK = {"today", "now", "utcnow", "default_rng"}
SEEDED = {"Generator", "SFC64", "SeedSequence"}
"""What of numpy's random numbers the engine may name: all of it follows from a seed that is given."""


def chances_taken(tree: ast.Module) -> list[str]:
    """Where a module reads the clock, or draws numbers that no given seed decides."""
    names = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK:
            found.append(f"{node.lineno} {node.attr}")
        elif isinstance(node, ast.Attribute) and node.attr == "random" and names.get(id(node)) not in SEEDED:
            found.append(f"{node.lineno} random")
        elif isinstance(node, ast.Call) and called(node) in SEEDED and not node.args:
            found.append(f"{node.lineno} {called(node)} without a seed")
    return found


def test_engine_reads_no_clock_and_draws_no_chance():
    engine = [module for module in MODULES if module.startswith("engine/")]
    assert [f"{module}:{taken}" for module in engine for taken in chances_taken(parse(module))] == []
    assert len(chances_taken(ast.parse("date.today(); np.random.normal(); np.random.SeedSequence()"))) == 3
    assert chances_taken(ast.parse("np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, 1])))")) == []


def test_only_services_run_scenarios():
    runs = {"run", "compare", "allocate", "under_each_method", "rule_costs"}
    found = [
        f"{module}:{node.lineno} {alias.name}"
        for module in MODULES
        if module.startswith("dashapp/") and module != "dashapp/services.py"
        for node in ast.walk(parse(module))
        if isinstance(node, ast.ImportFrom) and node.module in {"engine", "scenarios"}
        for alias in node.names
        if alias.name in runs
    ]
    assert found == []


# --- dependencies ----------------------------------------------------------------------------------------------------

IMPORTED_AS = {"argon2_cffi": "argon2", "python_docx": "docx"}
LOADED_BY_NAME = {"psycopg"}  # SQLAlchemy loads the driver of a postgresql:// address


def declared(section: str, key: str) -> list[str]:
    return requirements(setup()[section][key])


def import_name(requirement: str) -> str:
    name = requirement.lower().replace("-", "_")
    return IMPORTED_AS.get(name, name)


def imported_from_outside() -> dict[str, set[str]]:
    """Top-level names of other people's packages -> our modules that import them."""
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for node in ast.walk(parse(module)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top not in PACKAGES:
                    found.setdefault(top, set()).add(module)
    return found


def test_what_is_imported_is_declared():
    known = {import_name(name) for name in declared("options", "install_requires")}
    assert {name: where for name, where in imported_from_outside().items() if name not in known} == {}


def test_what_is_declared_is_used():
    used = set(imported_from_outside()) | LOADED_BY_NAME
    assert [name for name in declared("options", "install_requires") if import_name(name) not in used] == []


def test_readme_says_why_each_dependency_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    names = declared("options", "install_requires") + declared("options.extras_require", "test")
    assert [name for name in names if f"`{name.lower()}`" not in readme] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_hashed_and_name_no_host(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|--trusted-host|^#| @ ", text, re.MULTILINE)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_test_lock_pins_what_the_product_runs_on():
    def pins(lock: str) -> set[str]:
        lines = (ROOT / lock).read_text("utf-8").splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and "== 'PyPy'" not in line}

    assert pins("requirements.lock") - pins("requirements-test.lock") == set()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", ("options", "install_requires")),
        ("requirements-test.lock", ("options.extras_require", "test")),
    ],
)
def test_locks_hold_every_declared_package(lock, wanted):
    locked = {line.split("==")[0] for line in (ROOT / lock).read_text("utf-8").splitlines() if "==" in line}
    assert [name for name in declared(*wanted) if name.lower().replace("_", "-") not in locked] == []


# --- what is shipped -------------------------------------------------------------------------------------------------


def test_packages_are_listed_one_by_one():
    folders = {(ROOT / module).parent.relative_to(ROOT).as_posix().replace("/", ".") for module in MODULES}
    assert set(setup()["options"]["packages"].split()) == folders


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel built from a copy of the tree, without network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in ours():
        if path.parent == ROOT or path.relative_to(ROOT).parts[0] in PACKAGES:
            copy = source / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", build, out], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = out.glob("*.whl")
    return found


def test_everything_in_the_packages_is_in_the_wheel(wheel):
    in_tree = {path.relative_to(ROOT).as_posix() for path in ours() if path.relative_to(ROOT).parts[0] in PACKAGES}
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.split("/")[0] in PACKAGES}
    assert in_tree - shipped == set()
    assert shipped - in_tree == set()


def test_the_wheel_works_away_from_the_tree(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    look = (
        "import scenarios, data.reference; [data.reference.figures(c.id) for c in scenarios.campaigns()]; print('ok')"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        # -P and the path first: the copy, not the checkout that this environment was made for
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {look}", tmp_path / "site"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "ok", done.stderr


TEXT_FILES = {".py", ".toml", ".cfg", ".md", ".lock", ".csv", ".css", ".sh", ""}
ADDRESS = re.compile(
    rb"https?://(?!127\.0\.0\.1|localhost|\w+\.example\b|[^\w]|www\.w3\.org/|schemas\.openxmlformats\.org/)"
)
MACHINE = re.compile(rb"(?<![\w.>}-])/(?:work|home|root|tmp|opt|Users)/")


def test_no_machine_path_and_no_outside_address_in_the_tree():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]!r}"
        for path in ours()
        if path.suffix in TEXT_FILES and not path.match("*.min.*") and path.name != "LICENSE" and path != HERE
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if MACHINE.search(line) or (ADDRESS.search(line) and path.relative_to(ROOT).parts[0] != "tests")
    ]
    assert found == []


def test_the_version_is_in_the_changelog():
    version = setup()["metadata"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
