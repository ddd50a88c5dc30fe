"""Where somebody is to be found: a version must not know it longer than the site does."""

from helphub.history import recording, versions
from services.models import Location


def forget_place(sender, instance, **kwargs):
    recording.forget(Location, [instance.pk])


def forget_hidden_place(sender, instance, **kwargs):
    """The versions of a place from before it was told on booking."""
    if not instance.is_public:
        forget_place(sender, instance)


def forget_open_service(sender, instance, **kwargs):
    """The versions of a service from before its place was secret: any text may name the place."""
    if instance.is_secret_place:
        for version in versions.of_record(sender, instance.pk):
            if not versions.fields_of(version)["is_secret_place"]:
                version.delete()
