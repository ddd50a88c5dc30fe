"""A line that people can call or text. Each is stored once, and every page shows this row."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from contacts import call_privacy, opening_hours
from contacts.dialling import validate_dial, validate_shown, validate_textphone
from contacts.models.answering import Answering
from contacts.models.approved import Role
from contacts.models.organisation import Organization
from contacts.models.phone_errors import errors_of
from contacts.models.phone_queries import PhoneQuerySet
from contacts.validators import validate_sentence
from helphub.content import validators
from helphub.content.entries import Entry
from strategy.models import ContactLine

OLDEST_AGE = 120


class Phone(Answering, Entry):
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

    Role = Role

    slug = models.SlugField(
        "name for use in text",
        max_length=40,
        unique=True,
        help_text="Type this in braces to show the number in text: {h-galop}. Do not change it.",
    )
    name = models.CharField(
        "name of the line",
        max_length=120,
        validators=[validators.validate_text],
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
        validators=[validators.validate_text],
        help_text="One short sentence, shown beside the number and on its service’s card.",
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
        validators=[validators.validate_text],
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
        validators=[validators.validate_text],
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
        validators=[validators.validate_text, validate_sentence],
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
        validators=[validators.validate_text],
        help_text="Who says this about the cost, in plain words. Only officers see it.",
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
        choices=opening_hours.BankHolidays,
        default=opening_hours.BankHolidays.UNKNOWN,
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
    # Set in editions alone, from the number's doubts.
    is_doubted = models.BooleanField("we are checking it", default=False, editable=False)
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

    objects: ClassVar[Any] = PhoneQuerySet.as_manager()

    # Cards know it from their query.
    is_of_help_now = False
    worked_out = ("is_of_help_now",)
    # Whom to ring if this line is in doubt, on pages that have no database.
    kept_instead = None

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
        if errors := errors_of(self):
            raise ValidationError(errors)

    # Fields of a critical line that no single officer may change: the digits and how they are
    # dialled, its role, and the slug that texts and approvals use.
    GUARDED = ("dial", "display", "textphone", "role", "kind", "slug")

    def needs_second_person(self):
        """Whether a second person must approve its digits. Asks the database each time.

        It judges the stored row.
        """
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

    @property
    def notices(self):
        """The services whose notice must appear wherever this number does."""
        return [service for service in self._shown_services if service.has_notice]

    @property
    def first_service(self):
        """The first shown service with this number, whose page says more about it. Or None."""
        return next(iter(self._shown_services), None)

    @property
    def is_free(self):
        """Whether the call is free: by its digits, or else by its cost class."""
        by_digits = call_privacy.is_free_by_digits(self)
        return self.cost_class == self.CostClass.FREE if by_digits is None else by_digits

    @property
    def interpreter(self):
        """Whether an interpreter can join: yes, no, or unknown if we have not asked the line."""
        asked = {row.fact: row.answer for row in self.call_facts.all()}
        return asked.get(call_privacy.Question.INTERPRETER, call_privacy.Answer.UNKNOWN)

    @property
    def call_privacy_in_short(self):
        """What a call leaves, in one line, from the digits alone. Needs no database."""
        return call_privacy.IN_SHORT[call_privacy.on_the_bill(self)]

    @property
    def tag(self):
        """The bill and the cost in a few words, or nothing. Needs no database."""
        return call_privacy.tag_of(self)

    @property
    def section_name(self):
        """The heading on the contact page, in English for the template to translate."""
        with override(settings.LANGUAGE_CODE):
            return str(self.get_section_display())

    @property
    def report_key(self):
        """Its name in the address where readers say that it is wrong. It stays in their history."""
        return f"n{self.pk}"

    @property
    def is_spoc(self):
        return self.role == self.Role.SPOC

    @property
    def is_emergency(self):
        return self.role == self.Role.EMERGENCY
