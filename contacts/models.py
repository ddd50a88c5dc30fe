"""Floor 2: who to contact. Each phone number is stored once, here, and pages show it from here."""

import re
from datetime import date, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname

from contacts import fallbacks, hours, traces
from contacts.dialling import (
    NOT_THE_SAME,
    OTHER_TEXTPHONE,
    fits_textphone,
    is_same_number,
    validate_dial,
    validate_kind,
    validate_shown,
    validate_textphone,
)
from helphub import clock, texts
from helphub.entries import Entry, EntryQuerySet, language_of_words
from helphub.memory import noted_property
from strategy.models import ContactLine, Guide

# Hours not confirmed for 90 days may be out of date.
LAPSE = timedelta(days=90)
OLDEST_AGE = 120
NEVER_LAPSE = ["999", "101", "111"]
BYDAY = r"(?:-?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)"

# Nobody can promise this for every phone company's bill and app.
HIDDEN_CALL = re.compile(
    r"\b(will not|won['’]t|does not|doesn['’]t|do not|don['’]t|never)\b.{0,20}\b(show|appear)",
    re.IGNORECASE,
)


def validate_sentence(value):
    """Refuse a promise that a call stays hidden, and text that does not end in a full stop.

    An older leaflet may say “will not show on your bill”. A reader who believes it can be hurt.
    """
    if HIDDEN_CALL.search(value):
        raise ValidationError("Do not promise that a call stays hidden: we cannot be sure of that.")
    if not value.endswith((".", "!", "?", "۔", "।")):
        raise ValidationError("End with a full stop: another sentence follows.")


def in_words(day):
    """A date as officers read it. Anything not parsed as a date yet stays unchanged."""
    return f"{day:%-d %B %Y}" if isinstance(day, date) else str(day)


class Organization(Entry):
    """A charity, council or public body that answers the phone."""

    name = models.CharField(
        "name",
        max_length=120,
        validators=[texts.validate_text],
        help_text="The name the organisation uses for itself. It is not translated.",
    )

    class Meta(Entry.Meta):
        verbose_name = "organisation"
        verbose_name_plural = "organisations"

    def __str__(self):
        return self.name


def newest(verifications):
    """The newest of these verifications, or None. On the same day, the last one added wins."""
    return max(verifications, key=lambda check: (check.verified_on, check.position), default=None)


def lapse_of(verification):
    """The day a verification lapses. Without a verification, the earliest possible date."""
    return verification.verified_on + LAPSE if verification else date.min


class PhoneQuerySet(EntryQuerySet):
    def for_listing(self):
        """The published numbers on the contact page, without the own-behaviour wing."""
        return (
            self.published()
            .exclude(section=Phone.Section.OWN_BEHAVIOUR)
            .select_related("organization", "printed_line")
            .for_card()
        )

    def for_card(self):
        """Fetch everything a card shows beside a number."""
        return self.select_related("fallback").prefetch_related(
            "call_facts",
            "schedules",
            "exceptions",
            "verifications",
            "services",
            "fallback__schedules",
            "fallback__exceptions",
            "fallback__services",
        )

    def critical(self):
        """The numbers that appear on every page, by role."""
        phones = self.published().exclude(role="").prefetch_related("services")
        return {phone.role: phone for phone in phones}

    def of_help_now(self):
        """The numbers on “Help now”: in its text, in any language, and beside it."""
        guide = Guide.objects.filter(slug="help-now").first()
        bodies = [
            getattr(guide, build_localized_fieldname("body", code)) or ""
            for code, _name in settings.LANGUAGES
            if guide
        ]
        named = {slug for body in bodies for _kind, slug in texts.tokens_of(body)}
        beside = self.filter(services__suggestions__guide=guide).values("pk")
        return self.filter(models.Q(slug__in=named) | models.Q(pk__in=beside))

    def guarded(self):
        """The critical lines: a second person approves their digits before readers see them.

        They are the lines on every page and on “Help now”, and any line whose digits have ever
        been approved.
        """
        return self.filter(
            ~models.Q(role="")
            | models.Q(slug__in=ApprovedNumber.objects.values("line"))
            | models.Q(pk__in=self.of_help_now().published().values("pk"))
        )


class Phone(Entry):
    """A line that people can call or text. Every number on the site is one of these rows."""

    class Kind(models.TextChoices):
        VOICE = "voice", "call"
        TEXT = "text", "text"
        TEXTPHONE = "textphone", "textphone"
        VIDEO = "video", "video call"

    class CostClass(models.TextChoices):
        UNKNOWN = "unknown", "not known"
        FREE = "free", "free"
        CHARGED = "charged", "charged"

    class Role(models.TextChoices):
        EMERGENCY = "emergency", "the emergency number on every page"
        SPOC = "spoc", "the single point of contact on every page"

    class Sex(models.TextChoices):
        WOMEN = "women", "women and girls"
        MEN = "men", "men and boys"

    class Section(models.TextChoices):
        EMERGENCY = "emergency", _("In an emergency")
        DUDLEY = "dudley", _("In Dudley")
        SPECIALIST = "specialist", _("After sexual violence or abuse")
        YOUNG_PEOPLE = "young-people", _("For children and young people")
        RELATIONSHIPS = "relationships", _("At home, in relationships and families")
        FEELINGS = "feelings", _("When it is all too much")
        OWN_BEHAVIOUR = "own-behaviour", _("Worried about your own behaviour")

    slug = models.SlugField(
        "name for use in text",
        max_length=40,
        unique=True,
        help_text="Type this in braces to show the number in text: {h-galop}. Do not change it.",
    )
    name = models.CharField(
        "name of the line",
        max_length=120,
        validators=[texts.validate_text],
        help_text="Appears above the number on every page that shows it.",
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="phones",
        verbose_name="organisation",
        help_text="The organisation that answers, so that readers know who they are about to ring.",
    )
    purpose = models.CharField(
        "what it is for",
        max_length=200,
        validators=[texts.validate_text],
        help_text="One short sentence, shown beside the number.",
    )
    kind = models.CharField(
        "kind",
        max_length=10,
        choices=Kind,
        default=Kind.VOICE,
        help_text="What the phone does when a reader presses the number.",
    )
    dial = models.CharField(
        "digits to dial",
        max_length=20,
        validators=[validate_dial],
        help_text="What the phone dials: digits only. Readers see the next field.",
    )
    display = models.CharField(
        "number as shown",
        max_length=24,
        validators=[validate_shown],
        help_text="The same digits, spaced so that they are easy to read and say.",
    )
    text_instruction = models.CharField(
        "what to text",
        max_length=120,
        blank=True,
        validators=[texts.validate_text],
        help_text="For a text line, such as “Text the word SHOUT.”",
    )
    textphone = models.CharField(
        "textphone",
        max_length=24,
        blank=True,
        validators=[validate_textphone],
        help_text="The number to dial with a textphone or the Relay UK app, as readers see it.",
    )
    what_happens = models.TextField(
        "what happens when you ring",
        blank=True,
        validators=[texts.validate_text],
        help_text="Say who answers, what to press and what they ask. Shown on the service's page.",
    )
    cost_class = models.CharField(
        "free or charged",
        max_length=10,
        choices=CostClass,
        default=CostClass.UNKNOWN,
        help_text=(
            "Set this only if the digits do not show it, as with texts. Free lines are listed "
            "under “Free calls”."
        ),
    )
    cost = models.CharField(
        "cost",
        max_length=120,
        blank=True,
        validators=[texts.validate_text, validate_sentence],
        help_text=(
            "Readers already see what the digits show: 0800, 0808, 116, 101, 111 and 999 are "
            "free; 01, 02 and 03 cost the same as a call to a landline. Add only what is special "
            "about this line, as a short sentence: “The support is free.”"
        ),
    )
    cost_source = models.CharField(
        "source for the cost",
        max_length=150,
        blank=True,
        validators=[texts.validate_text],
        help_text=(
            "Who says this about the cost, in plain words. Readers see it on the service's page."
        ),
    )
    section = models.CharField(
        "part of the contact page",
        max_length=20,
        choices=Section,
        help_text="The heading this number appears under on the contact page.",
    )
    role = models.CharField(
        "role",
        max_length=20,
        choices=Role,
        blank=True,
        help_text="Only for the two numbers on every page. Leave empty for all others.",
    )
    printed_line = models.OneToOneField(
        ContactLine,
        on_delete=models.PROTECT,
        related_name="phone",
        blank=True,
        null=True,
        verbose_name="line in the strategy",
        help_text="The line in the strategy's own list that gives this number.",
    )

    bank_holidays = models.CharField(
        "on bank holidays",
        max_length=20,
        choices=hours.BankHolidays,
        default=hours.BankHolidays.UNKNOWN,
        help_text="If not known, readers see “We do not know about bank holidays.”",
    )
    hours_are_disputed = models.BooleanField(
        "sources disagree about the hours",
        default=False,
        help_text="The hours then appear as text only, without “open now”.",
    )
    never_lapses = models.BooleanField(
        "never needs checking again",
        default=False,
        help_text="Only for 999, 101 and 111. The hours of all other numbers lapse after 90 days.",
    )
    minimum_age = models.PositiveSmallIntegerField(
        "minimum age",
        blank=True,
        null=True,
        validators=[MaxValueValidator(OLDEST_AGE)],
        help_text="Age of the person the call is about, in years. Leave empty for no lower limit.",
    )
    maximum_age = models.PositiveSmallIntegerField(
        "maximum age",
        blank=True,
        null=True,
        validators=[MaxValueValidator(OLDEST_AGE)],
        help_text="In years, inclusive: 18 means “under 19”. Leave empty for no upper limit.",
    )
    sex = models.CharField(
        "for women or men only",
        max_length=10,
        choices=Sex,
        blank=True,
        help_text="Leave empty if it is for everyone.",
    )
    is_for_self = models.BooleanField(
        "people can ring about themselves",
        default=False,
        help_text=(
            "Tick only what the line itself says. If none of these three is ticked, it cannot "
            "stand in for another line."
        ),
    )
    is_for_families = models.BooleanField("family and friends can ring", default=False)
    is_for_professionals = models.BooleanField("professionals can ring", default=False)
    is_for_one_group = models.BooleanField(
        "for one group of people only",
        default=False,
        help_text="Such as LGBT+ people or deaf people. It then cannot stand in for another line.",
    )
    fallback = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="stands_in_for",
        blank=True,
        null=True,
        verbose_name="when this line is closed",
        help_text=(
            "A line for the same people that answers whenever this one is closed. If there is "
            "none, leave this empty: readers then see only 999."
        ),
    )

    objects = PhoneQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "number"
        verbose_name_plural = "numbers"
        constraints = [
            models.UniqueConstraint(
                fields=["role"],
                condition=~models.Q(role=""),
                name="one_number_for_each_role",
                violation_error_message="Another number already has this role.",
            ),
            models.CheckConstraint(
                condition=models.Q(role="")
                | models.Q(is_published=True, starts_on=None, ends_on=None),
                name="numbers_of_every_page_are_published",
                violation_error_message=(
                    "A number on every page cannot be hidden or have a first or last day."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.display}"

    def get_absolute_url(self):
        # No fragment: it would leave the line's name in the phone's history.
        return reverse("contacts:phone-list")

    def clean(self):
        super().clean()
        errors = {}
        if not is_same_number(self.display, self.dial):
            errors["display"] = NOT_THE_SAME
        if self.textphone and not fits_textphone(self.textphone, self.dial):
            errors["textphone"] = OTHER_TEXTPHONE
        try:
            validate_kind(self.dial, self.kind)
        except ValidationError as error:
            errors["dial"] = error
        if self.kind == self.Kind.TEXT and not self.text_instruction:
            errors["text_instruction_en"] = "Say what to text."
        if (self.starts_on or self.ends_on) and (self.role or self.is_guarded):
            for name in ("starts_on", "ends_on"):
                if getattr(self, name):
                    errors[name] = "A critical number has no first or last day. Leave this empty."
        if self.cost and not self.cost_source:
            errors["cost_source"] = "Give a source for the cost."
        errors |= self._errors_of_cost()
        if None not in (self.minimum_age, self.maximum_age) and self.minimum_age > self.maximum_age:
            errors["maximum_age"] = "This is below the minimum age. Swap the two."
        if fallback_errors := self._errors_of_fallbacks():
            errors["fallback"] = fallback_errors
        if self.never_lapses and self.dial not in NEVER_LAPSE:
            errors["never_lapses"] = "Untick this: it is only for 999, 101 and 111."
        if errors:
            raise ValidationError(errors)

    def _errors_of_cost(self):
        """The error, if the chosen cost class contradicts the digits."""
        is_free = traces.is_free_by_digits(self)
        if is_free is None or self.cost_class == self.CostClass.UNKNOWN:
            return {}
        if is_free == (self.cost_class == self.CostClass.FREE):
            return {}
        cost = "free" if is_free else "not free"
        return {"cost_class": f"The digits show that it is {cost}. Choose “not known”."}

    def _errors_of_fallbacks(self):
        """What is wrong with this line's fallback, and with this line as the fallback of others."""
        errors = []
        if why := fallbacks.why_not_of(self):
            errors.append(f"{why} Choose another line, or leave this empty.")
        if not self.pk:
            return errors
        for other in self.stands_in_for.published().exclude(pk=self.pk):
            if why := fallbacks.why_not(other.line, self.line):
                message = (
                    "This line is shown when “%(line)s” is closed, and would no longer be "
                    "suitable. %(why)s Choose another line there first, or undo your change here."
                )
                errors.append(message % {"line": other.name, "why": why})
        return errors

    # Fields of a critical line that no single officer may change: the digits and how they are
    # dialled, its role, and the slug that texts and approvals use.
    GUARDED = ("dial", "display", "textphone", "role", "kind", "slug")

    @property
    def is_guarded(self):
        """Whether a second person must approve its digits. Judged by the stored row."""
        return bool(self.pk) and Phone.objects.guarded().filter(pk=self.pk).exists()

    @property
    def differs_from_print(self):
        """Whether the strategy's own list prints different digits for this line."""
        printed = self.printed_line and re.sub(r"\D", "", self.printed_line.words)
        return bool(printed) and printed != self.dial

    @cached_property
    def url(self):
        """The link to call or text the number."""
        return f"{'sms' if self.kind == self.Kind.TEXT else 'tel'}:{self.dial}"

    @cached_property
    def verification(self):
        """The newest verification of its current digits, or None."""
        return newest([check for check in self.verifications.all() if check.dial == self.dial])

    @cached_property
    def asked(self):
        """The newest verification where the organisation itself was asked, or None."""
        current = [check for check in self.verifications.all() if check.dial == self.dial]
        return newest([check for check in current if check.was_asked])

    @property
    def label_until(self):
        """The day “open now” labels stop: 90 days after the organisation was last asked."""
        if self.never_lapses:
            return date.max
        return lapse_of(self.asked)

    @property
    def has_lapsed(self):
        """Whether 90 days have passed since we last asked, or last looked if we never asked."""
        if self.never_lapses:
            return False
        return clock.has_come(lapse_of(self.asked or self.verification))

    @property
    def is_not_yet_rung(self):
        """Whether its hours are from published sources only, and not yet checked with the line."""
        return not self.never_lapses and self.asked is None

    # Opening hours that a form has read but not saved, by relation name.
    unsaved_rows = None

    def _rows(self, name):
        if self.unsaved_rows is not None:
            return self.unsaved_rows[name]
        return getattr(self, name).all() if self.pk else []

    @property
    def _rules(self):
        return tuple(schedule.rule for schedule in self._rows("schedules"))

    @property
    def _dated_exceptions(self):
        return tuple(exception.dated for exception in self._rows("exceptions"))

    @noted_property
    def opening(self):
        """Its opening hours, in words and for the script."""
        return hours.opening(
            self._rules,
            self._dated_exceptions,
            self.bank_holidays,
            label_until=date.min if self.hours_are_disputed else self.label_until,
        )

    @property
    def people(self):
        """The people this line is for."""
        services = self.services.all() if self.pk else []
        ticked = {
            "self": self.is_for_self,
            "families": self.is_for_families,
            "professionals": self.is_for_professionals,
        }
        return fallbacks.People(
            wings=frozenset(
                [
                    self.section == self.Section.OWN_BEHAVIOUR,
                    *(service.is_own_behaviour for service in services),
                ]
            ),
            callers=frozenset(name for name in fallbacks.CALLERS if ticked[name]),
            minimum_age=self.minimum_age,
            maximum_age=self.maximum_age,
            sex=self.sex,
            is_one_group=self.is_for_one_group,
        )

    @property
    def line(self):
        """The facts that decide whether it can be a fallback, or have one."""
        return fallbacks.Line(
            key=self.pk,
            name=self.name,
            kind=self.kind,
            is_emergency=self.is_emergency,
            people=self.people,
            rules=self._rules,
            exceptions=self._dated_exceptions,
            policy=self.bank_holidays,
            are_hours_disputed=self.hours_are_disputed,
        )

    @noted_property
    def instead(self):
        """The line to show while this one is closed, or None.

        Checked whenever a page is made, so at least every four weeks. Before each edition is
        published, the gate checks that the fallback works for a year from that day.
        """
        other = self.fallback
        if other is None or not other.is_shown or other.closed_service or self.is_always_open:
            return None
        clock.first_of_block()
        return None if fallbacks.why_not_of(self) else other

    @noted_property
    def _shown_services(self):
        return [service for service in self.services.all() if service.is_shown] if self.pk else []

    @property
    def notices(self):
        """The services whose notice must appear wherever this number does."""
        return [service for service in self._shown_services if service.has_notice]

    @property
    def closed_service(self):
        """A service that is closed for now, if every shown service with this number is closed."""
        services = self._shown_services
        are_all_closed = all(service.is_shown_closed for service in services)
        return services[0] if services and are_all_closed else None

    @property
    def is_free(self):
        """Whether the call is free: by its digits, or else by its cost class."""
        by_digits = traces.is_free_by_digits(self)
        return self.cost_class == self.CostClass.FREE if by_digits is None else by_digits

    @property
    def interpreter(self):
        """Whether an interpreter can join: yes, no, or unknown if we have not asked the line."""
        asked = {row.fact: row.answer for row in self.call_facts.all()}
        return asked.get(CallFact.Fact.INTERPRETER, traces.Answer.UNKNOWN)

    @property
    def is_always_open(self):
        """Whether it answers day and night, bank holidays included, as far as we know."""
        return self.opening.is_round_the_clock and not self.hours_are_disputed

    @property
    def traces(self):
        """What a call to this number leaves behind, and what it asks for."""
        return traces.traces_of(self)

    @property
    def known_traces(self):
        """The traces that a list shows."""
        return traces.known_traces_of(self)

    @property
    def traces_in_short(self):
        """The traces in one line, from the digits alone. Needs no database."""
        return traces.IN_SHORT[traces.on_the_bill(self)]

    @property
    def section_name(self):
        """The heading on the contact page, in English for the template to translate."""
        with override(settings.LANGUAGE_CODE):
            return str(self.get_section_display())

    @property
    def is_spoc(self):
        return self.role == self.Role.SPOC

    @property
    def is_emergency(self):
        return self.role == self.Role.EMERGENCY


class NumberedRow(models.Model):
    """A row of a number or service. Fixtures identify it by its position among its siblings."""

    owner = "phone"

    position = models.PositiveSmallIntegerField("order", blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.position is None:
            siblings = type(self).objects.filter(**{self.owner: getattr(self, self.owner)})
            last = siblings.aggregate(models.Max("position"))["position__max"] or 0
            self.position = last + 1
        super().save(*args, **kwargs)


class PhoneRowQuerySet(models.QuerySet):
    """Queries for rows that belong to a number. Fixtures name them after the number."""

    def get_by_natural_key(self, phone, position):
        return self.get(phone__slug=phone, position=position)


def validate_byday(value):
    """Accept only weekdays separated by commas: MO, or monthly 1SA and -1FR."""
    if not re.fullmatch(rf"{BYDAY}(,{BYDAY})*", value):
        raise ValidationError(
            "Write weekly days as MO,TU,WE,TH,FR,SA,SU and monthly days as 1SA (first Saturday) "
            "or -1FR (last Friday)."
        )


def errors_of_session(row):
    """Errors in the opening and closing times of a row, by field."""
    if row.opens_at is None or row.closes_at is None:
        return {}
    ends_later = row.closes_at > row.opens_at or row.closes_at == time.min
    if not ends_later and not row.is_overnight:
        return {
            "closes_at": (
                "It closes before it opens. If it is open through the night, tick “closes the "
                "next day”."
            )
        }
    if row.is_overnight and row.closes_at > row.opens_at:
        return {"is_overnight": "It closes on the same day: untick this."}
    return {}


class Schedule(NumberedRow):
    """One session of a number's opening hours, as in HSDS. Two sessions a day need two rows."""

    class Frequency(models.TextChoices):
        WEEKLY = "WEEKLY", "weekly"
        MONTHLY = "MONTHLY", "monthly"

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="schedules", verbose_name="number"
    )
    freq = models.CharField(
        "how often",
        max_length=10,
        choices=Frequency,
        default=Frequency.WEEKLY,
        help_text="Choose monthly for days such as the first Saturday of the month.",
    )
    interval = models.PositiveSmallIntegerField(
        "repeats every (weeks)",
        default=1,
        help_text="1 for every week, 2 for every other week.",
    )
    byday = models.CharField(
        "days",
        max_length=60,
        validators=[validate_byday],
        help_text="MO,TU,WE,TH,FR,SA,SU. Monthly: 1SA is the first Saturday, -1FR the last Friday.",
    )
    opens_at = models.TimeField("opens", help_text="Such as 09:00. 00:00 is midnight.")
    closes_at = models.TimeField(
        "closes",
        help_text="00:00 is the end of the day. If open overnight, tick “closes the next day”.",
    )
    is_overnight = models.BooleanField("closes the next day", default=False)
    dtstart = models.DateField(
        "first day", blank=True, null=True, help_text="Needed if it opens every other week."
    )
    valid_from = models.DateField(
        "applies from",
        blank=True,
        null=True,
        help_text="Leave empty if these hours already apply.",
    )
    valid_to = models.DateField(
        "applies until",
        blank=True,
        null=True,
        help_text="The last day. Leave empty if there is no end date.",
    )

    objects = PhoneRowQuerySet.as_manager()

    class Meta:
        ordering = ["phone", "position"]
        verbose_name = "opening hours"
        verbose_name_plural = "opening hours"
        constraints = [
            models.UniqueConstraint(fields=["phone", "position"], name="one_session_for_each_order")
        ]

    def __str__(self):
        return f"{self.byday} {self.opens_at:%H:%M} to {self.closes_at:%H:%M}"

    def natural_key(self):
        return (self.phone.slug, str(self.position))

    def clean(self):
        super().clean()
        errors = errors_of_session(self)
        has_numbers = any(not part.isalpha() for part in self.byday.split(","))
        if has_numbers != (self.freq == self.Frequency.MONTHLY):
            errors["byday"] = "Monthly days have a number, such as 1SA; weekly days have none."
        if self.interval > 1 and self.dtstart is None:
            errors["dtstart"] = "Give the day from which every other week is counted."
        if self.interval < 1:
            errors["interval"] = "Enter 1 or more."
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            errors["valid_to"] = "This is before the day these hours apply from."
        if errors:
            raise ValidationError(errors)

    @property
    def rule(self):
        return hours.Rule(
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            byday=tuple(self.byday.split(",")),
            interval=self.interval,
            dtstart=self.dtstart,
            is_monthly=self.freq == self.Frequency.MONTHLY,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class ScheduleException(NumberedRow):
    """Days when a number keeps different hours, or is closed."""

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="exceptions", verbose_name="number"
    )
    first_day = models.DateField(
        "from",
        help_text="The first of these days. Readers see them with these hours, or as closed.",
    )
    last_day = models.DateField("until", help_text="For a single day, enter the same date.")
    opens_at = models.TimeField(
        "opens", blank=True, null=True, help_text="Leave empty if it is closed on these days."
    )
    closes_at = models.TimeField(
        "closes",
        blank=True,
        null=True,
        help_text="00:00 is the end of the day. If open overnight, tick “closes the next day”.",
    )
    is_overnight = models.BooleanField("closes the next day", default=False)

    objects = PhoneRowQuerySet.as_manager()

    class Meta:
        ordering = ["phone", "first_day"]
        verbose_name = "different hours on certain days"
        verbose_name_plural = "different hours on certain days"
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "position"], name="one_exception_for_each_order"
            )
        ]

    def __str__(self):
        return f"{in_words(self.first_day)} to {in_words(self.last_day)}"

    def natural_key(self):
        return (self.phone.slug, str(self.position))

    def clean(self):
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "This is before the first day."})
        if (self.opens_at is None) != (self.closes_at is None):
            raise ValidationError({"closes_at": "Give both times, or leave both empty for closed."})
        if errors := errors_of_session(self):
            raise ValidationError(errors)

    @property
    def dated(self):
        return hours.DatedException(self.first_day, self.last_day, self.opens_at, self.closes_at)


class AbstractVerification(NumberedRow):
    """A record that a fact was checked: when, how and by which role.

    Once saved, it is never changed or deleted. To correct a mistake, add another.
    """

    is_permanent = True

    class Method(models.TextChoices):
        PUBLISHED_SOURCES = "published-sources", "from published sources"
        RANG = "rang", "by ringing"
        TOLD = "told", "the organisation told us"

    verified_on = models.DateField(
        "checked on",
        help_text=(
            "The day you rang, or the day the organisation told you. Readers see “Open now” for 90 "
            "days from then."
        ),
    )
    method = models.CharField(
        "how",
        max_length=20,
        choices=Method,
        help_text="Readers see whether we asked the organisation or only looked it up.",
    )
    role = models.CharField(
        "checked by",
        max_length=80,
        validators=texts.PLAIN,
        help_text="A role, not a person. Readers see “Last checked on … by communications”.",
    )
    confirmed = models.CharField(
        "what was confirmed",
        max_length=200,
        validators=texts.PLAIN,
        help_text="Such as the number, the hours and who answers. Only officers see this.",
    )

    class Meta:
        abstract = True
        verbose_name = "verification"
        verbose_name_plural = "verifications"

    def __str__(self):
        return f"{self.get_method_display()}, {in_words(self.verified_on)}"

    def clean(self):
        super().clean()
        if self.verified_on and self.verified_on > timezone.localdate():
            raise ValidationError(
                {"verified_on": "This date is in the future. Enter today or earlier."}
            )

    @property
    def was_asked(self):
        """Whether the organisation itself was asked, rather than its published sources."""
        return self.method != self.Method.PUBLISHED_SOURCES


class Verification(AbstractVerification):
    """A record that a number was checked."""

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="verifications", verbose_name="number"
    )
    # The digits that were checked. If the number changes, the new digits count as unchecked.
    dial = models.CharField("digits checked", max_length=20, blank=True, editable=False)

    objects = PhoneRowQuerySet.as_manager()

    class Meta(AbstractVerification.Meta):
        ordering = ["phone", "-verified_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "position"], name="one_verification_for_each_order"
            )
        ]

    def save(self, *args, **kwargs):
        # Only newer fixtures save a row again, and they refer to the digits in those fixtures.
        if not (self._state.adding and self.dial):
            self.dial = self.phone.dial
        super().save(*args, **kwargs)

    def natural_key(self):
        return (self.phone.slug, str(self.position))


class CallFactQuerySet(models.QuerySet):
    def get_by_natural_key(self, phone, fact):
        return self.get(phone__slug=phone, fact=fact)


class CallFact(models.Model):
    """What we have been told about calling a number: yes, no or not known, and who says so."""

    class Fact(models.TextChoices):
        RECORDED = "recorded", "Are calls recorded, or texts kept?"
        RINGS_BACK = "rings-back", "Do they ring back?"
        NAME_NEEDED = "name-needed", "Do you have to give a name?"
        INTERPRETER = "interpreter", "Can an interpreter join?"

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="call_facts", verbose_name="number"
    )
    fact = models.CharField(
        "question",
        max_length=20,
        choices=Fact,
        help_text=(
            "Readers see the answer beside the number. If we have not asked about recording, they "
            "see “We do not know if calls are recorded.”"
        ),
    )
    answer = models.CharField(
        "answer",
        max_length=10,
        choices=traces.Answer,
        help_text=(
            "Readers see it as a sentence: “Calls are recorded.”, “They say that calls are not "
            "recorded.” or “We do not know if calls are recorded.”"
        ),
    )
    detail = models.CharField(
        "detail",
        max_length=120,
        blank=True,
        validators=[texts.validate_text, validate_sentence],
        help_text="A short sentence shown after the answer, such as “Kept for up to 90 days.”",
    )
    source = models.CharField(
        "source",
        max_length=150,
        blank=True,
        validators=[texts.validate_text],
        help_text=(
            "Who says so, in plain words: “Dudley Council’s privacy notice for this line”. Readers "
            "see it on the service's page. Needed for yes and no."
        ),
    )
    dated = models.CharField(
        "date of the source",
        max_length=40,
        blank=True,
        validators=texts.PLAIN,
        help_text="Such as “28 February 2025”. Readers see it after the source.",
    )

    objects = CallFactQuerySet.as_manager()

    class Meta:
        ordering = ["phone", "fact"]
        verbose_name = "fact about a call"
        verbose_name_plural = "facts about calls"
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "fact"],
                name="one_answer_to_each_question",
                violation_error_message="This number already has an answer to this question.",
            ),
            models.CheckConstraint(
                condition=models.Q(answer=traces.Answer.UNKNOWN) | ~models.Q(source=""),
                name="yes_and_no_have_a_source",
                violation_error_message="Give a source for a yes or no answer.",
            ),
        ]

    def __str__(self):
        return f"{self.get_fact_display()} {self.get_answer_display()}"

    def natural_key(self):
        return (self.phone.slug, self.fact)

    def clean(self):
        super().clean()
        if self.answer != traces.Answer.UNKNOWN and not self.source:
            raise ValidationError({"source": "Give a source, or answer “not known”."})

    words_language = property(language_of_words)


class ApprovedNumberQuerySet(models.QuerySet):
    def by_line(self):
        """The newest approval of each line, by the line's name in texts."""
        return {row.line: row for row in self.order_by("pk")}


class ApprovedNumber(models.Model):
    """A record that a line's digits were approved. Rows are added, never changed or deleted.

    Saving a number approves nothing: what readers will see is compared with these rows.
    """

    line = models.SlugField("line", max_length=40)
    dial = models.CharField("digits to dial", max_length=20, validators=[validate_dial])
    display = models.CharField("number as shown", max_length=24, validators=[validate_shown])
    textphone = models.CharField(
        "textphone", max_length=24, blank=True, validators=[validate_textphone]
    )
    role = models.CharField("role", max_length=20, choices=Phone.Role, blank=True)
    proposed_by = models.CharField("proposed by", max_length=150, blank=True)
    who = models.CharField("approved by", max_length=150)
    approved_at = models.DateTimeField("approved on", auto_now_add=True)
    proposal = models.ForeignKey(
        "NumberProposal",
        on_delete=models.PROTECT,
        related_name="approvals",
        blank=True,
        null=True,
        verbose_name="proposal",
    )

    objects = ApprovedNumberQuerySet.as_manager()

    class Meta:
        ordering = ["line", "-pk"]
        verbose_name = "approved number"
        verbose_name_plural = "approved numbers"
        permissions = [("approve_number", "Can approve a number that another officer proposed")]

    def __str__(self):
        return f"{self.line}: {self.display}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise ValidationError("An approval cannot be changed. Add a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError("An approval cannot be deleted.")

    def clean(self):
        super().clean()
        if not is_same_number(self.display, self.dial):
            raise ValidationError({"display": NOT_THE_SAME})


class NumberProposalQuerySet(models.QuerySet):
    def waiting(self):
        """The proposals still waiting for a second person."""
        return self.filter(outcome=NumberProposal.Outcome.WAITING)

    def delete(self):
        raise ValidationError("A proposal cannot be deleted.")


class NumberProposal(models.Model):
    """An officer's proposal to change a critical line's number or bring it back, and its outcome.

    It keeps the line's old values. Once decided, a row does not change. Officers are recorded by
    name, but told apart by account key, because a name can change.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", "change"
        BRING_BACK = "bring-back", "bring back"

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waiting for a second person"
        APPROVED = "approved", "approved"
        REFUSED = "refused", "refused"
        TAKEN_BACK = "taken-back", "taken back"

    phone = models.ForeignKey(
        Phone, on_delete=models.PROTECT, related_name="proposals", verbose_name="line"
    )
    kind = models.CharField("kind", max_length=20, choices=Kind)
    dial = models.CharField(
        "digits to dial",
        max_length=20,
        validators=[validate_dial],
        help_text="What the phone dials: digits only, without spaces.",
    )
    display = models.CharField(
        "number as shown",
        max_length=24,
        validators=[validate_shown],
        help_text="The same digits, spaced so that they are easy to read and say.",
    )
    textphone = models.CharField(
        "textphone",
        max_length=24,
        blank=True,
        validators=[validate_textphone],
        help_text="Digits and spaces. Leave empty if there is none.",
    )
    role = models.CharField(
        "role",
        max_length=20,
        choices=Phone.Role,
        blank=True,
        help_text="The line that has this role now will lose it to this one.",
    )
    was_dial = models.CharField("previous digits", max_length=20)
    was_display = models.CharField("previous number", max_length=24)
    was_textphone = models.CharField("previous textphone", max_length=24, blank=True)
    was_role = models.CharField("previous role", max_length=20, choices=Phone.Role, blank=True)
    role_from = models.ForeignKey(
        Phone,
        on_delete=models.PROTECT,
        related_name="+",
        blank=True,
        null=True,
        verbose_name="takes over the role from",
    )
    why = models.CharField("why", max_length=300, validators=[texts.validate_characters])
    source = models.CharField(
        "where the number comes from",
        max_length=300,
        validators=[texts.validate_characters],
        help_text="A page, a letter or who you rang, so that a second person can check it.",
    )
    proposed_by = models.CharField("proposed by", max_length=150)
    proposer = models.BigIntegerField("proposer's account")
    proposed_at = models.DateTimeField("proposed on", auto_now_add=True)
    outcome = models.CharField("outcome", max_length=20, choices=Outcome, default=Outcome.WAITING)
    decided_by = models.CharField("decided by", max_length=150, blank=True)
    decider = models.BigIntegerField("account of the officer who decided", blank=True, null=True)
    decided_at = models.DateTimeField("decided on", blank=True, null=True)
    decided_why = models.CharField(
        "reason for the decision",
        max_length=300,
        blank=True,
        validators=[texts.validate_characters],
    )

    objects = NumberProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "proposed number"
        verbose_name_plural = "proposed numbers"
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=models.Q(outcome="waiting"),
                name="one_waiting_proposal_for_each_line",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="waiting")
                | (models.Q(decided_at__isnull=False) & ~models.Q(decided_by="")),
                name="a_decision_has_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="approved")
                | (
                    models.Q(decider__isnull=False)
                    & ~models.Q(decider=models.F("proposer"))
                    & ~models.Q(decided_by=models.F("proposed_by"))
                ),
                name="nobody_approves_their_own_proposal",
            ),
        ]

    def __str__(self):
        return f"{self.phone.name}: {self.display}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise ValidationError("A proposal cannot be changed, only decided.")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("desk:proposal", args=[self.pk])

    def delete(self, *args, **kwargs):
        raise ValidationError("A proposal cannot be deleted.")

    def clean(self):
        super().clean()
        if self.dial and self.display and not is_same_number(self.display, self.dial):
            raise ValidationError({"display": NOT_THE_SAME})

    @property
    def is_waiting(self):
        return self.outcome == self.Outcome.WAITING

    @property
    def is_change_of_number(self):
        return (self.dial, self.display) != (self.was_dial, self.was_display)

    @property
    def is_change_of_textphone(self):
        return self.textphone != self.was_textphone

    @property
    def is_change_of_role(self):
        return self.role != self.was_role

    def decide(self, outcome, user, why=""):
        """Close it, once only. False if someone else decided first."""
        decision = {
            "outcome": outcome,
            "decided_by": user.get_username(),
            "decider": user.pk,
            "decided_at": timezone.now(),
            "decided_why": why,
        }
        closed = NumberProposal.objects.waiting().filter(pk=self.pk).update(**decision)
        if closed:
            vars(self).update(decision)
        return bool(closed)
