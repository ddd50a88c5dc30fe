"""The state of a translation follows from fingerprints, whatever happens to the texts."""

import random

import pytest
from django.core.exceptions import ValidationError

from helphub.history.recording import recording
from helphub.languages import same_meaning, texts, writing
from helphub.languages.models import Approval, SameMeaning, Translation
from helphub.languages.states import Known, Name, State, of_text
from tests.support.factories import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CODE = "ur"
WORDS = "یہ ایک جملہ ہے۔"


@pytest.fixture
def guide():
    return make_guide(summary_en="A sentence.")


def name_of(guide):
    return Name("strategy.guide", guide.pk, "summary")


def text_of(guide):
    return texts.find(name_of(guide))


def known(guide):
    return Known(label="strategy.guide", key=guide.pk)


def state_of(guide):
    text = text_of(guide)
    return known(guide).state(text.name, CODE, text.english, text.words[CODE])


def shown(guide):
    text = text_of(guide)
    return known(guide).shown(text.name, CODE, text.english, text.words[CODE])


def write(guide, words=WORDS, who="tara"):
    text = text_of(guide)
    writing.write(text, CODE, words, who, writing.seen(text, CODE))


def approve(guide, who, is_approved=True, note=""):
    text = text_of(guide)
    approval = Approval(
        reviewer=who,
        name=who,
        qualification="native speaker",
        is_approved=is_approved,
        note=note,
    )
    writing.review(text, CODE, approval, writing.seen(text, CODE))


def in_english(guide, english):
    guide.refresh_from_db()
    guide.summary_en = english
    guide.save()


def reviewed(guide):
    write(guide)
    approve(guide, "rani")
    approve(guide, "sami")


def test_a_text_without_words_is_missing(guide):
    assert state_of(guide) == State.MISSING
    assert not shown(guide)


def test_written_words_are_a_draft_until_two_others_approve_them(guide):
    write(guide)
    assert state_of(guide) == State.DRAFT
    writing.hand_in_for_review(text_of(guide), CODE)
    assert state_of(guide) == State.IN_REVIEW
    approve(guide, "rani")
    assert state_of(guide) == State.IN_REVIEW
    assert not shown(guide)
    approve(guide, "sami")
    assert state_of(guide) == State.REVIEWED
    assert shown(guide) == WORDS


def test_the_writer_and_the_same_reviewer_do_not_count_twice(guide):
    write(guide)
    with pytest.raises(ValidationError, match="You wrote these words"):
        approve(guide, "tara")
    approve(guide, "rani")
    approve(guide, "rani")
    assert state_of(guide) == State.DRAFT


def test_whoever_sends_back_says_why_and_takes_it_out_of_review(guide):
    write(guide)
    writing.hand_in_for_review(text_of(guide), CODE)
    approve(guide, "rani")
    with pytest.raises(ValidationError):
        approve(guide, "sami", is_approved=False)
    approve(guide, "sami", is_approved=False, note="This is not said so.")
    assert state_of(guide) == State.DRAFT
    approve(guide, "sami")
    assert state_of(guide) == State.REVIEWED


def test_changed_english_makes_a_translation_out_of_date_at_once(guide):
    reviewed(guide)
    in_english(guide, "Another sentence.")
    assert state_of(guide) == State.OUT_OF_DATE
    assert not shown(guide)
    in_english(guide, "A sentence.")
    assert state_of(guide) == State.REVIEWED


def test_two_people_may_say_that_the_meaning_is_the_same(guide):
    reviewed(guide)
    in_english(guide, "A sentence!")
    answer = SameMeaning.objects.create(
        **name_of(guide)._asdict(),
        before=of_text("A sentence."),
        after=of_text("A sentence!"),
        said_by="olga",
    )
    assert state_of(guide) == State.OUT_OF_DATE
    answer.agreed_by = "olga"
    with pytest.raises(ValidationError, match="Someone else must agree"):
        answer.full_clean()
    answer.agreed_by = "piotr"
    answer.full_clean()
    answer.save()
    assert state_of(guide) == State.LOOK_AGAIN
    assert shown(guide) == WORDS


def test_readers_keep_reviewed_words_while_new_ones_are_written(guide):
    reviewed(guide)
    write(guide, "یہ دوسرا جملہ ہے۔")
    assert state_of(guide) == State.DRAFT
    assert shown(guide) == WORDS


def test_words_that_still_fit_changed_english_are_reviewed_for_it(guide):
    reviewed(guide)
    in_english(guide, "The same sentence.")
    write(guide)
    assert state_of(guide) == State.DRAFT
    approve(guide, "rani")
    approve(guide, "sami")
    assert state_of(guide) == State.REVIEWED


def test_words_typed_into_the_record_s_own_form_are_noted_with_their_writer(
    guide, django_user_model
):
    with recording(django_user_model.objects.create(username="edda")):
        guide.summary_ur = WORDS
        guide.save()
    row = Translation.objects.get(
        label="strategy.guide", key=guide.pk, field="summary", language=CODE
    )
    assert (row.author, row.english, row.how) == ("edda", "A sentence.", "person")
    assert state_of(guide) == State.DRAFT


def test_a_restored_record_has_its_reviews_back(guide):
    reviewed(guide)
    guide.refresh_from_db()
    key = guide.pk
    guide.delete()
    guide.pk = key
    guide.save(force_insert=True)
    assert state_of(guide) == State.REVIEWED


def test_a_reviewer_can_take_reviewed_words_off_readers(guide):
    reviewed(guide)
    approve(guide, "sami", is_approved=False, note="This is dangerous.")
    assert not shown(guide)


def test_emptied_words_are_shown_no_more(guide):
    reviewed(guide)
    guide.refresh_from_db()
    guide.summary_ur = ""
    guide.save()
    assert not shown(guide)


def test_words_approved_for_earlier_english_stay_with_an_edition_that_has_that_english(guide):
    reviewed(guide)
    in_english(guide, "Another sentence.")
    write(guide, "یہ دوسرا جملہ ہے۔")
    approve(guide, "rani")
    approve(guide, "sami")
    name = name_of(guide)
    assert known(guide).shown(name, CODE, "A sentence.", WORDS) == WORDS


def test_after_another_review_the_question_of_meaning_can_be_asked_again(guide):
    reviewed(guide)
    for before, after in [("A sentence.", "A sentence!"), ("A sentence!", "A sentence…")]:
        in_english(guide, after)
        assert [item.before for item in same_meaning.changed()] == [of_text(before)]
        for who in ("olga", "piotr"):
            same_meaning.say(name_of(guide), of_text(before), of_text(after), who)
        assert state_of(guide) == State.LOOK_AGAIN
        approve(guide, "rani")
        approve(guide, "sami")
        assert state_of(guide) == State.REVIEWED


def test_a_reviewer_may_refuse_what_two_people_said_means_the_same(guide):
    reviewed(guide)
    in_english(guide, "A sentence!")
    for who in ("olga", "piotr"):
        same_meaning.say(name_of(guide), of_text("A sentence."), of_text("A sentence!"), who)
    approve(guide, "rani", is_approved=False, note="It does not.")
    assert state_of(guide) == State.OUT_OF_DATE


def test_saving_the_same_words_does_not_make_anybody_their_writer(guide):
    write(guide, who="tara")
    write(guide, who="rani")
    with pytest.raises(ValidationError, match="You wrote these words"):
        approve(guide, "tara")


def test_somebody_else_s_newer_words_are_not_overwritten(guide):
    text = text_of(guide)
    seen = writing.seen(text, CODE)
    write(guide, "یہ دوسرا جملہ ہے۔", who="amir")
    with pytest.raises(ValidationError, match="since you opened this page"):
        writing.write(text, CODE, WORDS, "tara", seen)
    assert text_of(guide).words[CODE] == "یہ دوسرا جملہ ہے۔"


class Expected:
    """What the state must be, worked out from the texts themselves and in another way."""

    def __init__(self, english):
        self.english, self.words = english, ""
        self.source = {}  # The English that the words now in place were made from.
        self.handed_in, self.writer = None, ""
        self.answers = {}  # {(English, words): {reviewer: yes or no}}
        self.same = []

    @property
    def pair(self):
        return self.english, self.words

    def said(self, english):
        answers = self.answers.get((english, self.words), {})
        return {who: answer for who, answer in answers.items() if who != self.writer}

    def approved(self, english):
        answers = self.said(english)
        return len(answers) > 1 and all(answers.values())

    def alike(self):
        """Every English text that means what this one means, by agreed steps towards it."""
        texts_alike = [self.english]
        for text in texts_alike:
            texts_alike += [a for a, b in self.same if b == text and a not in texts_alike]
        return texts_alike

    @property
    def state(self):
        if not self.words:
            return State.MISSING
        if self.approved(self.english):
            return State.REVIEWED
        is_refused = False in self.said(self.english).values()
        if not is_refused and any(map(self.approved, self.alike())):
            return State.LOOK_AGAIN
        if self.source != self.english:
            return State.OUT_OF_DATE
        return State.IN_REVIEW if self.handed_in == self.pair else State.DRAFT


def test_a_thousand_random_edits_find_no_wrong_state(guide):
    chance = random.Random(14)  # noqa: S311
    expected = Expected("A sentence.")
    english = ["A sentence.", "A sentence!", "Two sentences.", "No sentence."]
    words = ["پہلا جملہ", "دوسرا جملہ", "تیسرا جملہ"]
    seen = set()
    for _ in range(1000):
        step(chance, guide, expected, english, words)
        assert state_of(guide) == expected.state
        seen.add(expected.state)
    assert seen == set(State)


def step(chance, guide, expected, english, words):
    """One thing that happens, to the database and to what is expected."""
    what = chance.choice(
        ["english", "words", "approve", "approve", "approve", "back", "in", "same"]
    )
    who = chance.choice(["rani", "sami", "tara"])
    if what == "english":
        expected.english = chance.choice(english)
        in_english(guide, expected.english)
    elif what == "words" and chance.random() < 0.05:
        guide.refresh_from_db()
        guide.summary_ur = expected.words = ""
        guide.save()
    elif what == "words":
        before, expected.words = expected.words, chance.choice(words)
        expected.source = expected.english
        if before != expected.words or not expected.writer:
            expected.writer = who
        write(guide, expected.words, who)
    elif what in {"approve", "back"}:
        answer(guide, expected, who, is_approved=what == "approve")
    elif what == "in" and expected.state in {State.DRAFT, State.LOOK_AGAIN}:
        expected.handed_in = expected.source, expected.words
        writing.hand_in_for_review(text_of(guide), CODE)
    elif what == "same" and chance.random() < 0.2:
        pair = tuple(chance.sample(english, 2))
        expected.same.append(pair)
        SameMeaning.objects.get_or_create(
            **name_of(guide)._asdict(),
            before=of_text(pair[0]),
            after=of_text(pair[1]),
            defaults={"said_by": "olga", "agreed_by": "piotr"},
        )


def answer(guide, expected, who, is_approved):
    is_refused = expected.state in {State.MISSING, State.OUT_OF_DATE} or who == expected.writer
    try:
        approve(guide, who, is_approved, "" if is_approved else "Not so.")
    except ValidationError:
        assert is_refused
        return
    assert not is_refused
    expected.answers.setdefault(expected.pair, {})[who] = is_approved
    if not is_approved:
        expected.handed_in = None
    elif expected.state == State.REVIEWED:
        expected.source = expected.english


def test_simpler_english_needs_three_people(guide):
    guide.summary_en_simple = "One short sentence."
    guide.save()
    text = text_of(guide)
    for who, is_reviewed in [("rani", False), ("sami", False), ("olga", True)]:
        approval = Approval(reviewer=who, name=who, qualification="tester")
        writing.review(text, "en-simple", approval, writing.seen(text, "en-simple"))
        state = known(guide).state(text.name, "en-simple", text.english, text.words["en-simple"])
        assert (state == State.REVIEWED) is is_reviewed
