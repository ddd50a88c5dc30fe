"""Brings a record back to an earlier state. Does nothing if that is not allowed now."""

from django.core.exceptions import ValidationError
from django.db import models, transaction

from helphub.content.registry import places
from helphub.history import snapshots
from helphub.history.snapshots import State

# Limits on restoring records of one kind, by its label. Rooms above add theirs when they start.
# Each has `kept_fields(row)`, `notes(row)` and `refusals(key, present, wanted)`.
RESTRICTIONS = {}


class RefusedError(Exception):
    """Why a version cannot be restored, in words for an officer."""

    def __init__(self, reasons):
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def wanted(model, present, version, kept_fields=(), kept_rows=()):
    """The state that restoring leads to, and notes on what it leaves alone.

    Kept fields and kept kinds of rows stay as they are. Links to deleted records are left out.
    """
    notes, fields, rows = [], dict(version.fields), {}
    for name in kept_fields:
        fields[name] = present.fields.get(name)
    for field in model._meta.many_to_many:
        existing = set(
            field.related_model._base_manager.filter(pk__in=fields.get(field.name, [])).values_list(
                "pk", flat=True
            )
        )
        if gone := len(fields.get(field.name, [])) - len(existing):
            notes.append(f"Not restored in “{field.verbose_name}”, because deleted since: {gone}.")
        fields[field.name] = sorted(existing)
    for child, _ in snapshots.children(model):
        label = child._meta.label_lower
        now, earlier = present.rows.get(label, {}), version.rows.get(label, {})
        rows[label], note = _wanted_rows(child, now, earlier, is_kept=child in kept_rows)
        if note:
            notes.append(note)
    return State(model, fields, rows), notes


def _wanted_rows(child, now, earlier, *, is_kept):
    """The rows of one kind that restoring leads to, and a note if they are not the earlier ones."""
    if child._meta.label_lower in places():
        # A deleted place was not kept, and an old version must not remove a present one.
        rows = {key: earlier.get(key, fields) for key, fields in now.items()}
        name = child._meta.verbose_name
        note = f"Restoring does not add or remove a {name}: use its form for that."
        return rows, note if now.keys() != earlier.keys() else ""
    names = child._meta.verbose_name_plural
    if now and getattr(child, "is_permanent", False):
        note = f"The {names} stay as they are: they are a permanent record."
    elif is_kept:
        note = f"You cannot change “{names}”, so they stay as they are."
    else:
        return earlier, ""
    return now, note if now != earlier else ""


def restore(model, key, wanted):
    """Make a record equal to this state. The caller has locked it."""
    try:
        with transaction.atomic():
            _restore(model, key, wanted)
    except ValidationError as error:
        raise RefusedError(reasons(model, error)) from error


def _restore(model, key, wanted):
    row = models.QuerySet(model).filter(pk=key).first() or model(pk=key)
    for field in snapshots.own_fields(model):
        if field.name in wanted.fields:
            setattr(row, field.attname, snapshots.value_of(field, wanted.fields[field.name]))
    row.full_clean()
    row.save()
    for field in model._meta.many_to_many:
        getattr(row, field.name).set(wanted.fields.get(field.name, []))
    for child, link in snapshots.children(model):
        _restore_rows(row, child, link, wanted.rows.get(child._meta.label_lower, {}))
    # Check again: some rules depend on the record's links and rows.
    model._base_manager.get(pk=key).full_clean()


def _restore_rows(row, child, link, earlier):
    owner = {link.attname: getattr(row, link.target_field.attname)}
    now = {
        str(key): {name: value for name, value in fields.items() if name != link.name}
        for key, fields in snapshots.table_of(child, **owner).items()
    }
    different = [key for key in {*now, *earlier} if now.get(key) != earlier.get(key)]
    # Deleting a place would delete its versions too.
    is_place = child._meta.label_lower in places()
    gone = [] if is_place else [key for key in different if key in now]
    # Delete them all first: two rows may have swapped a unique value.
    for old_row in child._base_manager.filter(pk__in=gone):
        old_row.delete()
    for key in different:
        if key in earlier:
            new_row = snapshots.instance_of(child, snapshots.key_of(child, key), earlier[key])
            new_row._state.adding = not is_place
            setattr(new_row, link.name, row)
            new_row.full_clean(exclude=[child._meta.pk.name])
            new_row.save()


def reasons(model, error):
    """The reasons in a refusal, each with the field's own name."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    names = {
        field.name: str(field.verbose_name) for field in model._meta.get_fields() if field.concrete
    }
    return [
        f"{names[name]}: {message}" if name in names else message
        for name, messages in error.message_dict.items()
        for message in messages
    ]
