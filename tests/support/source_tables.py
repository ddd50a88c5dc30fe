"""The tables that the content was written from."""

import csv

from django.conf import settings

SOURCE = settings.BASE_DIR / "fixtures" / "source"


def read_csv(name):
    with (SOURCE / name).open(newline="") as file:
        return list(csv.DictReader(file))
