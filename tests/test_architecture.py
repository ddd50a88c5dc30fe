"""Rooms import only downwards, and files and functions stay short enough to keep in mind."""

import ast
import re
import shutil

import pytest
from django.conf import settings

# Lowest first. Rooms on one floor don't know each other. Everything else in helphub/ is the roof,
# which knows everybody and which no room knows.
FLOORS = [
    ["helphub.content"],
    ["helphub.history", "helphub.accounts"],
    ["strategy", "helphub.languages", "helphub.advice"],
    ["contacts"],
    ["services"],
    ["helphub.search"],
    ["helphub.editions"],
    ["helphub.publishing"],
    ["helphub.approvals", "helphub.reviews"],
    ["helphub.dashboard"],
    ["helphub.checking", "helphub.finding", "helphub.spreadsheets"],
    ["helphub.changes", "helphub.adding", "helphub.bulk", "helphub.renewal", "helphub.splitting"],
]
ROOF = "helphub"
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
FLOOR_OF[ROOF] = len(FLOORS)
# Folders of the roof that hold no room.
PARTS_OF_ROOF = {"formats", "locale", "management", "migrations", "templatetags"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 40  # Lines.
LONGEST_TEMPLATE_LINE = 140  # Characters.


ROOTS = ["helphub", "strategy", "contacts", "services"]


def sources(base, roots=ROOTS):
    """Every Python file of the product, migrations apart."""
    for root in roots:
        for path in sorted((base / root).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def room_of(name):
    """The room that a dotted name is in, or None for what is not ours."""
    parts = name.split(".")
    if (room := ".".join(parts[:2])) in FLOOR_OF:
        return room
    return parts[0] if parts[0] in FLOOR_OF else None


def imported_names(tree, package):
    """What a module imports, inside functions too, as absolute dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def arrows(base):
    """Which room imports which: {(room, imported room): the files that do}."""
    graph = {}
    for path in sources(base):
        parts = path.relative_to(base).with_suffix("").parts
        room = room_of(".".join(parts))
        for name in imported_names(ast.parse(path.read_text()), parts[:-1]):
            other = room_of(name)
            if other and other != room:
                graph.setdefault((room, other), set()).add(str(path.relative_to(base)))
    return graph


def upward(graph):
    """The arrows that do not run down."""
    return {
        f"{room} imports {other}: {', '.join(sorted(files))}"
        for (room, other), files in graph.items()
        if FLOOR_OF[other] >= FLOOR_OF[room]
    }


def circles(graph):
    """The rooms that import themselves, through whichever others."""
    reached = {}
    for room, other in graph:
        reached.setdefault(room, set()).add(other)
    while True:
        further = {
            room: others.union(*(reached.get(other, set()) for other in others))
            for room, others in reached.items()
        }
        if further == reached:
            return {room for room, others in reached.items() if room in others}
        reached = further


def test_a_room_imports_only_from_lower_floors():
    graph = arrows(settings.BASE_DIR)
    assert upward(graph) == set()
    assert circles(graph) == set()
    assert len(graph) > 30


def test_every_folder_is_a_room_or_a_part_of_the_roof():
    folders = {path.parent.name for path in (settings.BASE_DIR / "helphub").glob("*/*")}
    rooms = {room.partition(".")[2] for room in FLOOR_OF} - {""}
    assert folders - {"__pycache__"} == rooms | PARTS_OF_ROOF


@pytest.fixture
def copy(tmp_path):
    """A copy of the code, to plant faults in."""
    for root in ("helphub", "strategy", "contacts", "services"):
        shutil.copytree(
            settings.BASE_DIR / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


@pytest.mark.parametrize(
    ("file", "planted"),
    [
        ("strategy/views.py", "def later():\n    from services.models import Service\n"),
        ("contacts/admin.py", "import helphub.approvals.models\n"),
        ("helphub/content/forms.py", "from ..history import recording\n"),
        ("helphub/search/index.py", "from helphub import views\n"),
        ("helphub/accounts/views.py", "from helphub.reviews import models\n"),
    ],
)
def test_an_import_from_a_higher_floor_is_found(copy, file, planted):
    path = copy / file
    path.write_text(f"{path.read_text()}\n\n{planted}")
    (fault,) = upward(arrows(copy))
    assert fault.endswith(f": {file}")


def test_a_circular_import_through_other_rooms_is_found():
    assert circles({("a", "b"): {""}, ("b", "c"): {""}, ("c", "a"): {""}}) == {"a", "b", "c"}
    assert circles({("a", "b"): {""}, ("b", "c"): {""}, ("a", "c"): {""}}) == set()


def test_a_model_names_no_model_of_a_floor_above():
    labels = {room.rpartition(".")[2]: floor for room, floor in FLOOR_OF.items()}
    for path in sources(settings.BASE_DIR):
        room = room_of(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
        if path.name != "models.py" and path.parent.name != "models":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and re.fullmatch(r"[a-z]+\.[A-Z]\w+", value):
                assert labels.get(value.partition(".")[0], 0) <= FLOOR_OF[room], (path, value)


def test_no_test_module_is_imported():
    """What several of them need is in tests/support/."""
    base = settings.BASE_DIR
    names = {
        path: path.relative_to(base).with_suffix("").parts
        for path in (base / "tests").rglob("*.py")
    }
    test_modules = {
        ".".join(parts) for parts in names.values() if parts[-1].startswith(("test_", "conftest"))
    }
    assert len(test_modules) > 50
    imports = {
        f"{'.'.join(parts)} imports {module}"
        for path, parts in names.items()
        for name in imported_names(ast.parse(path.read_text()), parts[:-1])
        for module in test_modules
        if f"{name}.".startswith(f"{module}.")
    }
    assert imports == set()


def with_deploy():
    """What operators run is read as well, though it is on no floor."""
    return sources(settings.BASE_DIR, [*ROOTS, "deploy"])


def test_no_file_is_too_long_to_keep_in_mind():
    lengths = {path: len(path.read_text().splitlines()) for path in with_deploy()}
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_keep_in_mind():
    too_long = {
        f"{path}: {node.name}"
        for path in with_deploy()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert too_long == set()


def test_no_line_of_a_template_is_too_long_to_read():
    templates = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    assert len(templates) > 100
    too_long = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_TEMPLATE_LINE
    ]
    assert too_long == []
