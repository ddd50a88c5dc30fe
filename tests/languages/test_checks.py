"""What a program can refuse in a translation. The faults are planted in the drafts themselves."""

import pytest

from helphub.languages import drafts
from helphub.languages.checks import faults
from helphub.languages.names import codes
from helphub.languages.texts import LISTS
from tests.languages.plants import PLANTED, with_two_items_in_one


def is_list(draft):
    return (draft.label, draft.field) in LISTS


@pytest.mark.fast
@pytest.mark.parametrize("code", codes())
def test_the_drafts_that_come_with_the_site_have_no_fault(code):
    found = {
        f"{draft.label} {draft.key} {draft.field}": wrong
        for draft in drafts.of_language(code)
        if (wrong := faults(draft.english, draft.words, code, is_list(draft)))
    }
    assert found == {}


@pytest.mark.fast
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_faults_are_refused(plant):
    """Each fault in every draft that it can be planted in: some thousands in all."""
    planted = missed = 0
    for code in codes():
        for draft in drafts.of_language(code):
            wrong = plant(draft.words, code)
            if plant is with_two_items_in_one and (not is_list(draft) or code == "en-simple"):
                continue
            if wrong is None or wrong == draft.words:
                continue
            planted += 1
            missed += not faults(draft.english, wrong, code, is_list(draft))
    assert planted >= 20
    assert missed == 0


@pytest.mark.fast
@pytest.mark.parametrize(
    ("english", "words", "code"),
    [
        ("Call from 9am to 5pm.", "Zadzwoń od 9:00 do 17:00.", "pl"),
        ("Call from 9.30am.", "Zadzwoń od 9.30.", "pl"),
        ("It cost 1,500 pounds, 7.7 million.", "Kosztowało 1.500 funtów, 7,7 miliona.", "pl"),
        ("There were 739,000.", "Było ich 739 tys.", "pl"),
        ("Ask Galop for help.", "Galop سے مدد مانگیں۔", "ur"),
        ("Text the word register to us.", "لفظ register ٹیکسٹ کریں۔", "ur"),
        ("Ask Dudley’s team.", "Dudley کی ٹیم سے پوچھیں۔", "ur"),
        ("Safe and Sound answers.", "Safe and Sound جواب دیتا ہے۔", "ur"),
        ("Galop", "Galop", "pl"),
    ],
)
def test_what_is_right_is_not_refused(english, words, code):
    assert faults(english, words, code) == []


@pytest.mark.fast
@pytest.mark.parametrize(
    ("english", "words", "code", "says"),
    [
        ("Call from 9am.", "Zadzwoń od 8:00.", "pl", "lost the time 9am"),
        ("Ask for help.", "help مانگیں۔", "ur", "still in English"),
        ("Ask for help.", "Galop سے مانگیں۔", "ur", "does not have “Galop”"),
        ("You can get help here.", "You can get help here.", "pl", "still the English"),
        ("See [it](/a/).", "Zobacz [to](/b/).", "pl", "lost the link to /a/"),
        ("A book.", "كتاب ہے۔", "ur", "Write ک"),
        ("A book.", "کتاب", "ar", "Write ك"),
        ("You are.", "Eşti.", "ro", "Write ș"),
    ],
)
def test_each_refusal_says_what_is_wrong(english, words, code, says):
    assert says in " ".join(faults(english, words, code))
