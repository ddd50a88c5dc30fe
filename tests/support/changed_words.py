"""Runs behaviour tests on a site whose editors have changed every sentence.

Run it by hand, with files of tests and any other arguments for pytest:

    .venv/bin/python -m tests.support.changed_words tests/contacts/test_fallbacks.py -n 0 -k hours

It works on a copy of this checkout. Its fixtures get an extra word after every second word, so a
test that repeats three words of a fixture fails. So do the tests of the content and of its pages,
which are allowed to read the real words.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import django
import yaml
from django.apps import apps

BASE = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__")
MORE = "also"
# Two words before a third. Nothing is added beside a digit: “999 BSL” is a name.
PAIR = re.compile(r"(?<!\S)(\S+ [^\s\d]+) (?=[^\s\d])")


def with_more_words(text, most):
    """The text with an extra word after every second one, as far as there is room."""
    room = (most - len(text)) // len(f" {MORE}") if most else len(text)
    return PAIR.sub(rf"\1 {MORE} ", text, count=room) if room > 0 else text


def is_text(field):
    """Whether officers write sentences in this field, to readers or to each other."""
    from helphub.content import validators
    from helphub.dashboard.models import OpenQuestion

    return validators.validate_text in field.validators or field.model is OpenQuestion


def change(rows, model):
    fields = {field.name: field for field in model._meta.fields if is_text(field)}
    for row in rows:
        for name in fields.keys() & row.keys():
            row[name] = with_more_words(row[name], fields[name].max_length)


def change_fixtures(folder):
    from helphub.content import loader
    from services import suggested_lines

    for name in loader.FIXTURES:
        path = folder / f"{name}.yaml"
        content = yaml.load(path.read_text(), loader.LOADER)  # noqa: S506 - it is a safe one.
        for label, rows in content.items():
            if label != suggested_lines.WHO_CAN_HELP:
                change(rows, apps.get_model(label))
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
    django.setup()
    with tempfile.TemporaryDirectory(prefix="changed-words-") as folder:
        copy = Path(folder) / "site"
        shutil.copytree(BASE, copy, ignore=LEFT_OUT)
        change_fixtures(copy / "fixtures")
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=copy).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
