"""Calls and checks of a number, and their outcome."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from contacts.models.phone import Phone
from contacts.models.rows import PhoneRowQuerySet
from helphub.content import validators
from helphub.content.rows import PermanentRow, in_words


class AbstractVerification(PermanentRow):
    """A record that a fact was checked: when, how and by which role."""

    said = ("verified_on", "method", "role", "confirmed", "replaces")
    refusal = "A verification cannot be changed. Add another one."

    class Method(models.TextChoices):
        PUBLISHED_SOURCES = "published-sources", "from published sources"
        RANG = "rang", "by ringing"
        TOLD = "told", "the organisation told us"
        TAKEN_BACK = "taken-back", "taken back"

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
        validators=validators.PLAIN,
        help_text="A role, not a person. Only officers see this.",
    )
    confirmed = models.CharField(
        "what was confirmed",
        max_length=200,
        validators=validators.PLAIN,
        help_text="Such as the number, the hours and who answers. Only officers see this.",
    )

    # The order of the row that this one puts right. Nothing counts of that row any more.
    replaces = models.PositiveSmallIntegerField("instead of", blank=True, null=True, editable=False)

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
        if self.takes_back and self.replaces is None:
            raise ValidationError(
                {"method": "To take a check back, use “Undo” under “Checks”. It says which one."}
            )

    @property
    def was_asked(self):
        """Whether the organisation itself was asked, rather than its published sources."""
        return self.method in {self.Method.RANG, self.Method.TOLD}

    @property
    def takes_back(self):
        """Whether it says nothing but that an earlier one was a mistake."""
        return self.method == self.Method.TAKEN_BACK


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
