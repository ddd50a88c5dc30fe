"""The route from the working database to the reader: bake, build, gate, switch."""

import json
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import lru_cache

from django.apps import apps
from django.db import DatabaseError, connections
from django.utils import timezone

from contacts import critical
from contacts.models import ApprovedNumber, Phone
from helphub.content import clock, registry, router
from helphub.content.content_file import database
from helphub.editions import (
    answers,
    bake,
    build,
    carried_over,
    checks,
    diff,
    edition_data,
    errors,
    html_facts,
    integrity,
    leaving,
    locking,
    manifests,
    number_rules,
    outcomes,
    spares,
    state_files,
    store,
)
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.editions.progress import (
    CHECKING,
    PAUSE,
    READING,
    SWITCHING,
    Progress,
    StoppedError,
)
from helphub.editions.refusals import Refusal
from helphub.search import index

# Where an edition's content comes from.
RELEASED = "release"  # What officers have published in the working database.
CURRENT = "current"  # What readers already have. Only time changes it.
WITHDRAWAL = "withdrawal"  # The same, minus what was withdrawn.
MOST_ROUNDS = 6


class RefusedError(Exception):
    """The edition was refused or not made. Readers keep the previous one."""

    def __init__(self, refusals):
        self.refusals = refusals
        super().__init__("\n".join(map(str, refusals)))


@dataclass
class Published:
    """How a publication ended."""

    number: int
    held: list = field(default_factory=list)  # Refusals of the held-back entries.
    warnings: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)


def publish(
    source=RELEASED,
    who="",
    why="",
    force="",
    number=None,
    marks=None,
    show=None,
    attempt=None,
):
    """Make an edition, and give it to readers if it passes the gate.

    The source is the working database or the current edition. If a number is given, it is that
    edition. With marks, {(label, key): mark}, only those records are published, as they were when
    an officer looked at them. If something is withdrawn meanwhile, this raises StoppedError. A
    withdrawal does not stop for another: it carries on, and the next finds most pages already made.
    """
    with locking.lock(), clock.fixed(clock.today()):
        if source == RELEASED and (hold := state_files.hold()) is not None:
            raise store.StoreError(
                f"Readers have edition {hold.get('number')} because {hold.get('who')} went back to "
                f"it ({hold.get('why')}). End that first: manage.py editions --lift"
            )
        attempt = attempt or outcomes.Attempt(source, who, None if marks is None else list(marks))
        try:
            published = _publish(attempt, source, why, force, number, marks, show)
        except StoppedError:
            raise
        except RefusedError as error:
            outcomes.note(attempt, outcomes.REFUSED, error.refusals)
            raise
        except Exception as error:
            with suppress(OSError):  # A full disk may not even have room for this note.
                outcomes.note(attempt, outcomes.FAILED, why=errors.in_words(error))
            raise
        if (hold := state_files.hold()) is not None:
            # We made new pages from the edition they went back to, so hold at its new number.
            state_files.set_hold(published.number, hold.get("who"), hold.get("why"))
        outcomes.note(attempt, outcomes.DONE, published.held, number=published.number)
        return published


def _publish(this, source, why, force, number, marks, show):
    started, read_at = time.perf_counter(), time.time()
    before = whole_edition()
    origin = store.folder_of(number) if number else before
    if source != RELEASED and origin is None:
        raise store.StoreError("There is no edition yet. Publish what is saved first.")
    approved = approved_now(before)
    withdrawn = withdrawn_now(before)
    progress = _progress(this, before, withdrawn, show)
    progress.at(READING)
    previous = rows_of(before) if before else None
    base = (
        bake.released(bake.read(connections["default"])) if source == RELEASED else rows_of(origin)
    )
    progress.at(READING)
    choice = _Choice(base, previous, withdrawn, marks)
    this.left = choice.left
    held_back, seconds, attempt = {}, {}, before
    for _round in range(MOST_ROUNDS):
        with store.work_folder() as work:
            progress.at(READING)
            mark = time.perf_counter()
            rows = bake.copied(base)
            diff.hold_back(rows, previous, [*choice.left, *held_back])
            with_approved_digits(rows, previous, approved)
            bake.withdraw(rows, withdrawn)
            is_bound = source == RELEASED and not force
            refusals = choice.refusals(held_back)
            if is_bound:
                refusals = refusals or not_as_approved(rows, approved)
            refusals = refusals or _bake(rows, work, approved, is_bound, progress)
            seconds["bake"] = time.perf_counter() - mark
            progress.at(READING)
            if not refusals:
                data = edition_data.data_of(work, approved)
                refusals = number_rules.wrong_numbers(data, digits(approved))
            if not refusals:
                mark = time.perf_counter()
                is_urgent = source == WITHDRAWAL and origin == before
                signs = leaving.Signs(previous, rows) if is_urgent else None
                # A time-only edition shares unchanged files. A set-aside attempt goes after this
                # round.
                is_shared = source == CURRENT or attempt != before
                pages = build.build(work, attempt, progress, signs, is_shared)
                seconds["build"] = time.perf_counter() - mark
                progress.at(CHECKING)
                mark = time.perf_counter()
                edition = edition_data.Edition(
                    pages=pages,
                    facts=html_facts.of_edition(work),
                    data=data,
                    approved=digits(approved),
                    before=manifests.pages_of(before) if before else {},
                )
                refusals = checks.examine(edition, progress)
                seconds["gate"] = time.perf_counter() - mark
            refusals = _that_count(refusals, source, force)
            if not refusals:
                seconds["all"] = time.perf_counter() - started
                manifest = _manifest(
                    edition, source, this.who, why, force, before, held_back, seconds
                )
                manifest |= _taken(source, origin, read_at, [*choice.left, *held_back])
                manifest["pace"] = progress.note()
                if is_urgent:
                    manifest["later"] = len(build.left_for_later(work, pages))
                progress.at(SWITCHING)
                return _let_through(work, manifest, withdrawn)
            new = {refusal.record[:2]: refusal for refusal in refusals if refusal.record}
            is_over = any(refusal.stops for refusal in refusals)
            if is_over or not set(new) - set(held_back) - choice.left:
                # The held-back entries may be causing the rest.
                raise RefusedError([*held_back.values(), *refusals])
            held_back |= new
            if (work / answers.FILE).exists():
                # Keep the pages we made, so those of the other entries needn't be made again.
                _write_manifest(
                    work, _manifest(edition, source, this.who, why, force, before, {}, {})
                )
                attempt = store.keep_for_next_round(work)
    raise RefusedError([*held_back.values(), *refusals])


class _Choice:
    """Which of the waiting records to publish, if an officer chose among them."""

    def __init__(self, base, previous, withdrawn, marks):
        self.marks = None if previous is None else marks
        self.left = set()  # Unticked records, which stay as they are.
        if self.marks is None:
            return
        self.now, self.before = bake.copied(base), previous
        bake.withdraw(self.now, withdrawn)
        self.waiting = {
            difference.name: difference for difference in diff.differences(self.now, previous)
        }
        self.left = set(self.waiting) - set(marks)

    def refusals(self, held_back):
        """Ticked records that need others too, or that have changed since the officer looked."""
        if self.marks is None:
            return []
        left = {*self.left, *held_back}
        going = set(self.waiting) - left
        changed = [
            self.waiting[name].record
            for name in sorted(going)
            if diff.mark_of(self.waiting[name], self.now) != self.marks[name]
        ]
        return [
            *(Refusal("changed", CHANGED.format(record.name), [], record) for record in changed),
            *(
                Refusal("bake", fault.why, [], fault.record)
                for fault in diff.names_of_unticked(self.now, self.before, going, left)
            ),
        ]


CHANGED = "“{}” has changed since you looked. Check it again, then tick it."


def _progress(this, before, withdrawn, show):
    """Reports how far a publication has got, and stops it when something else is withdrawn."""

    def gives_way():
        try:
            return not set(_withdrawals()) <= set(withdrawn)
        except DatabaseError:
            connections["default"].close()  # It may be back by the next check.
            return False

    is_withdrawal = this.source == WITHDRAWAL
    return Progress(
        this,
        manifests.manifest_of(before) if before else None,
        (lambda: False) if is_withdrawal else gives_way,
        show,
    )


def _bake(rows, work, approved, is_bound, progress):
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
        index.build()
    if phones is None:
        return [Refusal("critical numbers", critical.MISSING, [], stops=True, is_critical=True)]
    return []


def _that_count(refusals, source, force):
    """The refusals that stop this publication. Wrong critical numbers always do."""
    if source == WITHDRAWAL or force:
        return [refusal for refusal in refusals if refusal.is_critical]
    if source == CURRENT:
        # Readers already have these entries like this. There is nothing to hold them back to.
        return [refusal for refusal in refusals if refusal.stops]
    return refusals


def _manifest(edition, source, requester, why, force, before, held_back, seconds):
    old = edition.before
    headers = edition.pages["/"]["headers"]
    return {
        "format": manifests.FORMAT,
        "made_at": time.time(),
        "day": clock.today().isoformat(),
        "source": source,
        "who": requester,
        "why": why,
        "forced": force,
        "before": before.name if before else None,
        "schema": bake.schema_mark(),
        "headers": headers,
        "pages": edition.pages,
        "changes": {
            "added": sorted(set(edition.pages) - set(old)),
            "gone": sorted(set(old) - set(edition.pages)),
            "changed": sorted(
                address
                for address, page in edition.pages.items()
                if address in old and old[address]["sha256"] != page["sha256"]
            ),
        },
        "held": [refusal.as_json() for refusal in held_back.values()],
        "warnings": checks.warnings(edition),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "data": edition.data,
    }


def _taken(source, origin, read_at, left):
    """When the content was read from the working database, and which records stayed behind."""
    old = manifests.manifest_of(origin) if origin else {}
    if source != RELEASED:
        return {"taken_at": old.get("taken_at", old["made_at"]), "left": old.get("left", [])}
    return {
        "taken_at": read_at,
        "left": [[*name, taken_at(old, name) if old else 0] for name in sorted(set(left))],
    }


def taken_at(manifest, name):
    """When an edition's version of a record, (label, key), was read from the working database."""
    for label, key, moment in manifest.get("left", []):
        if (label, key) == name:
            return moment
    return manifest.get("taken_at", manifest["made_at"])


def _write_manifest(folder, manifest):
    """Write the manifest. Each page stores only the headers that differ from the common ones."""
    common = manifest["headers"]
    pages = {
        address: page
        | {
            "headers": {k: v for k, v in page["headers"].items() if common.get(k) != v},
            "without": sorted(set(common) - set(page["headers"])),
        }
        for address, page in manifest["pages"].items()
    }
    own = {
        "pages": pages,
        "files": integrity.marks_of(folder, integrity.FILES),
        "aids": integrity.marks_of(folder, carried_over.AIDS),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | own, ensure_ascii=False))


def _let_through(work, manifest, withdrawn):
    number = store.next_number()
    _write_manifest(work, manifest | {"number": number, "withdrawn": withdrawn})
    spares.write_spares(work)
    store.put_in_place(work, number)
    store.switch(number)
    _put_away(withdrawn, number)
    store.prune()
    return Published(
        number,
        list(map(Refusal.from_json, manifest["held"])),
        manifest["warnings"],
        manifest["changes"],
        manifest["seconds"],
    )


# Approvals and withdrawals, as of now


def approved_now(before):
    """The newest approval of each line. Without a database, those of the previous edition."""
    try:
        return ApprovedNumber.objects.by_line()
    except DatabaseError:
        if before is None:
            raise
        rows = manifests.manifest_of(before)["data"]["approved"]
        return {
            line: ApprovedNumber(line=line, dial=dial, display=display)
            for line, (dial, display) in rows.items()
        }


def digits(approved):
    """The dialled and displayed digits, by line."""
    return {line: [row.dial, row.display] for line, row in approved.items()}


APPROVED = ["dial", "display", "textphone", "role"]


def with_approved_digits(rows, previous, approved):
    """Give lines that are otherwise unchanged any digits approved since the last edition.

    An approved number then never waits for a release. A withdrawal must not wait for one either.
    """
    for key, row in rows[Phone].items():
        newest, before = approved.get(row["slug"]), previous and previous[Phone].get(key)
        # Without a database we can't know of newer approvals.
        if newest and newest.pk and before and all(row[name] == before[name] for name in APPROVED):
            row |= {name: getattr(newest, name) for name in APPROVED}


def not_as_approved(rows, approved):
    """Lines whose textphone or role differs from the approval. The gate checks the digits."""
    return [
        Refusal(
            "approved numbers",
            f"The {Phone._meta.get_field(name).verbose_name} of “{row['name_en']}” does not match "
            "what was approved. Change it back, or propose the change in the admin.",
            [],
            bake.record_of(Phone, row),
        )
        for row in rows[Phone].values()
        for newest in [approved.get(row["slug"])]
        for name in ("textphone", "role")
        if newest and newest.pk and row["is_published"] and row[name] != getattr(newest, name)
    ]


def withdrawn_now(before=None):
    """What is withdrawn, as (label, key). Without a database, as for the previous edition."""
    try:
        return _withdrawals()
    except DatabaseError:
        return list(map(tuple, manifests.manifest_of(before)["withdrawn"])) if before else []


def _withdrawals():
    return list(Withdrawal.objects.filter(lifted_at=None).values_list("label", "key"))


def rows_of(folder):
    """An edition's rows. They never change, so we cache them."""
    return _rows_of(folder, (folder / "content.sqlite3").stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _rows_of(folder, mtime):
    with router.reading(folder) as connection:
        return bake.read(connection)


def whole_edition():
    """The current edition, or the newest earlier one whose content is intact."""
    for folder in store.newest_first():
        with suppress(store.StoreError, KeyError, TypeError):
            marks = manifests.manifest_of(folder)["files"]
            if integrity.altered(folder, {integrity.CONTENT: marks[integrity.CONTENT]}) is None:
                return folder
    return None


def lacking():
    """The source for the edition that readers lack, or None if this code made the one they have."""
    current = whole_edition()
    if current is None:
        return RELEASED
    return None if build.is_of_this_code(current) else CURRENT


def shows(folder, withdrawn):
    """The withdrawn rows, (label, key), that an edition shows.

    If we can't read its content, assume it shows all of them.
    """
    shown = []
    uri = database(folder)["NAME"]
    for label, key in withdrawn:
        model = apps.get_model(label)
        is_shown = (
            "is_published" if bake.is_entry(model) and label not in registry.places() else "1"
        )
        statement = f"SELECT 1 FROM {model._meta.db_table} WHERE id = ? AND {is_shown}"  # noqa: S608
        try:
            with closing(sqlite3.connect(uri, uri=True)) as file:
                if file.execute(statement, [key]).fetchone():
                    shown.append((label, key))
        except sqlite3.Error as error:
            if "no such" not in str(error):  # This edition is older than the table.
                shown.append((label, key))
    return shown


def _put_away(withdrawn, number):
    """Erase older editions that show a withdrawn place. Forbid those with other withdrawn rows."""
    for old in store.numbers():
        if old == number or not (shown := shows(store.folder_of(old), withdrawn)):
            continue
        if any(label in registry.places() for label, _ in shown):
            store.erase(old)
        elif not store.is_forbidden(store.folder_of(old)):
            store.forbid(old, "It shows something that was withdrawn.")


def allow_again():
    """Allow rollback to older editions that no longer show anything withdrawn."""
    forbidden = [n for n in store.numbers() if store.is_forbidden(store.folder_of(n))]
    if not forbidden:
        return
    try:
        withdrawn = _withdrawals()
    except DatabaseError:
        return  # We can't tell what was lifted.
    for number in forbidden:
        if not shows(store.folder_of(number), withdrawn):
            store.allow(number)


# Going back


def roll_back(number, requester, why):
    """Give readers an edition again, if it passes today's gate."""
    attempt = outcomes.Attempt(outcomes.ROLLBACK, requester, number=number)
    with locking.lock():
        try:
            is_done = _switch_back(attempt, number, why)
        except StoppedError:
            raise
        except RefusedError as error:
            outcomes.note(attempt, outcomes.REFUSED, error.refusals)
            raise
        except Exception as error:
            with suppress(OSError):
                outcomes.note(attempt, outcomes.FAILED, why=errors.in_words(error))
            raise
        if is_done:
            outcomes.note(attempt, outcomes.DONE, number=number)
            return number
    # It shows something withdrawn, so publish the same content without that.
    as_it_was = f"as edition {number}: {why}"
    published = publish(WITHDRAWAL, requester, as_it_was, number=number, attempt=attempt)
    state_files.set_hold(published.number, requester, why)
    return published.number


def _switch_back(this, number, why):
    """Switch to an older edition. Returns whether it may be shown unchanged."""
    folder = store.folder_of(number)
    if folder.is_dir():
        spares.bring_back(folder)
    manifest = manifests.read_manifest(folder)
    if altered := integrity.altered_file(folder, manifest, with_pages=True):
        raise store.StoreError(
            f"{altered} in edition {number} was altered, so readers' servers would refuse the "
            "edition. Go back to a different edition."
        )
    allow_again()
    before = whole_edition()
    withdrawn = withdrawn_now(before)
    progress = _progress(this, before, withdrawn, None)
    progress.at(CHECKING)
    if store.is_forbidden(folder) or shows(folder, withdrawn):
        return False
    edition = edition_data.Edition(
        pages=manifests.with_all_headers(manifest),
        facts=html_facts.of_edition(folder),
        data=manifest["data"],
        approved=digits(approved_now(before)),
        before={},
    )
    if refusals := [refusal for refusal in checks.examine(edition, progress) if refusal.stops]:
        raise RefusedError(refusals)
    store.switch(number)
    state_files.set_hold(number, this.who, why)
    return True


def lift(requester):
    """End the rollback, so the next publication reaches readers again."""
    with locking.lock():
        state_files.lift_hold()


# By command


def by_command(do, requester, say):
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


def _let_withdrawals_out(requester, say, was_stopped):
    """Wait until the publisher has published the withdrawals. If it isn't running, do it here."""
    has_waited = False
    while state_files.has_watcher() and _is_withdrawal_asked_for():
        if not has_waited:
            say("Waiting for the publisher to take the withdrawn content off every page.")
        has_waited = True
        time.sleep(PAUSE)
    if was_stopped and not state_files.has_watcher() and whole_edition():
        publish(WITHDRAWAL, requester, "something was withdrawn")
    if was_stopped:
        say(f"Started again at {timezone.localtime():%H:%M}.")


def _is_withdrawal_asked_for():
    asked = PublicationRequest.objects.filter(kind=PublicationRequest.Kind.WITHDRAWAL)
    states = [PublicationRequest.State.WAITING, PublicationRequest.State.RUNNING]
    try:
        return asked.filter(state__in=states).exists()
    except DatabaseError:
        return False


# Withdrawing


def withdraw(row, requester, why):
    """Note that a row must leave every page."""
    return Withdrawal.objects.get_or_create(
        label=row._meta.label_lower,
        key=row.pk,
        lifted_at=None,
        defaults={"name": str(row)[:200], "why": why, "who": requester},
    )[0]


def lift_withdrawal(withdrawal, requester):
    """Let the row be published again by the next release."""
    withdrawal.lifted_at, withdrawal.lifted_by = timezone.now(), requester
    withdrawal.save()
