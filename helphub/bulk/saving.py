"""Actions that change the records themselves, by the rules of their forms, and make versions."""

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import flatten
from django.db import transaction
from django.http import QueryDict

from helphub.bulk.actions import Action
from helphub.bulk.lines import Facts, LeftOutError, Line
from helphub.bulk.waiting_reviews import in_review
from helphub.history import recording, restoring, snapshots, versions
from helphub.history.diff import difference
from helphub.history.models import Version
from helphub.history.snapshots import State
from helphub.history.views import Record, after_restoring

NO_PERMISSION = "You cannot change this."
CRITICAL = "This is a critical number. Change it in its own form."
# The fields that these actions set.
IN_FORMS = {"is_published", "is_archived", "moved_to", "audiences"}
WITHDRAWN = "It is withdrawn. End the withdrawal first, on the “Editions” page."


class SavesRecords(Action):
    """Changes fields of each record. A version of each is kept, so undoing restores the one before.

    Actions of this kind say in `fields` what they change, and in `values` to what; or they prepare
    each line themselves.
    """

    fields = ()
    leaves_withdrawn = False  # Whether it leaves out what is withdrawn.

    def is_for(self, model):
        model_admin = admin.site.get_model_admin(model)
        shown = flatten(getattr(model_admin, "form_fields", None) or model_admin.fields or ())
        return set(self.fields) <= set(shown)

    def lines(self, request, model, rows, given):
        facts = Facts(model, [row.pk for row in rows])
        return [self._line(request, facts, row, given) for row in rows]

    def _line(self, request, facts, row, given):
        line = Line(row)
        present = facts.states[row.pk]
        try:
            self._refuse(request, facts, row)
            wanted = self.prepare(request, line, present, given)
        except LeftOutError as error:
            line.why_not, line.seen = str(error), present.fingerprint
        else:
            line.seen = [present.fingerprint, wanted.fingerprint]
            line.changes = difference(type(row), present, wanted)
        return line

    def _refuse(self, request, facts, row):
        """Raise LeftOutError for what no single press may change."""
        if not admin.site.get_model_admin(type(row)).has_change_permission(request, row):
            raise LeftOutError(NO_PERMISSION)
        if row.pk in facts.critical:
            raise LeftOutError(CRITICAL)
        if self.leaves_withdrawn and row.pk in facts.withdrawn:
            raise LeftOutError(WITHDRAWN)
        if review := facts.reviews.get(row.pk):
            raise LeftOutError(in_review(review))

    def prepare(self, request, line, present, given):
        """Make the line ready to be saved. Returns the record's state after that."""
        return fill_in(request, line, present, self.values(present.fields, given))

    def values(self, fields, given):
        """The new values of a record's fields, as a version has them. May raise LeftOutError."""
        return {}

    def do(self, request, model, lines, given):
        keys = [line.key for line in lines]
        # What undoing goes back to must be stored, even if it was saved outside the admin.
        recording.catch_up_with(model, keys)
        newest = versions.newest(label=model._meta.label_lower, key__in=keys)
        before = dict(newest.values_list("key", "pk"))
        for line in lines:
            line.save()
        recording.write_now()
        after = versions.newest_fingerprints(model, keys)
        note_in_log(request, [line.row for line in lines], self.done_in_words(given))
        return {key: ({"version": before[key]}, {"fingerprint": after[key]}) for key in keys}

    def now(self, model, rows):
        states = snapshots.read(model, [row.key for row in rows])
        return {key: {"fingerprint": state.fingerprint} for key, state in states.items()}

    def known(self, model, rows):
        """The records to put back, their present states, and the versions to go back to."""
        keys = [row.key for row in rows]
        before = Version.objects.in_bulk([row.before["version"] for row in rows])
        return model._base_manager.in_bulk(keys), snapshots.read(model, keys), before

    def put_back(self, request, model, done, known):
        records, states, before = known
        version = before.get(done.before["version"])
        if version is None:
            raise LeftOutError("The version before is no longer kept.")
        line = Line(records[done.key])
        present, state = states[done.key], versions.state_of(version)
        differing = {
            name: value for name, value in state.fields.items() if present.fields.get(name) != value
        }
        # Its form is much quicker than restoring all of it, and the rules are the same.
        if differing.keys() <= IN_FORMS and present.rows == state.rows:
            fill_in(request, line, present, differing)
            line.save()
        else:
            wanted, _notes = what_restoring_does(request, line.row, present, state)
            restore(model, done.key, wanted)


def note_in_log(request, rows, words):
    LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, words)


# One record


def fill_in(request, line, present, values):
    """Fill in the record's own form with these values, and check it. Returns the state it saves."""
    row = line.row
    model_admin = admin.site.get_model_admin(type(row))
    if not model_admin.has_change_permission(request, row):
        raise LeftOutError(NO_PERMISSION)
    # The form asks about the last day when it makes something visible.
    fields = [*values, "ends_on"] if "is_published" in values else [*values]
    form_class = model_admin.get_form(request, row, change=True, fields=fields)
    for name in values:
        if name not in form_class.base_fields:
            title = type(row)._meta.get_field(name).verbose_name
            raise LeftOutError(f"The site needs this as it is: nobody can change “{title}” here.")
    data = QueryDict(mutable=True)
    for name in form_class.base_fields:
        _type_in(data, name, (present.fields | values)[name])
    form = form_class(data, instance=row)
    if not form.is_valid():
        raise LeftOutError(" ".join(_errors(form)))
    line.save = form.save
    return State(type(row), present.fields | values, present.rows)


def _type_in(data, name, value):
    """What a browser sends for a value as a version has it."""
    if isinstance(value, list):
        data.setlist(name, [str(key) for key in value])
    elif value is True:
        data[name] = "on"
    elif value:
        data[name] = value


def _errors(form):
    for name, errors in form.errors.items():
        field = form.fields.get(name)
        for error in errors:
            yield f"{field.label}: {error}" if field else error


def what_restoring_does(request, row, present, state):
    """The state that restoring a record leads to, and notes on what it leaves alone."""
    record = Record(request, type(row), row.pk)
    record.row, record.present = row, present
    if not record.may_be_restored:
        raise LeftOutError(NO_PERMISSION)
    wanted, notes = after_restoring(record, state, present)
    if record.restriction and (reasons := record.restriction.refusals(row.pk, present, wanted)):
        raise LeftOutError(" ".join(reasons))
    return wanted, notes


def bring_back(request, line, present, state):
    """Make the line ready to restore a state of the record. Returns the state that it leads to."""
    model, key = type(line.row), line.key
    wanted, line.notes = what_restoring_does(request, line.row, present, state)
    with transaction.atomic():
        restore(model, key, wanted)  # Today's rules may refuse it.
        transaction.set_rollback(True)
    line.save = lambda: restoring.restore(model, key, wanted)
    return wanted


def restore(model, key, wanted):
    """Restore this state of a record. Raises LeftOutError if today's rules refuse it."""
    try:
        restoring.restore(model, key, wanted)
    except restoring.RefusedError as error:
        raise LeftOutError(str(error)) from error
