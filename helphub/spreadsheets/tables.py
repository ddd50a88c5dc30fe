"""Which lists go out as spreadsheets, and the columns of each.

A table is a sheet. It has a row for each record, or one for each row within the records' forms,
such as places. A book is what a list exports: the sheet of its records, and those that go with it.
Fields of other languages are not in it: translators have files of their own.
"""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import admin
from django.db import models
from django.utils.text import capfirst

from contacts.models import Phone, Schedule, ScheduleException, Verification
from helphub.content.secrecy import SECRET_PLACES
from helphub.dashboard.models import OpenQuestion
from helphub.search.models import Synonym
from helphub.spreadsheets.cells import Names
from services.models import Location, Service, ServiceVerification
from strategy.models import Source

ROW, VERSION = "Row", "Version"


@dataclass(frozen=True)
class Table:
    """One sheet: the records of a model, or a kind of row in their forms."""

    title: str
    model: type[models.Model]
    fields: str  # Their names.
    child: type[models.Model] | None = None
    fixed: tuple[str, ...] = ()  # Shown, and changed nowhere or in the form alone.

    @cached_property
    def names(self):
        return self.fields.split()

    @property
    def row_model(self):
        return self.child or self.model

    @cached_property
    def is_added_to_only(self):
        """Whether a saved row stays as it is for good."""
        return getattr(self.child, "is_permanent", False)

    @cached_property
    def columns(self):
        """The columns that hold values, {heading: field}."""
        fields = [self.row_model._meta.get_field(name) for name in self.names]
        return {self.heading_of(field): field for field in fields}

    @staticmethod
    def heading_of(field):
        original = getattr(field, "translated_field", field)
        return capfirst(str(original.verbose_name))

    @cached_property
    def record_heading(self):
        """The heading of the column that names the record."""
        if self.child:
            return capfirst(str(self.model._meta.verbose_name))
        return self.heading_of(Names.field_of(self.model))

    @cached_property
    def key_headings(self):
        """The columns that say which row of the site it is. No file can do without them."""
        return [self.record_heading, *([ROW] if self.child else []), VERSION]

    @cached_property
    def headings(self):
        first = [self.record_heading, *([ROW] if self.child else [])]
        return [*first, *self.columns, VERSION]

    @cached_property
    def label(self):
        return self.row_model._meta.label_lower

    def rows_of(self, state):
        """What the table shows of a record: {row's key, or "" for the record: fields}."""
        return state.rows.get(self.label, {}) if self.child else {"": state.fields}

    def may_leave(self, state):
        """Whether a record's rows may leave the site. A place that must stay secret may not."""
        if self.child is not Location:
            return True
        texts = "\n".join(value for value in state.fields.values() if isinstance(value, str))
        return not state.fields["is_secret_place"] and not SECRET_PLACES.search(texts)


NUMBERS = Table(
    "Numbers",
    Phone,
    """
        name_en organization purpose_en kind dial display textphone text_instruction_en
        what_happens_en section cost_class cost_en cost_source bank_holidays
        hours_are_disputed minimum_age maximum_age sex is_for_self is_for_families
        is_for_professionals is_for_one_group fallback position is_published starts_on
        ends_on reviewed_on
    """,
)
HOURS = Table(
    "Opening hours",
    Phone,
    """
        byday opens_at closes_at is_overnight freq interval dtstart valid_from valid_to
    """,
    Schedule,
)
EXCEPTIONS = Table(
    "Different hours",
    Phone,
    "first_day last_day opens_at closes_at is_overnight",
    ScheduleException,
)
CHECKED = "verified_on method role confirmed"
NUMBER_CHECKS = Table("Checks of numbers", Phone, CHECKED, Verification)
SERVICES = Table(
    "Services",
    Service,
    """
        title name_en organization line summary_en phones audiences forms_of_abuse areas
        coverage_en minimum_age maximum_age website website_hint_en webchat email
        section how_to_get_in_en what_to_expect_en cost_en languages_en accessibility_en
        has_sign_language has_drop_in is_own_behaviour is_closed_for_now notice_en
        notice_until position is_published starts_on ends_on is_archived moved_to
        reviewed_on
    """,
)
PLACES = Table(
    "Places",
    Service,
    """
        address town name address_1 postal_code step_free accessible_toilet hearing_loop
        position when_en directions_en
    """,
    Location,
)
SERVICE_CHECKS = Table("Checks of services", Service, CHECKED, ServiceVerification)
SYNONYMS = Table(
    "Everyday words",
    Synonym,
    "words_en guides forms_of_abuse services is_published starts_on ends_on",
)
QUESTIONS = Table(
    "Open questions",
    OpenQuestion,
    "words todo phone service contact_line answer",
)
SOURCES = Table(
    "Sources",
    Source,
    "words url archived_url current_title current_url section position comment_en",
    fixed=("words", "section"),
)


@dataclass(frozen=True)
class Book:
    """What a list exports. The first table is the list itself."""

    tables: tuple[Table, ...]

    @property
    def model(self):
        return self.tables[0].model

    @property
    def label(self):
        return self.model._meta.label_lower

    @property
    def title(self):
        return capfirst(str(self.model._meta.verbose_name_plural))

    @property
    def admin(self):
        return admin_of(self.model)

    def keys_for(self, table, keys):
        """The records of a table that go with these records of the list."""
        if table.model is self.model:
            return keys
        through = models.QuerySet(Phone).filter(services__in=keys)
        return list(through.order_by("position", "slug").distinct().values_list("pk", flat=True))

    def tables_for(self, request):
        """The tables that this officer may see."""
        may_see = [
            table for table in self.tables if admin_of(table.model).has_view_permission(request)
        ]
        return [table for table in may_see if table.child is None or _sees(request, table.child)]


def admin_of(model):
    return admin.site.get_model_admin(model)


def _sees(request, child):
    return request.user.has_perm(f"{child._meta.app_label}.view_{child._meta.model_name}")


BOOKS = {
    book.label: book
    for book in (
        Book((NUMBERS, HOURS, EXCEPTIONS, NUMBER_CHECKS)),
        Book((SERVICES, PLACES, HOURS, EXCEPTIONS, SERVICE_CHECKS)),
        Book((SYNONYMS,)),
        Book((QUESTIONS,)),
        Book((SOURCES,)),
    )
}


TABLES = list(dict.fromkeys(table for book in BOOKS.values() for table in book.tables))


def own_table(model):
    """The table with a row for each record of a model."""
    return next(table for table in TABLES if table.model is model and table.child is None)


def heading_for(model, name):
    """The heading that a field has in a sheet, as in its form."""
    return Table.heading_of(model._meta.get_field(name))
