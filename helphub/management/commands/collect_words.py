import io

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import override, to_locale
from django.utils.translation.template import templatize

from contacts.models import Phone
from helphub import words
from strategy.models import Programme

KEYWORDS = {"gettext": None, "gettext_noop": None, "_": None}
# Only what readers see. The admin is in English.
READERS_FILES = [
    "templates/**/*.html",
    "contacts/call_privacy.py",
    "helphub/apps.py",
    "helphub/search/views.py",
    "helphub/templatetags/hub.py",
]
READERS_CHOICES = [Phone.Section, Programme.Agency]


class Command(BaseCommand):
    help = "Bring every catalogue up to date with the text in templates and code."

    def handle(self, **options):
        collected = self._collect()
        for code, name in settings.LANGUAGES:
            if code == settings.LANGUAGE_CODE:
                continue
            path = words.FOLDER / to_locale(code) / "LC_MESSAGES" / "django.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
            catalogue.header = (
                f"{name}. Every translation here awaits review by two native speakers."
            )
            catalogue.metadata = {
                "Content-Type": "text/plain; charset=utf-8",
                "Content-Transfer-Encoding": "8bit",
                "Language": to_locale(code),
            }
            catalogue.merge(collected)
            for entry in catalogue.obsolete_entries():
                catalogue.remove(entry)
            catalogue.save(str(path))
            done = len(catalogue.translated_entries())
            self.stdout.write(f"{code}: {done} of {len(catalogue)} messages translated")

    def _collect(self):
        catalogue = polib.POFile()
        for where, message in self._messages():
            entry = catalogue.find(message)
            if entry is None:
                flags = ["python-format"] if "%(" in message else []
                entry = polib.POEntry(msgid=message, flags=flags)
                catalogue.append(entry)
            if (where, "") not in entry.occurrences:
                entry.occurrences.append((where, ""))
        return catalogue

    def _messages(self):
        # Imported here because Babel is only installed for development, not where the site runs.
        from babel.messages.extract import extract

        for pattern in READERS_FILES:
            for path in sorted(settings.BASE_DIR.glob(pattern)):
                if "admin" in path.parts:
                    continue
                text = path.read_text()
                if path.suffix == ".html":
                    # {% word %} is {% translate %} with the language marked.
                    text = templatize(text.replace("{% word ", "{% translate "))
                for _line, message, *_ in extract("python", io.BytesIO(text.encode()), KEYWORDS):
                    yield path.relative_to(settings.BASE_DIR).as_posix(), message
        with override(settings.LANGUAGE_CODE):
            for choices in READERS_CHOICES:
                for label in choices.labels:
                    yield f"{choices.__module__.replace('.', '/')}.py", str(label)
