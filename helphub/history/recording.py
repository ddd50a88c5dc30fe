"""Makes versions of what is saved in a block of work, with who and why."""

import json
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from helphub.content.registry import places, recorded_models
from helphub.history import snapshots, versions
from helphub.history.models import Version

DELETED = "Deleted"
LOADED = "Loaded from the fixtures"
OUTSIDE = "Saved outside the admin"
_recording = ContextVar("recording", default=None)


class Recording:
    """The records that a piece of work saved and deleted."""

    def __init__(self, user, why):
        self.user, self.why = user, why
        self.saved, self.deleted, self.noted = set(), {}, set()

    def note(self, record):
        """Make a version of a record even if its own fields are the same."""
        self.noted.add((type(record), record.pk))
        self.saved.add((type(record), record.pk))

    def write(self):
        """Make versions of what was saved so far."""
        changed = []
        for model in _in_order({model for model, _ in self.saved}):
            keys = [key for saved_model, key in self.saved if saved_model is model]
            noted = {key for key in keys if (model, key) in self.noted}
            for key, state in _unversioned(model, keys, noted).items():
                changed.append(version_of(model, key, state, self.user, self.why))
        gone = [
            version_of(model, key, state, self.user, DELETED, is_deleted=True)
            for (model, key), state in self.deleted.items()
            if not snapshots.existing(model, [key])
        ]
        Version.objects.bulk_create([*changed, *gone])
        self.saved, self.deleted, self.noted = set(), {}, set()


def _in_order(models_saved):
    """The order of locking. In different orders, two officers could block each other."""
    return sorted(models_saved, key=lambda model: model._meta.label_lower)


def _unversioned(model, keys, noted=()):
    """The states of these records that their newest version does not have, or that are noted.

    The records are locked first: a record is read by several queries, and nobody may save it, or
    make a version of it, in between.
    """
    snapshots.lock(model, *keys)
    newest = versions.newest_fingerprints(model, keys)
    return {
        key: state
        for key, state in snapshots.read(model, keys).items()
        if key in noted or state.fingerprint != newest.get(key)
    }


def who():
    """The name of whoever is saving, or "" outside the admin."""
    current = _recording.get()
    return current.user.get_username() if current and current.user else ""


def write_now():
    """Make versions of what was saved so far, for code that needs the newest before the end."""
    if (current := _recording.get()) is not None:
        current.write()


@contextmanager
def recording(user=None, why=""):
    """Keep a version of every record saved in this block, or of none if it fails."""
    if (outer := _recording.get()) is not None:
        outer.why = why or outer.why
        yield outer
        return
    with transaction.atomic():
        work = Recording(user, why)
        token = _recording.set(work)
        try:
            yield work
        finally:
            _recording.reset(token)
        if not transaction.get_rollback():
            work.write()


def catch_up():
    """Make versions of what was saved by something that does not record, such as a fixture.

    It writes nothing if there is nothing to catch up with.
    """
    _fill_in_fingerprints()
    for model in _in_order(snapshots.records()):
        newest = versions.newest_fingerprints(model)
        states = snapshots.read(model)
        different = [key for key in states if states[key].fingerprint != newest.get(key)]
        gone = newest.keys() - states.keys()
        if different or gone:
            _catch_up_with(model, different, gone)


def catch_up_with(model, keys):
    """The same for these records only, such as before something that is to be undone."""
    _catch_up_with(model, keys, set())


def up_to_date(model, key):
    """A record's newest version, made now if the record was saved without one; or None."""
    write_now()
    catch_up_with(model, [key])
    return versions.of_record(model, key).first()


@transaction.atomic
def _catch_up_with(model, different, gone):
    known = versions.newest_fingerprints(model, different)
    changed = [
        version_of(model, key, state, None, OUTSIDE if key in known else LOADED)
        for key, state in _unversioned(model, different).items()
    ]
    gone -= set(snapshots.existing(model, gone))
    deleted = versions.newest(label=model._meta.label_lower, key__in=gone).filter(is_deleted=False)
    Version.objects.bulk_create([*changed, *map(_deletion_of, deleted)])


def _fill_in_fingerprints():
    """Give fingerprints to versions that a migration took over. It can't run the code for that."""
    without = list(Version.objects.filter(fingerprint=""))
    for version in without:
        version.fingerprint = versions.state_of(version).fingerprint
    Version.objects.bulk_update(without, ["fingerprint"], batch_size=500)


def version_of(model, key, state, user, why, *, is_deleted=False):
    """A new version of a record, not stored yet."""
    return Version(
        label=model._meta.label_lower,
        key=key,
        name=str(snapshots.instance_of(model, key, state.fields))[:200],
        data=_as_stored(state),
        fingerprint=state.fingerprint,
        is_visible=state.is_visible and not is_deleted,
        is_deleted=is_deleted,
        officer=user.get_username() if user else "",
        why=why,
    )


def _deletion_of(version):
    """A new version that says its record is deleted.

    It keeps the name as it is: what the name is made from may be deleted too.
    """
    state = without_places(versions.state_of(version))
    return Version(
        label=version.label,
        key=version.key,
        name=version.name,
        data=_as_stored(state),
        fingerprint=state.fingerprint,
        is_visible=False,
        is_deleted=True,
        why=DELETED,
    )


def _as_stored(state):
    return json.dumps({"fields": state.fields, "rows": state.rows}, ensure_ascii=False)


def without_places(state):
    """What may be kept of a deleted record: an address is not."""
    rows = {label: rows for label, rows in state.rows.items() if label not in places()}
    return snapshots.State(state.model, state.fields, rows)


# What is noticed while recording.


def _touch(instance):
    """Note the record that a row is, or belongs to."""
    current, model = _recording.get(), type(instance)
    if model in snapshots.records():
        current.saved.add((model, instance.pk))
    for owner, link in snapshots.owners(model):
        if (name := getattr(instance, link.attname)) is not None:
            affected = models.QuerySet(owner).filter(**{link.target_field.attname: name})
            current.saved.update((owner, key) for key in affected.values_list("pk", flat=True))


def on_save(sender, instance, **kwargs):
    if _recording.get() is not None:
        _touch(instance)


def before_deletion(sender, instance, **kwargs):
    current = _recording.get()
    if current is None:
        return
    _touch(instance)
    for model in snapshots.records():
        for link in model._meta.many_to_many:
            if link.related_model is sender:
                affected = models.QuerySet(model).filter(**{link.name: instance.pk})
                current.saved.update((model, key) for key in affected.values_list("pk", flat=True))
    if sender in snapshots.records():
        state = without_places(snapshots.read_one(sender, instance.pk))
        current.deleted.setdefault((sender, instance.pk), state)


def on_links(sender, instance, reverse, model, pk_set, action, **kwargs):
    current = _recording.get()
    if current is None:
        return
    if not reverse:
        current.saved.add((type(instance), instance.pk))
    elif pk_set is not None:
        current.saved.update((model, key) for key in pk_set)
    elif action == "pre_clear":
        (link,) = (
            field for field in model._meta.many_to_many if field.remote_field.through is sender
        )
        affected = models.QuerySet(model).filter(**{link.name: instance.pk})
        current.saved.update((model, key) for key in affected.values_list("pk", flat=True))


def forget_row(model, key, is_secret=bool):
    """Take a row out of every version of the records that had it, if what it said is secret."""
    label = model._meta.label_lower
    owners = [owner._meta.label_lower for owner, _ in snapshots.owners(model)]
    for version in Version.objects.filter(label__in=owners, data__contains=f'"{label}"'):
        rows = version.contents["rows"].get(label, {})
        if is_secret(rows.get(str(key))):
            del rows[str(key)]
            version.data = json.dumps(version.contents, ensure_ascii=False)
            version.fingerprint = versions.state_of(version).fingerprint
            version.save(update_fields=["data", "fingerprint"])


def listen():
    """Watch every row of the content that is saved or deleted, and every link."""
    for model in recorded_models():
        if model._meta.auto_created:
            m2m_changed.connect(on_links, model)
        else:
            post_save.connect(on_save, model)
            pre_delete.connect(before_deletion, model)
            post_delete.connect(on_save, model)
