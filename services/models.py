"""Floor 3: who helps, who they help, and with what."""

import re
import uuid
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from modeltranslation.translator import translator
from modeltranslation.utils import get_translation_fields

from contacts.models import AbstractVerification, Organization, Phone, newest
from contacts.traces import Answer
from helphub import clock, memory, texts
from helphub.entries import Entry, EntryQuerySet, Page, language_of_words
from strategy.models import FormOfAbuse, Guide

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)
# An address as it might be typed in a text: a postcode, or a house number and street.
ADDRESS = re.compile(
    r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?[\s.-]{0,3}\d[A-Za-z]{2}\b"
    r"|\b\d+[A-Za-z]?,?\s+(?:[A-Z][\w'’-]+\s+){1,3}"
    r"(?:Street|Road|Lane|Avenue|Close|Drive|Court|Place|Crescent|Gardens|Terrace|Square|Rd|St)\b"
)
# The audience whose services are listed together for deaf people.
DEAF = "deaf-bsl"
# A page must never help an abuser find one of these.
SECRET_PLACES = re.compile(r"\b(refuges?|safe[- ]?houses?|safe accommodation)\b", re.IGNORECASE)


def own_texts(row):
    """The texts that officers wrote in a row, in every language, by field."""
    translated = translator.get_options_for_model(type(row)).fields
    names = [name for field in translated for name in get_translation_fields(field)]
    return {name: getattr(row, name) or "" for name in names}


def speaks_of_refuge(row, *others):
    return any(SECRET_PLACES.search(text) for text in [*own_texts(row).values(), *others])


class Audience(Entry):
    """A group of people that a service is for."""

    name = models.CharField(
        "name",
        max_length=80,
        validators=[texts.validate_text],
        help_text="Shown on a service's page, after “Who it is for”.",
    )

    class Meta(Entry.Meta):
        verbose_name = "group of people"
        verbose_name_plural = "groups of people"

    def __str__(self):
        return self.name


class ServiceArea(Entry):
    """An area whose residents a service is for, as in HSDS."""

    name = models.CharField(
        "name",
        max_length=80,
        validators=[texts.validate_text],
        help_text="Shown on a service's page, after “Where”.",
    )
    code = models.CharField(
        "ONS code",
        max_length=9,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z]\d{8}$", "Type a letter and eight digits, such as E08000027.")
        ],
        help_text="The Office for National Statistics code, for other directories to use.",
    )

    class Meta(Entry.Meta):
        verbose_name = "area"
        verbose_name_plural = "areas"

    def __str__(self):
        return self.name


class Town(Page):
    """A town in the borough. Its page lists the places there and the help that covers it."""

    area = models.ForeignKey(
        ServiceArea,
        on_delete=models.PROTECT,
        related_name="towns",
        verbose_name="area",
        help_text="Services for this area are listed on the town's page.",
    )

    list_name = "services:town-list"

    class Meta(Page.Meta):
        verbose_name = "town"
        verbose_name_plural = "towns"

    def get_absolute_url(self):
        return reverse("services:town-detail", args=[self.slug])


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

    def for_town(self, town):
        """A list of the services in the directory for people in a town."""
        listed = self.published().filter(is_own_behaviour=False, areas=town.area_id)
        keys = list(listed.values_list("pk", flat=True))
        services = self.cards(keys)
        return [services[key] for key in keys if key in services]

    def for_page(self):
        """Fetch everything a service's own page shows."""
        return self.for_card().prefetch_related(
            models.Prefetch("audiences", Audience.objects.published()),
            models.Prefetch("areas", ServiceArea.objects.published()),
            models.Prefetch("locations", Location.objects.for_page()),
            "verifications",
            models.Prefetch("forms_of_abuse", FormOfAbuse.objects.published()),
        )

    def page(self, slug):
        """The published service with this slug, ready for its own page. If none, 404 or gone."""
        service = memory.answer(service_page, slug) if memory.is_used() else None
        return service or self.for_page().shown_or_gone(slug=slug)

    def line_links(self, slugs):
        """What a line's token becomes: a link to its number, or to its service if it has none."""
        if memory.is_used():
            phones = [phone for slug in slugs if (phone := memory.answer(line, slug))]
        else:
            phones = _lines().filter(slug__in=slugs)
        links = {
            phone.slug: memory.recall(
                ("number", phone.slug),
                partial(render_to_string, "includes/_number.html", {"phone": phone}),
            ).strip()
            for phone in phones
        }
        for service in self.published().filter(line__in=set(slugs) - set(links)):
            link = texts.link(service.get_absolute_url(), service.name)
            links[service.line] = format_html('<span translate="no">{}</span>', link)
        return links

    def website_links(self, slugs):
        """What ``{website:care-centres}`` becomes: a website button, or a link to our own page."""
        return {
            service.slug: render_to_string(
                "services/_website_button.html", {"service": service}
            ).strip()
            if service.website
            else texts.link(service.get_absolute_url(), service.name)
            for service in self.published().filter(slug__in=slugs)
        }

    def website_names(self, slugs):
        """The names of these services, published or not."""
        return {service.slug: service.name for service in self.filter(slug__in=slugs)}

    def without_talking(self):
        """The services in the directory that people can reach without speaking.

        Services for deaf people come first, then those with a chat, a text number or an email.
        """
        services = self.for_listing().prefetch_related("audiences")
        reachable = [
            service
            for service in services
            if service.is_for_deaf_people or service.can_be_written_to
        ]
        return sorted(reachable, key=lambda service: not service.is_for_deaf_people)

    def line_names(self, slugs):
        """The names of these lines, published or not."""
        return {service.line: service.name for service in self.filter(line__in=slugs)}


def _lines():
    """The published numbers, with everything a link needs."""
    return Phone.objects.published().prefetch_related("services")


def line(slug):
    """The published number with this slug and what a link to it shows, or None."""
    return memory.rows("lines", partial(_lines().in_bulk, field_name="slug")).get(slug)


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
        validators=[texts.validate_text],
        help_text="What help the service gives, in one or two sentences. Also shown in lists.",
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
        validators=[texts.validate_text],
        help_text="For example: “Look for Report Remove.”",
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
        validators=[texts.validate_text],
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
        validators=[texts.validate_text],
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
        validators=[texts.validate_text],
        help_text="Whether you need to be referred, what to bring and how long it takes.",
    )
    cost = models.CharField(
        "cost of the help",
        max_length=120,
        blank=True,
        validators=[texts.validate_text],
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
        validators=[texts.validate_text],
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
        validators=[texts.validate_text],
        help_text="Only what the service itself has said. If empty, nothing is shown.",
    )
    accessibility = models.CharField(
        "if you are deaf or cannot speak",
        max_length=250,
        blank=True,
        validators=[texts.validate_text],
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
    def takes_texts(self):
        return any(phone.kind == Phone.Kind.TEXT for phone in self.phones.all())

    @property
    def takes_chats_or_texts(self):
        return bool(self.webchat) or self.takes_texts

    @property
    def can_be_written_to(self):
        return self.takes_chats_or_texts or bool(self.email)

    @property
    def is_for_deaf_people(self):
        return any(audience.slug == DEAF for audience in self.audiences.all())

    def _clean_ages(self):
        if None not in (self.minimum_age, self.maximum_age) and self.minimum_age > self.maximum_age:
            return {"maximum_age": "This is below the minimum age. Swap the two."}
        return {}

    def _clean_place(self):
        """Refuse an address in a secret service's texts, and any place for it or for a refuge."""
        has_places = self.pk and Location.objects.filter(service__pk=self.pk).exists()
        if not self.is_secret_place:
            if has_places and speaks_of_refuge(self):
                return {
                    "is_secret_place": (
                        "This service mentions a refuge and has a place. The location of a refuge "
                        "must stay secret: delete the service's places first, then tick this."
                    )
                }
            return {}
        errors = {
            name: (
                f"“{match.group()}” looks like an address. This service's location must stay "
                "secret: remove the address."
            )
            for name, text in (own_texts(self) | {"title": self.title}).items()
            if (match := ADDRESS.search(text))
        }
        if has_places:
            message = "Delete the service's places first, then tick this and save."
            errors |= {"is_secret_place": message}
        return errors

    def clean(self):
        super().clean()
        errors = self._clean_ages() | self._clean_place()
        if self.is_closed_for_now and not self.notice:
            errors["notice_en"] = "Say that the service is closed and who to contact meanwhile."
        if errors:
            raise ValidationError(errors)
        if self.pk and self.is_own_behaviour:
            elsewhere = self.suggestions.exclude(guide__is_own_behaviour=True).select_related(
                "guide", "form_of_abuse", "situation"
            )
            pages = [
                str(suggestion.guide or suggestion.form_of_abuse or suggestion.situation)
                for suggestion in elsewhere
            ]
            if pages:
                raise ValidationError(
                    {
                        "is_own_behaviour": (
                            "Services for people worried about their own behaviour are kept "
                            "separate. First remove this service from “Who can help” on: "
                            f"{', '.join(pages)}."
                        )
                    }
                )


class LocationQuerySet(models.QuerySet):
    def for_page(self):
        return self.select_related("town")

    def in_town(self, town):
        """The places in a town where published services in the directory are provided."""
        shown = Service.objects.published().filter(is_own_behaviour=False)
        return self.filter(town=town, service__in=shown).select_related("service")

    def get_by_natural_key(self, service, position):
        return self.get(service__slug=service, position=position)


class Location(models.Model):
    """A place where a service is provided. A service whose place is secret has none.

    `str()` leaves out its texts: the admin's log would keep them after the place is gone.
    """

    class Address(models.TextChoices):
        PUBLIC = "public", "public: the address is shown"
        ON_BOOKING = "on-booking", "given on booking: only the town is stored"

    service = models.ForeignKey(
        Service,
        on_delete=models.CASCADE,
        to_field="place_key",
        related_name="locations",
        verbose_name="service",
    )
    position = models.PositiveSmallIntegerField(
        "order", default=1, help_text="Smaller numbers come first."
    )
    address = models.CharField(
        "address",
        max_length=20,
        choices=Address,
        help_text="If the address is given on booking, readers see only the town.",
    )
    town = models.ForeignKey(
        Town,
        on_delete=models.PROTECT,
        related_name="locations",
        verbose_name="town",
        help_text="The place is listed on this town's page.",
    )
    name = models.CharField(
        "name of the place",
        max_length=120,
        blank=True,
        validators=texts.PLAIN,
        help_text="The name on the sign at the door.",
    )
    address_1 = models.CharField(
        "number and street",
        max_length=120,
        blank=True,
        validators=texts.PLAIN,
        help_text="Only for a public place. Readers see it above the directions.",
    )
    postal_code = models.CharField(
        "postcode",
        max_length=8,
        blank=True,
        validators=[RegexValidator(rf"^{POSTCODE.pattern}$", "Type a postcode, such as DY1 1HF.")],
    )
    step_free = models.CharField(
        "step-free from the street", max_length=10, choices=Answer, default=Answer.UNKNOWN
    )
    accessible_toilet = models.CharField(
        "accessible toilet", max_length=10, choices=Answer, default=Answer.UNKNOWN
    )
    hearing_loop = models.CharField(
        "hearing loop", max_length=10, choices=Answer, default=Answer.UNKNOWN
    )
    directions = models.TextField(
        "how to get there",
        blank=True,
        validators=[texts.validate_text],
        help_text="In words: which buses, where they stop, the way from the stop, which door.",
    )
    when = models.CharField(
        "when to come",
        max_length=150,
        blank=True,
        validators=[texts.validate_text],
        help_text="Days and times, or “by appointment”. Readers see it beside the address.",
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["service", "position"]
        verbose_name = "place"
        verbose_name_plural = "places"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "position"], name="one_place_for_each_order"
            ),
            models.CheckConstraint(
                condition=models.Q(address__in=["public", "on-booking"]),
                name="places_are_public_or_told_on_booking",
            ),
            models.CheckConstraint(
                condition=~models.Q(address="on-booking")
                | models.Q(name="", address_1="", postal_code=""),
                name="told_on_booking_has_no_address",
                violation_error_message="If the address is given on booking, store only the town.",
            ),
            models.CheckConstraint(
                condition=~models.Q(address="public")
                | ~models.Q(address_1="") & ~models.Q(postal_code=""),
                name="public_places_have_an_address",
                violation_error_message="A public place needs a street and a postcode.",
            ),
        ]

    words_language = property(language_of_words)

    def __str__(self):
        return f"{self.get_address_display()} ({self.position})"

    def natural_key(self):
        return (self.service.slug, str(self.position))

    @property
    def is_public(self):
        return self.address == self.Address.PUBLIC

    def clean(self):
        super().clean()
        # Without a key there is no service to load, so stop here.
        if self.service_id is None:
            raise ValidationError("This service's place is secret, so no place can be stored.")
        if speaks_of_refuge(self.service) or speaks_of_refuge(self, self.name):
            raise ValidationError(
                "This mentions a refuge. The location of a refuge must stay secret: tick “place is "
                "secret” and delete the place."
            )
        errors = {}
        if self.address == self.Address.ON_BOOKING:
            for name, text in own_texts(self).items():
                if text and name.startswith("directions"):
                    errors[name] = "Leave this empty: directions would give the address away."
                elif ADDRESS.search(text):
                    errors[name] = "Remove the address: it is given on booking."
            for name in ("name", "address_1", "postal_code"):
                if getattr(self, name):
                    errors[name] = "Leave this empty: the address is given on booking."
        if self.address == self.Address.PUBLIC:
            for name in ("address_1", "postal_code"):
                if not getattr(self, name):
                    errors[name] = "A public place needs this. Otherwise choose “given on booking”."
        if errors:
            raise ValidationError(errors)


class ServiceVerificationQuerySet(models.QuerySet):
    def get_by_natural_key(self, service, position):
        return self.get(service__slug=service, position=position)


class ServiceVerification(AbstractVerification):
    """A record that a service was checked."""

    owner = "service"

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="verifications", verbose_name="service"
    )

    objects = ServiceVerificationQuerySet.as_manager()

    class Meta(AbstractVerification.Meta):
        ordering = ["service", "-verified_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "position"], name="one_service_verification_for_each_order"
            )
        ]

    def natural_key(self):
        return (self.service.slug, str(self.position))


class ChoiceQuerySet(EntryQuerySet):
    def of(self, question):
        """The published answers to a question."""
        return self.published().filter(question=question)

    def for_narrowing(self):
        """The published answers that narrow the list of services."""
        questions = [Choice.Question.FOR, Choice.Question.WHAT, Choice.Question.CAN]
        choices = self.published().filter(question__in=questions)
        return choices.prefetch_related("audiences", "forms_of_abuse")


class Choice(Entry):
    """An answer that readers choose by following a link, never by typing.

    Its short name is part of addresses, so it must mean nothing to anyone reading the history.
    """

    class Question(models.TextChoices):
        WHO = "who", "first contacts: who is it about?"
        WHAT = "what", "first contacts and services: what happened?"
        WHEN = "when", "first contacts: when was it?"
        FOR = "for", "services: who should they be for?"
        CAN = "can", "services: how can you make contact?"

    class Ability(models.TextChoices):
        QUIET = "quiet", "cannot talk out loud: chat, text, email"
        WRITING = "writing", "by text or chat only"
        FREE = "free", "free calls only"
        OTHER_LANGUAGE = "other-language", "not in English"
        SIGN_LANGUAGE = "sign-language", "deaf: British Sign Language, text, chat"
        ALWAYS = "always", "day and night"

    slug = models.SlugField(
        "short name in addresses",
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[a-z]\d{1,2}$", "Type a letter and a number, such as b2.")],
        help_text="A letter and a number. It stays in the phone's history, so keep it meaningless.",
    )
    question = models.CharField(
        "question",
        max_length=10,
        choices=Question,
        help_text="Readers see the answer as a link under this question.",
    )
    name = models.CharField(
        "answer",
        max_length=80,
        validators=[texts.validate_text],
        help_text="As readers would say it: “Somebody under 18”.",
    )
    audiences = models.ManyToManyField(
        Audience,
        related_name="choices",
        blank=True,
        verbose_name="groups of people",
        help_text="The answer leads to services for any of these.",
    )
    forms_of_abuse = models.ManyToManyField(
        FormOfAbuse,
        related_name="choices",
        blank=True,
        verbose_name="topics",
        help_text="The answer leads to services that help with any of these.",
    )
    ability = models.CharField(
        "way of contact",
        max_length=20,
        choices=Ability,
        blank=True,
        help_text="Only for answers to “how can you make contact?”.",
    )

    objects = ChoiceQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "answer to a question"
        verbose_name_plural = "answers to questions"

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if self.question == self.Question.CAN and not self.ability:
            raise ValidationError({"ability": "Choose the way of contact."})

    @property
    def is_without_talking(self):
        """Whether readers who choose this answer should not be offered calls."""
        return self.ability in {
            self.Ability.QUIET,
            self.Ability.WRITING,
            self.Ability.SIGN_LANGUAGE,
        }

    def matches(self, service):
        """Whether a service fits this answer."""
        if self.question == self.Question.FOR:
            return self.shares_audience_with(service)
        if self.question == self.Question.WHAT:
            topics = {topic.pk for topic in service.forms_of_abuse.all()}
            return any(topic.pk in topics for topic in self.forms_of_abuse.all())
        return not service.is_shown_closed and self._is_possible_with(service)

    def shares_audience_with(self, service):
        audiences = {audience.pk for audience in service.audiences.all()}
        return any(audience.pk in audiences for audience in self.audiences.all())

    def _is_possible_with(self, service):
        phones = service.phones.all()
        match self.ability:
            case self.Ability.QUIET:
                return service.can_be_written_to or self.shares_audience_with(service)
            case self.Ability.WRITING:
                return service.takes_chats_or_texts
            case self.Ability.FREE:
                return any(phone.is_free for phone in phones)
            case self.Ability.OTHER_LANGUAGE:
                # Include lines we have not asked, which is most of them. They say “not confirmed”.
                return any(phone.interpreter != Answer.NO for phone in phones)
            case self.Ability.SIGN_LANGUAGE:
                can_write = service.takes_chats_or_texts
                return service.has_sign_language or can_write or self.shares_audience_with(service)
            case self.Ability.ALWAYS:
                return any(phone.is_always_open for phone in phones)
        return False


class SituationQuerySet(EntryQuerySet):
    def first_contacts(self, answers):
        """The suggestions for these answers (by question), most exact situation first.

        If a situation leaves a question open, any answer fits it, and so does no answer.
        """
        matching = self.published()
        for question in ("who", "what", "when"):
            is_open = models.Q(**{question: None})
            matching = matching.filter(is_open | models.Q(**{question: answers.get(question)}))
        situations = sorted(matching, key=lambda situation: -situation.exactness)
        ranks = {situation.pk: rank for rank, situation in enumerate(situations)}
        suggestions = Suggestion.objects.filter(situation__in=ranks).for_page()
        return sorted(
            suggestions,
            key=lambda suggestion: (ranks[suggestion.situation_id], suggestion.position),
        )


def _answer_to(question, label):
    return models.ForeignKey(
        Choice,
        on_delete=models.CASCADE,
        related_name="+",
        blank=True,
        null=True,
        limit_choices_to={"question": question},
        verbose_name=label,
        help_text="Leave empty if any answer fits.",
    )


class Situation(Entry):
    """A set of answers with its own first contacts: who it is about, what happened, when."""

    who = _answer_to(Choice.Question.WHO, "who it is about")
    what = _answer_to(Choice.Question.WHAT, "what happened")
    when = _answer_to(Choice.Question.WHEN, "when it was")

    objects = SituationQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "situation"
        verbose_name_plural = "first contacts by situation"

    def __str__(self):
        answers = [answer for answer in (self.who, self.what, self.when) if answer]
        return " · ".join(map(str, answers)) or "–"

    def clean(self):
        super().clean()
        # Not a constraint, because SQLite never treats two empty answers as equal.
        same_answers = Situation.objects.filter(who=self.who, what=self.what, when=self.when)
        if same_answers.exclude(pk=self.pk).exists():
            raise ValidationError(
                "These answers already have first contacts: change those instead."
            )

    @property
    def exactness(self):
        """The number of questions it answers."""
        return sum(key is not None for key in (self.who_id, self.what_id, self.when_id))


class SuggestionQuerySet(models.QuerySet):
    def for_page(self):
        """A list of the suggestions readers may see, with what their cards show."""
        # Services in the own-behaviour wing appear only in that wing's guides.
        is_kept_apart = models.Q(service__is_own_behaviour=True)
        in_the_wing = models.Q(guide__is_own_behaviour=True)
        suggestions = list(self.filter(~is_kept_apart | in_the_wing))
        services = Service.objects.cards({suggestion.service_id for suggestion in suggestions})
        shown = [suggestion for suggestion in suggestions if suggestion.service_id in services]
        for suggestion in shown:
            suggestion.service = services[suggestion.service_id]
        return shown


class Suggestion(models.Model):
    """A service under “Who can help” on a topic or guide, or a first contact in a situation."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="suggestions", verbose_name="service"
    )
    form_of_abuse = models.ForeignKey(
        FormOfAbuse,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name="topic",
    )
    guide = models.ForeignKey(
        Guide,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name="guide",
    )
    situation = models.ForeignKey(
        Situation,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name="situation",
    )
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="Smaller numbers come first under “Who can help”."
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = "suggested service"
        verbose_name_plural = "who can help"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(form_of_abuse__isnull=False, guide=None, situation=None)
                | models.Q(form_of_abuse=None, guide__isnull=False, situation=None)
                | models.Q(form_of_abuse=None, guide=None, situation__isnull=False),
                name="suggested_on_one_page",
            ),
            models.UniqueConstraint(
                fields=["service", "form_of_abuse"], name="suggested_once_on_a_topic"
            ),
            models.UniqueConstraint(fields=["service", "guide"], name="suggested_once_in_a_guide"),
            models.UniqueConstraint(
                fields=["service", "situation"], name="suggested_once_in_a_situation"
            ),
        ]

    def __str__(self):
        return str(self.service)

    def clean(self):
        super().clean()
        in_the_wing = self.guide is not None and self.guide.is_own_behaviour
        if self.service_id and self.service.is_own_behaviour and not in_the_wing:
            raise ValidationError(
                {
                    "service": (
                        "This service is for people worried about their own behaviour. List it "
                        "only in the guides for them."
                    )
                }
            )
