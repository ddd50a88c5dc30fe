"""Makes versions of what is saved in a block of work, with who and why."""

import json
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.utils import timezone
from reversion.models import Revision, Version

from helphub.content.registry import places, recorded_models
from helphub.history import snapshots, versions

DELETED = "Deleted"
LOADED = "Loaded from the fixtures"
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
        changed = []
        for model in {model for model, _ in self.saved}:
            keys = [key for saved_model, key in self.saved if saved_model is model]
            for key, state in snapshots.read(model, keys).items():
                self.deleted.pop((model, key), None)
                is_noted = (model, key) in self.noted
                if is_noted or not state.says_the_same_as(versions.newest_state(model, key)):
                    changed.append((model, key, state))
        write_revision(changed, self.user, self.why)
        gone = [(model, key, state) for (model, key), state in self.deleted.items()]
        write_revision(gone, self.user, DELETED)


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


def begin():
    """Make a first version of each record that has none."""
    unversioned = []
    for model in snapshots.records():
        versioned = versions.of_model(model).values_list("object_id", flat=True)
        versioned = set(versioned.order_by().distinct())
        unversioned += [
            (model, key, state)
            for key, state in snapshots.read(model).items()
            if str(key) not in versioned
        ]
    with transaction.atomic():
        write_revision(unversioned, None, LOADED)


def write_revision(records, user, why):
    """One revision of these records: (model, key, State)."""
    if not records:
        return
    revision = Revision.objects.create(
        date_created=timezone.now(), user_id=user.pk if user else None, comment=why
    )
    rows = {}
    for model, key, state in records:
        name = str(snapshots.instance_of(model, key, state.fields))
        rows[model, key] = _version(revision, model, key, state.fields, name)
        for child, link in snapshots.children(model):
            owner = snapshots.name_of(link, key, state)
            for number, fields in state.rows.get(child._meta.label_lower, {}).items():
                fields = fields | {link.name: owner}
                rows[child, number] = _version(revision, child, number, fields, "")
    Version.objects.bulk_create(rows.values())


def _version(revision, model, key, fields, name):
    key = snapshots.key_of(model, key)
    written = [{"model": model._meta.label_lower, "pk": key, "fields": fields}]
    return Version(
        revision=revision,
        content_type=ContentType.objects.get_for_model(model),
        object_id=str(key),
        db=DEFAULT_DB_ALIAS,
        format="json",
        serialized_data=json.dumps(written),
        object_repr=name,
    )


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
        state = snapshots.read_one(sender, instance.pk)
        # An address is not kept once it is deleted.
        state.rows = {label: rows for label, rows in state.rows.items() if label not in places()}
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


def forget(model, keys):
    """Delete all versions of these rows."""
    versions.of_model(model).filter(object_id__in=[str(key) for key in keys]).delete()


def listen():
    """Watch every row of the content that is saved or deleted, and every link."""
    for model in recorded_models():
        if model._meta.auto_created:
            m2m_changed.connect(on_links, model)
        else:
            post_save.connect(on_save, model)
            pre_delete.connect(before_deletion, model)
            post_delete.connect(on_save, model)
