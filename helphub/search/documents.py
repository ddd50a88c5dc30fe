"""What is indexed: everything published, in every offered language that it is written in."""

from typing import NamedTuple

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import override
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from contacts.models import Phone
from helphub.search.models import Synonym
from services.models import Service, Town
from strategy import models as strategy
from strategy.models import Chapter, FormOfAbuse, Guide, Strategy

MODELS = {
    "guide": Guide,
    "topic": FormOfAbuse,
    "service": Service,
    "town": Town,
    "chapter": Chapter,
}
# Printed on chapters' pages. The printed contact lines are left out, because one is disputed.
PRINTED = [
    strategy.Statistic,
    strategy.Priority,
    strategy.Principle,
    strategy.Standard,
    strategy.Programme,
    strategy.Body,
    strategy.Document,
]


class Document(NamedTuple):
    """An entry in one language, as it goes into the index."""

    kind: str
    key: int
    language: str
    name: str = ""
    title: str = ""
    synonyms: str = ""
    summary: str = ""
    text: str = ""
    who: str = ""  # Who answers.
    slug: str = ""
    is_wing: bool = False
    numbers: tuple = ()


def documents():
    """Everything published, in every offered language that it is written in."""
    synonyms, chapter_words = _synonyms(), _chapter_words()
    topic_words = {
        form.topic.pk: form.words
        for form in strategy.forms_of_abuse(Strategy.objects.in_force())
        if form.topic
    }
    for kind, model in MODELS.items():
        for entry in _published(model):
            facts = {
                "slug": entry.slug,
                "is_wing": getattr(entry, "is_own_behaviour", False),
                "numbers": _numbers(entry) if model is Service else (),
                "who": entry.organization.name if model is Service else "",
            }
            printed = chapter_words.get(entry.slug, []) if model is Chapter else []
            if model is FormOfAbuse and entry.pk in topic_words:
                printed = [topic_words[entry.pk]]
            for language in settings.BUILT_LANGUAGES:
                everyday = "\n".join(synonyms.get((kind, entry.pk, language), []))
                with override(language):
                    is_written = entry.words_language == language
                if is_written:
                    columns = _columns(entry, language, everyday, printed)
                    yield Document(kind, entry.pk, language, **columns, **facts)
                # Its text is only indexed in English, but everyday words in this language still
                # find it.
                elif everyday:
                    yield Document(kind, entry.pk, language, synonyms=everyday, **facts)


def _published(model):
    entries = model.objects.published()
    if model is Chapter:
        return model.objects.in_force()
    if model is Guide:
        return entries.exclude(slug="home")
    if model is Service:
        return entries.select_related("organization").prefetch_related(
            "audiences", Prefetch("phones", Phone.objects.published())
        )
    return entries


def _synonyms():
    """Officers' everyday words: lists by kind, key and language."""
    synonyms = {}
    relations = {"guide": "guides", "topic": "forms_of_abuse", "service": "services"}
    rows = Synonym.objects.published().prefetch_related(*relations.values())
    for row in rows:
        for language in settings.BUILT_LANGUAGES:
            words = getattr(row, build_localized_fieldname("words", language)) or ""
            for kind, relation in relations.items():
                for entry in getattr(row, relation).all():
                    synonyms.setdefault((kind, entry.pk, language), []).extend(words.splitlines())
    return synonyms


def _chapter_words():
    """The strategy's own words, by the slug of the chapter that prints them."""
    words_by_chapter, in_force = {}, Strategy.objects.in_force()
    for passage in strategy.Passage.objects.of(in_force).select_related("chapter"):
        words_by_chapter.setdefault(passage.chapter.slug, []).append(passage.words)
    for model in PRINTED:
        words = model.objects.of(in_force).values_list("words", flat=True)
        words_by_chapter.setdefault(model.chapter_slug, []).extend(words)
    return words_by_chapter


def _numbers(service):
    return tuple(phone.dial for phone in service.phones.all())


def _columns(entry, language, everyday, printed):
    """The words of an entry in a language that it is written in, by the index's columns."""
    own = {
        name: _in_language(entry, name, language)
        for name in translator.get_options_for_model(type(entry)).fields
    }
    name, summary = own.pop("name"), own.pop("summary", "")
    parts, title = list(own.values()), ""
    if language == settings.LANGUAGE_CODE:
        parts += printed
        title = entry.title
    if isinstance(entry, Service):
        everyday += f"\n{entry.organization.name}"
        parts += [_in_language(audience, "name", language) for audience in entry.audiences.all()]
    return {
        "name": name,
        "title": title,
        "synonyms": everyday,
        "summary": summary,
        "text": "\n".join(parts),
    }


def _in_language(entry, name, language):
    return getattr(entry, build_localized_fieldname(name, language)) or ""
