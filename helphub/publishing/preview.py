"""Preview: one waiting record as readers would see it, by a link that works for seven days.

The public role makes the pages as it makes an edition's: the current edition with this one record
in it, and with what it shows that readers have never had and that has no page of its own, such as
the new organisation of a new service. Nothing else that is waiting is included.
"""

import dataclasses
import fcntl
import json
import shutil
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_info, override
from django.views.decorators.http import require_safe

from contacts import critical
from helphub.content import clock, registry, router, signals
from helphub.content.entries import Page
from helphub.content.fingerprint import fingerprint
from helphub.editions import (
    bake,
    edition_versions,
    public_urls,
    readers_content,
    shares,
    standing,
    store,
    version_rows,
    withdrawing,
)
from helphub.history import snapshots
from helphub.languages.offered import served
from helphub.languages.shown import keep_what_may_be_shown
from strategy.models import Chapter, Strategy, printed_models

SALT = "helphub.desk.preview"  # Links signed with it outlive an upgrade.
WORKS = timedelta(days=7)
KEPT = 50
# Headers that let caches keep readers' pages. A preview must not be cached.
OF_CACHES = {"X-Accel-Expires", "CDN-Cache-Control", "Surrogate-Control"}


class PreviewError(Exception):
    """The page cannot be shown. The message says why."""


def token_for(label, key):
    """The token in a preview link. It can't be forged, and it expires."""
    return signing.dumps([label, key], salt=SALT)


def place_of(model):
    """Where a record without a page of its own appears, or "" if it has a page."""
    if hasattr(model, "get_absolute_url"):
        return ""
    return (
        f"This kind of record ({model._meta.verbose_name}) does not have its own page. It appears "
        "on the pages of the entries that use it, or in the find box."
    )


# Making


def _rows(model, key, edition):
    """The edition's rows with this record as saved, treated as published."""
    saved = snapshots.read_one(model, key)
    if saved is None:
        raise PreviewError("The record has been deleted.")
    if bake.is_entry(model):
        _show(saved)
    states = edition_versions.states_in(edition)
    states = states | _new_with(saved, states) | {(model._meta.label_lower, key): saved}
    states |= _changed_over(saved, states)
    rows = version_rows.rows_of(states)
    keep_what_may_be_shown(rows)
    _hide_secret_addresses(rows)
    _drop_missing_links(rows, model, key)
    bake.withdraw(rows, {*withdrawing.withdrawn_now(), *_still_hidden(edition, model, key)})
    bake.tidy(rows)
    if not rows[model].get(key, {}).get("is_published", True) or key not in rows[model]:
        raise PreviewError("It has been withdrawn from every page.")
    return rows


def _show(state):
    """Treat a record as published."""
    shown = dict.fromkeys(state.fields.keys() & {"starts_on", "ends_on"})
    state.fields |= {"is_published": True} | shown


def _new_with(saved, states):
    """What a record shows that readers have never had: {name: state}."""
    found, unread = {}, [saved]
    while unread:
        state = unread.pop()
        for model, key in _named_by(state):
            name = (model._meta.label_lower, key)
            row = None if name in states or name in found else model._base_manager.get(pk=key)
            if row is not None and not signals.readers_have_had(row):
                found[name] = snapshots.read_one(model, key)
                _show(found[name])
                unread.append(found[name])
    return found


def _changed_over(saved, states):
    """With a row of the draft strategy: all of the draft, as if it were in force already."""
    draft = Strategy.objects.draft()
    is_strategy = saved.model is Strategy
    if draft is None or saved.fields.get("slug" if is_strategy else "strategy") != draft.slug:
        return {}
    rows = {
        (model._meta.label_lower, number): state
        for model in [Chapter, *printed_models()]
        for number, state in snapshots.read(
            model, model._base_manager.filter(strategy=draft).values_list("pk", flat=True)
        ).items()
    }
    label = Strategy._meta.label_lower
    replaced = {
        name: dataclasses.replace(state, fields=state.fields | {"state": Strategy.State.REPLACED})
        for name, state in states.items()
        if name[0] == label
    }
    now = snapshots.read_one(Strategy, draft.pk)
    now.fields["state"] = Strategy.State.IN_FORCE.value
    return rows | replaced | {(label, draft.pk): now}


def _named_by(state):
    """The entries that a record names and that have no page of their own: (model, key)."""
    for field in snapshots.kept_fields(state.model):
        value = state.fields.get(field.name)
        if field.is_relation and value and bake.is_entry(field.related_model):
            if issubclass(field.related_model, Page):
                continue
            keys = value if field.many_to_many else [value]
            yield from ((field.related_model, key) for key in keys)


def _still_hidden(edition, model, key):
    """What is no longer withdrawn, but that only publishing another record would show again."""
    own = (model._meta.label_lower, key)
    return {
        name for name in edition_versions.hidden_in(edition) if standing.record_with(name) != own
    }


def _hide_secret_addresses(rows):
    """Hide an address that is secret now, even if readers' edition still has it."""
    for place in map(apps.get_model, registry.places()):
        saved = place._base_manager.in_bulk()
        rows[place] = {
            number: row if saved[number].is_public else _columns(saved[number])
            for number, row in rows[place].items()
            if number in saved
        }


def _columns(row):
    return {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}


def _drop_missing_links(rows, model, key):
    """Empty the record's fields that refer to something readers do not have, if they may be."""
    row = rows[model][key]
    for field in bake.links(model):
        if row[field.attname] is None or row[field.attname] in bake.named(rows, field):
            continue
        if not field.null:
            raise PreviewError(
                f"Its field “{field.verbose_name}” refers to something that readers do not have "
                "yet. Publish that first."
            )
        row[field.attname] = None


def _address(model, key, folder):
    """The English address of the page that shows a record."""
    with router.reading(folder), override(settings.LANGUAGE_CODE):
        return model._base_manager.get(pk=key).get_absolute_url().partition("#")[0]


def _languages():
    return served()


def made(label, key):
    """The folder with a record's pages, made now or earlier from the same content."""
    edition = readers_content.whole_edition()
    if edition is None:
        raise PreviewError("There is no edition yet. Publish once, and previews will work.")
    model = apps.get_model(label)
    rows = _rows(model, key, edition)
    content = [
        (table_model._meta.label_lower, number, sorted(row.items()))
        for table_model, table in rows.items()
        for number, row in table.items()
    ]
    made_from = (edition, content, label, key, clock.today(), *_languages())
    folder = settings.PREVIEWS_DIR / fingerprint(made_from)
    with _alone():
        if not (folder / "pages.json").exists():
            _make(folder, edition, model, key, rows)
    return folder


@contextmanager
def _alone():
    """Make one preview at a time, however many are asked for."""
    settings.PREVIEWS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.PREVIEWS_DIR / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(folder, edition, model, key, rows):
    _clear_away()
    work = Path(tempfile.mkdtemp(dir=settings.PREVIEWS_DIR, prefix=".work-"))
    try:
        try:
            bake.write(rows, work / "content.sqlite3")
        except bake.BakeError as error:
            raise PreviewError(f"This cannot be shown as it is. {error}") from error
        shutil.copy(edition / critical.PATH.name, work)
        address = _address(model, key, work)
        wanted = {code: public_urls.in_language(address, code) for code in _languages()}
        try:
            (share,) = shares.run(work, None, list(wanted.values()))
        except shares.BuildError as error:
            raise PreviewError(f"The page cannot be made. {error}") from error
        pages = {code: share["pages"][path] for code, path in wanted.items()}
        if not {page["status"] for page in pages.values()} <= {HTTPStatus.OK, HTTPStatus.GONE}:
            raise PreviewError("The page cannot be made from what is saved. Check its form.")
        (work / "content.sqlite3").unlink()
        (work / "pages.json").write_text(json.dumps({"address": address, "pages": pages}))
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _clear_away():
    """Remove previews that are expired, beyond the number we keep, or half made."""
    folders = sorted(
        (path for path in settings.PREVIEWS_DIR.iterdir() if path.is_dir()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for number, path in enumerate(folders):
        is_old = time.time() - path.stat().st_mtime > WORKS.total_seconds()
        if is_old or number >= KEPT - 1 or path.name.startswith(".work-"):
            shutil.rmtree(path, ignore_errors=True)


# Pages


def _with_record(view):
    """Give a view the record that its link names, or say that the link does not work.

    The admin's own pages may show the answer in a frame.
    """

    def with_record(request, token, **arguments):
        try:
            label, key = signing.loads(token, salt=SALT, max_age=WORKS)
        except signing.SignatureExpired:
            why = "It worked for seven days. Ask whoever sent it to you for a new one."
            return _no(request, "This link has expired", HTTPStatus.GONE, why)
        except (signing.BadSignature, ValueError):
            why = "Part of it may be missing. Ask whoever sent it to you to send it again."
            return _no(request, "This link does not work", HTTPStatus.NOT_FOUND, why)
        try:
            return view(request, token, label, key, **arguments)
        except (PreviewError, store.StoreError, OSError) as error:
            why = str(error) if isinstance(error, PreviewError) else ""
            return _no(request, "There is nothing to show at the moment", HTTPStatus.CONFLICT, why)

    def framed(request, token, **arguments):
        response = with_record(request, token, **arguments)
        response.in_own_frame = request.headers.get("Sec-Fetch-Dest") == "iframe"
        return response

    return framed


def _no(request, title, status, why):
    return render(
        request, "admin/publishing/no_preview.html", {"title": title, "why": why}, status=status
    )


@require_safe
@_with_record
def preview(request, token, label, key):
    """A record's page in each language: where the link leads."""
    model = apps.get_model(label)
    pages = address = None
    if not place_of(model):
        stored = json.loads((made(label, key) / "pages.json").read_text())
        address, pages = stored["address"], stored["pages"]
    return render(
        request,
        "admin/publishing/preview.html",
        {
            "title": "How the page will look",
            "token": token,
            "address": address,
            "place": place_of(model),
            "languages": [get_language_info(code) for code in pages or []],
        },
    )


@require_safe
@_with_record
def page(request, token, label, key, language):
    """The page itself, with the headers that readers would get."""
    if place_of(apps.get_model(label)):
        raise PreviewError(place_of(apps.get_model(label)))
    folder = made(label, key)
    stored_page = json.loads((folder / "pages.json").read_text())["pages"].get(language)
    if stored_page is None:
        why = "The page does not exist in this language."
        return _no(request, "This link does not work", HTTPStatus.NOT_FOUND, why)
    body = (folder / "pages" / stored_page["file"]).read_bytes()
    response = HttpResponse(body, content_type=stored_page["type"], status=stored_page["status"])
    response.own_headers = {
        name: value for name, value in stored_page["headers"].items() if name not in OF_CACHES
    }
    return response
