"""What officers paste from Word and e-mail: bullets and numbers become lists, or are named."""

import pytest
from django.core.exceptions import ValidationError

from helphub.content import markup, pasted_lists, validators
from services.models import Service
from strategy.models import FormOfAbuse, Guide, Statistic
from tests.support.admin_forms import change_url, errors, save
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db

TWO = "- First\n- Second"
PASTED = {
    "•\tFirst\n•\tSecond": TWO,
    "• First\r\n• Second": TWO,
    "•First\n•Second": TWO,
    "\u00a0\u00a0•\u00a0First\n  •  Second": TWO,
    "·\tFirst\n·\tSecond": TWO,
    "·         First\n·         Second": TWO,
    "o\tFirst\no\tSecond": TWO,
    "–\tFirst\n–\tSecond": TWO,
    "—\tFirst\n—\tSecond": TWO,
    "-\tFirst\n-\tSecond": TWO,
    "– First\n– Second": TWO,
    "§\tFirst\n§\tSecond": TWO,
    "▪ First\n▪ Second": TWO,
    "ü\tFirst\nü\tSecond": TWO,
    "Ø\tFirst\nØ\tSecond": TWO,
    "v\tFirst\nv\tSecond": TWO,
    "❖ First\n❖ Second": TWO,
    "➢\tFirst\n➢\tSecond": TWO,
    "\uf0b7\tFirst\n\uf0b7\tSecond": TWO,
    "1)\tFirst\n2)\tSecond": "1. First\n2. Second",
    "1.\tFirst\n2.\tSecond": "1. First\n2. Second",
    "(1)\tFirst\n(2)\tSecond": "1. First\n2. Second",
    "١.\tFirst\n٢.\tSecond": "1. First\n2. Second",
    "Before:\n•\tFirst\n•\tSecond\nAfter.": f"Before:\n\n{TWO}\n\nAfter.",
    "•\tFirst\no\tWithin\n•\tSecond": "- First\n  - Within\n- Second",
    "1)\tFirst\no\tWithin\n2)\tSecond": "1. First\n   - Within\n2. Second",
    "•\tFirst\n\n•\tSecond": "- First\n\n- Second",
}
LEFT = [
    TWO,
    "1. First\n2. Second",
    "- First\n  - Within\nmore of it",
    "A · B, and 5 • 6",
    "§ 5 of the Act",
    "## A heading\n\nWords – with a dash.",
    "O 5 rano. o tym",
    "**Bold** words\nin two lines",
]
DOUBTFUL = {
    "Words\n\n– Only one.": "Line 3 begins with “–”",
    "a)\tFirst\nb)\tSecond": "Line 1 begins with “a)”",
    "iv.\tFirst": "Line 1 begins with “iv.”",
    "(1) First\n(2) Second": "Line 2 begins with “(2)”",
}


@pytest.mark.parametrize("pasted", PASTED)
def test_a_pasted_list_becomes_a_list(pasted):
    assert pasted_lists.with_lists(pasted) == PASTED[pasted]
    assert markup.prose(pasted_lists.with_lists(pasted)).count("<li>") == PASTED[pasted].count(
        "- "
    ) + PASTED[pasted].count(". ")


@pytest.mark.parametrize("text", LEFT)
def test_what_is_not_a_pasted_list_stays_as_it_is(text):
    assert pasted_lists.with_lists(text) == text
    validators.validate_text(text)


@pytest.mark.parametrize("text", DOUBTFUL)
def test_a_doubtful_list_is_refused_and_its_line_is_named(text):
    assert pasted_lists.with_lists(text) == text
    with pytest.raises(ValidationError, match="which does not make a list") as refused:
        validators.validate_text(text)
    assert any(DOUBTFUL[text] in message for message in refused.value.messages)


def test_a_doubtful_list_from_a_content_file_is_refused_too():
    """As a content file could bring it in."""
    with pytest.raises(ValidationError, match="Line 2 begins with “•”"):
        validators.validate_text("Words\n•\tFirst")


@pytest.mark.parametrize("field", ["body_en", "body_ur"])
def test_an_officer_is_told_that_the_text_is_now_a_list(admin, client, field):
    guide = Guide.objects.get(slug="consent")
    page = save(admin, guide, **{field: "Words:\n•\tFirst\n•\tSecond"})
    assert errors(page) == []
    assert "is now a list" in page.text
    guide.refresh_from_db()
    assert getattr(guide, field) == "Words:\n\n- First\n- Second"
    # If nothing was pasted, nothing is said.
    assert "is now a list" not in save(admin, guide).text
    if field == "body_en":
        main = Page(client.get("/guides/consent/")).one("main")
        assert {"First", "Second"} <= {item.text for item in main.iter("li")}


def test_a_text_made_of_lines_loses_the_bullets_in_front(admin, client):
    topic = FormOfAbuse.objects.get(slug="law")
    typed = "•\tFirst sign\n- Second sign\n1)\tThird sign\n– Fourth sign"
    page = save(admin, topic, signs_en=typed, actions_en="o\tOne choice")
    assert errors(page) == []
    topic.refresh_from_db()
    assert topic.signs_en == "First sign\nSecond sign\nThird sign\nFourth sign"
    assert topic.actions_en == "One choice"


@pytest.mark.parametrize(
    ("model", "key", "field"),
    [
        (Statistic, {"reference": "STA-02"}, "comment_en"),
        (Service, {"slug": "day-and-night-line"}, "how_to_get_in_en"),
        (Service, {"slug": "day-and-night-line"}, "what_to_expect_pl"),
    ],
)
def test_every_long_text_in_the_admin_turns_pasted_bullets_into_a_list(admin, model, key, field):
    row = model.objects.get(**key)
    assert errors(save(admin, row, **{field: "•\tFirst\n•\tSecond"})) == []
    row.refresh_from_db()
    assert getattr(row, field) == TWO


def test_a_single_line_field_refuses_a_bullet(admin):
    page = save(admin, Guide.objects.get(slug="consent"), summary_en="• First")
    assert any("Line 1 begins with “•”" in error for error in errors(page))
    assert form_values(page)["summary_en"] == "• First"


# Tokens in links


@pytest.mark.parametrize(
    "text",
    [
        '[x](https://a.example "{h-spoc}")',
        "[x](https://a.example '{h-spoc}')",
        "[x](https://a.example ({h-spoc}))",
        "[x](https://a.example/{h-spoc})",
        "[x](/guides/{guide:consent}/)",
        "[Ring {h-spoc}](https://a.example)",
        "[Read **{guide:consent}**](/services/)",
    ],
)
def test_a_token_in_a_link_is_refused_and_breaks_no_page(client, text):
    with pytest.raises(ValidationError, match="out of the link"):
        validators.validate_text(text)
    # As an older release may have accepted it.
    Guide.objects.filter(slug="consent").update(body=text, body_en=text)
    page = Page(client.get("/guides/consent/"))
    assert page.faults == []
    links = page.one("main").iter("a")
    assert not [inner for link in links for inner in link.iter("a") if inner is not link]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("## Ring {h-samaritans}", 'Ring <a href="tel:116123">'),
        ("- {h-samaritans}", '<li><a href="tel:116123">'),
        ("**{h-samaritans}**", '<strong><a href="tel:116123">'),
        ("`{h-samaritans}`", '`<a href="tel:116123">'),
        ("[x](https://a.example) {h-samaritans}", '</a> <a href="tel:116123">'),
    ],
)
def test_a_token_elsewhere_becomes_its_number(text, wanted):
    validators.validate_text(text)
    assert wanted in markup.prose(text)


def test_a_number_or_token_written_in_entities_is_seen():
    with pytest.raises(ValidationError, match="Do not type the number"):
        validators.validate_text("Ring &#48;1384 45541&#49;")
    with pytest.raises(ValidationError, match="is not a published number"):
        validators.validate_text("Ring &#123;h-nobody&#125;")


def test_all_faults_are_named_at_once(admin):
    typed = (
        "# Too big\n\nRing 01384 455411 or 0800 1111. <b>Bold</b> {h-wrong} {guide:nowhere}\n\n"
        "[x](http://a.example) and [y](javascript:alert(1)).\n\n– One."
    )
    page = save(admin, Guide.objects.get(slug="consent"), body_en=typed)
    messages = " ".join(errors(page))
    for expected in (
        "01384 455411",
        "0800 1111",
        "“<b>”",
        "“</b>”",
        "“{h-wrong}”",
        "“{guide:nowhere}”",
        "“http://a.example”",
        "javascript:alert",
        "Begin a heading with ## or ###, a space and its words (line 1)",
        "Line 7 begins with “–”",
    ):
        assert expected in messages, expected
    assert form_values(page)["body_en"] == typed
    assert change_url(Guide.objects.get(slug="consent")) in page.response.request["PATH_INFO"]
