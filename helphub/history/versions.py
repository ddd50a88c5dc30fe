"""The stored versions of a record."""

from django.apps import apps
from django.db.models import Exists, Max, OuterRef

from helphub.history import snapshots
from helphub.history.models import Version


def of_record(model, key):
    """The versions of a record, newest first."""
    return Version.objects.filter(label=model._meta.label_lower, key=key)


def newest(**conditions):
    """The newest version of each record: a queryset."""
    of_each = Version.objects.filter(**conditions).values("label", "key").order_by()
    return Version.objects.filter(pk__in=of_each.annotate(newest=Max("pk")).values("newest"))


def newest_fingerprints(model, keys=None):
    """What the newest version of each of these records says: {key: fingerprint}."""
    conditions = {} if keys is None else {"key__in": keys}
    rows = newest(label=model._meta.label_lower, **conditions).filter(is_deleted=False)
    return dict(rows.values_list("key", "fingerprint"))


def state_of(version):
    """The state in a version, without fields that the record no longer has."""
    model = apps.get_model(version.label)
    names = {field.name for field in snapshots.kept_fields(model)}
    fields = {name: value for name, value in version.contents["fields"].items() if name in names}
    return snapshots.State(model, fields, version.contents["rows"])


def states_with(fingerprints):
    """The stored states with these fingerprints, {name: fingerprint}, by name."""
    stored = Version.objects.filter(
        label__in={label for label, _ in fingerprints}, fingerprint__in=set(fingerprints.values())
    )
    return {
        (version.label, version.key): state_of(version)
        for version in stored
        if fingerprints.get((version.label, version.key)) == version.fingerprint
    }


def deleted(model):
    """The newest version of each deleted record, newest first."""
    return newest(label=model._meta.label_lower).filter(is_deleted=True)


def deleted_of(labels):
    """The newest versions of deleted records of these kinds."""
    later = Version.objects.filter(
        label=OuterRef("label"), key=OuterRef("key"), pk__gt=OuterRef("pk")
    )
    return Version.objects.filter(~Exists(later), is_deleted=True, label__in=labels)
