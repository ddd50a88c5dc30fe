"""A service: who helps, how, and whom."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contacts.models import Organization, Phone, newest
from helphub.content import clock, intervals, memory, validators
from helphub.content.entries import (
    EntryQuerySet,
    Page,
)
from services.models.coverage import Audience, ServiceArea
from services.models.service_errors import errors_of
from strategy.models import FormOfAbuse

# The audience whose services are listed together for deaf people.
DEAF = "deaf-bsl"
# A part of the directory that is no part of the contact page.
WITHOUT_TALKING = "without-talking"

# The parts of the directory, in the order readers see them. In danger, 999 is at the top anyway.
PARTS = [
    *[
        (part.value, part.label)
        for part in Phone.Section
        if part not in {Phone.Section.EMERGENCY, Phone.Section.OWN_BEHAVIOUR}
    ],
    (WITHOUT_TALKING, _("If you are deaf, or cannot talk aloud")),
    (Phone.Section.EMERGENCY.value, Phone.Section.EMERGENCY.label),
]


class ServiceQuerySet(EntryQuerySet):
    def for_listing(self):
        """The published services in the directory, without the own-behaviour wing."""
        return self.published().filter(is_own_behaviour=False).for_card()

    def for_card(self):
        """Fetch what a card shows."""
        return self.select_related("organization").prefetch_related(
            models.Prefetch("phones", Phone.objects.published().for_card())
        )

    def cards(self, keys):
        """The published services with these primary keys, by key, with what a card shows."""
        if not memory.is_used():
            return self.published().for_card().in_bulk(keys)
        services = {key: memory.answer(card, key) for key in keys}
        return {key: service for key, service in services.items() if service}

    def for_narrowing(self):
        """The services in the directory, with the rows that narrowing checks."""
        phones = Phone.objects.published().prefetch_related(
            "call_facts", "schedules", "exceptions", "verifications"
        )
        listed = self.published().filter(is_own_behaviour=False)
        return listed.prefetch_related(
            models.Prefetch("phones", phones), "audiences", "forms_of_abuse"
        )

    def for_area(self, area):
        """A list of the services in the directory for people in an area."""
        listed = self.published().filter(is_own_behaviour=False, areas=area)
        keys = list(listed.values_list("pk", flat=True))
        services = self.cards(keys)
        return [services[key] for key in keys if key in services]

    def for_page(self):
        """Fetch everything a service's own page shows."""
        return self.for_card().prefetch_related(
            models.Prefetch("audiences", Audience.objects.published()),
            models.Prefetch("areas", ServiceArea.objects.published()),
            "locations__town",
            "verifications",
            models.Prefetch("forms_of_abuse", FormOfAbuse.objects.published()),
        )

    def page(self, slug):
        """The published service with this slug, ready for its own page. If none, 404 or gone."""
        service = memory.answer(service_page, slug) if memory.is_used() else None
        return service or self.for_page().shown_or_gone(slug=slug)

    def hiding_their_address(self):
        """Those whose place is secret, or told on booking."""
        return self.filter(
            models.Q(is_secret_place=True) | models.Q(locations__address="on-booking")
        ).distinct()

    def for_deaf_people(self):
        """The services in the directory that are made for deaf people."""
        return self.for_listing().filter(audiences__slug=DEAF)


def card(key):
    """The published service with this primary key and what its card shows, or None."""
    cards = memory.rows("cards", Service.objects.published().for_card().in_bulk)
    return cards.get(key)


def service_page(slug):
    """The published service with this slug and what its page shows, or None."""
    services = memory.rows("service pages", lambda: list(Service.objects.for_page().published()))
    return next((service for service in services if service.slug == slug), None)


class Service(Page):
    """Help from an organisation, and how to get it."""

    line = models.SlugField(
        "name in texts",
        max_length=40,
        unique=True,
        help_text="What texts write in braces for this service, such as h-ceop.",
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name="organisation",
        help_text="Who runs this service. Readers see it as “Run by”.",
    )
    summary = models.CharField(
        "summary",
        max_length=300,
        validators=[validators.validate_text],
        help_text=(
            "What help the service gives, in one or two sentences. Also shown in lists if the "
            "service has no number: a number has a shorter sentence of its own."
        ),
    )
    phones = models.ManyToManyField(
        Phone,
        related_name="services",
        blank=True,
        verbose_name="numbers",
        help_text="Shown on the service's card and page. Edit a number's details on its own form.",
    )
    website = models.URLField(
        "website",
        blank=True,
        help_text="Start with https://. Readers see the site's name as a link.",
    )
    website_hint = models.CharField(
        "where on the website",
        max_length=120,
        blank=True,
        validators=[validators.validate_text],
        help_text="For example: “Look for Report Remove.”",
    )
    section = models.CharField(
        "part of the list of services",
        max_length=20,
        choices=PARTS,
        blank=True,
        help_text=(
            "The heading it appears under. If you leave this empty, it is the heading that its "
            "first number has on the contact page."
        ),
    )
    webchat = models.URLField(
        "web chat address",
        blank=True,
        help_text="With a web chat, the service is listed for people who cannot talk out loud.",
    )
    email = models.EmailField(
        "email",
        blank=True,
        help_text="Only an address that the service itself gives out and reads.",
    )
    what_to_expect = models.TextField(
        "what to expect",
        blank=True,
        validators=[validators.validate_text],
        help_text="Who answers, what they ask, and when they have to tell someone else.",
    )
    areas = models.ManyToManyField(
        ServiceArea,
        related_name="services",
        blank=True,
        verbose_name="areas",
        help_text="Where people must live to get this help.",
    )
    coverage = models.CharField(
        "more about the area",
        max_length=120,
        blank=True,
        validators=[validators.validate_text],
        help_text="Shown after the areas, for example: “Based in the West Midlands.”",
    )
    minimum_age = models.PositiveSmallIntegerField(
        "minimum age",
        blank=True,
        null=True,
        help_text="In years. Leave empty if there is no lower limit.",
    )
    maximum_age = models.PositiveSmallIntegerField(
        "maximum age",
        blank=True,
        null=True,
        help_text="In years. This age is included: 18 means “under 19”.",
    )
    how_to_get_in = models.TextField(
        "how to get in",
        blank=True,
        validators=[validators.validate_text],
        help_text="Whether you need to be referred, what to bring and how long it takes.",
    )
    cost = models.CharField(
        "cost of the help",
        max_length=120,
        blank=True,
        validators=[validators.validate_text],
        help_text="For example: “The care is free.” The cost of a call is shown with the number.",
    )
    has_sign_language = models.BooleanField(
        "in British Sign Language",
        default=False,
        help_text="You can make contact in BSL. Listed high up for people who are deaf or use BSL.",
    )
    has_drop_in = models.BooleanField(
        "drop-in", default=False, help_text="You can turn up without an appointment."
    )
    is_closed_for_now = models.BooleanField(
        "closed for now",
        default=False,
        help_text="Readers see the notice instead of how to get in touch.",
    )
    notice = models.CharField(
        "notice",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text="Shown above everything else: “Closed for an office move. It will reopen soon.”",
    )
    notice_until = models.DateField(
        "notice until",
        blank=True,
        null=True,
        help_text="The last day of the notice and the closure. Leave empty to end them yourself.",
    )
    is_secret_place = models.BooleanField(
        "place is secret",
        default=False,
        help_text=(
            "For a refuge, a safe house or anywhere else whose address is never given out. No "
            "place can then be stored for this service, anywhere."
        ),
    )
    # Places point to this key. A service whose place is secret has no key, so the database itself
    # refuses to store a place for it.
    place_key = models.UUIDField(unique=True, null=True, editable=False, default=uuid.uuid4)
    languages = models.CharField(
        "languages and interpreters",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text="Only what the service itself has said. If empty, nothing is shown.",
    )
    accessibility = models.CharField(
        "if you are deaf or cannot speak",
        max_length=250,
        blank=True,
        validators=[validators.validate_text],
        help_text="How to make contact without speaking: text, textphone, sign language.",
    )
    audiences = models.ManyToManyField(
        Audience,
        related_name="services",
        blank=True,
        verbose_name="who it is for",
        help_text="Readers can narrow the list of services by these.",
    )
    forms_of_abuse = models.ManyToManyField(
        FormOfAbuse,
        related_name="services",
        blank=True,
        verbose_name="topics",
        help_text="What the service helps with. Readers can narrow the list of services by these.",
    )
    is_own_behaviour = models.BooleanField(
        "for people worried about their own behaviour",
        default=False,
        help_text="Kept separate: never listed under a topic or in the directory.",
    )

    objects = ServiceQuerySet.as_manager()

    list_name = "services:service-list"

    class Meta(Page.Meta):
        verbose_name = "service"
        verbose_name_plural = "services"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_secret_place=True, place_key=None)
                | models.Q(is_secret_place=False, place_key__isnull=False),
                name="secret_services_have_no_key_for_places",
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_age=None)
                | models.Q(maximum_age=None)
                | models.Q(minimum_age__lte=models.F("maximum_age")),
                name="ages_run_upwards",
                violation_error_message="The minimum age is above the maximum age. Swap the two.",
            ),
        ]

    def get_absolute_url(self):
        return reverse("services:service-detail", args=[self.slug])

    def save(self, *args, **kwargs):
        self._keep_place_key()
        super().save(*args, **kwargs)

    def _keep_place_key(self):
        if self.is_secret_place:
            self.place_key = None
        elif self.place_key is None:
            self.place_key = uuid.uuid4()

    def full_clean(self, *args, **kwargs):
        self._keep_place_key()
        super().full_clean(*args, **kwargs)

    @property
    def part(self):
        """The part of the directory it is listed in, as its value in PARTS, or nothing."""
        return self.section or next((phone.section for phone in self.phones.all()), "")

    @property
    def run_by(self):
        """The organisation, if the service's name does not say it already."""
        organization = self.organization.name
        return "" if organization.casefold() in self.name.casefold() else organization

    @property
    def is_shown_closed(self):
        """Whether it is closed for now and its notice is still current."""
        return self.is_closed_for_now and self.has_notice

    @property
    def has_notice(self):
        """Whether it has a notice whose last day has not passed."""
        has_ended = self.notice_until is not None and clock.has_come(self.notice_until + clock.DAY)
        return bool(self.notice) and not has_ended

    @cached_property
    def verification(self):
        """The newest verification, or None."""
        return newest(self.verifications.all())

    @property
    def is_check_due(self):
        """Whether so much time has passed since the last check that readers are told."""
        check = self.verification
        return check is not None and clock.has_come(check.verified_on + intervals.SERVICES)

    @property
    def report_key(self):
        """Its name in the address where readers say that it is wrong, if it has no number."""
        return f"s{self.pk}"

    @property
    def is_online(self):
        """Whether it can be reached by chat, on its website or by email."""
        return bool(self.webchat or self.website or self.email)

    @property
    def takes_texts(self):
        return any(phone.kind == Phone.Kind.TEXT for phone in self.phones.all())

    @property
    def takes_chats_or_texts(self):
        return bool(self.webchat) or self.takes_texts

    @property
    def can_be_written_to(self):
        return self.takes_chats_or_texts or bool(self.email)

    def clean(self):
        super().clean()
        if errors := errors_of(self):
            raise ValidationError(errors)
