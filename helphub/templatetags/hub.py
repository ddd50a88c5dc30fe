"""The site's own template tags and filters."""

from functools import lru_cache
from urllib.parse import urlsplit

from django import template
from django.template.loader import select_template
from django.utils import dateformat
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, gettext, gettext_noop

from contacts import critical, fallbacks
from contacts.models import Phone
from helphub import assets
from helphub.content import clock, markup, memory
from helphub.content.entries import Entry
from services.models import Choice, Service

ASKING_FOR_AN_INTERPRETER = gettext_noop(
    "I need help. I speak {}. Please get an interpreter. A woman / a man, please. Do not call my "
    "family."
)
WITHOUT_SCRIPTS = gettext_noop(
    "Scripts are turned off here: your browser may keep your words itself, and may ask to send "
    "them again. You can choose from a list instead."
)

register = template.Library()
register.filter("prose", markup.prose)
register.filter("folded_prose", markup.folded_prose)
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


@register.simple_tag
def word(text, **values):
    """Interface text in the reader's language, or in English and marked as English.

    Values go into a sentence by name, in braces: {section}.
    """
    html = _word(str(text), get_language())
    for name, value in values.items():
        html = html.replace(f"{{{name}}}", conditional_escape(value))
    return mark_safe(html)  # noqa: S308 - all of it was escaped.


@lru_cache(maxsize=4096)
def _word(text, language):
    """The translated text, escaped. The language is the active one."""
    translated = gettext(text)
    html = escape(translated)
    is_english = translated == text and not language.startswith("en")
    return format_html('<span lang="en" dir="ltr">{}</span>', html) if is_english else html


@register.simple_tag
def without_scripts():
    """What the search box cannot keep private without scripts."""
    return word(WITHOUT_SCRIPTS)


@register.simple_tag
def language_of(entry):
    """Attributes marking an entry's words as English on a page in another language."""
    if entry is None or entry.words_language == get_language():
        return ""
    info = get_language_info(entry.words_language)
    return format_html(' lang="{}" dir="{}"', info["code"], "rtl" if info["bidi"] else "ltr")


@register.simple_block_tag(takes_context=True)
def note_on_calls(context, content):
    """The enclosed content. If it shows a number, add a line below on what a call leaves."""
    if 'href="tel:' not in content and 'href="sms:' not in content:
        return content
    note = context.template.engine.get_template("includes/_calls_stay.html")
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


@register.filter
def untranslated(entries):
    """Whether an entry, or one of several, is shown in English on a page in another language."""
    if entries is None or isinstance(entries, Entry):
        entries = [entries]
    return any(entry and entry.words_language != get_language() for entry in entries)


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
    own = gettext(ASKING_FOR_AN_INTERPRETER)
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
        "services": Service.objects.for_deaf_people(),
        "ways": Choice.objects.without_talking(),
    }


@register.simple_tag
def day_of_this_page():
    """The date since which the page has read as it does now."""
    day = clock.today()
    return format_html(
        '<time datetime="{}">{}</time>', day.isoformat(), dateformat.format(day, "j F Y")
    )


@register.simple_tag
def names_of_days():
    """The weekdays and months for the script, in the same words as the hours on the page."""
    names = {"days": WEEKDAYS, "months": MONTHS}
    attributes = ((key, "|".join(map(str, words.values()))) for key, words in names.items())
    return format_html_join("", ' data-{}="{}"', attributes)
