"""The approved digits of critical lines, which release checks compare with."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from contacts.dialling import (
    NOT_THE_SAME,
    is_same_number,
    validate_dial,
    validate_shown,
    validate_textphone,
)


class Role(models.TextChoices):
    """The two numbers on every page."""

    EMERGENCY = "emergency", "the emergency number on every page"
    SPOC = "spoc", "the single point of contact on every page"


class ApprovedNumberQuerySet(models.QuerySet):
    def by_line(self):
        """The newest approval of each line, by the line's name in texts."""
        return {row.line: row for row in self.order_by("pk")}

    def why_not_dialled(self, dial):
        """Why no uncritical line may have these digits, or "".

        One officer alone could otherwise bring back withdrawn or replaced digits.
        """
        approved = self.filter(dial=dial).first()
        if approved is None:
            return ""
        return (
            f"These are the digits of the critical number “{approved.line}”. To show it in text, "
            f"type {{{approved.line}}}. To change it, propose a change."
        )


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
    role = models.CharField("role", max_length=20, choices=Role, blank=True)
    proposed_by = models.CharField("proposed by", max_length=150, blank=True)
    who = models.CharField("approved by", max_length=150)
    approved_at = models.DateTimeField("approved on", auto_now_add=True)
    # The key of the proposal, which belongs to a room above this one.
    proposal = models.BigIntegerField("proposal", blank=True, null=True, db_column="proposal_id")

    objects: ClassVar[Any] = ApprovedNumberQuerySet.as_manager()

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
