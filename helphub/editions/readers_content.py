"""What readers have: the newest edition whose content is intact, and its rows."""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from helphub.content import router
from helphub.editions import bake, integrity, manifests, store


def whole_edition() -> Path | None:
    """The current edition, or the newest earlier one whose content is intact."""
    for folder in store.newest_first():
        with suppress(store.StoreError, KeyError, TypeError):
            hashes = manifests.manifest_of(folder)["files"]
            if integrity.altered(folder, {integrity.CONTENT: hashes[integrity.CONTENT]}) is None:
                return folder
    return None


def rows_of(folder: Path) -> bake.Rows:
    """An edition's rows. They never change, so we cache them."""
    return _rows_of(folder, (folder / "content.sqlite3").stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _rows_of(folder: Path, mtime: int) -> bake.Rows:
    with router.reading(folder) as connection:
        return bake.read(connection)
