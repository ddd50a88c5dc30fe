"""Removes addresses from history, and from what was loaded, when they leave the site."""

from helphub.content import loader
from helphub.history import recording, versions
from helphub.languages import tracking


def forget_place(sender, instance, **kwargs):
    recording.forget_row(sender, instance.pk)
    loader.forget(instance)
    tracking.forget(instance)


def forget_hidden_place(sender, instance, **kwargs):
    """The same for a place whose address is now given only on booking."""
    if not instance.is_public:
        forget_place(sender, instance)


def forget_open_service(sender, instance, **kwargs):
    """Delete a service's versions from before its place was secret: any text may name it."""
    if instance.is_secret_place:
        for version in versions.of_record(sender, instance.pk):
            if not version.contents["fields"]["is_secret_place"]:
                version.delete()
                tracking.forget(instance)
