"""The ground: what an officer writes, in order, and publishes. Imports no app of ours."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from helphub import texts

# A title or an address stays in the phone's history, in its tabs and in what it suggests, so it
# must not tell whoever looks over the shoulder what was read. Matched at the start of a word.
DENIED_IN_TITLES = """
    rape assault abus violen sex victim surviv perpetrat offend sarc isva refuge police exit
    harass groom exploit traffick coerc upskirt nude porn revenge fgm mutilat genital stalk
    forced honour domestic safeguard
"""
DENIED_PATTERN = re.compile(
    rf"(?<![^\W\d_])({'|'.join(DENIED_IN_TITLES.split())})[^\W\d_]*", re.IGNORECASE
)


def validate_neutral(value):
    """Refuse a title or an address that gives the site's subject away."""
    # As it looks, not as it is spelt: without invisible characters, and with plain letters.
    seen = texts.UNSAFE_CHARACTERS.sub("", unicodedata.normalize("NFKC", value))
    seen = texts.JOINERS.sub("", seen)
    if found := DENIED_PATTERN.search(seen):
        raise ValidationError(
            _(
                "Leave out “%(word)s”: this stays in the phone's history, where somebody else "
                "may read it. Say it in the heading instead."
            ),
            code="not_neutral",
            params={"word": found.group()},
        )


def language_of_words(row):
    """The language a row's words are shown in: the reader's if all are there, or English.

    Half a row in one language and half in another helps nobody, so one missing translation shows
    the whole row in English.
    """
    language = get_language()
    for field in translator.get_options_for_model(type(row)).fields:
        if getattr(row, build_localized_fieldname(field, "en")) and not getattr(
            row, build_localized_fieldname(field, language)
        ):
            return "en"
    return language


class EntryQuerySet(models.QuerySet):
    """Queries that every kind of entry answers."""

    def published(self):
        """What readers may see. The only definition of it."""
        return self.filter(is_published=True)

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class Entry(models.Model):
    """Something an officer writes, puts in order, checks and publishes."""

    slug = models.SlugField(
        _("short name in addresses"),
        max_length=60,
        unique=True,
        help_text=_("Small letters, digits and hyphens. Keep it once people have the address."),
    )
    position = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Smaller numbers come first.")
    )
    is_published = models.BooleanField(
        _("published"), default=False, help_text=_("Readers see only what is published.")
    )
    reviewed_on = models.DateField(
        _("last checked on"),
        blank=True,
        null=True,
        help_text=_("The day somebody last read this through and found it right."),
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "slug"]

    def natural_key(self):
        return (self.slug,)

    words_language = property(language_of_words)


class Page(Entry):
    """An entry with a page of its own: a plain heading, a neutral title and a neutral address."""

    name = models.CharField(
        _("heading"),
        max_length=120,
        validators=[texts.validate_text],
        help_text=_("The heading on the page. Say it plainly."),
    )
    title = models.CharField(
        _("title in tabs and history"),
        max_length=70,
        unique=True,
        validators=[validate_neutral, texts.validate_text],
        help_text=_(
            "Shown in the browser's tab, its history and on print-outs, in English. It must say "
            "which page this is without giving the subject away."
        ),
    )

    class Meta(Entry.Meta):
        abstract = True

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        try:
            validate_neutral(self.slug.replace("-", " "))
        except ValidationError as error:
            raise ValidationError({"slug": error}) from error
