"""What a file would change here, record by record. Nothing is written.

Each row of a file says from which version it was exported. A cell was changed in the file if it
differs from that version. If the row was changed here too since then, it is a conflict.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property

from helphub.content.csv_files import unguarded
from helphub.content.diff import word_difference
from helphub.content.fingerprint import fingerprint
from helphub.history import snapshots, versions
from helphub.history.snapshots import NOTHING
from helphub.spreadsheets import critical, tables
from helphub.spreadsheets.cells import Names, has_lost_zeros, meant, shown
from helphub.spreadsheets.lines import Line, Refusal

GONE = (
    "“{name}” is not here any more: it was deleted, or has another short name. Take this row out "
    "of the file."
)
NO_VERSION = (
    "“{name}” is here already, and this row does not say which version it was exported from. "
    "Export the list again, or, to add another record, give it a name of its own."
)
FIXED = "This cannot be changed in a spreadsheet. Put it back as it was exported: “{was}”."
PERMANENT = (
    "A check that was saved stays as it is. Put this row back, and add a row for the new check: "
    "leave “Row” and “Version” empty."
)


class Difference(NamedTuple):
    """A cell that differs."""

    field: str
    heading: str
    now: str
    new: str

    @property
    def parts(self):
        return word_difference(self.now.split(), self.new.split())


@dataclass
class LineChange:
    """What one row of a file changes."""

    line: Line
    table: tables.Table
    values: dict  # By field.
    differences: list
    proposed: list = field(default_factory=list)  # Differences for a second person.
    refusals: list = field(default_factory=list)
    is_new: bool = False
    is_conflict: bool = False
    is_chosen: bool = False  # Whether the officer prefers the file's words.

    def refuse(self, heading, words):
        self.refusals.append(self.line.refusal(words, heading))

    def is_in(self, fields):
        """Whether this says nothing that a row does not say already."""
        return all(_same(fields.get(name), value) for name, value in self.values.items())

    @property
    def value(self):
        """Its name in a form."""
        return "|".join(map(str, self.line.identity))


@dataclass
class Edit:
    """What a file changes of one record: its own fields, and the rows in its form."""

    model: type
    name: str
    key: int | None = None  # None for a new one.
    now: snapshots.State | None = None
    changes: list[LineChange] = field(default_factory=list)

    @property
    def taken(self):
        """The changes to save."""
        return [change for change in self.changes if not change.is_conflict or change.is_chosen]

    @property
    def conflicts(self):
        return [change for change in self.changes if change.is_conflict]

    @property
    def agreed(self):
        """The changes that need no decision."""
        return [change for change in self.changes if change.differences and not change.is_conflict]

    @cached_property
    def title(self):
        fields = dict(self.now.fields) if self.now else {}
        fields |= {} if self.now else self.own_values
        return str(snapshots.instance_of(self.model, self.key, fields)) or self.name

    @property
    def proposed(self):
        """The digits in the file for a critical number."""
        found = [item for change in self.taken for item in change.proposed]
        return critical.digits_of(self.own_values) if found else {}

    @property
    def own_values(self):
        return {
            name: value
            for change in self.taken
            if change.table.child is None
            for name, value in change.values.items()
        }

    @property
    def url(self):
        name = self.model._meta.label_lower.replace(".", "_")
        return reverse(f"admin:{name}_change", args=[self.key]) if self.key else ""

    @property
    def kind(self):
        return self.model._meta.verbose_name

    @property
    def mark(self):
        lines = [change.line.stored() for change in self.changes]
        return [self.name, self.now.fingerprint if self.now else "", lines]


@dataclass
class Outcome:
    edits: list[Edit] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unchanged: int = 0
    lost_zeros: int = 0  # Cells from which a spreadsheet program took the 0 at the start.

    @property
    def to_take(self):
        return [edit for edit in self.edits if edit.taken]

    @property
    def conflicted(self):
        return [edit for edit in self.edits if edit.conflicts]

    @property
    def agreed(self):
        return [edit for edit in self.edits if edit.agreed]

    @property
    def lines(self):
        return [change.line for edit in self.edits for change in edit.changes]

    @property
    def mark(self):
        """The fingerprint of what a page showed. With another one, the page is shown again."""
        return fingerprint([edit.mark for edit in self.edits])


class Comparison:
    """The lines of a file beside what is here."""

    def __init__(self, book, request, *, is_final=False):
        self.tables = {table.title: table for table in book.tables}
        self.request, self.is_final = request, is_final
        self.names = Names()
        self.outcome = Outcome()
        self.edits = {}
        self.forms = {}
        self.new_rows = {}  # Within forms, by table and record.

    def compare(self, lines, chosen=()):
        self._load(lines)
        # Records first: their rows may belong to a new one.
        for line in sorted(lines, key=lambda line: self.tables[line.table].child is not None):
            change = self._change_of(line)
            if isinstance(change, Refusal):
                self.outcome.refusals.append(change)
                continue
            if change.is_new and change.table.child and change.values:
                self._refuse_if_twice(change)
            # What can be read of a row with faults is tried too, to name all its faults at once.
            self.outcome.refusals += change.refusals
            if not change.values or critical.is_proposed_already(change):
                self.outcome.unchanged += not change.refusals
            else:
                change.is_chosen = change.value in chosen
                self._edit_of(change).changes.append(change)
        self.outcome.edits = list(self.edits.values())
        self._set_apart_what_is_proposed()
        return self.outcome

    def _refuse_if_twice(self, change):
        """Refuse a new row within a form if an earlier row of the file adds the same."""
        others = self.new_rows.setdefault((change.line.table, change.line.record), [])
        same = [other for other in others if other.values == change.values]
        if same:
            change.refusals.append(change.line.refusal_beside(same[0].line))
            change.values = {}
        else:
            others.append(change)

    def _set_apart_what_is_proposed(self):
        guarded = critical.guarded([edit.key for edit in self.outcome.edits])
        for edit in self.outcome.edits:
            if edit.model is not critical.Phone or edit.key not in guarded:
                continue
            for change in edit.changes:
                if change.table.child is None:
                    is_digits = [item.field in critical.DIGITS for item in change.differences]
                    pairs = list(zip(change.differences, is_digits, strict=True))
                    change.proposed = [item for item, digits in pairs if digits]
                    change.differences = [item for item, digits in pairs if not digits]

    # What is here, and what was exported.

    def _load(self, lines):
        named = {}
        for line in lines:
            named.setdefault(self.tables[line.table].model, set()).add(line.record)
        self.now, self.keys, wanted = {}, {}, {}
        for model, names in named.items():
            keys = self.names.keys(model)
            self.keys[model] = {name: keys[name] for name in names if name in keys}
            if self.is_final:  # Nobody may save them between reading and writing.
                snapshots.lock(model, *self.keys[model].values())
            self.now[model] = snapshots.read(model, list(self.keys[model].values()))
        self.base = {}
        self.new_names = {
            (table.model, line.record)
            for line in lines
            for table in [self.tables[line.table]]
            if table.child is None and line.record not in self.keys[table.model]
        }
        for line in lines:
            model = self.tables[line.table].model
            key = self.keys[model].get(line.record)
            if key and line.version and line.version != self.now[model][key].fingerprint:
                # One record may be in several rows, exported at different times.
                wanted.setdefault(line.version, {})[model._meta.label_lower, key] = line.version
        for version, fingerprints in wanted.items():
            for name, state in versions.states_with(fingerprints).items():
                self.base[*name, version] = state

    def _base_of(self, model, key, version):
        """What the row was exported from, or None if it is not known any more."""
        now = self.now[model][key]
        label = model._meta.label_lower
        return now if version == now.fingerprint else self.base.get((label, key, version))

    def _form_fields(self, table):
        """The fields of the admin's own form, which read what an officer writes."""
        if table not in self.forms:
            owner = admin.site.get_model_admin(table.model)
            if table.child is None:
                form = owner.get_form(self.request, None)
            else:
                inline = next(i for i in owner.inlines if i.model is table.child)
                formset = inline(table.model, admin.site).get_formset(self.request, None)
                form = formset.form
            self.forms[table] = form.base_fields
        return self.forms[table]

    # One line.

    def _change_of(self, line):
        """What a line changes, or why nobody can tell."""
        table = self.tables[line.table]
        if not line.record:
            message = "This row does not name its record. Put the name back, or delete the row."
            return line.refusal(message, table.record_heading)
        key = self.keys[table.model].get(line.record)
        if key is None:
            return self._of_unknown_record(line, table)
        now = self.now[table.model][key]
        if table.child is None:
            return self._of_row(line, table, key, now.fields, "")
        if not line.row:
            return self._of_new_row(line, table, now)
        if line.row not in table.rows_of(now):
            name = f"{line.record}, {table.title.lower()} {line.row}"
            return line.refusal(GONE.format(name=name))
        return self._of_row(line, table, key, table.rows_of(now)[line.row], line.row)

    def _of_unknown_record(self, line, table):
        is_new = (table.model, line.record) in self.new_names
        if line.version or line.row or (table.child and not is_new):
            return line.refusal(GONE.format(name=line.record))
        return self._new(line, table)

    def _of_new_row(self, line, table, now):
        """A row to add to a record's form, unless the same is there already."""
        change = self._new(line, table)
        for fields in table.rows_of(now).values():
            if change.is_in(fields):
                change.values = {}
        return change

    def _of_row(self, line, table, key, now, row):
        if not line.version:
            change = self._new(line, table)
            if not change.is_in(now):
                change.refusals.append(line.refusal(NO_VERSION.format(name=line.record)))
            change.values = {}
            return change
        base_state = self._base_of(table.model, key, line.version)
        base = table.rows_of(base_state).get(row) if base_state else None
        return self._compared(line, table, now, base)

    def _compared(self, line, table, now, base):
        """What the file changed of a row, which was changed here too if `base` is not `now`."""
        change, is_changed_here = LineChange(line, table, {}, []), base is None
        for heading, cell in line.cells.items():
            column = table.columns[heading]
            here = now.get(column.name)
            was = here if base is None else base.get(column.name)
            is_changed_here |= not _same(here, was)
            words = shown(column, was, self.names)
            # A program that opened a CSV file may have kept its apostrophe.
            if words in (cell.text, unguarded(cell.text)):
                continue
            if has_lost_zeros(column, words, cell.text):
                self.outcome.lost_zeros += 1
                continue
            try:
                value = self._meant(line, table, heading)
            except ValidationError as error:
                change.refuse(heading, " ".join(error.messages))
                continue
            if _same(value, was) or _same(value, here):
                continue
            if table.is_added_to_only:
                change.refuse(heading, PERMANENT)
            elif column.name in table.fixed:
                change.refuse(heading, FIXED.format(was=words))
            else:
                change.values[column.name] = value
                change.differences.append(self._difference(column, heading, here, value))
        change.is_conflict = bool(change.values) and is_changed_here
        return change

    def _new(self, line, table):
        """A whole new row. Empty cells are left to the form."""
        change = LineChange(line, table, {}, [], is_new=True)
        for heading, cell in line.cells.items():
            if not cell.text:
                continue
            column = table.columns[heading]
            try:
                value = self._meant(line, table, heading)
            except ValidationError as error:
                change.refuse(heading, " ".join(error.messages))
                continue
            change.values[column.name] = value
            change.differences.append(self._difference(column, heading, None, value))
        return change

    def _meant(self, line, table, heading):
        column = table.columns[heading]
        form_field = self._form_fields(table).get(column.name) or column.formfield()
        return meant(column, line.cells[heading], self.names, form_field)

    def _difference(self, column, heading, now, new):
        words = [shown(column, value, self.names) for value in (now, new)]
        return Difference(column.name, heading, *words)

    def _edit_of(self, change):
        model, name = change.table.model, change.line.record
        if (model, name) not in self.edits:
            key = self.keys[model].get(name)
            self.edits[model, name] = Edit(model, name, key, self.now[model].get(key))
        return self.edits[model, name]


def _same(one, other):
    if one in NOTHING and other in NOTHING:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
    return one == other
