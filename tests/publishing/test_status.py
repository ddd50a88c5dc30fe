"""An officer waiting for a publication sees its progress, in words, without a reload."""

import time

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from helphub.editions import locking, manifests, outcomes, progress, publish, state_files, store
from helphub.editions.models import PublicationRequest
from helphub.editions.progress import Progress, StoppedError
from helphub.editions.worker import Watcher
from helphub.publishing import status
from helphub.publishing.requests import ask_for
from strategy.models import Guide
from tests.support.admin_forms import change_url, type_into
from tests.support.reader import Page
from tests.support.sessions import later

pytestmark = pytest.mark.django_db

Kind, State = PublicationRequest.Kind, PublicationRequest.State
EDITIONS, PROGRESS = reverse("publishing:editions"), reverse("publishing:progress")


@pytest.fixture
def folder(settings, tmp_path):
    """An empty folder of editions, and a running publisher."""
    settings.EDITIONS_DIR = tmp_path / "editions"
    locking.check_writable()
    state_files.watcher_beats()
    return settings.EDITIONS_DIR


def at_work(**values):
    step = {"source": "release", "who": "anna", "doing": "making", "done": 410, "of": 1028}
    step |= {"percent": 43, "left": 17, "at": time.time()}
    state_files.set_progress(step | values)


def running(kind=Kind.RELEASE):
    request = ask_for(kind, "anna")
    PublicationRequest.objects.filter(pk=request.pk).update(state=State.RUNNING)
    request.refresh_from_db()
    return request


def progress_of(admin, *requests):
    """What the page's script is told about the head and these requests."""
    answer = admin.get(PROGRESS, {"of": ["head", *(request.pk for request in requests)]}).json()
    parts = [answer["said"][key] for key in ("head", *(str(request.pk) for request in requests))]
    return parts[0] if not requests else parts


def report_of(request):
    return reverse("publishing:publication", args=[request.pk])


# In words


def test_the_page_and_its_script_are_told_what_is_running(folder, admin):
    request = running()
    at_work()
    words = "Making pages: 410 of 1,028. About 20 seconds left."
    head, own = progress_of(admin, request)
    assert own == {
        "words": words,
        "aloud": "Making pages, 25%.",
        "percent": 43,
        "is_over": False,
    }
    assert head["words"] == f"Publishing now. {words}"
    for address in (EDITIONS, report_of(request), reverse("publishing:publications")):
        page = Page(admin.get(address))
        assert f"{words} Reload the page to see progress." in page.text
        assert [bar.get("value") for bar in page.all("progress")] == ["43", "43"]
    page = Page(admin.get("/admin/"))
    assert f"Publishing now. {words} Reload the page to see progress." in page.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"doing": "reading", "left": 4}, "Reading the content. A few seconds left."),
        ({"doing": "making", "left": None, "percent": None}, "Making pages: 410 of 1,028."),
        ({"doing": "checking", "left": 2}, "Checking the pages. A few seconds left."),
        (
            {"doing": "switching", "left": 1},
            "Switching readers to the new pages. A few seconds left.",
        ),
    ],
)
def test_each_step_is_described(folder, admin, values, words):
    request = running()
    at_work(**values)
    assert progress_of(admin, request)[1]["words"] == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a few seconds"),
        (5, "a few seconds"),
        (6, "about 10 seconds"),
        (17, "about 20 seconds"),
        (50, "about 50 seconds"),
        (51, "about a minute"),
        (89, "about a minute"),
        (91, "about 2 minutes"),
        (1000, "about 17 minutes"),
    ],
)
def test_a_time_is_never_given_more_exactly_than_it_is_known(seconds, words):
    assert status.about(seconds) == words


def test_screen_readers_hear_steps_and_quarters_and_not_every_page(folder, admin):
    request = running()
    heard = set()
    for percent in range(0, 100, 3):
        at_work(percent=percent, done=percent)
        heard.add(progress_of(admin, request)[1]["aloud"])
    assert heard == {
        "Making pages.",
        "Making pages, 25%.",
        "Making pages, 50%.",
        "Making pages, 75%.",
    }


def test_each_request_shows_its_own_place_in_the_queue(folder, admin):
    first, second = running(), ask_for(Kind.LIFT, "ben")
    third = ask_for(Kind.RELEASE, "cara")
    at_work()
    head, _, of_second, of_third = progress_of(admin, first, second, third)
    assert head["words"].endswith("2 more waiting.")
    ahead = "In progress now: publish what is saved (anna). Making pages: 410 of 1,028."
    assert of_second["words"].startswith(f"Number 2 in the queue. {ahead}")
    assert of_third["words"].startswith(f"Number 3 in the queue. {ahead}")
    assert (of_third["percent"], of_third["is_over"]) == (None, False)
    # A withdrawal goes ahead of all of them.
    withdrawal = ask_for(Kind.WITHDRAWAL, "dora")
    _, of_withdrawal, of_second = progress_of(admin, withdrawal, second)
    first_words = "This goes first: the publication in progress will stop for it."
    assert of_withdrawal["words"] == first_words
    assert of_second["words"].startswith("Number 3 in the queue.")
    # The next one queues behind it.
    at_work(source="withdrawal", who="dora")
    PublicationRequest.objects.filter(pk=first.pk).update(
        state=State.WAITING, report={"stopped": 1}
    )
    PublicationRequest.objects.filter(pk=withdrawal.pk).update(state=State.RUNNING)
    another = ask_for(Kind.WITHDRAWAL, "emil")
    _, of_another, of_first = progress_of(admin, another, first)
    assert of_another["words"].startswith(
        "Number 2 in the queue. In progress now: take withdrawn things off every page (dora)."
    )
    assert of_first["words"].startswith(
        "It was stopped so that a withdrawal could go first, and will restart by itself. Number 3"
    )


def test_a_request_behind_a_command_or_a_new_day_says_so(folder, admin):
    request = ask_for(Kind.RELEASE, "anna")
    assert progress_of(admin, request)[1]["words"] == "It is next."
    at_work(source="current", who="the clock")
    head, own = progress_of(admin, request)
    assert own["words"].startswith(
        "Number 2 in the queue. In progress now: a publication (the clock). Making pages:"
    )
    assert head["words"].startswith("Publishing now. Making pages:")
    assert head["words"].endswith("1 more waiting.")


def test_a_report_left_by_a_killed_publication_is_not_believed(folder, admin):
    request = running()
    at_work(at=time.time() - progress.BELIEVED - 1)
    assert progress_of(admin, request)[1]["words"] == "In progress."
    (folder / state_files.PROGRESS).write_text("{torn")
    assert progress_of(admin, request)[1]["words"] == "In progress."
    with locking.lock():
        assert state_files.progress() is None


def test_without_a_publisher_the_page_says_so_and_asks_less_often(folder, admin):
    request = ask_for(Kind.RELEASE, "anna")
    assert admin.get(PROGRESS).json()["again"] == 1
    (folder / "watcher").unlink()
    answer = admin.get(PROGRESS, {"of": request.pk}).json()
    assert answer["again"] == 10
    assert answer["said"]["head"]["words"].startswith("Waiting for the publisher. The publisher")
    assert answer["said"][str(request.pk)]["words"].startswith("The publisher is not running.")
    assert "The publisher is not running." in Page(admin.get(report_of(request))).text


def test_a_finished_request_says_so_and_is_no_longer_asked_about(folder, admin):
    request = ask_for(Kind.RELEASE, "anna")
    request.state, request.report = State.DONE, {"number": 7, "held": []}
    request.finished_at = timezone.now()
    request.save()
    outcomes.note(outcomes.Attempt("release", "anna"), outcomes.DONE, number=7)
    head, own = progress_of(admin, request)
    assert (own["words"], own["is_over"]) == ("done, edition 7", True)
    assert (head["words"], head["is_over"]) == ("Finished. Readers have edition 7.", True)
    page = Page(admin.get(report_of(request)))
    assert [box.get("data-how-far") for box in page.all("span", class_="how-far")] == ["head"]
    assert "hidden" in page.one("div", class_="publishing").keys()  # noqa: SIM118 - an element.
    outcomes.note(outcomes.Attempt("release", "anna"), outcomes.FAILED, why="It’s “full”.")
    request.state, request.report = State.REFUSED, {"error": "It’s “full” & over."}
    request.save()
    head, own = progress_of(admin, request)
    assert own["words"] == "refused: It’s “full” & over."
    assert head["words"] == "The publication failed. Readers still have the same edition."


def test_a_publication_stopped_more_than_once_says_so(folder, admin):
    request = ask_for(Kind.RELEASE, "anna")
    request.report = {"stopped": 2, "again_at": "2026-11-28T15:10:00+00:00", "number": 4}
    request.state = State.DONE
    request.save()
    assert (
        "It was stopped 2 times so that withdrawals could go first, and last restarted at 15:10."
        in Page(admin.get(report_of(request))).text
    )


# What has changed since the page was made


def mark_of(page):
    return page.one("section", class_="publication").get("data-mark")


def test_a_page_is_told_once_what_has_changed_since_it_was_made(folder, admin):
    mark = mark_of(Page(admin.get("/admin/")))
    assert admin.get(PROGRESS, {"mark": mark}).json()["state"] is None
    outcomes.note(outcomes.Attempt("release", "anna"), outcomes.REFUSED, why="A dead link.")
    state_files.pin(3, "ben", "Wrong words")
    state = admin.get(PROGRESS, {"mark": mark}).json()["state"]
    words = " ".join(note["words"] for note in state["notes"])
    assert "ben went back to it (Wrong words)" in words
    assert {note["url"] for note in state["notes"]} == {"", EDITIONS}
    assert admin.get(PROGRESS, {"mark": state["mark"]}).json()["state"] is None
    page = Page(admin.get("/admin/"))
    assert mark_of(page) == state["mark"]
    assert all(note["words"] in page.text for note in state["notes"])


def test_every_page_asks_and_only_those_about_publishing_load_themselves_again(folder, admin):
    assert admin.get(PROGRESS).json()["again"] == status.IDLE
    live = {"/admin/", EDITIONS, reverse("publishing:waiting"), reverse("finding:find")}
    for address in [*live, "/admin/strategy/guide/", reverse("reviews:reviews")]:
        response = admin.get(address)
        section = Page(response).one("section", class_="publication")
        assert (section.get("data-live") is not None) == (address in live), address
        assert "how_far.js" in response.content.decode()


# Who can ask, and for what


def test_only_officers_who_may_see_publications_are_told(folder, client, django_user_model):
    assert client.get(PROGRESS)["Location"].startswith("/admin/login/")
    helper = django_user_model.objects.create_user("helper", password=None, is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_guide"))
    client.force_login(helper)
    assert client.get(PROGRESS).status_code == 403
    assert client.post(PROGRESS).status_code in (403, 405)


@pytest.mark.parametrize("of", ["", "x", "-1", "٣", "9" * 30, "head", "1' or 1=1", ["1"] * 500])
def test_odd_queries_are_answered_as_if_nothing_was_asked(folder, admin, of):
    answer = admin.get(PROGRESS, {"of": of})
    assert answer.status_code == 200
    assert list(answer.json()["said"]) == ["head"]


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(folder, admin):
    later(admin, 20 * 60)
    seen = admin.session["seen_at"]
    assert admin.get(PROGRESS).status_code == 200
    assert admin.session["seen_at"] == seen
    guide = Guide.objects.get(slug="consent")
    values = type_into(admin, guide, summary_en="What took half an hour.")
    later(admin, 31 * 60)
    assert admin.get(PROGRESS).status_code == 403
    # What was typed is kept anyway: the session ends with the officer's own request.
    answer = admin.post(change_url(guide), values, follow=True)
    assert "What you typed has been kept." in Page(answer).text


# What a publication reports about itself


def test_a_publication_reports_each_step_and_leaves_no_report_behind(editions, monkeypatch):
    Guide.objects.filter(slug__in=["consent", "home"]).update(name_en="Other words.")
    reports, report = [], state_files.set_progress

    def record_step(step):
        report(step)
        reports.append(state_files.progress())

    monkeypatch.setattr(state_files, "set_progress", record_step)
    monkeypatch.setattr(progress, "PAUSE", 0)
    publish.publish(who="anna")
    steps = list(dict.fromkeys(step["doing"] for step in reports))
    assert steps == ["reading", "making", "checking", "switching"]
    assert {step["who"] for step in reports} == {"anna"}
    made = [step for step in reports if step["doing"] == "making"]
    assert made[-1]["done"] == made[-1]["of"]
    assert state_files.progress() is None
    # The next one learns from this one how long a page takes.
    pace = manifests.manifest_of(store.current())["pace"]
    assert pace["made"] > 0


def attempt():
    return outcomes.Attempt("release", "anna")


MANIFEST = {
    "seconds": {"all": 60.0, "build": 50.0, "checks": 2.0, "bake": 3.0},
    "pace": {"made": 100, "page": 0.5},
}


def test_the_remaining_time_is_estimated_from_earlier_editions(folder):
    tracker = Progress(attempt(), MANIFEST)
    tracker.at(progress.READING)
    # Eight seconds of reading, a hundred pages, two seconds of checking, one until the switch.
    assert round(tracker.left()) == 61
    tracker.pages(900, 1000, 0)
    assert tracker.left() == 53
    tracker.at(progress.CHECKING)
    assert tracker.left() == 3


def test_a_slower_machine_is_judged_by_its_own_pace(folder, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    tracker = Progress(attempt(), MANIFEST)
    tracker.pages(0, 1000, 0)
    clock[0] += 60
    tracker.pages(30, 1000, 30)
    assert tracker.left() == 970 * 2 + 3
    assert tracker.note() == {"made": 30, "page": 2.0}


def test_without_an_earlier_edition_there_is_no_estimate_at_first(folder, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    tracker = Progress(attempt())
    tracker.at(progress.READING)
    assert state_files.progress()["left"] is None
    assert state_files.progress()["percent"] is None
    tracker.pages(0, 1000, 0)
    clock[0] += 10
    tracker.pages(100, 1000, 100)
    assert state_files.progress()["left"] == 92
    assert state_files.progress()["percent"] == 9


def test_progress_never_goes_backwards_in_a_second_round(folder, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    tracker = Progress(attempt(), MANIFEST)
    seen = []
    for doing, done in (("making", 0), ("making", 500), ("reading", 0), ("making", 990)):
        clock[0] += 20
        if doing == "making":
            tracker.pages(done, 1000, 0)
        else:
            tracker.at(doing)
        seen.append(state_files.progress()["percent"])
    assert seen == sorted(seen)


def test_progress_is_reported_twice_a_second_however_often_it_is_called(folder, monkeypatch):
    clock, looked, reported = [100.0], [], []
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(state_files, "set_progress", reported.append)
    tracker = Progress(attempt(), gives_way=lambda: looked.append(1))
    for _ in range(1000):
        clock[0] += 0.01
        tracker.at(progress.READING)
    assert 19 <= len(looked) == len(reported) <= 21
    tracker.gives_way = lambda: True
    clock[0] += 1
    with pytest.raises(StoppedError):
        tracker.at(progress.READING)
    tracker.at(progress.SWITCHING)


def test_a_report_that_cannot_be_written_stops_nothing(folder):
    (folder / state_files.PROGRESS).mkdir()
    (folder / state_files.PROGRESS / "something").touch()
    state_files.set_progress({"doing": "reading"})
    assert progress.now() is None


def test_the_publisher_and_its_pages_agree(editions, admin, monkeypatch):
    """What the head says while a real publication runs."""
    state_files.watcher_beats()
    Guide.objects.filter(slug="consent").update(body_en="Other words.")
    request = ask_for(Kind.RELEASE, "anna")
    seen, report = [], state_files.set_progress

    def asked(step):
        report(step)
        seen.append([part["words"].split(":")[0] for part in progress_of(admin, request)])

    monkeypatch.setattr(state_files, "set_progress", asked)
    Watcher().look()
    heads = " ".join(head for head, _ in seen)
    owns = " ".join(own for _, own in seen)
    for words in ("Reading the content", "Making pages", "Checking", "Switching"):
        assert f"Publishing now. {words}" in heads
        assert words in owns
    head, own = progress_of(admin, request)
    assert own["words"] == "done, edition 2"
    assert head["words"] == "Finished. Readers have edition 2."
