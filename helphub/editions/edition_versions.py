"""Which version of each record an edition has, and what it hides."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from helphub.content import registry
from helphub.content.registry import RecordName
from helphub.editions import bake, manifests, readers_content, version_rows
from helphub.editions.lost_links import without_links
from helphub.history import versions
from helphub.history.models import Version
from helphub.history.snapshots import State


def fingerprints_in(folder: Path, newest: Collection[Version]) -> dict[RecordName, str]:
    """The fingerprint of each record that an edition has.

    An edition of an earlier release does not say. Its content does, but without what was withdrawn
    and without links to what it lacks: a record that differs in nothing else counts as the newest.
    """
    written = manifests.versions_in(manifests.manifest_of(folder))
    if written is not None:
        return written | _of_no_table_then(folder, {label for label, _ in written})
    hidden, states = hidden_in(folder) | _unpublished_in(folder), states_in(folder)
    names = {(version.label, version.key) for version in newest}
    lacking = {name for name in names if name not in states} | hidden
    fingerprints = {name: state.fingerprint for name, state in states.items() if state.is_visible}
    for version in newest:
        name = (version.label, version.key)
        if version.is_deleted or fingerprints.get(name, version.fingerprint) == version.fingerprint:
            continue
        own, pruned = versions.state_of(version), without_links(states[name], lacking)
        if name in hidden or without_links(own, lacking).fingerprint == pruned.fingerprint:
            fingerprints[name] = version.fingerprint
    return fingerprints


def _of_no_table_then(folder: Path, labels: set[str]) -> dict[RecordName, str]:
    """Records that an edition has without saying so, because it is older than their table."""
    unsaid = {
        model._meta.label_lower
        for model in registry.content_models()
        if hasattr(model, "in_earlier_editions")
    } - labels
    if not unsaid:
        return {}
    states = states_in(folder)
    return {name: state.fingerprint for name, state in states.items() if name[0] in unsaid}


def versions_in(folder: Path, names: Iterable[RecordName]) -> dict[RecordName, State]:
    """These records as an edition has them: the stored version, or else its own content."""
    fingerprints = fingerprints_in(folder, [])
    stored = versions.states_with(
        {name: fingerprints[name] for name in names if name in fingerprints}
    )
    return {name: stored.get(name) or states_in(folder)[name] for name in names}


def hidden_in(folder: Path) -> set[RecordName]:
    """What an edition leaves out because it was withdrawn."""
    return {(label, key) for label, key in manifests.manifest_of(folder)["withdrawn"]}


def states_in(folder: Path) -> dict[RecordName, State]:
    """The records in an edition's own content, as if nothing had been withdrawn."""
    return _states_in(folder, (folder / "content.sqlite3").stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _states_in(folder: Path, mtime: int) -> dict[RecordName, State]:
    states = version_rows.states_of(readers_content.rows_of(folder))
    for name in _unpublished_in(folder) & states.keys():
        states[name].fields["is_published"] = True
    return states


def _unpublished_in(folder: Path) -> set[RecordName]:
    """What an edition leaves out because it, or what it belongs to, was withdrawn."""
    return {
        (model._meta.label_lower, key)
        for model, table in readers_content.rows_of(folder).items()
        if bake.is_entry(model)
        for key, row in table.items()
        if not row["is_published"]
    }
