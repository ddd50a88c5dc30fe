"""A publication that a person runs by command, which lets withdrawals go first."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError
from django.utils import timezone

from helphub.editions import locking, publish, readers_content, state_files
from helphub.editions.models import PublicationRequest
from helphub.editions.progress import PAUSE, StoppedError
from helphub.editions.sources import WITHDRAWAL

T = TypeVar("T")


def run(do: Callable[[], T], requester: str, say: Callable[[str], object]) -> T:
    """Run a publication, and start again each time a withdrawal stops it."""
    was_stopped = False
    while True:
        _let_withdrawals_out(requester, say, was_stopped)
        try:
            return do()
        except StoppedError:
            was_stopped = True
            say("Stopped because something was withdrawn. The withdrawal is published first.")
        except locking.BusyError:
            if not was_stopped:
                raise
            time.sleep(PAUSE)


def _let_withdrawals_out(requester: str, say: Callable[[str], object], was_stopped: bool) -> None:
    """Wait until the publisher has published the withdrawals. If it isn't running, do it here."""
    has_waited = False
    while state_files.has_watcher() and _is_withdrawal_asked_for():
        if not has_waited:
            say("Waiting for the publisher to take the withdrawn content off every page.")
        has_waited = True
        time.sleep(PAUSE)
    if was_stopped and not state_files.has_watcher() and readers_content.whole_edition():
        publish.publish(WITHDRAWAL, requester, "something was withdrawn")
    if was_stopped:
        say(f"Started again at {timezone.localtime():%H:%M}.")


def _is_withdrawal_asked_for() -> bool:
    asked = PublicationRequest.objects.filter(kind=PublicationRequest.Kind.WITHDRAWAL)
    states = [PublicationRequest.State.WAITING, PublicationRequest.State.RUNNING]
    try:
        return asked.filter(state__in=states).exists()
    except DatabaseError:
        return False
