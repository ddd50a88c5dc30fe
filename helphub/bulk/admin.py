"""Adds the actions to the menus of the admin's lists."""

import re

from django.contrib import admin, messages
from django.contrib.admin import helpers

from contacts.models import Organization
from helphub.bulk import doing, views
from helphub.content.registry import content_models
from helphub.dashboard.models import OpenQuestion
from helphub.history import snapshots
from helphub.search.models import Synonym
from services.models import Audience, Choice, ServiceArea, Situation

KEY = re.compile(r"[0-9]{1,18}")
# Where “Delete selected” stays: what no reader has the address of, and what comes back from
# “Deleted”. Pages are archived, and numbers withdrawn.
MAY_BE_DELETED_TOGETHER = {
    Audience,
    Choice,
    OpenQuestion,
    Organization,
    ServiceArea,
    Situation,
    Synonym,
}


def menu_entry(action):
    """The function that a list's menu needs for one of our actions."""

    def begin(model_admin, request, chosen):
        keys = list(chosen.values_list("pk", flat=True)[: doing.MOST_AT_ONCE + 1])
        if len(keys) > doing.MOST_AT_ONCE:
            model_admin.message_user(
                request,
                f"You selected {chosen.count()}. Select {doing.MOST_AT_ONCE} at most: use the "
                "filters or the search, and do it in parts.",
                messages.WARNING,
            )
            return None
        return views.begin(request, action, model_admin.model, keys + _deleted(request, chosen))

    begin.__name__ = action.name.replace("-", "_")
    begin.short_description = action.words
    begin.allowed_permissions = ["change"]
    return begin


def _deleted(request, chosen):
    """The keys of the ticked records that somebody has deleted since the list was shown."""
    ticked = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)[: doing.MOST_AT_ONCE]
    keys = [int(key) for key in ticked if KEY.fullmatch(key)]
    there = set(snapshots.existing(chosen.model, keys))
    return [key for key in keys if key not in there]


def add_to_lists():
    admin.site.disable_action("delete_selected")
    for model, model_admin in admin.site._registry.items():
        ours = [a for a in doing.ACTIONS.values() if model in content_models() and a.is_for(model)]
        more = ["delete_selected"] if model in MAY_BE_DELETED_TOGETHER else []
        model_admin.actions = [*model_admin.actions, *map(menu_entry, ours), *more]


add_to_lists()
