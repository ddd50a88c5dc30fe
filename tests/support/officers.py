"""Officers of a role, signed in."""

from django.contrib.auth.models import Group, User
from django.test import Client


def officer_named(name, *roles):
    """A browser in which an officer of this name and these roles has signed in."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client()
    client.force_login(user)
    return client
