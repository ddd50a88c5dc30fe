"""Which models are content: what readers see, what history keeps, what an edition holds.

Each app says so of itself, in its apps.py. `recorded` there names models that only officers see
and whose versions are kept too.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.http import Http404

# A record's identity: (label, key).
RecordName = tuple[str, int]


# Editions and notes of earlier releases have the former labels of models that have since moved.
FORMER_LABELS = {b"helphub.synonym": b"search.synonym"}


def with_labels_of_today(written: bytes) -> bytes:
    """A file that names models, with the names they have now."""
    for former, label in FORMER_LABELS.items():
        written = written.replace(former, label)
    return written


class ContentConfig:
    """What an app says about its models. Mixed into its AppConfig."""

    has_content = True
    # Models by name: those that readers' pages do not need, and those that say where people are.
    not_content: Collection[str] = ()
    never_read: Collection[str] = ()  # Their words are for Find, which no reader sees.
    places: Collection[str] = ()


class Record(NamedTuple):
    """A row that an officer can open and correct."""

    label: str
    key: int
    name: str


def _configs() -> list[Any]:
    """The configurations of the apps with content (ContentConfig), lowest floor first."""
    return [config for config in apps.get_app_configs() if getattr(config, "has_content", False)]


def own_apps() -> list[str]:
    """The labels of this project's apps, whose permissions a role can have."""
    ours = [
        str(settings.BASE_DIR / name) for name in ("helphub", "strategy", "contacts", "services")
    ]
    return [
        config.label for config in apps.get_app_configs() if config.path.startswith(tuple(ours))
    ]


@cache
def content_models() -> list[type[models.Model]]:
    """The models of an edition, lowest floor first, with their many-to-many tables."""
    return [
        model
        for config in _configs()
        for model in config.get_models(include_auto_created=True)
        if (model._meta.auto_created or model)._meta.model_name not in config.not_content
    ]


def content_model(label: str) -> type[models.Model]:
    """The model of a record that appears on readers' pages. Raises Http404 if there is none."""
    for model in content_models():
        if model._meta.label_lower == label and not model._meta.auto_created:
            return model
    raise Http404("There are no records of this kind.")


@cache
def recorded_models() -> list[type[models.Model]]:
    """The models whose versions are kept: the content, and what only officers see."""
    for_officers = [
        config.get_model(name)
        for config in apps.get_app_configs()
        for name in getattr(config, "recorded", ())
    ]
    return [*content_models(), *for_officers]


@cache
def never_read() -> set[str]:
    """The labels of models whose words readers never see."""
    return {f"{config.label}.{name}" for config in _configs() for name in config.never_read}


@cache
def places() -> set[str]:
    """The labels of models that say where people can be found.

    Once withdrawn, their rows must not stay in any file.
    """
    return {f"{config.label}.{name}" for config in _configs() for name in config.places}
