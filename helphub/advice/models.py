"""Words to avoid, which officers edit: words that blame, and words that few readers know."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

from helphub.content import validators

FEWEST_LETTERS = 3


class WordToAvoidManager(models.Manager):
    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class WordToAvoid(models.Model):
    """A word or phrase, why it is better avoided, and what to write instead."""

    class Kind(models.TextChoices):
        BLAMING = "blaming", "blames, doubts or labels somebody"
        JARGON = "jargon", "few readers know it"

    slug = models.SlugField("short name", max_length=60, unique=True, editable=False)
    kind = models.CharField("what is wrong with it", max_length=10, choices=Kind)
    words = models.CharField(
        "word or phrase",
        max_length=60,
        unique=True,
        validators=validators.PLAIN,
        help_text="In small letters. A star stands for any ending: “disclos*” finds “disclosure”.",
    )
    why = models.CharField(
        "why", max_length=150, help_text="One short sentence for the officer who wrote it."
    )
    better = models.CharField(
        "better", max_length=150, help_text="What to write instead, such as “tell” or “talk about”."
    )

    objects = WordToAvoidManager()

    class Meta:
        ordering = ["kind", "words"]
        verbose_name = "word to avoid"
        verbose_name_plural = "words to avoid"

    def __str__(self):
        return f"“{self.words}”"

    def save(self, *args, **kwargs):
        self.slug = self.slug or self._free_slug()
        super().save(*args, **kwargs)

    def natural_key(self):
        return (self.slug,)

    def clean(self):
        super().clean()
        self.words = " ".join(self.words.lower().split())
        if "{" in self.words or "}" in self.words:
            raise ValidationError({"words": "Write words, without braces."})
        if sum(letter.isalpha() for letter in self.words) < FEWEST_LETTERS:
            raise ValidationError({"words": "Write a word with three letters or more."})
        if "*" in self.words.rstrip("*") or self.words.endswith("**"):
            raise ValidationError({"words": "Put one star at the end, or none."})

    @property
    def pattern(self):
        """Finds the word in a text, whatever its capitals and apostrophes."""
        words = re.escape(self.words.rstrip("*")).replace("’", "'").replace("'", "['’]")
        ending = r"\w*" if self.words.endswith("*") else ""
        return re.compile(rf"\b{words}{ending}\b", re.IGNORECASE)

    def _free_slug(self):
        slug, number = slugify(self.words)[:50] or "word", 1
        taken = set(type(self).objects.filter(slug__startswith=slug).values_list("slug", flat=True))
        while (name := slug if number == 1 else f"{slug}-{number}") in taken:
            number += 1
        return name
