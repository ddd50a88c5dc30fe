"""The site map."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path

from helphub import health, views
from helphub.search import views as search_views
from helphub.sitemaps import SITEMAPS

# The pages of the site before this one, which posters and other sites still name.
OLD_ADDRESSES = [
    "sexual-assault-and-abuse",
    "violenceagainstwomenandgirls",
    "domesticabuse",
    "forcedmarriage",
    "stalking",
]

# Where officers' bookmarks, and links they gave each other, lead now.
OLD_ROOMS = {
    "numbers/": "approvals/",
    "reviews/": "reviews/",
    "deleted/": "history/deleted/",
    "history/": "history/",
    "": "publishing/",
}

urlpatterns = [
    path("robots.txt", views.robots),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path(".well-known/security.txt", views.security_txt),
    path(".well-known/traffic-advice", views.traffic_advice),
    path("emergency/", views.emergency, name="emergency"),
    path("healthz/live", health.live, name="live"),
    path("healthz/fresh", health.fresh, name="fresh"),
    *(
        path(address + slash, views.moved, {"address": address})
        for address in OLD_ADDRESSES
        for slash in ("", "/")
    ),
]
if settings.FOR_OFFICERS:
    from django.contrib import admin

    from helphub.checking import reminders

    prefix = settings.ADMIN_PREFIX.lstrip("/")
    urlpatterns += [
        path("healthz/checks", reminders.for_systems, name="checks"),
        # First: the admin's own addresses for signing in and out lead to these.
        path(prefix, include("helphub.accounts.urls")),
        path(f"{prefix}publishing/", include("helphub.publishing.urls")),
        path(f"{prefix}approvals/", include("helphub.approvals.urls")),
        path(f"{prefix}reviews/", include("helphub.reviews.urls")),
        path(f"{prefix}translations/", include("helphub.languages.urls")),
        path(f"{prefix}history/", include("helphub.history.urls")),
        path(f"{prefix}checking/", include("helphub.checking.urls")),
        path(f"{prefix}changes/", include("helphub.changes.urls")),
        path(f"{prefix}add-service/", include("helphub.adding.urls")),
        path(f"{prefix}find/", include("helphub.finding.urls")),
        path(f"{prefix}bulk/", include("helphub.bulk.urls")),
        path(f"{prefix}spreadsheets/", include("helphub.spreadsheets.urls")),
        path(f"{prefix}renewal/", include("helphub.renewal.urls")),
        path(f"{prefix}splitting/", include("helphub.splitting.urls")),
        *(
            re_path(
                rf"^{prefix}desk/{old}(?P<rest>.*)$",
                views.moved_in_admin,
                {"room": room},
                "moved-in-admin",
            )
            for old, room in OLD_ROOMS.items()
        ),
        path(prefix, admin.site.urls),
    ]
urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("help-now/", views.fixed_page, {"template": "help_now.html"}, name="help-now"),
    path("find/", search_views.search, name="find"),
    path("using-this-site/", views.fixed_page, name="using-this-site"),
    path("accessibility/", views.fixed_page, name="accessibility"),
    path("privacy/", views.fixed_page, name="privacy"),
    path("", include("contacts.urls")),
    path("", include("strategy.urls")),
    path("", include("services.urls")),
    prefix_default_language=False,
)

handler400 = "helphub.error_pages.bad_request"
handler403 = "helphub.error_pages.permission_denied"
handler404 = "helphub.error_pages.page_not_found"
handler500 = "helphub.error_pages.server_error"
