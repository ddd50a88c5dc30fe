from django.db import migrations


def forget_first_fallbacks(apps, schema_editor):
    """Empty the fallbacks that the first release loaded: most were for other people.

    They were chosen for their hours alone. What an officer chose instead stays. Loading the
    fixtures again brings the right ones: to the loader, the field is as it was loaded.
    """
    Phone = apps.get_model("contacts", "Phone")
    LoadedRow = apps.get_model("helphub", "LoadedRow")
    for row in LoadedRow.objects.filter(model="contacts.phone"):
        loaded = row.values.pop("fallback", None)
        if not loaded:
            continue
        phone = Phone.objects.filter(slug=row.key).first()
        if phone and phone.fallback and phone.fallback.slug == loaded:
            phone.fallback = None
            phone.save(update_fields=["fallback"])
            row.save(update_fields=["values"])


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_people_and_fallbacks"),
        ("helphub", "0001_initial"),
    ]

    operations = [migrations.RunPython(forget_first_fallbacks, migrations.RunPython.noop)]
