"""What waits to be published: records whose newest version is not the one that readers have."""

from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from helphub.content import registry
from helphub.content.fingerprint import fingerprint as fingerprint_of
from helphub.content.registry import RecordName
from helphub.editions import bake, manifests, readers_content, version_rows, withdrawing
from helphub.history import snapshots, versions
from helphub.history.models import Version
from helphub.history.snapshots import State

NEW, CHANGED, UNPUBLISHED, DELETED = "new", "changed", "unpublished", "deleted"
LIFTED = "lifted"  # It was withdrawn, and no longer is.


class Waiting(NamedTuple):
    """A record whose newest version readers don't have."""

    newest: Version
    what: str  # NEW, CHANGED, UNPUBLISHED, DELETED or LIFTED.
    has_lifted: bool  # It, or a row of it, was withdrawn and no longer is.

    @property
    def fingerprint(self) -> str:
        """Differs once publishing the record would do something else."""
        return fingerprint_of([self.newest.fingerprint, self.what, self.has_lifted])


class Standing:
    """The newest version of each record, beside the one in readers' edition."""

    def __init__(self, folder: Path | None, *, has_data: bool = True) -> None:
        """Without the versions' data, it is quicker to see what waits."""
        labels = {model._meta.label_lower for model in registry.content_models()}
        newest = versions.newest(label__in=labels).select_related("user")
        self.folder = folder
        self.newest = {
            (version.label, version.key): version
            for version in (newest if has_data else newest.defer("data"))
        }
        self.in_edition = in_edition(folder, self.newest.values()) if folder else {}
        if folder and (unknown := self.in_edition.keys() - self.newest.keys()):
            # The database was restored from a backup that is older than the edition.
            in_file = states_in(folder)
            self.newest |= {
                name: _deleted_version(name, in_file[name]) for name in unknown & in_file.keys()
            }
            for name in unknown - in_file.keys():
                del self.in_edition[name]
        hidden = hidden_in(folder) if folder else set()
        self.withdrawn = set(withdrawing.withdrawn_now(folder))
        self.just_withdrawn = self.withdrawn - hidden
        self.lifted = hidden - self.withdrawn

    @cached_property
    def waiting(self) -> dict[RecordName, Waiting]:
        """What could be published, by name. Without an edition, nothing waits."""
        return {
            name: item for name, item in self._different.items() if name not in self.losing_links
        }

    @cached_property
    def _different(self) -> dict[RecordName, Waiting]:
        if self.folder is None:
            return {}
        return {
            name: Waiting(newest, what, name in self._with_lifted)
            for name, newest in sorted(self.newest.items())
            if (what := self._what(name, newest))
        }

    @cached_property
    def losing_links(self) -> set[RecordName]:
        """Records that differ only in links that a deleted record took with it.

        These links go when that record's deletion is published, and need no tick of their own.
        """
        deleted = {name for name, newest in self.newest.items() if newest.is_deleted}
        return {
            name
            for name, item in self._different.items()
            if deleted and item.what == CHANGED and not item.has_lifted
            for before in [self.before(name, deleted)]
            if before and before.fingerprint == item.newest.fingerprint
        }

    def _what(self, name: RecordName, newest: Version) -> str:
        """What publishing the newest version of a record would do, or "" if nothing."""
        if name not in self.in_edition:
            return NEW if newest.is_visible and name not in self.withdrawn else ""
        if newest.is_deleted:
            return DELETED
        if not newest.is_visible or name in self.just_withdrawn:
            return UNPUBLISHED
        if name in self.lifted:
            return LIFTED
        is_same = newest.fingerprint == self.in_edition[name] and name not in self._with_lifted
        return "" if is_same else CHANGED

    @cached_property
    def _with_lifted(self) -> set[RecordName]:
        """The records that are, or have a row that is, no longer withdrawn, such as a place."""
        return {record_of(name) for name in self.lifted}

    def drafts(self) -> list[Version]:
        """The newest versions of records that are not visible to readers, and never were."""
        return [
            newest
            for name, newest in sorted(self.newest.items())
            if not newest.is_visible and not newest.is_deleted and name not in self.in_edition
        ]

    def before(self, name: RecordName, gone: Collection[RecordName] = ()) -> State | None:
        """The version of a record that readers have, without links to what is gone; or None."""
        if name not in self.in_edition or self.folder is None:
            return None
        if name not in self._different:
            return versions.state_of(self.newest[name])
        state = self._stored.get(name) or states_in(self.folder).get(name)
        return without_links(state, gone) if state and gone else state

    @cached_property
    def _stored(self) -> dict[RecordName, State]:
        """The versions that readers have of the records that differ, if they are still kept."""
        return versions.states_with(
            {name: self.in_edition[name] for name in self._different if name in self.in_edition}
        )


def _deleted_version(name: RecordName, state: State) -> Version:
    """What a database without this record would say of it."""
    row = snapshots.instance_of(state.model, name[1], state.fields)
    return Version(
        label=name[0],
        key=name[1],
        name=getattr(row, "name", None) or getattr(row, "slug", name[0]),
        is_visible=False,
        is_deleted=True,
    )


def record_of(name: RecordName) -> RecordName:
    """The record whose form has this row: the row itself, or the one that it belongs to."""
    model: type[models.Model] = apps.get_model(name[0])
    for owner, link in snapshots.owners(model):
        own_rows: models.QuerySet[Any, Any] = models.QuerySet(model).filter(pk=name[1])
        named = {f"{link.target_field.name}__in": own_rows.values(link.attname)}
        key = models.QuerySet(owner).filter(**named).values_list("pk", flat=True).first()
        if key:
            return owner._meta.label_lower, key
    return name


def without_links(state: State, gone: Collection[RecordName]) -> State:
    """A record's state without its links to some others, and without the rows these would take."""
    rows: dict[str, Any] = {}
    for child, _ in snapshots.children(state.model):
        label = child._meta.label_lower
        rows[label] = {
            key: _without(child, values, gone)
            for key, values in state.rows.get(label, {}).items()
            if not _is_taken(child, values, gone)
        }
    return State(state.model, _without(state.model, state.fields, gone), rows)


def _links(model: type[models.Model]) -> list[Any]:
    return [field for field in snapshots.kept_fields(model) if field.is_relation]


def _without(
    model: type[models.Model], fields: dict[str, Any], gone: Collection[RecordName]
) -> dict[str, Any]:
    fields = dict(fields)
    for field in _links(model):
        label, value = field.related_model._meta.label_lower, fields.get(field.name)
        if field.many_to_many:
            fields[field.name] = [other for other in value or [] if (label, other) not in gone]
        elif field.null and (label, value) in gone:
            fields[field.name] = None
    return fields


def _is_taken(
    child: type[models.Model], fields: dict[str, Any], gone: Collection[RecordName]
) -> bool:
    """Whether a row goes when one of these records does."""
    return any(
        (field.remote_field.on_delete is models.CASCADE or not field.null)
        and (field.related_model._meta.label_lower, fields.get(field.name)) in gone
        for field in _links(child)
    )


# What an edition has


def in_edition(folder: Path, newest: Collection[Version]) -> dict[RecordName, str]:
    """The fingerprint of each record that an edition has.

    An edition of an earlier release does not say. Its content does, but without what was withdrawn
    and without links to what it lacks: a record that differs in nothing else counts as the newest.
    """
    written = manifests.manifest_of(folder).get("versions")
    if written is not None:
        return {(label, key): fingerprint for label, key, fingerprint in written}
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


def versions_in(folder: Path, names: Iterable[RecordName]) -> dict[RecordName, State]:
    """The versions of these records in an edition: as stored, or as its own content has them."""
    fingerprints = in_edition(folder, [])
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
