"""Officers' texts: what they become, and what is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts.models import Phone
from helphub.content import markup, validators
from services.models import Service
from strategy.models import Guide

pytestmark = pytest.mark.django_db


def test_a_line_becomes_its_number_as_a_link():
    assert markup.phrase("Ring {h-samaritans}.") == (
        'Ring <a href="tel:116123"><bdi dir="ltr" translate="no">116 123</bdi></a>.'
    )


def test_a_text_line_becomes_a_link_to_text():
    assert 'href="sms:85258"' in markup.phrase("{h-shout}")


def test_the_local_number_breaks_no_sentence():
    # The card on every page says who it is for, so no sentence has to.
    assert "professionals" not in markup.phrase("{h-spoc}")


def test_text_under_a_third_level_heading_is_folded():
    html = markup.prose("## One\n\n### Two\n\nFirst\n\n- second\n\n### Three\n\nThird\n\n## Four")
    assert html == (
        "<h2>One</h2>\n"
        "<details><summary><h3>Two</h3>\n</summary>\n<p>First</p>\n<ul>\n<li>second</li>\n</ul>\n"
        "</details>\n<details><summary><h3>Three</h3>\n</summary>\n<p>Third</p>\n</details>\n"
        "<h2>Four</h2>\n"
    )
    assert markup.prose("### Last\n\nWords").endswith("<p>Words</p>\n</details>\n")
    assert "<details>" not in markup.prose("- ### In a list\n")


def test_a_text_of_many_parts_has_contents_with_anchors_that_say_nothing():
    text = "".join(f"## Part *{number}* of {{h-999}}\n\nWords\n\n" for number in "abcd")
    html, contents = markup.in_parts(text)
    assert [anchor for anchor, _ in contents] == ["p1", "p2", "p3", "p4"]
    assert contents[0].heading == markup.phrase("Part *a* of {h-999}")
    assert '<h2 id="p4">Part <em>d</em> of' in html


def test_a_text_of_few_parts_has_no_contents():
    assert markup.in_parts("## One\n\n## Two\n\n### Three") == (
        markup.prose("## One\n\n## Two\n\n### Three"),
        [],
    )


def test_a_number_in_a_paragraph_of_its_own_becomes_a_button_with_its_hours():
    html = markup.prose("Call them:\n\n{h-samaritans}\n\nor call {h-999}.")
    assert 'class="reach"' in html
    assert html.count('class="phone"') == 1
    assert "Day and night" in html
    assert "<p>or call <a" in html


def test_several_numbers_in_one_paragraph_are_several_buttons():
    assert markup.prose("{h-samaritans}\n{h-shout}").count('class="phone"') == 2


def test_a_button_offers_the_chat_of_whoever_answers():
    html = markup.prose("{h-rcew247}")
    assert Service.objects.get(line="h-rcew247").webchat in html
    assert "Chat online" in html
    assert "Chat online" not in markup.prose("{h-samaritans}")


def test_a_line_that_is_closed_for_now_gets_no_button():
    Service.objects.filter(line="h-samaritans").update(
        is_closed_for_now=True, notice="Back soon.", notice_en="Back soon."
    )
    html = markup.prose("{h-samaritans}")
    assert 'class="phone"' not in html
    assert "closed for now" in html


def test_a_number_alone_that_is_not_published_leaves_its_name():
    Phone.objects.filter(slug="h-samaritans").update(is_published=False)
    html = markup.prose("{h-samaritans}")
    assert "tel:" not in html
    assert "Samaritans" in html


def test_a_button_names_who_answers_when_its_line_is_closed():
    phone = Phone.objects.get(slug="h-mash-children")
    assert phone.instead.display in markup.prose("{h-mash-children}")
    assert "When this line is closed" not in markup.prose("{h-samaritans}")


def test_a_button_has_the_notices_of_its_line():
    Service.objects.filter(line="h-samaritans").update(notice="New soon.", notice_en="New soon.")
    assert "New soon." in markup.prose("{h-samaritans}")


def test_a_button_leads_nobody_into_the_wing_for_ones_own_behaviour():
    html = markup.prose("{h-stopitnow}")
    assert 'class="phone"' in html
    assert Service.objects.get(line="h-stopitnow").get_absolute_url() not in html


def test_a_button_is_in_the_language_of_the_page_whatever_the_text_around_it():
    with translation.override("ur"):
        assert '<div class="reach" lang="ur" dir="rtl">' in markup.prose("{h-samaritans}")


def test_a_number_alone_in_a_bullet_stays_a_link():
    assert 'class="phone"' not in markup.prose("- {h-samaritans}\n- {h-shout}")


def test_buttons_are_looked_up_together():
    with CaptureQueriesContext(connection) as one:
        markup.prose("{h-samaritans}")
    with CaptureQueriesContext(connection) as many:
        markup.prose("{h-samaritans}\n\nor\n\n{h-999}\n\nor\n\n{h-101}")
    assert len(many) <= len(one) + 1


def test_a_line_without_a_number_becomes_a_link_to_its_page():
    assert '<a href="/services/' in markup.phrase("See {h-ceop}.")


def test_a_page_is_linked_by_its_current_name():
    Guide.objects.filter(slug="consent").update(name="A new <name>", name_en="A new <name>")
    assert markup.phrase("{guide:consent}") == '<a href="/guides/consent/">A new &lt;name&gt;</a>'


def test_the_tokens_of_a_text_are_looked_up_together(django_assert_num_queries):
    # The numbers, the services that answer them, and the guides.
    with django_assert_num_queries(3):
        markup.prose("{h-999} {h-101} {h-spoc} {guide:consent} {guide:reporting}")


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("<script>alert(1)</script>", "<script"),
        ('<img src=x onerror="x">', "<img"),
        ("[press](javascript:alert(1))", "<a"),
        ("[press](data:text/html,x)", "<a"),
        ("![x](https://example.org/x.png)", "<img"),
        ("`code` <b>", "<b>"),
    ],
)
def test_no_markup_gets_through(text, absent):
    for html in (markup.prose(text), markup.phrase(text)):
        assert absent not in html


def test_headings_lists_and_links_are_kept():
    html = markup.prose("## A heading\n\n- one\n- **two**\n\n1. first\n\n[x](https://example.org)")
    for part in ("<h2>A heading</h2>", "<li>one</li>", "<strong>two</strong>", "<ol>"):
        assert part in html
    assert '<a href="https://example.org" rel="noreferrer">x</a>' in html


@pytest.mark.parametrize(
    "text",
    [
        "Ring 01384 455411",
        "Ring 0808-500-2222",
        "Ring +44 1384 455411",
        "Ring 0800\n1111",
        "Ring 0800 \r\n 1111",
        "Ring (01384)455411",
        "Call 999",
        "Call 999.",
        "Text 85258",
        "On 116 123",
        "Call 101 or go",
        "Ring 0808 – 500 – 2222",
        "Ring 0808/500/2222",
    ],
)
def test_a_typed_number_is_refused(text):
    with pytest.raises(ValidationError, match="Do not type the number"):
        validators.validate_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Open 24/7",
        "Since 2019",
        "From 2018 to 2023",
        "1 in 5 women, 7.7 million people, 739,000 of them, 54.7%",
        "Ages 13 to 17",
        "press 55",
        "on 12 April 2019",
        "Ring {h-999} or {h-spoc}",
        "In 1999 pages",
    ],
)
def test_other_figures_are_accepted(text):
    validators.validate_text(text)


@pytest.mark.parametrize("text", ["{h-nobody}", "{guide:nowhere}", "{oops", "oops}", "{h spoc}"])
def test_an_unknown_token_is_refused(text):
    with pytest.raises(ValidationError, match="is not a published number or page"):
        validators.validate_text(text)


def test_a_token_for_an_unpublished_page_is_refused():
    Guide.objects.filter(slug="consent").update(is_published=False)
    with pytest.raises(ValidationError, match="is not a published number or page"):
        validators.validate_text("{guide:consent}")


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\ufeff", "\x00"])
def test_invisible_characters_are_refused(character):
    with pytest.raises(ValidationError, match="invisible character"):
        validators.validate_text(f"Call us{character} now")


@pytest.mark.parametrize(
    "text", ["# Too big", " # Too big", "## ", "###  \n\nwords", "#### Too small", "##Stuck"]
)
def test_a_heading_is_of_the_second_or_third_level_and_has_words(text):
    with pytest.raises(ValidationError, match="Begin a heading with ##"):
        validators.validate_text(text)


@pytest.mark.parametrize("text", ["Use 18000.", "Put 18001 before it.", "999 BSL is a video call."])
def test_relay_codes_and_the_name_of_the_video_service_can_be_typed(text):
    validators.validate_text(text)


@pytest.mark.parametrize(
    "text", ["18001 01384 455411", "18001-101234", "180001", "18002 555", "Call 999.", "999 BSLX"]
)
def test_what_only_looks_like_one_is_refused_as_a_number(text):
    with pytest.raises(ValidationError):
        validators.validate_text(text)
