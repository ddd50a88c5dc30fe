"""What waits to be published: records whose newest version is not the one that readers have."""

from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from helphub.content import registry
from helphub.content.fingerprint import fingerprint as fingerprint_of
from helphub.content.registry import RecordName
from helphub.editions import withdrawing
from helphub.editions.edition_versions import fingerprints_in, hidden_in, states_in
from helphub.editions.lost_links import without_links
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
        """Leave out the versions' data to learn only what waits: that is quicker."""
        labels = {model._meta.label_lower for model in registry.content_models()}
        newest = versions.newest(label__in=labels)
        self.folder = folder
        self.newest = {
            (version.label, version.key): version
            for version in (newest if has_data else newest.defer("data"))
        }
        self.in_edition = fingerprints_in(folder, self.newest.values()) if folder else {}
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
        return {record_with(name) for name in self.lifted}

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
        """Readers' versions of the records that differ, where they are still stored."""
        return versions.states_with(
            {name: self.in_edition[name] for name in self._different if name in self.in_edition}
        )


def _deleted_version(name: RecordName, state: State) -> Version:
    """Stands in for the newest version of a record that the database does not know."""
    row = snapshots.instance_of(state.model, name[1], state.fields)
    return Version(
        label=name[0],
        key=name[1],
        name=getattr(row, "name", None) or getattr(row, "slug", name[0]),
        is_visible=False,
        is_deleted=True,
    )


def record_with(name: RecordName) -> RecordName:
    """The record whose form has this row: the row itself, or its owner."""
    model: type[models.Model] = apps.get_model(name[0])
    for owner, link in snapshots.owners(model):
        own_rows: models.QuerySet[Any, Any] = models.QuerySet(model).filter(pk=name[1])
        named = {f"{link.target_field.name}__in": own_rows.values(link.attname)}
        key = models.QuerySet(owner).filter(**named).values_list("pk", flat=True).first()
        if key:
            return owner._meta.label_lower, key
    return name
