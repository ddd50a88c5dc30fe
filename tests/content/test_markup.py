"""Officers' texts: what they become, and what is refused."""

import pytest
from django.core.exceptions import ValidationError

from helphub.content import markup, validators
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


def test_all_but_the_first_part_of_a_long_text_is_folded_under_its_heading():
    html = markup.folded_prose("Hello\n\n## One\n\nFirst\n\n## Two\n\nSecond\n\n- third")
    assert html == (
        "<p>Hello</p>\n<h2>One</h2>\n<p>First</p>\n"
        "<details><summary><h2>Two</h2></summary>\n<p>Second</p>\n<ul>\n<li>third</li>\n</ul>\n"
        "</details>"
    )
    assert markup.folded_prose("Only words") == markup.prose("Only words")


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


def test_the_heading_of_the_page_is_not_typed_in_the_text():
    with pytest.raises(ValidationError, match="Begin a heading with ##"):
        validators.validate_text("# Too big")


@pytest.mark.parametrize("text", ["Use 18000.", "Put 18001 before it.", "999 BSL is a video call."])
def test_relay_codes_and_the_name_of_the_video_service_can_be_typed(text):
    validators.validate_text(text)


@pytest.mark.parametrize(
    "text", ["18001 01384 455411", "18001-101234", "180001", "18002 555", "Call 999.", "999 BSLX"]
)
def test_what_only_looks_like_one_is_refused_as_a_number(text):
    with pytest.raises(ValidationError):
        validators.validate_text(text)
