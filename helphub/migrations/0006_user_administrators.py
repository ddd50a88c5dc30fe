from django.db import migrations

BEFORE, NOW = "Keepers of users", "User administrators"


def rename(apps, before, now):
    groups = apps.get_model("auth", "Group").objects
    # A role made by hand under the new name stays as it is, and so does the old one then.
    if not groups.filter(name=now).exists():
        groups.filter(name=before).update(name=now)
        apps.get_model("content", "LoadedRow").objects.filter(
            model="auth.group", key=before
        ).update(key=now)


def forwards(apps, schema_editor):
    rename(apps, BEFORE, NOW)


def backwards(apps, schema_editor):
    rename(apps, NOW, BEFORE)


class Migration(migrations.Migration):
    """The role has the name that officers use for it."""

    dependencies = [
        ("helphub", "0005_labels_of_moved_models"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
