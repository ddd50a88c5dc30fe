"""Titles and addresses made from a name say nothing that a phone's history should not."""

import pytest

from helphub.adding import names
from helphub.content.entries import validate_neutral
from tests.support import factories


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Quillfeather drop-in", "Quillfeather drop-in"),
        ("24/7 Rape and Sexual Abuse Support Line", "24/7 Support Line"),
        ("Help after rape", "Help"),
        ("Support (SARC) for survivors of harassment in Sedgley", "Support Sedgley"),
        ("counselling", "Counselling"),
        ("Rape Crisis", "Crisis"),
        ("Domestic abuse", names.NOTHING_LEFT),
        ("The Survivors", names.NOTHING_LEFT),
        ("24/7", names.NOTHING_LEFT),
        ("", names.NOTHING_LEFT),
    ],
)
def test_words_that_give_the_subject_away_are_left_out_with_what_joins_them(name, left):
    assert names.neutral(name) == left
    validate_neutral(names.neutral(name))


@pytest.mark.django_db
def test_a_long_or_foreign_name_still_makes_an_address_that_no_other_has():
    long = "Quillfeather " * 9
    assert len(names.title_for(long)) <= names.LONGEST_TITLE
    assert names.token_for(long) == "h-quillfeather-quillfeather"
    factories.make_phone(slug="h-quillfeather-quillfeather")
    factories.make_service(line="h-quillfeather-quillfeather-2")
    assert names.token_for(long) == "h-quillfeather-quillfeather-3"
    assert names.token_for("مدد") == "h-help-in-dudley"
