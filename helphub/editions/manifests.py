"""An edition's manifest: which pages it has, and what it says about each."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from helphub.content.registry import RecordName, with_labels_of_today
from helphub.editions.store import StoreError

Manifest = dict[str, Any]  # As new_manifest.of_edition returns it.
Page = dict[str, Any]  # As page_files.print_page returns it.
Pages = dict[str, Page]  # By address.

FORMAT = 2  # Of the manifest. Other releases of the code use other numbers.


def read_manifest(folder: Path) -> Manifest:
    """An edition's manifest. Refused if it is damaged, or made by another release."""
    try:
        manifest = json.loads(with_labels_of_today((folder / "manifest.json").read_bytes()))
        edition_format = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The manifest of edition {folder.name} cannot be read ({type(error).__name__}). "
            "Roll back to another edition, or publish again."
        ) from error
    if edition_format != FORMAT:
        raise StoreError(
            f"Edition {folder.name} was made by another release of this site (format "
            f"{edition_format}; this release reads {FORMAT}). Install that one, or publish again."
        )
    return manifest


@lru_cache(maxsize=4)
def _manifest_of(folder: Path, mtime: int) -> Manifest:
    return read_manifest(folder)


def manifest_of(folder: Path) -> Manifest:
    """The manifest, cached: an edition does not change."""
    try:
        mtime = (folder / "manifest.json").stat().st_mtime_ns
    except OSError as error:
        raise StoreError(f"Edition {folder.name} is incomplete. Publish again.") from error
    return _manifest_of(folder, mtime)


def versions_in(manifest: Manifest) -> dict[RecordName, str] | None:
    """The fingerprint of each record in an edition; None if an earlier release made it."""
    written = manifest.get("versions")
    if written is None:
        return None
    return {(label, key): fingerprint for label, key, fingerprint in written}


def with_all_headers(manifest: Manifest) -> Pages:
    """An edition's pages, each with all its headers."""
    common = manifest["headers"]
    return {
        address: page
        | {
            "headers": {k: v for k, v in common.items() if k not in page["without"]}
            | page["headers"]
        }
        for address, page in manifest["pages"].items()
    }


def pages_of(folder: Path) -> Pages:
    return with_all_headers(manifest_of(folder))
