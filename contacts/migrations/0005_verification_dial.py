from django.db import migrations, models


def note_digits(apps, schema_editor):
    """The verifications there are were made of the digits that the numbers have now."""
    verification = apps.get_model("contacts", "Verification")
    for row in verification.objects.select_related("phone"):
        verification.objects.filter(pk=row.pk).update(dial=row.phone.dial)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_numbers_and_costs")]

    operations = [
        migrations.AddField(
            "verification",
            "dial",
            models.CharField(
                "digits checked", max_length=20, blank=True, editable=False, default=""
            ),
            preserve_default=False,
        ),
        migrations.RunPython(note_digits, migrations.RunPython.noop),
    ]
