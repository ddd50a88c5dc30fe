"""Every sign-in page. allauth's other pages are left out."""

from allauth.account import views as account
from allauth.decorators import rate_limit
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from helphub.accounts import views

# Its GET starts a session, so limit how many a stranger can start.
sign_in_by_passkey = rate_limit(action="login", limit_get=True)(passkeys.login_webauthn)

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("login/code/", factors.authenticate, name="mfa_authenticate"),
    path("login/passkey/", sign_in_by_passkey, name="mfa_login_webauthn"),
    path("logout/", account.logout, name="account_logout"),
    path("welcome/<uidb64>/<token>/", views.welcome, name="welcome"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("typed/leave/", views.leave_typed_text, name="typed-leave"),
    path("sign-in/", factors.index, name="mfa_index"),
    path("sign-in/app/", app.activate_totp, name="mfa_activate_totp"),
    path("sign-in/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("sign-in/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("sign-in/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sign-in/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("sign-in/passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("sign-in/passkeys/", views.to_factors, name="mfa_list_webauthn"),
    path("account-changes/", views.account_changes, name="account-changes"),
    path("account-changes/<int:key>/", views.account_change, name="account-change"),
    path("sign-in/end/", views.end_own_sessions, name="end-own-sessions"),
]
