"""A room imports only from below."""

import ast

import pytest
from django.conf import settings

FLOORS = ["strategy", "contacts", "services"]  # Lowest first.
GROUND = {f"helphub.{name}" for name in ("entries", "texts", "editing", "forms", "memory", "clock")}


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def string_references(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.partition(".")[0] if "." in node.value else ""


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_imports_only_from_below(app):
    above = FLOORS[FLOORS.index(app) + 1 :]
    for path in (settings.BASE_DIR / app).rglob("*.py"):
        for module in imported_modules(path):
            root = module.partition(".")[0]
            assert root not in above, f"{path} imports {module}"
            if module.startswith("helphub."):
                assert ".".join(module.split(".")[:2]) in GROUND, f"{path} imports {module}"


@pytest.mark.parametrize("app", FLOORS)
def test_an_app_names_no_model_above_it_in_a_string(app):
    above = FLOORS[FLOORS.index(app) + 1 :]
    assert not set(above) & set(string_references(settings.BASE_DIR / app / "models.py"))


@pytest.mark.parametrize("module", sorted(GROUND))
def test_the_ground_imports_no_app(module):
    path = settings.BASE_DIR / f"{module.replace('.', '/')}.py"
    for imported in imported_modules(path):
        assert imported.partition(".")[0] not in FLOORS
