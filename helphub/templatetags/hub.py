"""The site's own template tags and filters."""

from functools import lru_cache
from urllib.parse import urlsplit

from django import template
from django.db import models
from django.template.loader import select_template
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, gettext_noop

from contacts import critical, fallbacks
from contacts.models import Phone
from helphub import assets
from helphub.campaigns.models import Campaign
from helphub.content import clock, markup, memory
from helphub.content.entries import Entry, language_of_words
from helphub.languages import days, interface, safety_set
from helphub.languages.offered import offered
from services.models import Choice, Service
from strategy import periods

ASKING_FOR_AN_INTERPRETER = gettext_noop(
    "I need help. I speak {}. Please get an interpreter. A woman / a man, please. Do not call my "
    "family."
)
WITHOUT_SCRIPTS = gettext_noop(
    "Scripts are turned off here: your browser may keep your words itself, and may ask to send "
    "them again. You can choose from a list instead."
)

NOT_IN_YOUR_LANGUAGE = gettext_noop("This page is not yet available in your language")
HAS_JUST_CHANGED = gettext_noop("This part is in English because it has just changed")

register = template.Library()
register.filter("prose", markup.prose)
register.filter("phrase", markup.phrase)
register.filter("phrases", markup.phrases)


@register.simple_tag
def frame_style():
    """The first style sheet, inline. It is one of our own files; the policy admits its hash."""
    return mark_safe(f"<style>{assets.style(assets.FRAME_STYLE).text}</style>")  # noqa: S308


@register.simple_tag
def style_in_body(name):
    """Another style sheet, by its name. HTML allows a style in the body only inside an SVG."""
    text = assets.style(f"{name}.css").text
    return mark_safe(f"<svg hidden><style>{text}</style></svg>")  # noqa: S308


@register.simple_tag
def head_script():
    """The exit's script, inline. As above."""
    return mark_safe(f"<script>{assets.head_script().text}</script>")  # noqa: S308


@register.simple_tag
def end_script():
    """The script for hidden visits, after the page content. As above."""
    return mark_safe(f"<script>{assets.end_script().text}</script>")  # noqa: S308


@register.inclusion_tag("icons/_door.html")
def door_icon(guide):
    """The drawing on a guide's door: its own, or the one for any other guide."""
    names = [f"icons/doors/{guide.slug}.html", "icons/doors/any.html"]
    return {"drawing": select_template(names)}


@register.simple_tag(name="say")
def plain_words(text, **values):
    """Interface text for an attribute, which has no room for a mark of its language.

    Values go into a sentence by name, in braces: {section}.
    """
    words = interface.say(str(text))
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", str(value))
    return words


@register.simple_tag
def word(text, **values):
    """Interface text in the reader's language, or in English and marked as English. As above."""
    html = _word(interface.say(str(text)), str(text), get_language())
    for name, value in values.items():
        html = html.replace(f"{{{name}}}", conditional_escape(value))
    return mark_safe(html)  # noqa: S308 - all of it was escaped.


@lru_cache(maxsize=4096)
def _word(translated, text, language):
    """The translated text, escaped. English within another language is marked as such."""
    html = escape(translated)
    is_english = translated == text and not language.startswith("en")
    return format_html('<span lang="en" dir="ltr">{}</span>', html) if is_english else html


@register.simple_tag
def without_scripts():
    """What the search box cannot keep private without scripts."""
    return word(WITHOUT_SCRIPTS)


@register.simple_tag
def language_of(entry, field=""):
    """Attributes marking an entry's words, or those of a field, as English in another language.

    One text of an entry may have changed, while the others are still in the reader's language.
    """
    if entry is None:
        return ""
    is_row = isinstance(entry, models.Model)
    language = language_of_words(entry, field) if is_row else entry.words_language
    return "" if language == get_language() else _language(language)


@register.simple_tag
def language_of_page():
    """Attributes for the page's own words within a part that is marked as English."""
    code = get_language()
    return "" if code.startswith("en") else _language(code)


def _language(code):
    info = get_language_info(code)
    return format_html(' lang="{}" dir="{}"', info["code"], "rtl" if info["bidi"] else "ltr")


@register.simple_block_tag(takes_context=True)
def note_on_calls(context, content):
    """The enclosed content. If it shows a number, say below what a call leaves.

    A list of “who can help”, and the page of a service with numbers, say that themselves.
    """
    has_number = 'href="tel:' in content or 'href="sms:' in content
    is_said = context.get("suggestions") or (context.get("calls") and context.get("phones"))
    if is_said or not has_number:
        return content
    note = context.template.engine.get_template("includes/_calls_stay.html")
    with context.push(has_buttons='class="reach"' in content):
        return content + note.render(context)


class Remembered(template.Node):
    """A part shared by many pages, rendered once for these values."""

    def __init__(self, place, values, content):
        self.place, self.values, self.content = place, values, content

    def render(self, context):
        values = [value.resolve(context) for value in self.values]
        return memory.recall((self.place, *values), lambda: self.content.render(context))


@register.tag
def remember(parser, token):
    """Enclose content that depends only on the language, the edition and the named values."""
    values = [parser.compile_filter(argument) for argument in token.split_contents()[1:]]
    content = parser.parse(["endremember"])
    parser.delete_first_token()
    return Remembered(f"{parser.origin.name}:{token.lineno}:{token.position}", values, content)


@register.simple_tag
def emergency_number():
    """999 as approved, from the file. A list shows it often, and a query each time is too many."""
    return critical.from_file()[Phone.Role.EMERGENCY]


@register.simple_tag
def line_to_ring_instead(phone):
    """The number to give beside one that may not answer, or None."""
    return critical.to_ring_instead(phone)


@register.filter
def untranslated(entries):
    """Whether an entry, or one of several, is shown in English on a page in another language."""
    if entries is None or isinstance(entries, Entry):
        entries = [entries]
    return any(entry and entry.words_language != get_language() for entry in entries)


@register.simple_tag
def why_in_english(entries):
    """Why a page, or part of it, is in English in another language."""
    entry = entries if isinstance(entries, Entry) else next(iter(entries), None)
    # An offered language had all of its safety set.
    if safety_set.has_record(entry) and get_language() in offered():
        return word(HAS_JUST_CHANGED)
    return word(NOT_IN_YOUR_LANGUAGE)


@register.filter
def as_english(words):
    """The strategy's own words within a sentence, marked as English in other languages."""
    if get_language().startswith("en"):
        return words
    return format_html('<span lang="en" dir="ltr">{}</span>', words)


@register.filter
def digits(phone):
    """A number as readers see it: digits run left to right in every language.

    Browsers that translate the page leave the digits alone.
    """
    return format_html('<bdi dir="ltr" translate="no">{}</bdi>', phone.display)


@register.filter
def host(url):
    """A website's address as people say it."""
    return urlsplit(url).hostname.removeprefix("www.")


@register.simple_tag
def shared_fallbacks(entries):
    """The lines in a list, of numbers or services, that share the same line to ring when closed.

    We show that line once below the list, not beside each of them.
    """
    phones = []
    for entry in entries:
        service = getattr(entry, "service", entry)
        if isinstance(service, Phone):
            phones.append(service)
        elif hasattr(service, "phones") and not service.is_shown_closed:
            phones += service.phones.all()
    return fallbacks.shared(phones)


@register.filter
def said_below(service, shared):
    """A service's numbers whose stand-in is shown once below the list."""
    if not shared:
        return ()
    return tuple(phone.pk for phone in service.phones.all() if phone in shared.phones)


@register.simple_tag
def for_an_interpreter():
    """Words for a caller to read out, in English and in the reader's language.

    The reader's version is empty if there is no translation.
    """
    language = get_language_info(get_language())
    is_english = language["code"].startswith("en")
    own = interface.say(ASKING_FOR_AN_INTERPRETER)
    return {
        "own": "" if own == ASKING_FOR_AN_INTERPRETER else own.format(language["name_local"]),
        "english": ASKING_FOR_AN_INTERPRETER.format(
            "[your language]" if is_english else language["name"]
        ),
    }


@register.inclusion_tag("services/_without_talking.html")
def without_talking():
    """How to reach somebody without speaking aloud."""
    return {
        "services": memory.rows("for deaf people", lambda: list(Service.objects.for_deaf_people())),
        "ways": memory.rows("without talking", lambda: list(Choice.objects.without_talking())),
    }


@register.simple_tag
def campaigns_on(topic):
    """The campaigns on the page of a topic."""
    return Campaign.objects.on_topic(topic)


@register.filter
def in_words(day):
    """A date within a sentence: 1 January 2027. Nothing, where there is none."""
    return _marked(days.date_in_words(day)) if day else ""


@register.filter
def plain_period(period):
    """A period that figures are counted over, for an attribute: 2024/25, or January–March 2024."""
    if not (months := periods.months(period)):
        return period
    first, last = (days.months()[month - 1] for month in months)
    return f"{first}–{last} {period[:4]}"


@register.filter
def period(text):
    """The same for a page."""
    words = plain_period(text)
    return _marked(words) if words != text else format_html('<bdi dir="ltr">{}</bdi>', words)


@register.simple_tag
def chart_in_words(indicator, chart):
    """What a chart over periods shows, for those who do not see it."""
    name = ", ".join(part for part in (indicator.name, chart.part) if part)
    points = [
        f"{plain_period(point.period)}: "
        f"{interface.say(point.words) if point.is_gap else point.words}"
        for point in chart.points
    ]
    return f"{name}. {'; '.join(points)}."


@register.simple_tag
def day_of_this_page():
    """The date since which the page has read as it does now."""
    day = clock.today()
    words = days.date_in_words(day)
    return _marked(format_html('<time datetime="{}">{}</time>', day.isoformat(), words))


def _marked(date):
    """A date, marked as English if the names of months may not be shown."""
    return as_english(date) if days.is_in_english(days.months()) else date


@register.simple_tag
def names_of_days():
    """The weekdays and months for the script, in the same words as the hours on the page."""
    names = {"days": days.weekdays(), "months": days.months()}
    attributes = ((key, "|".join(words)) for key, words in names.items())
    return format_html_join("", ' data-{}="{}"', attributes)
