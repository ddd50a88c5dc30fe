"""The stored versions of a record."""

import json

from django.contrib.contenttypes.models import ContentType
from reversion.models import Version

from helphub.history import states


def of_model(model):
    return Version.objects.filter(content_type=ContentType.objects.get_for_model(model))


def of_record(model, key):
    """The versions of a record, newest first."""
    found = of_model(model).filter(object_id=str(key)).select_related("revision__user")
    return found.order_by("-revision_id")


def newest_state(model, key):
    """The newest stored state, or None."""
    newest = of_record(model, key).first()
    return newest and states_of(model, [newest])[newest.pk]


def state_marked(model, key, mark):
    """The state with this mark, if it is among the last 20 stored."""
    newest = list(of_record(model, key)[:20])
    kept = states_of(model, newest) if newest else {}
    return next((state for state in kept.values() if state.mark == mark), None)


def fields_of(version):
    return json.loads(version.serialized_data)[0]["fields"]


def states_of(model, found):
    """The states in these versions of one record: {version's key: State}."""
    known = {one.name for one in states.kept_fields(model)}
    kept = {}
    by_revision = {}
    for version in found:
        fields = {name: value for name, value in fields_of(version).items() if name in known}
        kept[version.pk] = by_revision[version.revision_id] = states.State(fields)
    for child, link in states.children(model):
        rows = of_model(child).filter(revision__in=list(by_revision)).order_by("pk")
        for row in rows:
            state, fields = by_revision[row.revision_id], fields_of(row)
            owner = states.name_of(link, int(found[0].object_id), state)
            if fields.get(link.name) == owner and owner is not None:
                states.put_row(state, child, link, row.object_id, fields)
    return kept


def deleted(model):
    """The newest version of each deleted record, newest first."""
    there = {str(key) for key in model._base_manager.values_list("pk", flat=True)}
    gone = {}
    found = of_model(model).defer("serialized_data").select_related("revision__user")
    for version in found.order_by("-revision_id"):
        if version.object_id not in there:
            gone.setdefault(version.object_id, version)
    return list(gone.values())
