"""An officer's proposal to change a critical line, and what a second officer decided."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from contacts.dialling import (
    NOT_THE_SAME,
    is_same_number,
    validate_dial,
    validate_shown,
    validate_textphone,
)
from contacts.models.phone import Phone
from helphub.content import validators


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
    why = models.CharField("why", max_length=300, validators=[validators.validate_characters])
    source = models.CharField(
        "where the number comes from",
        max_length=300,
        validators=[validators.validate_characters],
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
        validators=[validators.validate_characters],
    )

    objects = NumberProposalQuerySet.as_manager()

    class Meta:
        db_table = "contacts_numberproposal"
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
        return reverse("approvals:proposal", args=[self.pk])

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
