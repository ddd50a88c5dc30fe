"""The publisher: does what officers ask for in the admin, and what falls due with time."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, cast

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from helphub.content import clock
from helphub.editions import (
    errors,
    integrity,
    locking,
    manifests,
    outcomes,
    publish,
    readers_content,
    rollback,
    sources,
    state_files,
    store,
    up_to_date,
    withdrawing,
)
from helphub.editions.models import PublicationRequest
from helphub.editions.progress import StoppedError

Say = Callable[[str], object]  # Tells whoever started the publisher.

logger = logging.getLogger(__name__)

PAUSE = 0.5
BEAT = 2  # Seconds between signs of life, even while working.
RETRY = 300  # Seconds before we retry a task that the publisher started itself.
LOOK_AT_FILES = 20  # Seconds between checks that the current edition is whole.
MEND_AGAIN = 60  # Seconds before we retry repairing an edition.
CHORES_EVERY = 60  # Seconds.
# What else is done while nothing waits. Rooms above this one add theirs when they start.
CHORES: list[Callable[[], object]] = []
Kind, State = PublicationRequest.Kind, PublicationRequest.State


class Watcher:
    """Checks twice a second for something to publish.

    Given `say`, it first makes an edition if readers lack one.
    """

    def __init__(self, say: Say | None = None) -> None:
        self.say: Say = say or (lambda words: None)
        self.is_up_to_date = say is None
        self.not_before = 0.0
        self.look_at_files_at = self.chores_at = 0.0
        # The edition known to be right today, and the date.
        self.looked_at: tuple[Path | None, date] | None = None
        # A finished request that a database failure kept us from saving.
        self.unnoted: PublicationRequest | None = None

    def run(self, is_over: Callable[[], bool]) -> None:
        """Work until `is_over()` is true."""
        with beating():
            self.take_up_again()
            while not is_over():
                close_old_connections()
                self.look()
                time.sleep(PAUSE)

    def take_up_again(self) -> None:
        """Requeue whatever an earlier publisher was doing when it ended."""
        try:
            PublicationRequest.objects.filter(state=State.RUNNING).update(state=State.WAITING)
        except DatabaseError:
            connections["default"].close()

    def look(self) -> None:
        """Do the next waiting task, if there is one."""
        with suppress(OSError):  # The admin will say that the publisher is not running.
            state_files.watcher_beats()
        is_idle = True
        try:
            if self.unnoted:
                self.note(self.unnoted)
            if request := self.next():
                is_idle = False
                # A publication run by a command stops for a withdrawal. Everything else waits
                # for it to end.
                if not locking.is_busy():
                    self.answer(request)
        except DatabaseError:
            # Readers need no database, and opening hours still change without it.
            connections["default"].close()
        if is_idle and time.monotonic() >= self.look_at_files_at:
            self.keep_whole()
        if is_idle and not self.is_up_to_date and time.monotonic() >= self.not_before:
            self.catch_up()
        if is_idle and self.is_another_day() and time.monotonic() >= self.not_before:
            self.keep_time()
        if is_idle and time.monotonic() >= self.chores_at:
            self.do_chores()

    def do_chores(self) -> None:
        """Do what rooms above this one have for the publisher. One that fails stops no other."""
        self.chores_at = time.monotonic() + CHORES_EVERY
        for chore in CHORES:
            try:
                chore()
            except DatabaseError:
                connections["default"].close()
            except Exception:
                logger.exception("A chore failed. Trying again in a minute.")

    def next(self) -> PublicationRequest | None:
        """The next waiting request. Withdrawals come first."""
        waiting = PublicationRequest.objects.filter(state=State.WAITING).order_by("pk")
        return waiting.filter(kind=Kind.WITHDRAWAL).first() or waiting.first()

    def note(self, request: PublicationRequest) -> None:
        """Save a request's outcome now, or once the database is back."""
        self.unnoted = request
        request.save()
        self.unnoted = None

    def answer(self, request: PublicationRequest) -> None:
        """Do what an officer asked for, and report the outcome."""
        again = self.begun_again(request.report)
        request.state, request.report = State.RUNNING, again
        request.save()
        try:
            request.report = again | self.do(request)
            request.state = State.DONE
        except StoppedError:
            stopped = {"stopped": again.get("stopped", 0) + 1}
            self.wait_again(request, again | stopped)
            return
        except locking.BusyError:
            self.wait_again(request, again)
            return
        except publish.RefusedError as error:
            request.report = again | {"refusals": [refusal.as_json() for refusal in error.refusals]}
            request.state = State.REFUSED
        except Exception as error:
            if not isinstance(error, store.StoreError):
                logger.exception("A publication failed.")
            request.report = again | {"error": errors.in_words(error)}
            request.state = State.REFUSED
        request.finished_at = timezone.now()
        self.note(request)

    @staticmethod
    def begun_again(report: dict[str, Any]) -> dict[str, Any]:
        """The report of a publication that was stopped and is starting again."""
        return report | {"again_at": timezone.now().isoformat()} if report.get("stopped") else {}

    def wait_again(self, request: PublicationRequest, report: dict[str, Any]) -> None:
        request.state, request.report = State.WAITING, report
        self.note(request)

    def do(self, request: PublicationRequest) -> dict[str, Any]:
        if request.kind == Kind.ROLLBACK:
            return {"number": rollback.roll_back(request.number, request.who, request.why)}
        if request.kind == Kind.LIFT:
            rollback.lift(request.who)
            return {}
        if request.kind == Kind.DISMISS:
            outcomes.dismiss(request.number)
            return {}
        # Without an edition readers see the saved content, so only a first edition can remove it.
        is_first = readers_content.whole_edition() is None
        is_release = request.kind == Kind.RELEASE or is_first
        source = sources.RELEASED if is_release else sources.WITHDRAWAL
        fingerprints = None
        if request.chosen is not None:
            fingerprints = dict(zip(map(tuple, request.chosen), request.fingerprints, strict=True))
        done = publish.publish(
            source,
            request.who,
            request.why,
            fingerprints=fingerprints,
        )
        return {
            "number": done.number,
            "held": [refusal.as_json() for refusal in done.left_out],
            "warnings": done.warnings,
            "changes": {name: len(pages) for name, pages in done.changes.items()},
            "seconds": done.seconds,
        }

    def keep_whole(self) -> None:
        """Make the current edition again from its own content if any file was altered.

        If the content and its spare are both lost, use the newest edition that is whole.
        """
        self.look_at_files_at = time.monotonic() + LOOK_AT_FILES
        with suppress(OSError):
            withdrawing.allow_again()
        folder = store.current()
        if folder is None:
            return
        try:
            with locking.lock():  # Taking the lock restores files from their spares.
                damaged_file = integrity.damage_of(folder)
                damage = {"edition": folder.name, "file": damaged_file} if damaged_file else None
                state_files.set_damage(damage)
            if damaged_file is None:
                return
            number = store.number_of(folder)
            logger.error("%s in edition %s is damaged.", damaged_file, number)
            whole = readers_content.whole_edition()
            publish.publish(
                sources.CURRENT, "the publisher", f"{damaged_file} in edition {number} was damaged"
            )
            if whole and whole != folder:
                outcomes.note_lost(number, store.number_of(whole))
            state_files.set_damage(None)
        except locking.BusyError:
            pass  # A running command may be repairing it.
        except StoppedError:
            self.look_at_files_at = 0.0  # The withdrawal may have repaired it.
        except Exception:
            logger.exception("The damaged edition could not be remade. Trying again in a minute.")
            self.look_at_files_at = time.monotonic() + MEND_AGAIN

    def catch_up(self) -> None:
        """Make the edition that readers lack: the first one, or one made by this release."""
        source, self.is_up_to_date = sources.lacking(), True
        if source == sources.RELEASED:
            self.say("Pages come from the working database while the first edition is being made.")
        elif source:
            self.say("The site was updated. Pages stay as they were while a new edition is made.")
        try:
            if source:
                publish.publish(source, "the publisher", "needed at start-up")
        except publish.RefusedError as error:
            self.say(f"The edition was refused. Pages stay as they are.\n{error}")
        except (locking.BusyError, StoppedError):
            self.is_up_to_date = False  # The other process may be making it.
        except Exception as error:
            logger.exception("The edition could not be made.")
            self.say(f"Trying again in five minutes. {errors.in_words(error)}")
            self.is_up_to_date, self.not_before = False, time.monotonic() + RETRY
        else:
            edition = cast(Path, readers_content.whole_edition())  # By now they have one.
            number = store.number_of(edition)
            self.say(f"Readers have edition {number}.")

    def is_another_day(self) -> bool:
        """Whether the current edition has not yet been checked today."""
        return store.current() is not None and self.looked_at != (store.current(), clock.today())

    def keep_time(self) -> None:
        """Remake the pages that change with the day. Nothing that is waiting is published.

        After an urgent withdrawal, this includes the pages that it left for later.
        """
        # is_another_day() has seen an edition.
        folder, today = cast(Path, store.current()), clock.today()
        try:
            if not up_to_date.is_of_today(folder):
                has_rest = manifests.manifest_of(folder).get("later")
                why = "pages that a withdrawal left for later" if has_rest else "a new day"
                publish.publish(sources.CURRENT, "the clock", why)
            self.looked_at = store.current(), today
        except (locking.BusyError, StoppedError):
            pass  # Checked again once that publication or withdrawal is done.
        except Exception:
            logger.exception("Today's edition could not be made. Trying again in five minutes.")
            self.not_before = time.monotonic() + RETRY


@contextmanager
def beating() -> Iterator[None]:
    """Say every two seconds that the publisher is running, however long a task takes."""
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(BEAT):
            with suppress(OSError):
                state_files.watcher_beats()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
