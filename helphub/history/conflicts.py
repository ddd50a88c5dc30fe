"""Two officers edit one record: the second to save is shown what the first saved."""

import re

from django.core.exceptions import ValidationError
from django.forms import CheckboxInput, ModelMultipleChoiceField
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import QueryDict

from helphub.history import snapshots
from helphub.history.snapshots import State

FINGERPRINT = "_fingerprint"
REFUSED = "Someone else saved this while you had it open. The top of the form shows what differs."


def fingerprint_of(model, key):
    """The fingerprint of a record as it is saved, or "" if there is none."""
    state = snapshots.read_one(model, key)
    return state.fingerprint if state else ""


def typed_state(saved, form, formsets):
    """What this form would save, as far as it can be read."""
    model = form._meta.model
    typed = State(model, saved.fields | _typed(model, form), dict(saved.rows))
    for formset in formsets:
        label = formset.model._meta.label_lower
        rows = dict(saved.rows.get(label, {}))
        for number, row_form in enumerate(formset.forms):
            key = str(row_form.instance.pk or f"new {number}")
            is_kept = row_form.instance.pk and getattr(formset.model, "is_permanent", False)
            if is_kept or (not row_form.has_changed() and row_form.instance.pk is None):
                continue
            values = row_form.cleaned_data if hasattr(row_form, "cleaned_data") else {}
            if values.get(DELETION_FIELD_NAME):
                rows.pop(key, None)
            else:
                rows[key] = rows.get(key, {}) | _typed(formset.model, row_form)
                rows[key].pop(formset.fk.name, None)
        typed.rows[label] = rows
    return typed


def _typed(model, form):
    """A form's fields as a version stores them."""
    names = {field.name: field for field in snapshots.kept_fields(model)}
    cleaned = getattr(form, "cleaned_data", {})
    return {
        name: _as_kept(names[name], cleaned[name])
        for name in form.fields
        if name in names and name in cleaned
    }


def _as_kept(field, value):
    if field.many_to_many:
        return sorted(other.pk for other in value)
    if field.is_relation:
        value = value and getattr(value, field.target_field.attname)
    return snapshots.as_json(value)


def merge(saved, base, mine, form, formsets):
    """Put into the form what others saved in fields that this officer has not touched.

    The officer then decides only about fields that both changed.
    """
    model = form._meta.model
    row = snapshots.instance_of(model, form.instance.pk, saved.fields)
    _merge_fields(base.fields, saved.fields, mine.fields, form, type(form)(instance=row))
    for formset in formsets:
        label = formset.model._meta.label_lower
        before, now, typed = (state.rows.get(label, {}) for state in (base, saved, mine))
        for row_form in formset.initial_forms:
            key = str(row_form.instance.pk)
            if key in before and key in now and key in typed:
                row = snapshots.instance_of(formset.model, row_form.instance.pk, now[key])
                fresh = type(row_form)(instance=row, prefix=row_form.prefix)
                _merge_fields(before[key], now[key], typed[key], row_form, fresh)


def _merge_fields(base, saved, mine, form, fresh):
    for name in fresh.fields:
        if name not in base or saved.get(name) == base[name] or not _same(mine, base, name):
            continue
        _put(form.data, form.add_prefix(name), fresh[name])
        mine[name] = saved[name]


def _same(mine, base, name):
    return (mine.get(name) or "") == (base.get(name) or "")


def _put(data, name, bound):
    """Write into sent data the value that a field of an unsent form shows."""
    widget, value = bound.field.widget, bound.value()
    widget = getattr(widget, "widget", widget)  # Unwrap the admin's frame of buttons.
    if isinstance(widget, CheckboxInput):
        data.setlist(name, ["on"] if value else [])
    elif isinstance(bound.field, ModelMultipleChoiceField):
        data.setlist(name, [str(getattr(choice, "pk", choice)) for choice in value or []])
    else:
        shown = widget.format_value(value)
        data[name] = "".join(shown) if isinstance(shown, list) else shown or ""


def refusing(form_class):
    """A form that refuses every save, and keeps what is typed."""

    class Refusing(form_class):
        def clean(self):
            super().clean()
            raise ValidationError(REFUSED, code="conflict")

    Refusing.__name__ = form_class.__name__
    return Refusing


def with_rows_that_are_there(data, prefix, saved_rows, before, form_class):
    """Match what was typed into rows with the rows that are saved now.

    Text typed into a row that another officer deleted goes into a new row. If this officer had not
    touched the row, it is dropped. Rows that others added are put in. Django expects the saved rows
    first.
    """
    model = form_class._meta.model
    total = _number(data, f"{prefix}-TOTAL_FORMS")
    forms = []
    for number in range(total):
        start = f"{prefix}-{number}-"
        fields = {name[len(start) :]: data.getlist(name) for name in data if name.startswith(start)}
        key = "".join(fields.get("id", []))
        is_there = key in saved_rows
        if key and not is_there:
            row = snapshots.instance_of(model, None, before.get(key, {}))
            form = form_class(data, instance=row, prefix=start.removesuffix("-"))
            if "DELETE" in fields or (key in before and not form.has_changed()):
                continue
            fields["id"] = [""]
        forms.append((not is_there, fields))
    typed = {"".join(fields.get("id", [])) for _, fields in forms}
    for key in saved_rows.keys() - typed:
        form = form_class(instance=snapshots.instance_of(model, int(key), saved_rows[key]))
        fields = QueryDict(mutable=True)
        for name in form.fields:
            _put(fields, name, form[name])
        forms.append((False, {**dict(fields.lists()), "id": [key]}))
    forms.sort(key=lambda entry: entry[0])
    for name in [name for name in data if re.match(rf"{re.escape(prefix)}-\d+-", name)]:
        del data[name]
    for number, (_, fields) in enumerate(forms):
        for name, values in fields.items():
            data.setlist(f"{prefix}-{number}-{name}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(forms))
    data[f"{prefix}-INITIAL_FORMS"] = str(sum(not is_new for is_new, _ in forms))


def _number(data, name):
    value = data.get(name, "")
    return min(int(value), 1000) if value.isdecimal() else 0


class ListRow:
    """A row of an editable list, which keeps other officers' changes.

    The form also sends what the list showed. Only what this officer changed is saved, and only if
    the stored value is still the one shown.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self):
        cleaned = super().clean()
        for name in list(self.fields):
            if name not in self.initial or name not in self.changed_data:
                continue
            bound, now = self[name], self.initial[name]
            shown = self._widget_data_value(bound.field.hidden_widget(), bound.html_initial_name)
            if self.fields[name].has_changed(now, shown):
                self.data = self.data.copy()
                self.data[bound.html_initial_name] = bound.field.prepare_value(now)
                self.add_error(
                    name, f"Someone else has changed this to {now}. Save again to replace that."
                )
        return cleaned
