from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("editions", "0001_initial")]

    operations = [migrations.RenameField("publicationrequest", "marks", "fingerprints")]
