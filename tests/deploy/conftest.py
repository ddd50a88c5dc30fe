"""Databases that take long to fill are filled in one process only."""

import pytest

SLOW = ("working", "former_database")


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(items):
    for item in items:
        for name in SLOW:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(name))
