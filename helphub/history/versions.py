"""The stored versions of a record."""

import json

from django.contrib.contenttypes.models import ContentType
from reversion.models import Version

from helphub.history import snapshots


def of_model(model):
    return Version.objects.filter(content_type=ContentType.objects.get_for_model(model))


def of_record(model, key):
    """The versions of a record, newest first."""
    versions = of_model(model).filter(object_id=str(key)).select_related("revision__user")
    return versions.order_by("-revision_id")


def newest_state(model, key):
    """The newest stored state, or None."""
    newest = of_record(model, key).first()
    return newest and states_of(model, [newest])[newest.pk]


def state_with_fingerprint(model, key, fingerprint):
    """The state with this fingerprint, if it is among the last 20 stored."""
    newest = list(of_record(model, key)[:20])
    states_by_version = states_of(model, newest) if newest else {}
    return next(
        (state for state in states_by_version.values() if state.fingerprint == fingerprint), None
    )


def fields_of(version):
    return json.loads(version.serialized_data)[0]["fields"]


def states_of(model, versions):
    """The states in these versions of one record: {version's key: State}."""
    field_names = {field.name for field in snapshots.kept_fields(model)}
    states_by_version = {}
    by_revision = {}
    for version in versions:
        fields = {name: value for name, value in fields_of(version).items() if name in field_names}
        states_by_version[version.pk] = by_revision[version.revision_id] = snapshots.State(fields)
    for child, link in snapshots.children(model):
        rows = of_model(child).filter(revision__in=list(by_revision)).order_by("pk")
        for row in rows:
            state, fields = by_revision[row.revision_id], fields_of(row)
            owner = snapshots.name_of(link, int(versions[0].object_id), state)
            if fields.get(link.name) == owner and owner is not None:
                snapshots.put_row(state, child, link, row.object_id, fields)
    return states_by_version


def deleted(model):
    """The newest version of each deleted record, newest first."""
    existing = {str(key) for key in model._base_manager.values_list("pk", flat=True)}
    gone = {}
    versions = of_model(model).defer("serialized_data").select_related("revision__user")
    for version in versions.order_by("-revision_id"):
        if version.object_id not in existing:
            gone.setdefault(version.object_id, version)
    return list(gone.values())
