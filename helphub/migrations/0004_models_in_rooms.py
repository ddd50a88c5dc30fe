from django.db import migrations

MOVED = ["LoadedRow", "OpenQuestion", "PublicationRequest", "Review", "Synonym", "Withdrawal"]


class Migration(migrations.Migration):
    """The models are in apps of their own now, which have taken the tables over."""

    dependencies = [
        ("helphub", "0003_plain_english"),
        ("content", "0001_initial"),
        ("dashboard", "0001_initial"),
        ("editions", "0001_initial"),
        ("reviews", "0001_initial"),
        ("search", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name) for name in MOVED]
        )
    ]
