"""What is too new about an account: the account itself, its name, password, roles and factors."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from helphub.accounts import factors
from helphub.accounts.keepers import is_lone_keeper
from helphub.accounts.models import AccountChange
from helphub.accounts.rights import APPROVE, groups_that_may, has_directly
from helphub.content import moments

Kind = AccountChange.Kind


@dataclass
class Young:
    """Something about an account that is too new, and who could have done it."""

    words: str
    at: object
    age: object
    doers: set
    row: object = None

    @property
    def old_at(self):
        return self.at + self.age

    @property
    def is_agreed(self):
        # A password counts as agreed if its link was.
        rows = [self.row, self.row.about] if self.row else []
        return any(row is not None and row.is_agreed for row in rows)


def _rows(user):
    since = timezone.now() - max(settings.ACCOUNT_NEWS, settings.ACCOUNT_AGE)
    changes = AccountChange.objects.filter(account=user.pk, at__gt=since).select_related("about")
    return list(changes.prefetch_related("decisions", "about__decisions").order_by("pk"))


def _too_young(user, permission, rows):
    """What is too new, whether or not a keeper vouched. With no permission, any role counts."""
    factor_age = _age_of_factors(user, rows)
    young = [
        *_new_account(user, rows),
        *_new_by_log(rows, permission, factor_age),
        *_new_factors(user, rows, factor_age),
    ]
    now = timezone.now()
    return [item for item in young if item.old_at > now]


def _age_of_factors(user, rows):
    """How old an account's factors must be."""
    if any(row.kind in (Kind.FACTOR, Kind.REMOVED) for row in rows) and is_lone_keeper(user):
        # The only keeper has lost a phone, and no one else could vouch.
        return settings.LONE_KEEPER_FACTOR_AGE
    return settings.ACCOUNT_AGE


def _new_account(user, rows):
    if user.date_joined <= timezone.now() - settings.ACCOUNT_AGE:
        return []
    makers = {row.who for row in rows if row.kind == Kind.ACCOUNT}
    words = f"the account was added on {moments.in_words(user.date_joined)}"
    return [Young(words, user.date_joined, settings.ACCOUNT_AGE, makers or {None})]


def _new_by_log(rows, permission, factor_age):
    """The changes to an account that make it new again: a name, a password and the like."""
    wording = {
        Kind.RENAMED: "the account was renamed on",
        Kind.REOPENED: "the account was reopened on",
        Kind.PASSWORD: "its password was set with a user administrator’s link on",
        Kind.REMOVED: "its second factors were removed on",
    }
    if permission is None:
        wording |= {Kind.ROLE: "a role was given on", Kind.SUPERUSER: "a role was given on"}
    for row in rows:
        if row.kind in wording:
            row_age = factor_age if row.kind == Kind.REMOVED else settings.ACCOUNT_AGE
            words = f"{wording[row.kind]} {moments.in_words(row.at)}"
            yield Young(words, row.at, row_age, {row.who}, row)


def _new_factors(user, rows, factor_age):
    # Whoever made the account or its link, or asked for the removal, may hold the new factor.
    asked = (Kind.ACCOUNT, Kind.LINK, Kind.REMOVAL)
    doers = {user.pk} | {row.who for row in rows if row.kind in asked and not row.is_cancelled}
    since = timezone.now() - settings.ACCOUNT_AGE
    if any(row.kind == Kind.FACTOR and row.at > since for row in rows):
        for factor in Authenticator.objects.filter(user=user, created_at__gt=since):
            words = f"{factors.in_words(factor)} was added on {moments.in_words(factor.created_at)}"
            yield Young(words, factor.created_at, factor_age, doers)


def _roles_too_young(user, permission, rows, is_covered):
    """Why no role gives a permission yet: the change that will be old enough first.

    Empty if some role gives it already.
    """
    since = timezone.now() - settings.ACCOUNT_AGE
    groups = groups_that_may(user, permission)
    changed = AccountChange.objects.filter(kind=Kind.ROLE_CHANGED, role__in=groups)
    if permission == APPROVE:
        changed = changed.exclude(works_at=None)  # Other changes to a role don't matter here.
    rows = [*rows, *changed.prefetch_related("decisions")]
    role_kinds = (Kind.ROLE, Kind.ROLE_CHANGED)
    ways = [
        [row for row in rows if row.kind in role_kinds and row.role == group] for group in groups
    ]
    if user.is_superuser or getattr(user, "waits_to_be_superuser", False):
        ways.append([row for row in rows if row.kind == Kind.SUPERUSER])
    if has_directly(user, permission):
        ways.append([row for row in rows if row.kind == Kind.ROLE and row.role is None])
    best = None
    for way in ways:
        words, age = "the role was given or changed on", settings.ACCOUNT_AGE
        young = [
            Young(f"{words} {moments.in_words(row.at)}", row.at, age, {row.who}, row)
            for row in way
            if row.at > since
        ]
        young = [item for item in young if not is_covered(item)]
        if not young:
            return []
        newest = max(young, key=lambda item: item.at)
        best = min(best or newest, newest, key=lambda item: item.at)
    return [best] if best else []


def too_young(user, permission=None, for_vouching=False):
    """What is too new about an account, unless a keeper with no part in it vouched or agreed.

    Whoever vouches for others must be old enough themselves, or two new accounts could vouch for
    each other. Only the server can vouch for them.
    """
    rows = _rows(user)
    vouched = [row for row in rows if row.kind == Kind.VOUCHED]

    def is_covered(young):
        if any(row.at >= young.at for row in vouched if row.who is None):
            return True
        if for_vouching:
            return False
        return young.is_agreed or any(
            row.at >= young.at and row.who not in young.doers for row in vouched
        )

    uncovered = [item for item in _too_young(user, permission, rows) if not is_covered(item)]
    return uncovered + (_roles_too_young(user, permission, rows, is_covered) if permission else [])
