"""Middleware: what runs between each request and its view."""

from http import HTTPStatus
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.http import escape_leading_slashes

from helphub import assets, error_pages
from helphub.content import router
from helphub.content.requests import is_for_admin
from helphub.editions import bake, manifests, store
from helphub.isolates import isolated
from helphub.languages.offered import served
from helphub.whitespace import squeezed


def is_for_health(request):
    return request.path_info.startswith("/healthz/")


def is_for_find(request):
    match = request.resolver_match
    return bool(match) and match.url_name == "find"


EVERY_RESPONSE = {
    "Permissions-Policy": "browsing-topics=(), geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PUBLIC_RESPONSE = {"Request-OTR": "1"}  # Brave offers to forget the site.
MINUTE, DAY, YEAR = 60, 86_400, 31_536_000
ADMIN_RESPONSE = {
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex",
}


def scripts_by_hash():
    return f"{assets.head_script().source} {assets.end_script().source}"


def styles_by_hash():
    return " ".join(assets.style(name).source for name in assets.STYLES)


def public_policy():
    """The Content Security Policy of public pages: our own styles and scripts, by hash."""
    return (
        f"default-src 'none'; script-src {scripts_by_hash()}; "
        f"style-src {styles_by_hash()}; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types hub"
    )


def admin_policy():
    """The admin's policy: its own files, plus what our error pages need, which it also shows."""
    return (
        f"default-src 'self'; script-src 'self' {scripts_by_hash()}; "
        f"style-src 'self' {styles_by_hash()}; img-src 'self' data:; object-src 'none'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def for_own_frame(policy):
    """The same policy for a page that another page of the admin shows in a frame."""
    return policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


def caching(request, response):
    """The browser stores nothing. Shared caches may keep what is the same for everyone.

    Each cache reads its own header: nginx, any cache that knows RFC 9213, and Varnish. A cache that
    knows none of them sees "no-store" and keeps nothing.
    """
    # What officers can withdraw, so it must not stay in a cache.
    is_page = response.get("Content-Type", "").startswith(("text/html", "text/csv"))
    if request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
        # A name with a hash in it always has the same content.
        return {} if settings.LAPTOP else {"CDN-Cache-Control": f"max-age={YEAR}, immutable"}
    if is_for_find(request):
        # A reader's results are for that reader alone.
        return {}
    if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return {"CDN-Cache-Control": "max-age=30"}
    if HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
        return {"CDN-Cache-Control": f"max-age={5 * MINUTE}"}
    if response.status_code != HTTPStatus.OK or request.method not in {"GET", "HEAD"}:
        return {}
    if not is_page:
        return {"CDN-Cache-Control": f"max-age={DAY}"}
    return {
        "X-Accel-Expires": str(5 * MINUTE),
        "CDN-Cache-Control": f"max-age={5 * MINUTE}, stale-if-error={DAY}",
        "Surrogate-Control": f"max-age={5 * MINUTE}",
    }


def headers(get_response):
    """Set the headers that keep a visit private, on every kind of response."""

    def middleware(request):
        response = get_response(request)
        if is_for_admin(request):
            wanted = ADMIN_RESPONSE | {"Content-Security-Policy": admin_policy()}
            # An edition's page, shown to an officer, brings its own style sheet.
            wanted |= getattr(response, "own_headers", {})
            if getattr(response, "in_own_frame", False):
                wanted["Content-Security-Policy"] = for_own_frame(wanted["Content-Security-Policy"])
        else:
            del response.headers["Cache-Control"]
            # nginx obeys X-Accel-Expires only if it comes before Cache-Control.
            wanted = caching(request, response) | {"Cache-Control": "no-store"}
            wanted |= PUBLIC_RESPONSE | {"Content-Security-Policy": public_policy()}
        for name, value in (wanted | EVERY_RESPONSE).items():
            response.headers[name] = value
        if request.method == "HEAD" and not response.streaming:
            # Servers drop the body too, but each logs a line about it.
            response.content = b""
        return response

    return middleware


def emergency_answer(environ, start_response, status):
    """The emergency page with the usual headers, for requests that reach no view."""
    request = HttpRequest()
    # Use nothing else from the request, because it may be what broke.
    request.method, request.path_info = environ.get("REQUEST_METHOD", "GET"), "/"
    name, _ = settings.SECURE_PROXY_SSL_HEADER
    request.META[name] = environ.get(name, "")

    def page(request):
        response = HttpResponse(error_pages.emergency_page(), status=status)
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Retry-After"] = "60"
        return SecurityMiddleware(page).process_response(request, response)

    response = headers(page)(request)
    start_response(f"{status} {response.reason_phrase}", list(response.items()))
    return [response.content]


def readable_path(get_response):
    """Answer an address containing a NUL byte with the 400 page.

    SQLite would search for it and find nothing. PostgreSQL raises an error.
    """

    def middleware(request):
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address contains a NUL byte.")
        return get_response(request)

    return middleware


def small_letters(get_response):
    """Redirect an address in capitals, as typed from a poster. Our addresses are lower case."""

    def middleware(request):
        response = get_response(request)
        path = request.path_info
        address = path.lower()
        is_asked = request.method in {"GET", "HEAD"} and not is_for_admin(request)
        is_typed = address != path and "%" not in path  # % means it isn't text.
        if response.status_code == HTTPStatus.NOT_FOUND and is_typed and is_asked:
            is_file = "." in address.rpartition("/")[2]
            address = address if is_file or address.endswith("/") else f"{address}/"
            # Two leading slashes would name another host.
            return HttpResponseRedirect(escape_leading_slashes(quote(address)))
        return response

    return middleware


BARE = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.SERVICE_UNAVAILABLE}


def pages_for_refusals(get_response):
    """Give a bare refusal a page too, because every page has the numbers.

    The method was wrong, or a view was too busy to answer.
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code not in BARE or response.content or is_for_admin(request):
            return response
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            return error_pages.try_again(request)
        page = error_pages.method_not_allowed(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return middleware


def without_indentation(get_response):
    """Send readers a page without the line breaks that only make its template readable.

    In a language that runs from right to left, what does not gets isolates.
    """

    def middleware(request):
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and not response.streaming and not is_for_admin(request):
            page = squeezed(response.content.decode())
            response.content = isolated(page) if translation.get_language_bidi() else page
        return response

    return middleware


def language_of_address(get_response):
    """Use the language in the address. Ignore everything else, and set no cookie.

    Django's LocaleMiddleware would read a cookie and the browser's languages, and make every
    response vary by them.
    """

    def middleware(request):
        first = request.path_info.lstrip("/").split("/", 1)[0]
        is_other = first in settings.BUILT_LANGUAGES and first != settings.LANGUAGE_CODE
        language = first if is_other and first in served() else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def readers_edition(get_response):
    """Let a reader's request read only the edition in service, never the working database.

    Without any edition (in tests, or on a laptop's first start) pages come from the working
    database.
    """

    def middleware(request):
        folder = request.environ.get("helphub.edition") or settings.EDITION or store.current()
        if folder is None or router.folder() or is_for_admin(request) or is_for_health(request):
            return get_response(request)
        with router.reading(folder):
            if _is_of_another_release(folder):
                return _without_tables(request)
            return get_response(request)

    return middleware


def _is_of_another_release(folder):
    """Whether an edition's tables differ from the ones this code queries."""
    if folder == settings.EDITION:
        return False  # This code is making it right now.
    try:
        return manifests.manifest_of(folder)["schema"] != bake.schema_fingerprint()
    except (store.StoreError, KeyError, TypeError):
        return True  # Its manifest is damaged.


def _without_tables(request):
    """An answer that queries no table. The edition's pages are served without Django anyway."""
    try:
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        request.resolver_match = None
    if is_for_find(request) or request.method == "POST":
        return error_pages.try_again(request)
    return error_pages.page_not_found(request, None)
