"""Bad texts in every kind of field, through the admin's form: refused there, nothing lost."""

import pytest

from contacts.models import CallFact, Organization, Phone
from helphub.content import validators
from helphub.search.models import Synonym
from services.models import Location, Service
from strategy.models import Guide, Statistic
from tests.support.admin_forms import change_url, errors
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

# What an officer types, and the message it gets.
MARKUP = {
    "<script>alert(1)</script>": "Take out “<script>”",
    "<STYLE>body{}</STYLE>": "Take out “<STYLE>”",
    '<img src=x onerror="alert(1)">': "Take out “<img",
    "Words <svg/onload=alert(1)>": "Take out “<svg",
    "<!-- a note -->": "Take out “<!--",
    "[press](javascript:alert(1))": "cannot lead to “javascript:alert",
    "[press](JaVaScRiPt:alert(1))": "cannot lead to “JaVaScRiPt:alert",
    "[press](&#106;avascript:alert(1))": "cannot lead to",
    "[press](data:text/html;base64,eA==)": "cannot lead to “data:",
    "[press](//evil.example/x)": "cannot lead to “//evil",
    "[press](/\\evil.example)": "cannot lead to",
    "[press](</\t/evil.example>)": "Take out “</",
    "[press](http://example.org)": "cannot lead to “http:",
}
HIDDEN = {
    "Words \u202eturned round": "invisible character",
    "Words \u2066kept apart": "invisible character",
    "a\u200bb": "invisible character",
    "a\u2060b": "invisible character",
    "a\ufeffb": "invisible character",
    "a\u061cb": "invisible character",
    "a\u3164b": "invisible character",
    "a\U000e0041b": "invisible character",
    "12\u200d3": "invisible character",
}
NUMBERS = {
    "Ring 08**00** 11*11": "Do not type the number",
    "Ring ０８００ １１１１": "Do not type the number",
    "Ring ٠٨٠٠١١١١": "Do not type the number",
    "Ring 0800 · 1111": "Do not type the number",
}
LONG = {"long " * 40_000: "character"}  # 200 kB.
EVERY = MARKUP | HIDDEN | LONG | NUMBERS
SOME = dict(
    [
        *list(MARKUP.items())[:1],
        *list(MARKUP.items())[5:6],
        *list(HIDDEN.items())[:3],
        *LONG.items(),
    ]
)

# Each kind of field: a line, a text, a translation, a row within a form, a field without tokens,
# and one that readers never see. One of each gets every bad text, the others some.
FIELDS = [
    (Guide, {"slug": "consent"}, "title", SOME),
    (Guide, {"slug": "consent"}, "name_en", SOME),
    (Guide, {"slug": "consent"}, "summary_ur", SOME),
    (Guide, {"slug": "consent"}, "body_en", EVERY),
    (Guide, {"slug": "consent"}, "body_ar", SOME),
    (Statistic, {"reference": "STA-02"}, "comment_en", SOME),
    (Statistic, {"reference": "STA-02"}, "population", MARKUP | HIDDEN),
    (Organization, {"slug": "nhs"}, "name", SOME),
    (Phone, {"slug": "h-mash-children"}, "what_happens_ur", SOME),
    (Phone, {"slug": "h-mash-children"}, "call_facts-0-detail_en", SOME),
    (Phone, {"slug": "h-mash-children"}, "call_facts-0-dated", SOME),
    (Service, {"slug": "day-and-night-line"}, "how_to_get_in_en", SOME),
    (Synonym, {"slug": "care-centres"}, "words_en", SOME),
]


def stored(row):
    """The stored values of a row and of the rows in its form."""
    rows = [list(type(row).objects.filter(pk=row.pk).values())]
    for model in (CallFact, Location):
        rows.append(list(model.objects.order_by("pk").values()))
    return rows


@pytest.mark.parametrize(
    ("model", "key", "field", "bad"),
    FIELDS,
    ids=[f"{m.__name__}-{f}" for m, _, f, _ in FIELDS],
)
def test_a_bad_text_is_refused_at_its_field_and_kept_in_the_form(admin, model, key, field, bad):
    row = model.objects.get(**key)
    values = form_values(Page(admin.get(change_url(row))))
    assert field in values
    before = stored(row)
    for typed, refusal in bad.items():
        page = Page(admin.post(change_url(row), values | {field: typed}))
        assert page.response.status_code == 200, typed[:60]
        name = field.rpartition("-")[2]
        at_field = [
            error
            for line in page.all("div", class_=f"field-{name}")
            for errorlist in line.iter("ul")
            if "errorlist" in (errorlist.get("class") or "")
            for error in [text(errorlist)]
        ]
        assert any(refusal in error for error in at_field), (typed[:60], at_field, errors(page)[:3])
        # Django strips the ends; the rest is the officer's.
        assert form_values(page)[field].strip() == typed.strip(), typed[:60]
    assert stored(row) == before


@pytest.mark.parametrize("field", ["dial", "display", "textphone"])
@pytest.mark.parametrize(
    "number",
    ["116\u200b123", "116\u202e123", "١١٦١٢٣", "１１６１２３", "116\u00a0123", "<b>116123"],
)
def test_a_number_with_a_trick_in_it_is_refused(admin, field, number):
    phone = Phone.objects.get(slug="h-galop")
    values = form_values(Page(admin.get(change_url(phone))))
    page = Page(admin.post(change_url(phone), values | {field: number}))
    assert errors(page)
    assert form_values(page)[field] == number
    after = Phone.objects.get(pk=phone.pk)
    assert (after.dial, after.display) == (phone.dial, phone.display)


@pytest.mark.parametrize("typed", [*MARKUP, "[[[[" * 2000, "**" * 5000, "> " * 2000])
def test_text_that_slips_past_the_form_is_harmless_on_the_page(client, typed):
    """As if a fixture or an old release had brought it in: the page shows it as words."""
    Guide.objects.filter(slug="consent").update(body=typed, body_en=typed, summary_en=typed[:200])
    page = Page(client.get("/guides/consent/"))
    main = page.one("main")
    assert page.faults == []
    assert not [
        element for name in ("script", "style", "img", "svg") for element in main.iter(name)
    ]
    for element in main.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
        target = (element.get("href") or element.get("src") or "").lower()
        assert not target.startswith(("javascript:", "data:", "vbscript:")), typed


@pytest.mark.parametrize(
    "fine",
    [
        "5 < 6, and 7 > 3",
        "I <3 you",
        "[The form](https://example.org/form?a=1)",
        "[Consent](/guides/consent/) and {guide:consent}",
        "می‌خواهم",  # Letters parted by a joiner, as they must be.
        "ਕੰਮ **ਜ਼ਰੂਰੀ**",
        "Aged 16 to 18, in 2019, 24/7.",
    ],
)
def test_honest_text_is_accepted(fine):
    validators.validate_text(fine)


@pytest.mark.parametrize("title", ["After r\u200dape", "After r\u200cape", "After r\u00adape"])
def test_a_joiner_hides_no_word_in_a_title(admin, title):
    guide = Guide.objects.get(slug="consent")
    values = form_values(Page(admin.get(change_url(guide))))
    page = Page(admin.post(change_url(guide), values | {"title": title}))
    assert any("Leave out “rape”" in error or "invisible" in error for error in errors(page))
