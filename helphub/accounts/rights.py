"""The rights that roles and permissions give an account, whether or not they are in effect yet."""

from django.contrib.auth.models import Group

APPROVE, KEEP_USERS = "contacts.approve_number", "auth.change_user"


def _with(permission):
    """A filter for the groups that have a permission."""
    app, codename = permission.split(".")
    return {"permissions__content_type__app_label": app, "permissions__codename": codename}


def role_may(group, permission):
    return Group.objects.filter(pk=group.pk, **_with(permission)).exists()


def groups_that_may(user, permission):
    return set(user.groups.filter(**_with(permission)).values_list("pk", flat=True))


def has_directly(user, permission):
    app, codename = permission.split(".")
    matching = user.user_permissions.filter(content_type__app_label=app, codename=codename)
    return matching.exists()


def may_approve_once_open(user):
    """Whether an account's roles allow approving, even if not in effect yet."""
    return user.is_superuser or bool(groups_that_may(user, APPROVE)) or has_directly(user, APPROVE)
