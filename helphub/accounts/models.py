from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property


class SessionsEnd(models.Model):
    """When all of a person's sessions were ended, on every device."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions_end"
    )
    at = models.DateTimeField()

    class Meta:
        db_table = "signin_sessionsend"

    def __str__(self):
        return f"{self.user}, {self.at:%d %B %Y %H:%M}"


class SignIn(models.Model):
    """Who signed in, and when. Without a foreign key: the log outlives accounts."""

    account = models.BigIntegerField("account")
    name = models.CharField("name", max_length=150)
    at = models.DateTimeField("when", auto_now_add=True, db_index=True)

    class Meta:
        default_permissions = []
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.name}, {self.at:%d %B %Y %H:%M}"


class AccountChangeQuerySet(models.QuerySet):
    def waiting(self):
        """Changes within their day that have not been agreed to or cancelled."""
        kinds = [AccountChange.Kind.AGREED, AccountChange.Kind.CANCELLED]
        return self.filter(works_at__gt=timezone.now()).exclude(decisions__kind__in=kinds)

    def update(self, **kwargs):
        raise ValidationError("The log of account changes is never changed.")

    def delete(self):
        raise ValidationError("The log of account changes is never changed.")


class AccountChange(models.Model):
    """A change to an account or role. Rows are added, never changed or deleted.

    Accounts and roles are stored as a key and a name, without a foreign key: the log outlives them.
    A row with `works_at` waits until then. Agreeing or cancelling adds another row, so the rows and
    the clock alone say what is in effect.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", "added the account"
        ROLE = "role", "gave a role"
        ROLE_TAKEN = "role-taken", "removed a role"
        SUPERUSER = "superuser", "made a superuser"
        ROLE_CHANGED = "role-changed", "changed what a role may do"
        LINK = "link", "made a sign-in link"
        PASSWORD = "password", "chose a password with a link"
        FACTOR = "factor", "added a second factor"
        FACTOR_REMOVED = "factor-removed", "removed their own second factor"
        REMOVAL = "removal", "asked for second factors to be removed"
        REMOVED = "removed", "removed all second factors"
        RENAMED = "renamed", "renamed the account"
        CLOSED = "closed", "closed the account"
        REOPENED = "reopened", "reopened the account"
        DELETED = "deleted", "deleted"
        VOUCHED = "vouched", "vouched for the account"
        AGREED = "agreed", "agreed"
        CANCELLED = "cancelled", "cancelled"

    kind = models.CharField("what", max_length=20, choices=Kind)
    account = models.BigIntegerField("account", null=True, db_index=True)
    account_name = models.CharField("name of the account", max_length=150, blank=True)
    role = models.BigIntegerField("role", null=True)
    role_name = models.CharField("name of the role", max_length=150, blank=True)
    # Null for a person working on the server.
    who = models.BigIntegerField("account that made the change", null=True)
    who_name = models.CharField("who", max_length=200)
    at = models.DateTimeField("when", auto_now_add=True, db_index=True)
    works_at = models.DateTimeField("takes effect", null=True)
    about = models.ForeignKey("self", on_delete=models.PROTECT, related_name="decisions", null=True)
    detail = models.CharField("detail", max_length=300, blank=True)

    objects = AccountChangeQuerySet.as_manager()

    class Meta:
        db_table = "signin_accountchange"
        ordering = ["-pk"]
        verbose_name = "account change"
        verbose_name_plural = "account changes"

    def __str__(self):
        return self.words

    def save(self, *args, **kwargs):
        if self.pk:
            raise ValidationError("The log of account changes is never changed.")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("account-change", args=[self.pk])

    def delete(self, *args, **kwargs):
        raise ValidationError("The log of account changes is never changed.")

    @property
    def words(self):
        """The change as a sentence."""
        doer, account, role = self.who_name, self.account_name, self.role_name
        kind = self.Kind
        return {
            kind.ACCOUNT: f"{doer} added the account {account}.",
            kind.ROLE: f"{doer} gave {account} the role “{role}”.",
            kind.ROLE_TAKEN: f"{doer} removed the role “{role}” from {account}.",
            kind.SUPERUSER: f"{doer} made {account} a superuser, who can do everything.",
            kind.ROLE_CHANGED: f"{doer} changed the role “{role}”: {self.detail}.",
            kind.LINK: f"{doer} made a sign-in link for {account}.",
            kind.PASSWORD: f"A password for {account} was chosen with the link that {doer} made.",
            kind.FACTOR: f"{account} added a way to sign in: {self.detail}.",
            kind.FACTOR_REMOVED: f"{account} removed a way to sign in: {self.detail}.",
            kind.REMOVAL: f"{doer} asked for all second factors of {account} to be removed.",
            kind.REMOVED: f"All second factors of {account} were removed, as {doer} had asked.",
            kind.RENAMED: f"{doer} renamed an account: {self.detail}.",
            kind.CLOSED: f"{doer} closed the account {account}.",
            kind.REOPENED: f"{doer} reopened the account {account}.",
            kind.DELETED: f"{doer} deleted {account or role}.",
            kind.VOUCHED: f"{doer} vouched for {account}.",
            kind.AGREED: f"{doer} agreed.",
            kind.CANCELLED: f"{doer} cancelled it.",
        }[kind(self.kind)]

    @cached_property
    def decision(self):
        """The row that agreed to this change or cancelled it, or None."""
        kinds = (self.Kind.AGREED, self.Kind.CANCELLED)
        return next((row for row in self.decisions.all() if row.kind in kinds), None)

    @property
    def is_cancelled(self):
        return self.decision is not None and self.decision.kind == self.Kind.CANCELLED

    @property
    def is_agreed(self):
        return self.decision is not None and self.decision.kind == self.Kind.AGREED

    @property
    def is_waiting(self):
        return bool(self.works_at) and not self.decision and self.works_at > timezone.now()

    @property
    def started_at(self):
        """When it took effect, or will take effect."""
        if self.is_agreed:
            return min(self.decision.at, self.works_at)
        return self.works_at or self.at
