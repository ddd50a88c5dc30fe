"""Saves what a file changes, through the admin's own forms. All of it, or nothing.

A trial does the same and takes it back, so rows that only fit together are judged together, and an
officer sees every fault before anything is written.
"""

from functools import cached_property

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import models, transaction
from django.forms import ModelChoiceField
from django.http import QueryDict

from contacts.admin import HOURS
from contacts.dialling import NOT_THE_SAME
from contacts.models import Phone
from helphub.content.admin import lists_made
from helphub.history import snapshots
from helphub.history.recording import recording
from helphub.spreadsheets import critical
from helphub.spreadsheets.critical import WHY
from helphub.spreadsheets.tables import Names, admin_of, heading_for, own_table

NEW_DIGITS = (
    "The digits have changed. Check that the hours, cost and what happens are still right, ring "
    "the new number, and add a check."
)
MAY_NOT = "You may not {what} here. Ask a user administrator for a role that may."
IN_ITS_FORM = "Make this change in its own form: it needs an answer from you."


class RefusedError(Exception):
    """Nothing was saved."""

    def __init__(self, refusals):
        super().__init__("Refused")
        self.refusals = refusals


class Saved:
    """What became of one record."""

    def __init__(self, edit, row):
        self.edit, self.row, self.notes, self.proposal = edit, row, [], None


def trial(request, edits):
    """Why these edits could not be saved, if there is a reason. Nothing stays."""
    with recording() as outer:
        before = set(outer.saved)
        with transaction.atomic():
            work = Work(request, edits)
            work.run()
            transaction.set_rollback(True)
        outer.saved = before
    return work.refusals


def save(request, edits, sources):
    """Save these edits and return what became of each. Raises RefusedError, and saves nothing.

    `sources` says where the digits of critical numbers come from, {number's key: words}.
    """
    with transaction.atomic():
        work = Work(request, edits, sources)
        work.run()
        if work.refusals:
            raise RefusedError(work.refusals)
        work.log()
    return work.saved


class Work:
    """One pass over the edits."""

    def __init__(self, request, edits, sources=None):
        self.request, self.edits, self.sources = request, edits, sources
        self.refusals, self.saved, self.forms = [], [], {}
        self.rows = {model: _with_links(model, edits) for model in {e.model for e in edits}}
        self.guarded = critical.guarded([edit.key for edit in edits if edit.model is Phone])
        # The admin of numbers would ask for each of them.
        request.need_second_person = {
            edit.key: edit.key in self.guarded for edit in edits if edit.model is Phone
        }

    def run(self):
        for edit in self.edits:
            record = RecordWork(self, edit)
            if faults := list(record.why_not_allowed()) or record.save():
                self.refusals += faults
            else:
                self.saved.append(record.saved)

    def form_class(self, owner, row, names, is_guarded):
        """The admin's form with these fields. Making one takes longer than filling it in."""
        key = (owner.model, row.pk is None, frozenset(names), is_guarded)
        if key not in self.forms:
            form = owner.get_form(self.request, row if row.pk else None, row.pk, fields=names)
            for field in form.base_fields.values():
                if isinstance(field, ModelChoiceField):
                    field.clean = _looked_up_once(field.clean)
            self.forms[key] = form
        return self.forms[key]

    def log(self):
        """Put the saves into Django's log, as the forms would."""
        for flag in (ADDITION, CHANGE):
            by_model = {}
            for saved in self.saved:
                if (saved.edit.key is None) == (flag == ADDITION):
                    by_model.setdefault(saved.edit.model, []).append(saved.row)
            for rows in by_model.values():
                LogEntry.objects.log_actions(self.request.user.pk, rows, flag, f"{WHY}.")


def _with_links(model, edits):
    """The records of a model that are edited, by key, with the links that their forms show."""
    rows = models.QuerySet(model)
    changed = {name for edit in edits if edit.model is model for name in edit.own_values}
    links = [field.name for field in model._meta.many_to_many if field.name in changed]
    keys = [edit.key for edit in edits if edit.model is model and edit.key]
    return rows.prefetch_related(*links).in_bulk(keys)


def _looked_up_once(clean):
    """Look a choice among records up once, however many rows of the file make it."""
    found = {}

    def cleaned(value):
        key = tuple(value) if isinstance(value, list) else value
        if key not in found:
            found[key] = clean(value)
        return found[key]

    return cleaned


class RecordWork:
    """One record: its form, and the rows in it."""

    def __init__(self, work, edit):
        self.work, self.edit, self.request = work, edit, work.request
        self.owner = admin_of(edit.model)
        self.row = work.rows[edit.model][edit.key] if edit.key else edit.model()
        self.own = [change for change in edit.taken if change.table.child is None]
        self.children = [change for change in edit.taken if change.table.child]
        self.saved = Saved(edit, self.row)
        self.is_guarded = edit.key in work.guarded if edit.model is Phone else False
        self.row.is_guarded = self.is_guarded  # For the form of a number, as its admin does.

    # May this officer?

    def why_not_allowed(self):
        for change in self.edit.taken:
            if not self._is_allowed(change):
                what = "add rows" if change.is_new else "change this"
                yield change.line.refusal(MAY_NOT.format(what=what))

    def _is_allowed(self, change):
        if change.table.child is None and change.is_new:
            return self.owner.has_add_permission(self.request)
        may_change = self.edit.key is None or self.owner.has_change_permission(
            self.request, self.row
        )
        if change.table.child is None:
            return may_change
        right = "add" if change.is_new else "change"
        child = change.table.child._meta
        right = f"{child.app_label}.{right}_{child.model_name}"
        return may_change and self.request.user.has_perm(right)

    # Its own fields.

    @cached_property
    def values(self):
        """What the form of the record is given, besides what it has."""
        values = dict(self.edit.own_values)
        if self.is_guarded:
            for name in critical.DIGITS:
                values.pop(name, None)
        return values

    def _names(self):
        """The fields of the form: the changed ones, and those that a form's rules look at.

        Links, and fields that must be unique, take a query each, and no rule looks at them unless
        they are changed.
        """
        model = self.edit.model
        columns = own_table(model).names
        if self.edit.key is None:
            return [Names.field_of(model).name, *columns]
        fields = [model._meta.get_field(name) for name in columns]
        return [
            field.name
            for field in fields
            if field.name in self.values or not (field.is_relation or field.unique)
        ]

    def _data(self, names):
        data = QueryDict(mutable=True)
        fields = dict(self.edit.now.fields) if self.edit.now else self._defaults()
        fill(data, "", fields | self.values, names)
        return data

    def _defaults(self):
        model = self.edit.model
        fields = [field for field in snapshots.own_fields(model) if field.has_default()]
        defaults = {field.name: field.get_default() for field in fields}
        return defaults | {Names.field_of(model).name: self.edit.name}

    def save(self):
        """Save it, or return why it cannot be saved."""
        names = self._names()
        form_class = self.work.form_class(self.owner, self.row, names, self.is_guarded)
        form = form_class(self._data(list(form_class.base_fields)), instance=self.row)
        formsets = self._formsets()
        self.row.hours_formsets = [f for f in formsets if f.model in HOURS]
        faults = list(self._refused_by_second_person())
        faults += self._faults_of(form)
        for formset in formsets:
            faults += self._faults_of_rows(formset)
        if faults:
            return faults
        self._save(form, formsets)
        return self._propose()

    def _save(self, form, formsets):
        is_change = self.edit.key is not None
        had_digits = "dial" in form.changed_data and is_change
        self.owner.save_form(self.request, form, is_change)
        self.owner.save_model(self.request, self.row, form, is_change)
        form.save_m2m()
        for formset in formsets:
            self.owner.save_formset(self.request, form, formset, is_change)
        if had_digits:
            self.saved.notes.append(NEW_DIGITS)
        every_form = [form, *(row for formset in formsets for row in formset.forms)]
        self.saved.notes += [
            f"What you pasted into “{label}” is now a list. Check that it is right."
            for each in every_form
            for label in lists_made(each)
        ]

    # Rows within its form.

    def _formsets(self):
        """The rows of all kinds, if one of them changes: some rules look at several kinds."""
        if not self.children:
            return []
        formsets = []
        row = self.row if self.row.pk else None
        for inline in self.owner.get_inline_instances(self.request, row):
            formset_class = inline.get_formset(self.request, row)
            formsets.append(self._formset(inline, formset_class))
        return formsets

    def _formset(self, inline, formset_class):
        label = inline.model._meta.label_lower
        prefix = formset_class.get_default_prefix()
        there = self.edit.now.rows.get(label, {}) if self.edit.now else {}
        rows = inline.get_queryset(self.request)
        unsent = formset_class(instance=self.row, prefix=prefix, queryset=rows)
        keys = [str(form.instance.pk) for form in unsent.initial_forms]
        changes = [change for change in self.children if change.table.child is inline.model]
        by_row = {change.line.row: change for change in changes if not change.is_new}
        new = [change for change in changes if change.is_new]
        data, names = QueryDict(mutable=True), list(formset_class.form.base_fields)
        for number, key in enumerate(keys):
            values = by_row[key].values if key in by_row else {}
            fill(data, f"{prefix}-{number}-", there.get(key, {}) | values, names)
            data[f"{prefix}-{number}-{inline.model._meta.pk.name}"] = key
        defaults = {
            field.name: snapshots.as_json(field.get_default())
            for field in snapshots.own_fields(inline.model)
            if field.has_default()
        }
        last = max((row.get("position") or 0 for row in there.values()), default=0)
        for number, change in enumerate(new, len(keys)):
            last += 1
            values = defaults | {"position": last} | change.values
            fill(data, f"{prefix}-{number}-", values, names)
        data[f"{prefix}-TOTAL_FORMS"] = str(len(keys) + len(new))
        data[f"{prefix}-INITIAL_FORMS"] = str(len(keys))
        formset = formset_class(data, instance=self.row, prefix=prefix, queryset=rows)
        formset.changes = [by_row.get(key) for key in keys] + new
        return formset

    # Why not.

    def _refused_by_second_person(self):
        for change in self.own if self.is_guarded else ():
            for name in critical.FIXED & set(change.values):
                yield change.line.refusal(critical.SECOND_PERSON, heading_for(Phone, name))

    def _faults_of(self, form):
        """The errors of the record's form, beside its row in the file or one of its rows."""
        change = (self.own or self.children)[0]
        for name, messages in form.errors.items():
            words = " ".join(messages)
            if words == NOT_THE_SAME and "dial" in form.errors:
                continue  # Only because the digits to dial are wrong.
            if name == "starts_on" and getattr(form, "question", None):
                words = f"{words.partition(' Tick ')[0]} {IN_ITS_FORM}"
            yield self._fault(change, self.edit.model, name, words)

    def _faults_of_rows(self, formset):
        for errors, change in zip(formset.errors, formset.changes, strict=True):
            for name, messages in errors.items():
                line = change or self.edit.taken[0]
                yield self._fault(line, formset.model, name, " ".join(messages))
        for message in formset.non_form_errors():
            yield self.edit.taken[0].line.refusal(message)

    def _fault(self, change, model, name, words):
        if name == "__all__":
            return change.line.refusal(words)
        heading = heading_for(model, name)
        if change.table.row_model is model and heading in change.line.letters:
            return change.line.refusal(words, heading)
        return change.line.refusal(f"“{heading}”, which is not in this row: {words}")

    # What needs a second person.

    def _propose(self):
        if not self.edit.proposed:
            return []
        if self.work.sources is None:
            source = WHY  # A trial. The page asks for the real one.
        else:
            source = self.work.sources.get(self.edit.key, "").strip()
        proposal = critical.Proposal(self.own[0], self.row, self.request.user, source)
        self.saved.proposal = proposal.made
        return list(proposal.refusals())


def fill(data, prefix, values, names):
    """Write values into sent data as a browser would: {field: value as versions hold it}."""
    for name in names:
        value = values.get(name)
        if isinstance(value, (list, tuple)):
            data.setlist(f"{prefix}{name}", [str(key) for key in value])
        elif value is True:
            data[f"{prefix}{name}"] = "on"
        elif value is not None and value is not False:
            data[f"{prefix}{name}"] = str(value)
