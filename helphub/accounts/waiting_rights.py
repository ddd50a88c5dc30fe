"""The roles and rights of an account that are not in effect yet, and what it may do meanwhile."""

from dataclasses import dataclass, field

from django.contrib.auth.models import Permission
from django.db.models import Q

from helphub.accounts import roles
from helphub.accounts.change_log import waiting_for
from helphub.accounts.models import AccountChange
from helphub.accounts.rights import APPROVE, groups_that_may

Kind = AccountChange.Kind


@dataclass
class HeldBack:
    """The roles and rights of an account that are not in effect yet."""

    superuser: bool = False
    directly: bool = False
    groups: set = field(default_factory=set)
    approving: set = field(default_factory=set)  # Groups whose right to approve is still waiting.


def held_back(user):
    """What is held back. For the officer of a request, what was held back when it began."""
    return getattr(user, "held_back", None) or held_back_now(user)


def held_back_now(user):
    kinds = [Kind.ROLE, Kind.SUPERUSER, Kind.REOPENED, Kind.ROLE_CHANGED]
    changes = list(waiting_for(user).filter(kind__in=kinds))
    pending = HeldBack()
    for change in changes:
        if change.kind == Kind.REOPENED:
            pending.superuser = pending.directly = True
            pending.groups |= groups_that_may(user, APPROVE)
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
