"""Rows that name a moved model, or a permission of one, name it in its new app."""

import json

from django.db import migrations

RECORDS = {"helphub.synonym": "search.synonym", "helphub.openquestion": "dashboard.openquestion"}
# The models that roles have permissions of, and each one's app now.
APPS = {
    "helphub": {
        "synonym": "search",
        "openquestion": "dashboard",
        "loadedrow": "content",
        "withdrawal": "editions",
        "publicationrequest": "editions",
        "review": "reviews",
    },
    "contacts": {"numberproposal": "approvals"},
}
OWN_PERMISSIONS = {"helphub.publish": "editions.publish", "helphub.withdraw": "editions.withdraw"}


def permission_now(name):
    """A permission's name, such as `helphub.add_synonym`, as it is after the move."""
    if name in OWN_PERMISSIONS:
        return OWN_PERMISSIONS[name]
    app, _, codename = name.partition(".")
    room = APPS.get(app, {}).get(codename.partition("_")[2])
    return f"{room}.{codename}" if room else name


def permission_before(name):
    before = {new: old for old, new in OWN_PERMISSIONS.items()}
    if name in before:
        return before[name]
    room, _, codename = name.partition(".")
    model = codename.partition("_")[2]
    for app, models in APPS.items():
        if models.get(model) == room:
            return f"{app}.{codename}"
    return name


def rename(apps, labels, permission):
    rows = apps.get_model("content", "LoadedRow").objects
    reviews = apps.get_model("reviews", "Review").objects
    withdrawals = apps.get_model("editions", "Withdrawal").objects
    for before, now in labels.items():
        rows.filter(model=before).update(model=now)
        reviews.filter(label=before).update(label=now)
        withdrawals.filter(label=before).update(label=now)
    for role in rows.filter(model="auth.group", values__has_key="permissions"):
        role.values["permissions"] = sorted(map(permission, role.values["permissions"]))
        role.save(update_fields=["values"])
    for request in apps.get_model("editions", "PublicationRequest").objects.all():
        for field in ("chosen", "report"):
            before = written = json.dumps(getattr(request, field))
            for label, now in labels.items():
                written = written.replace(f'"{label}"', f'"{now}"')
            if written != before:
                setattr(request, field, json.loads(written))
                request.save(update_fields=[field])


def forwards(apps, schema_editor):
    rename(apps, RECORDS, permission_now)


def backwards(apps, schema_editor):
    rename(apps, {now: before for before, now in RECORDS.items()}, permission_before)


class Migration(migrations.Migration):
    dependencies = [("helphub", "0004_models_in_rooms"), ("editions", "0002_fingerprints")]

    operations = [migrations.RunPython(forwards, backwards)]
