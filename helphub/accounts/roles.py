"""The roles of officers, from fixtures/roles.yaml.

A role is a group. We remember what the file last gave each one. Loading again adds what is new in
the file, takes back what has left it, and keeps changes made to the group by hand.
"""

from functools import cache

import yaml
from django.apps import apps
from django.conf import settings

from helphub.content.models import LoadedRow

LABEL = "auth.group"
VERBS = ["add", "change", "view", "delete"]


class RoleError(Exception):
    """A role that cannot be loaded. The message says what to fix."""


@cache
def read():
    """The file, by the name of each role."""
    return yaml.safe_load((settings.BASE_DIR / "fixtures" / "roles.yaml").read_text())


def what_it_may(name):
    """One line on what a role may do; empty for a group that is not in the file."""
    return read().get(name, {}).get("may", "")


def permissions_of(name):
    """The permissions that the file gives a role, in the form `has_perm` takes."""
    role = read()[name]
    permissions = set(role.get("also", []))
    if "includes" in role:
        permissions |= permissions_of(role["includes"])
    for verb in VERBS:
        for label in role.get(verb, []):
            try:
                model = apps.get_model(label)
            except LookupError as error:
                message = f"roles.yaml: “{name}” names {label}, which is not a model."
                raise RoleError(message) from error
            permissions.add(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")
    return permissions


def load():
    """Bring the roles up to date with the file, and return the names of new ones."""
    group_model = apps.get_model(LABEL)
    stored = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth.permission").objects.select_related("content_type")
    }
    new_names = []
    for name in read():
        wanted = sorted(permissions_of(name) & set(stored))
        loaded = LoadedRow.objects.filter(model=LABEL, key=name).first()
        group = group_model.objects.filter(name=name).first()
        if loaded is None:
            # A group made by hand under this name keeps what it has.
            group, is_new = group_model.objects.get_or_create(name=name)
            new_names += [name] if is_new else []
        elif group is None:
            continue  # Deleted by hand: do not make it again.
        before = set(loaded.values["permissions"]) if loaded else set()
        group.permissions.add(*(stored[label] for label in wanted if label not in before))
        removed = before - set(wanted)
        group.permissions.remove(*(stored[label] for label in removed if label in stored))
        LoadedRow.objects.update_or_create(
            model=LABEL, key=name, defaults={"values": {"permissions": wanted}}
        )
    return new_names
