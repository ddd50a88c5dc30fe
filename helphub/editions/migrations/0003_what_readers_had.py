from contextlib import suppress

from django.db import migrations, models

from helphub.content.moving import CONTENT_TYPES
from helphub.editions import shown
from helphub.editions.store import StoreError


def note_what_kept_editions_show(apps, schema_editor):
    # Where the editions' folder is out of reach, the next publication does it.
    with suppress(OSError, StoreError):
        shown.fill(
            apps.get_model("editions", "ReadersHad"), apps.get_model("editions", "NotedEdition")
        )


def forget_content_types(apps, schema_editor):
    """Django leaves the content types of a model that goes. Nothing refers to these."""
    connection = schema_editor.connection
    if CONTENT_TYPES in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {CONTENT_TYPES} WHERE app_label = %s AND model IN (%s, %s)",
                ["editions", "readershad", "notededition"],
            )


class Migration(migrations.Migration):
    dependencies = [("editions", "0002_fingerprints")]

    operations = [
        migrations.CreateModel(
            name="ReadersHad",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                ("key", models.BigIntegerField()),
            ],
            options={
                "default_permissions": [],
                "constraints": [
                    models.UniqueConstraint(fields=("label", "key"), name="had_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NotedEdition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                ("content_mtime", models.BigIntegerField()),
            ],
            options={
                "default_permissions": [],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "content_mtime"), name="noted_once")
                ],
            },
        ),
        migrations.RunPython(note_what_kept_editions_show, forget_content_types),
    ]
