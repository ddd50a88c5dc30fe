"""Whether an edition's files are as they were made, by the hashes in its manifest."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from helphub.editions.manifests import Manifest, read_manifest
from helphub.editions.store import StoreError

# Files beside the pages. We answer readers' questions from these.
CONTENT = "content.sqlite3"
FILES = [CONTENT, "find.sqlite3", "critical_numbers.json"]
TWINS = {"sha256": "", "gz": ".gz", "br": ".br"}  # Suffixes of a page's files, by hash name.


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hashes_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: digest((folder / name).read_bytes()) for name in names}


def hashes_of_pages(manifest: Manifest) -> dict[str, str]:
    return {
        f"pages/{page['file']}{suffix}": page[name]
        for page in manifest["pages"].values()
        if page["file"] is not None
        for name, suffix in TWINS.items()
    }


def altered(folder: Path, hashes: Mapping[str, str]) -> str | None:
    """The name of a file that doesn't match its hash, or None."""
    for name, sha256 in hashes.items():
        try:
            if digest((folder / name).read_bytes()) != sha256:
                return name
        except OSError:
            return name
    return None


def altered_file(folder: Path, manifest: Manifest, with_pages: bool = False) -> str | None:
    """The name of a file that doesn't match the manifest, or None. Checks pages only if asked."""
    return altered(folder, manifest["files"] | (hashes_of_pages(manifest) if with_pages else {}))


def damage_of(folder: Path) -> str | None:
    """The first damaged file of an edition, or None if it is whole."""
    try:
        return altered_file(folder, read_manifest(folder), with_pages=True)
    except (StoreError, KeyError, TypeError, AttributeError):
        return "manifest.json"
