from django.db import migrations, models


class Migration(migrations.Migration):
    """Proposals are in an app of their own. An approved number keeps the key of its proposal."""

    dependencies = [("contacts", "0006_plain_english"), ("approvals", "0001_initial")]

    operations = [
        migrations.AlterField(
            "approvednumber",
            "proposal",
            models.BigIntegerField("proposal", blank=True, null=True, db_column="proposal_id"),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("NumberProposal")]
        ),
    ]
