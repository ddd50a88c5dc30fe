"""The site's own words for templates."""

from datetime import time
from urllib.parse import urlsplit

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, gettext, gettext_noop

from helphub import assets, memory, texts
from helphub.entries import Entry

ASKING_FOR_AN_INTERPRETER = gettext_noop(
    "I need help. I speak {}. Please get an interpreter. A woman / a man, please. Do not call my "
    "family."
)

register = template.Library()
register.filter("prose", texts.prose)
register.filter("phrase", texts.phrase)


@register.simple_tag
def page_style():
    """The style sheet, in the page. It comes from our own files, and the policy admits its hash."""
    return mark_safe(f"<style>{assets.style().text}</style>")  # noqa: S308


@register.simple_tag
def head_script():
    """The exit's script, in the page. As above."""
    return mark_safe(f"<script>{assets.head_script().text}</script>")  # noqa: S308


@register.simple_tag
def end_script():
    """The script of hidden visits, behind the page. As above."""
    return mark_safe(f"<script>{assets.end_script().text}</script>")  # noqa: S308


@register.simple_tag
def word(text, **values):
    """A word of the interface in the reader's language, or in English and marked as English.

    A sentence names what goes into it in braces: {section}.
    """
    translated = gettext(text)
    is_english = translated == text and not get_language().startswith("en")
    for name, value in values.items():
        translated = translated.replace(f"{{{name}}}", str(value))
    if is_english:
        return format_html('<span lang="en" dir="ltr">{}</span>', translated)
    return translated


@register.simple_tag
def language_of(entry):
    """The attributes that say an entry's words are English where the page is not."""
    if entry is None or entry.words_language == get_language():
        return ""
    info = get_language_info(entry.words_language)
    return format_html(' lang="{}" dir="{}"', info["code"], "rtl" if info["bidi"] else "ltr")


@register.simple_block_tag(takes_context=True)
def note_on_calls(context, content):
    """What it encloses and, where that shows a number, one line below it on what a call leaves."""
    if 'href="tel:' not in content and 'href="sms:' not in content:
        return content
    note = context.template.engine.get_template("includes/_calls_stay.html")
    return content + note.render(context)


class Shared(template.Node):
    """A part of a page that is the same on many: rendered once for these values."""

    def __init__(self, place, values, content):
        self.place, self.values, self.content = place, values, content

    def render(self, context):
        values = [value.resolve(context) for value in self.values]
        return memory.recall((self.place, *values), lambda: self.content.render(context))


@register.tag
def shared(parser, token):
    """Enclose what depends on nothing but the language, the edition and the values named."""
    values = [parser.compile_filter(one) for one in token.split_contents()[1:]]
    content = parser.parse(["endshared"])
    parser.delete_first_token()
    return Shared(f"{parser.origin.name}:{token.lineno}:{token.position}", values, content)


@register.filter
def untranslated(entries):
    """Whether an entry, or one of several, is shown in English on a page in another language."""
    if entries is None or isinstance(entries, Entry):
        entries = [entries]
    return any(entry and entry.words_language != get_language() for entry in entries)


@register.filter
def digits(phone):
    """A number as readers see it: digits run from left to right in every language."""
    return format_html('<bdi dir="ltr">{}</bdi>', phone.display)


@register.filter
def host(url):
    """A website's address as people say it."""
    return urlsplit(url).hostname.removeprefix("www.")


@register.simple_tag
def for_an_interpreter():
    """What a caller can read out: in the reader's language where it is translated, or nothing,
    and in English."""
    language = get_language_info(get_language())
    is_english = language["code"].startswith("en")
    own = gettext(ASKING_FOR_AN_INTERPRETER)
    return {
        "own": "" if own == ASKING_FOR_AN_INTERPRETER else own.format(language["name_local"]),
        "english": ASKING_FOR_AN_INTERPRETER.format(
            "[your language]" if is_english else language["name"]
        ),
    }


@register.simple_tag
def days(first, last):
    """One weekday, or the first and the last of several in a row. Monday is 0."""
    if first == last:
        return WEEKDAYS[first]
    return gettext("%(first)s to %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}


@register.simple_tag
def other_day(other):
    """The day of a session that is not every week."""
    weekday = WEEKDAYS[other.weekday]
    if not other.nth:
        words = gettext("%(weekday)s, every %(weeks)s weeks")
        return words % {"weekday": weekday, "weeks": other.weeks}
    if other.nth < 0:
        return gettext("Last %(weekday)s of the month") % {"weekday": weekday}
    words = gettext("%(weekday)s number %(nth)s of the month")
    return words % {"weekday": weekday, "nth": other.nth}


@register.simple_tag
def session(opens, closes):
    """From when to when, as people say it."""
    if opens == closes:
        return gettext("all day and night")
    return gettext("%(opens)s to %(closes)s") % {"opens": _clock(opens), "closes": _clock(closes)}


def _clock(moment):
    if moment == time.min:
        return gettext("midnight")
    if not get_language().startswith("en"):
        return f"{moment:%H:%M}"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
