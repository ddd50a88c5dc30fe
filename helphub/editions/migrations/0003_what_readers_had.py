import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from helphub.content.moving import CONTENT_TYPES


def note_what_kept_editions_show(apps, schema_editor):
    """From now on each switch notes it. Where no edition can be read, readers' own one answers."""
    entries = [
        model
        for model in apps.get_models()
        if any(field.name == "is_published" for field in model._meta.fields)
    ]
    names = set()
    for content in sorted(Path(settings.EDITIONS_DIR).glob("*/content.sqlite3")):
        for model in entries:
            names |= {(model._meta.label_lower, key) for key in _shown(content, model)}
    readers_had = apps.get_model("editions", "ReadersHad")
    readers_had.objects.bulk_create(
        [readers_had(label=label, key=key) for label, key in sorted(names)]
    )


def _shown(content, model):
    query = f"SELECT id FROM {model._meta.db_table} WHERE is_published"
    try:
        with closing(sqlite3.connect(f"file:{content}?mode=ro&immutable=1", uri=True)) as file:
            return [key for (key,) in file.execute(query)]
    except sqlite3.Error:
        return []


def forget_content_types(apps, schema_editor):
    """Django leaves the content types of a model that goes. Nothing refers to this one."""
    connection = schema_editor.connection
    if CONTENT_TYPES in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {CONTENT_TYPES} WHERE app_label = %s AND model = %s",
                ["editions", "readershad"],
            )


class Migration(migrations.Migration):
    dependencies = [
        ("editions", "0002_fingerprints"),
        # So that all models of content are known, with the names that they have now.
        ("helphub", "0005_labels_of_moved_models"),
    ]

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
        migrations.RunPython(note_what_kept_editions_show, forget_content_types),
    ]
