"""The route from the working database to the reader: bake, build, release checks, switch."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from contacts import critical
from contacts.models import Phone
from helphub.content import clock, router
from helphub.content.registry import RecordName
from helphub.editions import (
    answers,
    approved_lines,
    bake,
    build,
    changing_over,
    checks,
    coming_back,
    doubted,
    edition_data,
    edition_versions,
    errors,
    html_facts,
    leaving,
    locking,
    manifests,
    new_manifest,
    number_rules,
    outcomes,
    readers_content,
    readers_had,
    spares,
    state_files,
    store,
    version_rows,
    withdrawing,
)
from helphub.editions.choice import Choice, Fingerprints
from helphub.editions.edition_data import Edition
from helphub.editions.progress import CHECKING, READING, SWITCHING, Quiet, Show, StoppedError
from helphub.editions.refusals import Refusal
from helphub.editions.sources import CURRENT, RELEASED, WITHDRAWAL
from helphub.history.recording import catch_up
from helphub.languages.shown import keep_what_may_be_shown
from helphub.search.build import build_index

MOST_ROUNDS = 6

# The rows of an edition, the fingerprint of each record, and what is hidden though not withdrawn.
Content = tuple[bake.Rows, dict[RecordName, str] | None, set[RecordName]]


class RefusedError(Exception):
    """The edition was refused or not made. Readers keep the previous one."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = refusals
        super().__init__("\n".join(map(str, refusals)))


@dataclass
class Published:
    """How a publication ended."""

    number: int
    left_out: list[Refusal] = field(default_factory=list)  # Of the left-out entries.
    warnings: list[str] = field(default_factory=list)
    changes: dict[str, list[str]] = field(default_factory=dict)  # Addresses, by what happened.
    seconds: dict[str, float] = field(default_factory=dict)


def publish(
    source: str = RELEASED,
    who: str = "",
    why: str = "",
    force: str = "",
    number: int | None = None,
    fingerprints: Fingerprints | None = None,
    show: Show | None = None,
    attempt: outcomes.Attempt | None = None,
) -> Published:
    """Make an edition, and give it to readers if it passes the release checks.

    The source is the working database or the current edition. If a number is given, it is that
    edition. With fingerprints, only those records are published, as they were when an officer
    looked at them. If something is withdrawn meanwhile, this raises StoppedError. A withdrawal
    does not stop for another: it carries on, and the next finds most pages already made.
    """
    with locking.lock(), clock.fixed(clock.today()):
        if source == RELEASED:
            _refuse_while_pinned()
        attempt = attempt or outcomes.Attempt(
            source, who, None if fingerprints is None else list(fingerprints)
        )
        try:
            published = _Publication(attempt, source, why, force, number, fingerprints, show).run()
        except StoppedError:
            raise
        except RefusedError as error:
            outcomes.note(attempt, outcomes.REFUSED, error.refusals)
            raise
        except Exception as error:
            with suppress(OSError):  # A full disk may not even have room for this note.
                outcomes.note(attempt, outcomes.FAILED, why=errors.in_words(error))
            raise
        if (pinned := state_files.pinned()) is not None:
            # We made new pages from the edition they went back to, so pin its new number.
            state_files.pin(published.number, pinned.get("who"), pinned.get("why"))
        outcomes.note(attempt, outcomes.DONE, published.left_out, number=published.number)
        return published


def _refuse_while_pinned() -> None:
    if (pinned := state_files.pinned()) is not None:
        raise store.StoreError(
            f"Readers have edition {pinned.get('number')} because {pinned.get('who')} went "
            f"back to it ({pinned.get('why')}). End that first: manage.py editions --lift"
        )


class _Publication:
    """One publication: what it starts from, and what its rounds have left out so far."""

    def __init__(
        self,
        attempt: outcomes.Attempt,
        source: str,
        why: str,
        force: str,
        number: int | None,
        fingerprints: Fingerprints | None,
        show: Show | None,
    ) -> None:
        self.started = time.perf_counter()
        self.attempt, self.source, self.why, self.force = attempt, source, why, force
        self.before = readers_content.whole_edition()
        self.origin = store.folder_of(number) if number else self.before
        if source != RELEASED and self.origin is None:
            raise store.StoreError("There is no edition yet. Publish what is saved first.")
        self.approved = approved_lines.approved_now(self.before)
        self.withdrawn = withdrawing.withdrawn_now(self.before)
        self.progress = withdrawing.progress_of(attempt, self.before, self.withdrawn, show)
        self.progress.at(READING)
        self.choice = None
        if source == RELEASED:
            if fingerprints is None:
                catch_up()
            self.choice = Choice(self.before, fingerprints)
            attempt.left = self.choice.left
        self.is_bound = source == RELEASED and not force
        self.is_urgent = source == WITHDRAWAL and self.origin == self.before
        self.left_out: dict[RecordName, Refusal] = {}
        self.of_records: dict[str, Any] = {}  # What the manifest says of the records.
        self.notes: list[str] = []  # What it says besides, as warnings.
        # Where unchanged pages come from: readers' edition, or a round that was refused.
        self.pages_from = self.before

    def run(self) -> Published:
        """Make the edition again, without what is refused, until it may go to readers."""
        for _round in range(MOST_ROUNDS):
            with store.work_folder() as work:
                seconds: dict[str, float] = {}
                # A round has no edition only if it was refused before its pages were made.
                refusals, edition = self._make(work, seconds)
                refusals = _that_count(refusals, self.source, self.force)
                if not refusals:
                    manifest = self._whole_manifest(work, cast(Edition, edition), seconds)
                    self.progress.at(SWITCHING)
                    return _let_through(work, manifest, self.withdrawn)
                self._leave_out(refusals)
                if (work / answers.FILE).exists():
                    # Keep the pages we made, so those of the other entries needn't be made again.
                    new_manifest.write(work, self._manifest(cast(Edition, edition), {}, {}))
                    self.pages_from = store.keep_for_next_round(work)
        raise RefusedError([*self.left_out.values(), *refusals])

    def _make(self, work: Path, seconds: dict[str, float]) -> tuple[list[Refusal], Edition | None]:
        """Make the edition in this folder. Returns what is wrong with it, and its pages if made."""
        self.progress.at(READING)
        began = time.perf_counter()
        rows = self._rows()
        self.notes = checks.notes(rows)
        refusals = self._refusals_of(rows) or _bake(
            rows, work, self.approved, self.is_bound, self.progress
        )
        seconds["bake"] = time.perf_counter() - began
        self.progress.at(READING)
        if refusals:
            return refusals, None
        data = edition_data.data_of(work, self.approved)
        approved_digits = approved_lines.digits(self.approved)
        if refusals := number_rules.wrong_numbers(data, approved_digits):
            return refusals, None
        began = time.perf_counter()
        pages = self._build(work, rows)
        seconds["build"] = time.perf_counter() - began
        self.progress.at(CHECKING)
        began = time.perf_counter()
        edition = edition_data.Edition(
            pages=pages,
            facts=html_facts.of_edition(work),
            data=data,
            approved=approved_digits,
            before=manifests.pages_of(self.before) if self.before else {},
        )
        refusals = checks.examine(edition, self.progress)
        seconds["checks"] = time.perf_counter() - began
        return refusals, edition

    def _rows(self) -> bake.Rows:
        """The rows of this round's edition. Notes what its manifest is to say of them."""
        rows, versions, hidden = (
            self._chosen(self.choice) if self.choice else self._as_in(cast(Path, self.origin))
        )
        hidden |= set(self.withdrawn)
        bake.withdraw(rows, hidden)
        doubted.mark(rows, self.before)
        coming_back.mark(rows, self.before)
        self.of_records = {"withdrawn": sorted(hidden)}
        if versions is not None:
            self.of_records["versions"] = [
                [*name, fingerprint] for name, fingerprint in sorted(versions.items())
            ]
        return rows

    def _chosen(self, choice: Choice) -> Content:
        """The chosen version of each record."""
        states = choice.states(self.left_out)
        states |= approved_lines.as_approved(states, choice.going(self.left_out), self.approved)
        rows = version_rows.rows_of(states)
        keep_what_may_be_shown(rows)
        bake.tidy(rows)
        versions = {name: state.fingerprint for name, state in states.items()}
        return rows, versions, choice.hidden(self.left_out)

    def _as_in(self, origin: Path) -> Content:
        """What an edition has, with the digits approved since."""
        rows = bake.copied(readers_content.rows_of(origin))
        lines = approved_lines.as_approved(edition_versions.states_in(origin), set(), self.approved)
        for (_label, key), state in lines.items():
            rows[Phone][key] |= {name: state.fields[name] for name in approved_lines.APPROVED}
        versions = manifests.versions_in(manifests.manifest_of(origin))
        if versions is not None:
            states = edition_versions.versions_in(origin, lines)
            versions |= {
                name: state.fingerprint
                for name, state in approved_lines.as_approved(states, set(), self.approved).items()
            }
        return rows, versions, edition_versions.hidden_in(origin)

    def _refusals_of(self, rows: bake.Rows) -> list[Refusal]:
        """What the rows alone show to be wrong."""
        refusals = self.choice.refusals(self.left_out) if self.choice else []
        if self.is_bound and not refusals:
            refusals = changing_over.refusals(rows)
            refusals += approved_lines.not_as_approved(rows, self.approved)
        return refusals

    def _build(self, work: Path, rows: bake.Rows) -> manifests.Pages:
        signs = None
        if self.is_urgent and self.before:
            signs = leaving.Signs(readers_content.rows_of(self.before), rows)
        # A time-only edition shares unchanged files. A set-aside attempt goes after this round.
        is_shared = self.source == CURRENT or self.pages_from != self.before
        return build.build(work, self.pages_from, self.progress, signs, is_shared)

    def _leave_out(self, refusals: Sequence[Refusal]) -> None:
        """Leave out the refused entries in the next round. Raises if another round can't help."""
        new = {refusal.record[:2]: refusal for refusal in refusals if refusal.record}
        is_over = any(refusal.stops for refusal in refusals)
        left = self.choice.left if self.choice else set()
        if is_over or not set(new) - set(self.left_out) - left:
            # The left-out entries may be causing the rest.
            raise RefusedError([*self.left_out.values(), *refusals])
        self.left_out |= new

    def _whole_manifest(
        self, work: Path, edition: Edition, seconds: dict[str, float]
    ) -> manifests.Manifest:
        """The manifest that readers' servers and the next publication need."""
        seconds["all"] = time.perf_counter() - self.started
        manifest = self._manifest(edition, self.left_out, seconds)
        manifest |= self.of_records
        manifest["warnings"] += self.notes
        manifest["pace"] = self.progress.note()
        if self.is_urgent:
            manifest["later"] = len(build.left_for_later(work, edition.pages))
        return manifest

    def _manifest(
        self, edition: Edition, left_out: dict[RecordName, Refusal], seconds: dict[str, float]
    ) -> manifests.Manifest:
        return new_manifest.of_edition(
            edition,
            self.source,
            self.attempt.who,
            self.why,
            self.force,
            self.before,
            left_out,
            seconds,
        )


def _bake(
    rows: bake.Rows, work: Path, approved: approved_lines.Approved, is_bound: bool, progress: Quiet
) -> list[Refusal]:
    """Write the content file and what goes with it. Returns refusals if it is inconsistent."""
    faults = bake.missing_rows(rows) if is_bound else []
    if not faults:
        try:
            bake.write(rows, work / "content.sqlite3")
        except bake.BakeError as error:
            raise RefusedError([Refusal("bake", str(error), [], stops=True)]) from error
        progress.at(READING)
        faults = bake.dead_tokens(rows, work) if is_bound else []
    if faults:
        return [Refusal("bake", fault.why, [], fault.record) for fault in faults]
    with router.reading(work):
        phones = critical.phones_with_stand_in()
        if phones is not None:
            critical.write(work / critical.PATH.name, phones, approved)
        build_index()
    if phones is None:
        return [Refusal("critical numbers", critical.MISSING, [], stops=True, is_critical=True)]
    return []


def _that_count(refusals: list[Refusal], source: str, force: str) -> list[Refusal]:
    """The refusals that stop this publication. Wrong critical numbers always do."""
    if source == WITHDRAWAL or force:
        return [refusal for refusal in refusals if refusal.is_critical]
    if source == CURRENT:
        # Readers already have these entries like this. There is nothing older to show.
        return [refusal for refusal in refusals if refusal.stops]
    return refusals


def _let_through(
    work: Path, manifest: manifests.Manifest, withdrawn: list[RecordName]
) -> Published:
    number = store.next_number()
    new_manifest.write(work, manifest | {"number": number})
    spares.write_spares(work)
    store.put_in_place(work, number)
    store.switch(number)
    readers_had.note()  # Before an edition goes that was never noted.
    withdrawing.put_away(withdrawn, number)
    store.prune()
    return Published(
        number,
        list(map(Refusal.from_json, manifest["held"])),
        manifest["warnings"],
        manifest["changes"],
        manifest["seconds"],
    )
