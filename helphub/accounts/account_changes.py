"""Stops a lone keeper of users from inventing a second person or becoming someone else.

Every change to accounts and roles is logged. Three kinds wait a day unless a second keeper agrees:
a role that may approve critical numbers, a link for an existing account, and the removal of an
account's factors. An officer can't approve a number while their account, role or factor is too new,
unless a keeper who had no part in it vouches for them. All of this is worked out from the log and
the clock each time.
"""

from dataclasses import dataclass, field

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format

from helphub.accounts import factors, roles, sessions
from helphub.accounts.models import AccountChange

Kind = AccountChange.Kind
APPROVE, KEEP_USERS = "contacts.approve_number", "auth.change_user"
ON_THE_SERVER = "someone on the server"
DIRECTLY = "approving numbers"  # A permission given to the account, not through a role.


class NotDoneError(Exception):
    """Nothing was done. The message tells the officer why."""


def moment(when):
    return date_format(timezone.localtime(when), "j F, H:i")


# The log


def officer():
    """The officer behind this admin request; None in a command or a shell."""
    user = getattr(context.request, "user", None)
    return user if user is not None and user.is_authenticated else None


def record(kind, user=None, *, role=None, waits=False, who=None, who_name="", **more):
    """Add to the log. A change made in a command or a shell never waits."""
    by = officer()
    if who is None and not who_name:
        who, who_name = (by.pk, by.get_username()) if by else (None, ON_THE_SERVER)
    if role is not None:
        more |= {"role": role.pk, "role_name": role.name}
    return AccountChange.objects.create(
        kind=kind,
        account=user.pk if user else None,
        account_name=user.get_username() if user else "",
        who=who,
        who_name=who_name,
        works_at=timezone.now() + settings.ACCOUNT_CHANGE_WAITS if waits and by else None,
        **more,
    )


def news():
    """What every officer is told: the last 30 days, with waiting changes first."""
    since = timezone.now() - settings.ACCOUNT_NEWS
    changes = AccountChange.objects.filter(Q(at__gt=since) | Q(works_at__gt=timezone.now()))
    changes = changes.exclude(kind__in=[Kind.AGREED, Kind.CANCELLED]).prefetch_related("decisions")
    return sorted(changes, key=lambda change: (not change.is_waiting, -change.pk))


def waiting_for(user):
    """The changes waiting for one account, including those to a role it has."""
    mine = Q(account=user.pk) | Q(kind=Kind.ROLE_CHANGED, role__in=user.groups.values("pk"))
    return AccountChange.objects.filter(mine).waiting()


# Roles and permissions


def _with(permission):
    """A filter for the groups that have a permission."""
    app, codename = permission.split(".")
    return {"permissions__content_type__app_label": app, "permissions__codename": codename}


def role_may(group, permission):
    return Group.objects.filter(pk=group.pk, **_with(permission)).exists()


def _groups_that_may(user, permission):
    return set(user.groups.filter(**_with(permission)).values_list("pk", flat=True))


def _has_directly(user, permission):
    app, codename = permission.split(".")
    matching = user.user_permissions.filter(content_type__app_label=app, codename=codename)
    return matching.exists()


def may_approve_once_open(user):
    """Whether an account's roles allow approving, even if not in effect yet."""
    return (
        user.is_superuser or bool(_groups_that_may(user, APPROVE)) or _has_directly(user, APPROVE)
    )


@dataclass
class HeldBack:
    """The roles and rights of an account that are not in effect yet."""

    superuser: bool = False
    directly: bool = False
    groups: set = field(default_factory=set)
    approving: set = field(default_factory=set)  # Groups whose right to approve is still waiting.


def held_back(user):
    kinds = [Kind.ROLE, Kind.SUPERUSER, Kind.REOPENED, Kind.ROLE_CHANGED]
    changes = list(waiting_for(user).filter(kind__in=kinds))
    pending = HeldBack()
    for change in changes:
        if change.kind == Kind.REOPENED:
            pending.superuser = pending.directly = True
            pending.groups |= _groups_that_may(user, APPROVE)
        elif change.kind == Kind.SUPERUSER:
            pending.superuser = True
        elif change.kind == Kind.ROLE_CHANGED:
            pending.approving.add(change.role)
        elif change.role is None:
            pending.directly = True
        else:
            pending.groups.add(change.role)
    return pending


def masked(user):
    """The account as it is today: not a superuser while that is waiting."""
    if user.is_superuser and held_back(user).superuser:
        user.is_superuser = False
        user.waits_to_be_superuser = True
    return user


def what_an_editor_may():
    """What an officer can do while their role waits: edit and, above all, withdraw."""
    names = [name.split(".") for name in roles.permissions_of("Editors")]
    wanted = Q()
    for app, codename in names:
        wanted |= Q(content_type__app_label=app, codename=codename)
    return set(Permission.objects.filter(wanted).values_list("pk", flat=True))


def is_keeper(user):
    return masked(user).has_perm(KEEP_USERS)


def _other_keepers(user):
    app, codename = KEEP_USERS.split(".")
    has_it = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return User.objects.filter(
        Q(is_superuser=True) | Q(groups__permissions__in=has_it) | Q(user_permissions__in=has_it),
        is_active=True,
        is_staff=True,
    ).exclude(pk=user.pk)


def is_lone_keeper(user):
    """Whether there is no other keeper. Shutting the others out doesn't count."""
    shut_out = AccountChange.objects.filter(
        kind__in=[Kind.CLOSED, Kind.ROLE_TAKEN, Kind.ROLE_CHANGED, Kind.DELETED],
        at__gt=timezone.now() - settings.ACCOUNT_AGE,
    ).exclude(account=user.pk)
    return is_keeper(user) and not _other_keepers(user).exists() and not shut_out.exists()


# How old an account, its roles and its factors are


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
    young = []
    age = settings.ACCOUNT_AGE
    since = timezone.now() - age
    makers = {row.who for row in rows if row.kind == Kind.ACCOUNT}
    if user.date_joined > since:
        words = f"the account was added on {moment(user.date_joined)}"
        young.append(Young(words, user.date_joined, age, makers or {None}))
    wording = {
        Kind.RENAMED: "the account was renamed on",
        Kind.REOPENED: "the account was reopened on",
        Kind.PASSWORD: "its password was set with a user administrator’s link on",
        Kind.REMOVED: "its second factors were removed on",
    }
    if permission is None:
        wording |= {Kind.ROLE: "a role was given on", Kind.SUPERUSER: "a role was given on"}
    factor_age = age
    if any(row.kind in (Kind.FACTOR, Kind.REMOVED) for row in rows) and is_lone_keeper(user):
        # The only keeper has lost a phone, and no one else could vouch.
        factor_age = settings.LONE_KEEPER_FACTOR_AGE
    for row in rows:
        if row.kind in wording:
            row_age = factor_age if row.kind == Kind.REMOVED else age
            words = f"{wording[row.kind]} {moment(row.at)}"
            young.append(Young(words, row.at, row_age, {row.who}, row))
    # Whoever made the account or its link, or asked for the removal, may hold the new factor.
    asked = (Kind.ACCOUNT, Kind.LINK, Kind.REMOVAL)
    doers = {user.pk} | {row.who for row in rows if row.kind in asked and not row.is_cancelled}
    if any(row.kind == Kind.FACTOR and row.at > since for row in rows):
        for factor in Authenticator.objects.filter(user=user, created_at__gt=since):
            words = f"{factors.in_words(factor)} was added on {moment(factor.created_at)}"
            young.append(Young(words, factor.created_at, factor_age, doers))
    now = timezone.now()
    return [item for item in young if item.old_at > now]


def _roles_too_young(user, permission, rows, is_covered):
    """Why no role gives a permission yet: the change that will be old enough first.

    Empty if some role gives it already.
    """
    since = timezone.now() - settings.ACCOUNT_AGE
    groups = _groups_that_may(user, permission)
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
    if _has_directly(user, permission):
        ways.append([row for row in rows if row.kind == Kind.ROLE and row.role is None])
    best = None
    for way in ways:
        words, age = "the role was given or changed on", settings.ACCOUNT_AGE
        young = [
            Young(f"{words} {moment(row.at)}", row.at, age, {row.who}, row)
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


def why_not_approve(user, proposer):
    """Why an officer cannot approve what an account proposed, in words; or an empty string.

    A new account may propose: nothing changes until a second person agrees. But an officer who
    lately made or took over the proposer's account is not a second person.
    """
    if young := too_young(user, APPROVE):
        until = moment(max(item.old_at for item in young))
        return (
            f"You cannot approve a number yet: {_listed(item.words for item in young)}. You can "
            f"from {until}, or once a user administrator who had no part in this vouches for you."
        )
    proposing = User.objects.filter(pk=proposer).first()
    if proposing is None:
        return (
            "The account that proposed this has been deleted. Refuse the proposal and have it "
            "proposed again."
        )
    for item in too_young(proposing):
        if user.pk in item.doers and user.pk != proposing.pk:
            return (
                f"You had a hand in the account that proposed this: {item.words}. Ask someone else "
                f"to approve it. You can from {moment(item.old_at)}."
            )
    return ""


def _listed(words):
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


# A second keeper


def why_no_second_keeper(user):
    """Why an officer does not count as a second keeper, in words; or an empty string."""
    if not is_keeper(user):
        return "Only a user administrator can do that."
    if young := too_young(user, KEEP_USERS, for_vouching=True):
        until = moment(max(item.old_at for item in young))
        return (
            f"You cannot agree or vouch until {until}: {_listed(item.words for item in young)}. "
            "Until then, ask another user administrator."
        )
    return ""


def why_not_agree(user, change):
    if user.pk == change.who:
        return "You asked for this yourself. Another user administrator must agree."
    if user.pk == change.account:
        return "This is about your own account. Another user administrator must agree."
    return why_no_second_keeper(user)


def may_cancel(user, change):
    """Any keeper, any publisher, and the person concerned."""
    return user.pk == change.account or is_keeper(user) or user.has_perm(APPROVE)


def _locked(key):
    change = AccountChange.objects.select_for_update().get(pk=key)
    if not change.is_waiting:
        latest = change.decision or change
        raise NotDoneError(f"Nothing was changed: this is no longer waiting. {latest.words}")
    return change


@transaction.atomic
def agree(key, user):
    """Let something take effect at once, on the word of a second keeper."""
    change = _locked(key)
    if why := why_not_agree(user, change):
        raise NotDoneError(why)
    _decide(change, Kind.AGREED)
    if change.kind == Kind.REMOVAL:
        remove_factors(User.objects.get(pk=change.account))


@transaction.atomic
def cancel(key, user):
    """Cancel a waiting change, and take back what it would have given."""
    change = _locked(key)
    if not may_cancel(user, change):
        raise NotDoneError(
            "Only a user administrator, a publisher or the person concerned can cancel this."
        )
    _decide(change, Kind.CANCELLED)
    account = User.objects.filter(pk=change.account).first()
    app, codename = APPROVE.split(".")
    permission = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
    if change.kind == Kind.ROLE_CHANGED:
        if group := Group.objects.filter(pk=change.role).first():
            group.permissions.remove(permission)
    elif account is None:
        return
    elif change.kind == Kind.ROLE and change.role:
        account.groups.remove(*Group.objects.filter(pk=change.role))
    elif change.kind == Kind.ROLE:
        account.user_permissions.remove(permission)
    elif change.kind == Kind.SUPERUSER:
        account.is_superuser = False
        account.save(update_fields=["is_superuser"])
    elif change.kind == Kind.REOPENED:
        account.is_active = False
        account.save(update_fields=["is_active"])


def _decide(change, kind, detail=""):
    AccountChange.objects.create(
        kind=kind,
        account=change.account,
        account_name=change.account_name,
        role=change.role,
        role_name=change.role_name,
        who=officer().pk if officer() else None,
        who_name=officer().get_username() if officer() else ON_THE_SERVER,
        about=change,
        detail=detail,
    )
    vars(change).pop("decision", None)


def call_off(user, **filters):
    """Cancel changes waiting for an account, because the change itself was undone."""
    for change in AccountChange.objects.filter(account=user.pk, **filters).waiting():
        _decide(change, Kind.CANCELLED, "by undoing it")


def why_not_vouch(user, account):
    """Why an officer cannot vouch for an account, in words; or an empty string."""
    if user.pk == account.pk:
        return "You cannot vouch for yourself."
    if why := why_no_second_keeper(user):
        return why
    open_to = [item for item in young_of(account) if user.pk not in item.doers]
    if not open_to:
        return (
            "You had a hand in this account yourself. Another user administrator must vouch for it."
        )
    return ""


def young_of(account):
    """What is too new for an account to approve numbers."""
    return too_young(account, APPROVE) if may_approve_once_open(account) else []


def vouch(user, account):
    """Record that a keeper knows this person, and that the account is theirs."""
    if why := why_not_vouch(user, account):
        raise NotDoneError(why)
    record(Kind.VOUCHED, account)


# Links


def is_existing(user):
    """Whether an account has been in use, so a link could take it from its owner."""
    return bool(
        user.has_usable_password()
        or user.last_login
        or Authenticator.objects.filter(user=user).exists()
    )


@transaction.atomic
def new_link(user):
    """Make a link for choosing a password, and return it with its secret.

    It ends every earlier link. The old password works until the link is used, so the account's
    owner can still sign in and cancel.
    """
    for earlier in AccountChange.objects.filter(account=user.pk, kind=Kind.LINK).waiting():
        _decide(earlier, Kind.CANCELLED, "replaced by a newer link")
    link = record(Kind.LINK, user, waits=is_existing(user))
    return link, _secret_of(link, user)


def _secret_of(link, user):
    # The password hash is part of it, so the link works only once.
    return salted_hmac("helphub.signin.link", f"{link.pk}:{user.pk}:{user.password}").hexdigest()


def link_with(user, secret):
    """An account's newest link, if the secret is right and the link was not cancelled."""
    link = AccountChange.objects.filter(account=user.pk, kind=Kind.LINK).first()
    if link is None or link.is_cancelled or not isinstance(secret, str):
        return None
    return link if constant_time_compare(secret, _secret_of(link, user)) else None


class LinkSecrets:
    """Checks a link for Django's page for choosing a password."""

    def check_token(self, user, token):
        link = link_with(user, token)
        if link is None or link.is_waiting:
            return False
        age = timezone.now() - link.started_at
        return age.total_seconds() <= settings.PASSWORD_RESET_TIMEOUT


def used_link(user, secret):
    """Record that a link is being used. Call this before the new password is stored."""
    link = link_with(user, secret)
    record(Kind.PASSWORD, user, who=link.who, who_name=link.who_name, about=link)


# Removing factors


def ask_for_removal(user):
    """Ask to remove all factors of an account. A removal that is already waiting carries on."""
    removal = AccountChange.objects.filter(account=user.pk, kind=Kind.REMOVAL).waiting().first()
    return removal or record(Kind.REMOVAL, user, waits=True)


@transaction.atomic
def remove_factors(user):
    """Remove an account's factors if that was asked for and has taken effect."""
    asked = AccountChange.objects.filter(account=user.pk, kind=Kind.REMOVAL)
    due = [
        removal
        for removal in asked.exclude(decisions__kind__in=[Kind.REMOVED, Kind.CANCELLED])
        if not removal.is_waiting
    ]
    for removal in due:
        # Factors added after the request are not the lost ones.
        Authenticator.objects.filter(user=user, created_at__lte=removal.at).delete()
        sessions.end_all(user)
        record(Kind.REMOVED, user, who=removal.who, who_name=removal.who_name, about=removal)
    return bool(due)


def has_signed_in(user, records):
    """Cancel what is waiting: whoever signs in with the password or factor has not lost it."""
    kinds = []
    if any(sign_in.get("method") == "password" for sign_in in records):
        kinds.append(Kind.LINK)
    factor_types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    if any(sign_in.get("type") in factor_types for sign_in in records):
        kinds.append(Kind.REMOVAL)
    changes = list(AccountChange.objects.filter(account=user.pk, kind__in=kinds).waiting())
    for change in changes:
        _decide(change, Kind.CANCELLED, "by signing in")
    return changes
