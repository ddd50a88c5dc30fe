"""Who keeps users, and whether anyone else does too."""

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db.models import Q
from django.utils import timezone

from helphub.accounts.models import AccountChange
from helphub.accounts.rights import KEEP_USERS
from helphub.accounts.waiting_rights import masked

Kind = AccountChange.Kind


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
