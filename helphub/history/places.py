"""Removes addresses from history when they leave the site."""

from helphub.history import recording, versions
from services.models import Location


def forget_place(sender, instance, **kwargs):
    recording.forget(Location, [instance.pk])


def forget_hidden_place(sender, instance, **kwargs):
    """Delete a place's versions when its address is now told only on booking."""
    if not instance.is_public:
        forget_place(sender, instance)


def forget_open_service(sender, instance, **kwargs):
    """Delete a service's versions from before its place was secret: any text may name it."""
    if instance.is_secret_place:
        for version in versions.of_record(sender, instance.pk):
            if not versions.fields_of(version)["is_secret_place"]:
                version.delete()
