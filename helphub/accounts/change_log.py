"""The log of changes to accounts and roles: adding to it, and reading it."""

from allauth.core import context
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from helphub.accounts.models import AccountChange

Kind = AccountChange.Kind
ON_THE_SERVER = "someone on the server"


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


def record_decision(change, kind, detail=""):
    """Add to the log that a waiting change was agreed to or cancelled."""
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
