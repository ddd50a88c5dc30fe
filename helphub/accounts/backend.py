from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q

from helphub.accounts.rights import APPROVE
from helphub.accounts.waiting_rights import held_back, held_back_now, masked, what_an_editor_may

APP, CODENAME = APPROVE.split(".")
APPROVING = Q(content_type__app_label=APP, codename=CODENAME)


class OfficersBackend(ModelBackend):
    """Accounts of officers. A closed account is signed out with its next request.

    While a role is waiting it allows what an editor may do, and no more: withdrawing never waits.
    """

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and user.is_staff

    def get_user(self, user_id):
        """The officer of a request, with what of their rights is held back while it lasts."""
        user = super().get_user(user_id)
        if user is None:
            return None
        # Django reads a new object for each request, so the next request asks again.
        user.held_back = held_back_now(user)
        return masked(user)

    def _get_user_permissions(self, user_obj):
        permissions = super()._get_user_permissions(user_obj)
        if held_back(user_obj).directly:
            return permissions.exclude(APPROVING)
        return permissions

    def _get_group_permissions(self, user_obj):
        pending = held_back(user_obj)
        groups = user_obj.groups.exclude(pk__in=pending.groups)
        permissions = Permission.objects.filter(group__in=groups.exclude(pk__in=pending.approving))
        if pending.approving:
            permissions |= Permission.objects.filter(~APPROVING, group__in=groups)
        waits = user_obj.groups.filter(pk__in=pending.groups) if pending.groups else None
        if getattr(user_obj, "waits_to_be_superuser", False) or (waits and waits.exists()):
            permissions |= Permission.objects.filter(pk__in=what_an_editor_may())
        return permissions.distinct()
