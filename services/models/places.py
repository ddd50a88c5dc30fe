"""Where a service is. A secret place has no row."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import RegexValidator
from django.db import models

from contacts.call_privacy import Answer
from helphub.content import patterns, secrecy, validators
from helphub.content.entries import (
    language_of_words,
)
from services.models.coverage import Town
from services.models.service import Service


class LocationQuerySet(models.QuerySet):
    def in_towns(self, towns):
        """The places in these towns where published services in the directory are provided."""
        shown = Service.objects.published().filter(is_own_behaviour=False)
        places = self.filter(town__in=towns, service__in=shown).select_related("service", "town")
        return places.order_by("town__position", "town__slug", "service__position", "position")

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
        help_text="The place is listed under this town on “Help near you”.",
    )
    name = models.CharField(
        "name of the place",
        max_length=120,
        blank=True,
        validators=validators.PLAIN,
        help_text="The name on the sign at the door.",
    )
    address_1 = models.CharField(
        "number and street",
        max_length=120,
        blank=True,
        validators=validators.PLAIN,
        help_text="Only for a public place. Readers see it above the directions.",
    )
    postal_code = models.CharField(
        "postcode",
        max_length=8,
        blank=True,
        validators=[RegexValidator(rf"^{patterns.POSTCODE}$", "Type a postcode, such as DY1 1HF.")],
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
        validators=[validators.validate_text],
        help_text="In words: which buses, where they stop, the way from the stop, which door.",
    )
    when = models.CharField(
        "when to come",
        max_length=150,
        blank=True,
        validators=[validators.validate_text],
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
        if secrecy.speaks_of_refuge(self.service) or secrecy.speaks_of_refuge(self, self.name):
            raise ValidationError(
                "This mentions a refuge. The location of a refuge must stay secret: tick “place is "
                "secret” and delete the place."
            )
        errors = {}
        if self.address == self.Address.ON_BOOKING:
            errors = self._errors_of_place_on_booking()
        if self.address == self.Address.PUBLIC:
            errors = self._errors_of_public_place()
        if errors:
            raise ValidationError(errors)

    def _errors_of_place_on_booking(self):
        """The fields that would give away an address given on booking."""
        errors = {}
        if secrecy.addresses_in(self.service, title=self.service.title):
            message = f"The service's texts have what looks like an address. {secrecy.ON_BOOKING}"
            errors[NON_FIELD_ERRORS] = message
        for phone in self.service.phones.all() if self.service.pk else ():
            if secrecy.addresses_in(phone):
                errors[NON_FIELD_ERRORS] = secrecy.OF_NUMBERS.format(phone)
        for name, text in secrecy.own_texts(self).items():
            if text and name.startswith("directions"):
                errors[name] = "Leave this empty: directions would give the address away."
            elif secrecy.ADDRESS.search(text):
                errors[name] = "Remove the address: it is given on booking."
        for name in ("name", "address_1", "postal_code"):
            if getattr(self, name):
                errors[name] = "Leave this empty: the address is given on booking."
        return errors

    def _errors_of_public_place(self):
        """The fields that a public place needs."""
        return {
            name: "A public place needs this. Otherwise choose “given on booking”."
            for name in ("address_1", "postal_code")
            if not getattr(self, name)
        }
