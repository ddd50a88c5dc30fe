"""One press publishes what checks changed, and nothing that anybody else is working on."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from helphub.checking.calls import CHECK
from helphub.content.permissions import PUBLISH, for_officers
from helphub.editions import choice, readers_content, scheduled, standing, state_files
from helphub.history.models import Version
from helphub.publishing import waiting
from helphub.publishing.pending import WaitingList


def publishable(compared=None):
    """The records that checks alone changed since readers had them: {(label, key): name}."""
    return _named(compared, alone=True)


def also_changed(compared=None):
    """The records that a check changed, and somebody else too: {(label, key): name}."""
    return _named(compared, alone=False)


def _named(compared, *, alone):
    if compared is None:
        folder = readers_content.whole_edition()
        compared = standing.Standing(folder, has_data=False)
    later = scheduled.held_back()
    # What is new, gone, withdrawn or back is more than a check.
    changed = {
        name: item.newest
        for name, item in compared.waiting.items()
        if item.what == standing.CHANGED and not item.has_lifted and name not in later
    }
    names = {}
    for name, reasons in _reasons(compared, changed).items():
        by_checks = [reason.startswith(CHECK) for reason in reasons]
        if any(by_checks) and all(by_checks) == alone:
            names[name] = changed[name].name
    return names


def _reasons(compared, names):
    """Why each record was saved, every time since the version that readers have."""
    reasons = {name: [] for name in names}
    found = set()
    stored = Version.objects.filter(
        label__in={label for label, _ in names}, key__in={key for _, key in names}
    )
    columns = ["label", "key", "fingerprint", "is_deleted", "why"]
    for label, key, fingerprint, is_deleted, why in stored.order_by("pk").values_list(*columns):
        name = label, key
        if name not in reasons:
            continue
        if not is_deleted and fingerprint == compared.in_edition.get(name):
            reasons[name] = []
            found.add(name)
        else:
            reasons[name].append(why)
    # Without readers' version nobody can say that nothing else changed.
    return {name: why if name in found else ["", *why] for name, why in reasons.items()}


@for_officers(PUBLISH)
@require_POST
def publish_checked(request, context):
    """Ask for everything that checks alone changed. The rest stays on the waiting page."""
    waiting_list = WaitingList()
    names, others = publishable(waiting_list.compared), also_changed(waiting_list.compared)
    for name in others.values():
        messages.warning(
            request,
            f"“{name}” was not published: somebody changed more than a check found. Look at it "
            "under “Waiting to be published”.",
        )
    faults = [fault.why for fault in choice.names_of_unticked(waiting_list.compared.waiting, names)]
    if pinned := state_files.pinned():
        faults.append(
            f"{pinned.get('who')} went back to edition {pinned.get('number')}. Resume publishing "
            "first, on the “Editions” page."
        )
    if not names:
        messages.info(request, "No check has changed anything that readers do not have.")
    elif faults:
        for fault in faults:
            messages.error(request, f"Nothing was published. {fault}")
    else:
        fingerprints = {name: waiting_list.by_name[name].fingerprint for name in names}
        why = f"What checks found, up to {timezone.localdate():%-d %B %Y}"
        waiting.ask(request, waiting_list, fingerprints, why)
    return redirect("publishing:editions" if names and not faults else "publishing:waiting")
