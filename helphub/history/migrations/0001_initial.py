import json
from datetime import UTC, datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# django-reversion kept a version of each row. These rows are now in the version of their record:
# the row, its field that names the record, and the record's field that it names.
ROWS = {
    "strategy.guide": [("services.suggestion", "guide", "id")],
    "strategy.formofabuse": [("services.suggestion", "form_of_abuse", "id")],
    "services.situation": [("services.suggestion", "situation", "id")],
    "contacts.phone": [
        ("contacts.schedule", "phone", "id"),
        ("contacts.scheduleexception", "phone", "id"),
        ("contacts.verification", "phone", "id"),
        ("contacts.callfact", "phone", "id"),
    ],
    "services.service": [
        ("services.location", "service", "place_key"),
        ("services.serviceverification", "service", "id"),
    ],
}
NOT_RECORDS = {label for rows in ROWS.values() for label, _, _ in rows}
TABLES = ["reversion_version", "reversion_revision"]  # The first refers to the second.
ROWS_OF_ALL = """
    SELECT v.revision_id, t.app_label, t.model, v.object_id, v.object_repr, v.serialized_data,
           r.date_created, r.user_id, r.comment
    FROM reversion_version v
    JOIN reversion_revision r ON r.id = v.revision_id
    JOIN django_content_type t ON t.id = v.content_type_id
    ORDER BY v.revision_id, v.id
"""


def take_over(apps, schema_editor):
    """Make a version of each record that django-reversion kept, and drop its tables."""
    connection = schema_editor.connection
    if not set(TABLES) <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        cursor.execute(ROWS_OF_ALL)
        by_revision = {}
        for revision, app, model, key, *rest in cursor.fetchall():
            by_revision.setdefault(revision, []).append((f"{app}.{model}", key, *rest))
        versions = apps.get_model("history", "Version").objects
        versions.bulk_create(
            [versions.model(**values) for rows in by_revision.values() for values in _versions(rows)],
            batch_size=500,
        )
        for table in TABLES:
            cursor.execute(f"DROP TABLE {table}")


def _versions(rows):
    """The versions in one revision."""
    fields_of = {(label, key): json.loads(row[1])[0]["fields"] for label, key, *row in rows}
    for label, key, name, _, at, user, why in rows:
        if label in NOT_RECORDS:
            continue
        fields = fields_of[label, key]
        own_rows = {}
        for child, link, target in ROWS.get(label, []):
            owner = int(key) if target == "id" else fields.get(target)
            for (row_label, row_key), row in fields_of.items():
                if row_label == child and owner is not None and row.get(link) == owner:
                    values = {field: value for field, value in row.items() if field != link}
                    own_rows.setdefault(child, {})[row_key] = values
        yield {
            "label": label,
            "key": int(key),
            "name": name[:200],
            "data": json.dumps({"fields": fields, "rows": own_rows}, ensure_ascii=False),
            "fingerprint": "",  # `manage.py load_content` fills it in.
            "is_visible": fields.get("is_published", True) and why != "Deleted",
            "is_deleted": why == "Deleted",
            "at": _moment(at),
            "user_id": user,
            "why": why,
        }


def _moment(written):
    """A moment as the database gives it to a bare query: SQLite gives text, in UTC."""
    if isinstance(written, str):
        written = datetime.fromisoformat(written)
    return written if written.tzinfo else written.replace(tzinfo=UTC)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("helphub", "0005_labels_of_moved_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                ("key", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("data", models.TextField()),
                ("fingerprint", models.CharField(max_length=20)),
                ("is_visible", models.BooleanField()),
                ("is_deleted", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("why", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "default_permissions": [],
                "indexes": [
                    models.Index(fields=["label", "key", "-id"], name="versions_of_a_record")
                ],
            },
        ),
        # The way back is the backup that every upgrade takes first.
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
