from django.contrib.auth.backends import ModelBackend


class OfficersBackend(ModelBackend):
    """Accounts of officers. One that is no longer theirs is signed out with the next request."""

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and user.is_staff
