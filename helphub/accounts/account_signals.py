"""Logs account changes, whichever form, action or command makes them."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from helphub.accounts.change_log import officer, record
from helphub.accounts.factors import in_words
from helphub.accounts.models import AccountChange
from helphub.accounts.rights import APPROVE, may_approve_once_open, role_may
from helphub.accounts.waiting_changes import call_off

Kind = AccountChange.Kind
DIRECTLY = "approving numbers"  # A permission given to the account, not through a role.
WATCHED = {"username", "is_active", "is_superuser"}


def listen():
    pre_save.connect(remember_account, User)
    post_save.connect(account_saved, User)
    post_delete.connect(account_deleted, User)
    m2m_changed.connect(roles_of_account_changed, User.groups.through)
    m2m_changed.connect(permissions_of_account_changed, User.user_permissions.through)
    m2m_changed.connect(permissions_of_role_changed, Group.permissions.through)
    pre_save.connect(remember_role, Group)
    post_save.connect(role_saved, Group)
    post_delete.connect(role_deleted, Group)
    post_save.connect(factor_saved, Authenticator)
    post_delete.connect(factor_deleted, Authenticator)


# Accounts


def remember_account(instance, update_fields=None, **kwargs):
    if getattr(instance, "waits_to_be_superuser", False):
        instance.is_superuser = True  # Masked for this request only; the database keeps it.
    instance.before = None
    if instance.pk and (update_fields is None or WATCHED & set(update_fields)):
        instance.before = User.objects.filter(pk=instance.pk).values(*WATCHED).first()


def account_saved(instance, created, **kwargs):
    if getattr(instance, "waits_to_be_superuser", False):
        instance.is_superuser = False
        return
    before = instance.before
    if created:
        record(Kind.ACCOUNT, instance)
        before = {"username": instance.username, "is_active": True, "is_superuser": False}
    if before is None:
        return
    if before["username"] != instance.username:
        detail = f"from {before['username']} to {instance.username}"
        record(Kind.RENAMED, instance, detail=detail)
    if instance.is_superuser and not before["is_superuser"]:
        record(Kind.SUPERUSER, instance, waits=True)
    if before["is_superuser"] and not instance.is_superuser:
        record(Kind.ROLE_TAKEN, instance, role_name="superuser")
        call_off(instance, kind=Kind.SUPERUSER)
    if instance.is_active and not before["is_active"]:
        record(Kind.REOPENED, instance, waits=may_approve_once_open(instance))
    if before["is_active"] and not instance.is_active:
        record(Kind.CLOSED, instance)
        call_off(instance, kind=Kind.REOPENED)


def account_deleted(instance, **kwargs):
    record(Kind.DELETED, instance)
    call_off(instance)


# Roles


def _changed(model, instance, reverse, pk_set, far):
    """The pairs that were added or removed, from whichever end it was done."""
    if reverse:
        return [(owner, instance) for owner in model.objects.filter(pk__in=pk_set or ())]
    return [(instance, target) for target in far.objects.filter(pk__in=pk_set or ())]


def _cleared(instance, reverse, name):
    """What `clear` is about to remove. The signal does not say."""
    return set(getattr(instance, name).values_list("pk", flat=True))


def roles_of_account_changed(instance, action, reverse, pk_set, **kwargs):
    if action == "pre_clear":
        pk_set = _cleared(instance, reverse, "user_set" if reverse else "groups")
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    for user, group in _changed(User, instance, reverse, pk_set, Group):
        if action == "post_add":
            record(Kind.ROLE, user, role=group, waits=role_may(group, APPROVE))
        else:
            record(Kind.ROLE_TAKEN, user, role=group)
            call_off(user, kind=Kind.ROLE, role=group.pk)


def permissions_of_account_changed(instance, action, reverse, pk_set, **kwargs):
    if action == "pre_clear":
        pk_set = _cleared(instance, reverse, "user_set" if reverse else "user_permissions")
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    for user, permission in _changed(User, instance, reverse, pk_set, Permission):
        if named(permission) != APPROVE:
            continue
        if action == "post_add":
            record(Kind.ROLE, user, role_name=DIRECTLY, waits=True)
        else:
            record(Kind.ROLE_TAKEN, user, role_name=DIRECTLY)
            call_off(user, kind=Kind.ROLE, role=None)


def named(permission):
    return f"{permission.content_type.app_label}.{permission.codename}"


def permissions_of_role_changed(instance, action, reverse, pk_set, **kwargs):
    if officer() is None:
        return  # Each release loads the roles from a file.
    if action == "pre_clear":
        pk_set = _cleared(instance, reverse, "group_set" if reverse else "permissions")
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    for group, permission in _changed(Group, instance, reverse, pk_set, Permission):
        gains = action == "post_add"
        detail = f"it {'now' if gains else 'no longer'} has “{permission.name}”"
        waits = gains and named(permission) == APPROVE
        record(Kind.ROLE_CHANGED, role=group, detail=detail[:300], waits=waits)


def remember_role(instance, **kwargs):
    instance.before = Group.objects.filter(pk=instance.pk).values_list("name", flat=True).first()


def role_saved(instance, created, **kwargs):
    if not created and instance.before != instance.name:
        detail = f"its name was “{instance.before}”"
        record(Kind.ROLE_CHANGED, role=instance, detail=detail[:300])


def role_deleted(instance, **kwargs):
    record(Kind.DELETED, role=instance)


# Factors


def factor_saved(instance, created, **kwargs):
    if created:
        record(Kind.FACTOR, instance.user, detail=in_words(instance))


def factor_deleted(instance, **kwargs):
    by = officer()
    if by is not None and by.pk == instance.user_id:
        record(Kind.FACTOR_REMOVED, by, detail=in_words(instance))
