"""Security headers in production settings, counted as Mozilla's HTTP Observatory counts them."""

import base64
import json
import os
import subprocess
import sys
from urllib.parse import urljoin

import pytest
from django.conf import settings

from tests.support.environments import PRODUCTION
from tests.support.observatory import Visit, points, total
from tests.support.wsgi import Answer

HOST = "hub.example.org"
STATIC = "/static/admin/css/base.css"
# Every kind of answer that a reader can get, with its status.
PUBLIC = [
    ({"path": "/"}, 200),
    ({"path": "/topics/"}, 200),
    ({"path": "/topics/law/"}, 200),
    ({"path": "/find/"}, 200),
    ({"path": "/find/no-such-token/"}, 404),
    ({"path": "/no-such-page/"}, 404),
    ({"path": "/admin/login/"}, 404),
    ({"path": "/\x00"}, 400),
    ({"path": "/", "headers": {"Host": "evil.example"}}, 400),
    ({"path": "/", "method": "POST"}, 405),
    ({"path": "/topics"}, 301),
    ({"path": "/stalking"}, 302),
    (
        {
            "path": "/find/",
            "method": "POST",
            "body": "words=someone+to+listen",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        200,
    ),
    ({"path": "/sitemap.xml"}, 200),
    ({"path": "/robots.txt"}, 200),
    ({"path": "/.well-known/security.txt"}, 200),
    ({"path": "/.well-known/traffic-advice"}, 200),
    ({"path": "/emergency/"}, 200),
    ({"path": STATIC}, 200),
    ({"path": STATIC, "method": "POST"}, 405),
]
ADMIN = [
    ({"path": "/admin/login/"}, 200),
    ({"path": "/admin/"}, 302),
    ({"path": "/admin/\x00"}, 400),
    ({"path": "/admin/login/", "method": "POST"}, 403),
]


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """A function that opens addresses in a role's production settings."""
    folder = tmp_path_factory.mktemp("production")
    (folder / "editions").mkdir()

    officers = {
        "DATABASE_URL": f"sqlite:///{folder / 'content.sqlite3'}",
        "PUBLIC_HOST": HOST,
    }

    def visit(role, requests):
        base = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        result = subprocess.run(
            [sys.executable, "-m", "tests.support.production", folder],
            cwd=settings.BASE_DIR,
            env=base
            | PRODUCTION
            | {"HELPHUB_ROLE": role, "EDITIONS_DIR": str(folder / "editions")}
            | {"SECURITY_CONTACT": "mailto:security@example.org"}
            | (officers if role == "admin" else {}),
            input=json.dumps(requests),
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        return [
            Answer(**answer | {"body": base64.b64decode(answer["body"])})
            for answer in json.loads(result.stdout)
        ]

    visit("admin", [])
    return visit


def visits(production, role, requests):
    """Each request as the Observatory sees it: over http, over https, and asked by a stranger."""
    asked = []
    for request in requests:
        headers = {"Host": HOST} | request.get("headers", {})
        plain = request | {"headers": headers, "scheme": "http"}
        # The proxy in front ends the encryption and says so.
        secure = plain | {"scheme": "https", "headers": headers | {"X-Forwarded-Proto": "https"}}
        preflight = secure | {
            "method": "OPTIONS",
            "headers": secure["headers"] | {"Origin": "https://stranger.example"},
        }
        asked += [plain, secure, preflight]
    answers = iter(production(role, asked))
    for request, over_http, page, preflight in zip(
        requests, answers, answers, answers, strict=True
    ):
        url = f"https://{HOST}{request['path']}"
        location = over_http.get("Location")
        hops = [urljoin(f"http://{HOST}/", location)] if location else []
        yield request, over_http, Visit(page, preflight, hops, url)


def test_every_public_answer_scores_150(production):
    answers = list(visits(production, "public", [request for request, _ in PUBLIC]))
    policies = {visit.header("Content-Security-Policy") for _, _, visit in answers}
    assert len(policies) == 1, "readers are told the same everywhere, at the admin's address too"
    for (request, over_http, visit), (_, status) in zip(answers, PUBLIC, strict=True):
        assert visit.page.status == status, request
        if over_http.status == 400:
            # A foreign host, or one that is not text, is refused before any redirect.
            visit = visit._replace(hops=None)
        else:
            assert over_http.status == 301, request
        assert total(visit) >= 150, (request, points(visit))
        assert total(visit._replace(is_preloaded=True)) >= 155, request


def test_find_results_score_150_too(production):
    sent = next(request for request, _ in PUBLIC if request.get("body"))
    ((_, _, visit),) = visits(production, "public", [sent])
    assert visit.page.status == 200
    assert b"someone to listen" in visit.page.body
    assert total(visit) >= 150, points(visit)


def test_the_admins_answers_score_145(production):
    answers = list(visits(production, "admin", [request for request, _ in ADMIN]))
    for (request, _, visit), (_, status) in zip(answers, ADMIN, strict=True):
        assert visit.page.status == status, request
        visit = visit._replace(hops=None) if status == 400 else visit
        assert total(visit) >= 145, (request, points(visit))
    assert answers[0][2].page.all("Set-Cookie")
    assert not any(visit.page.all("Set-Cookie") for _, _, visit in answers[2:3])


# The scorer itself

GOOD = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def made_up(changes=None, body=b"", **visit):
    """A visit to a made-up site whose headers are good but for these changes."""
    changes = changes or {}
    headers = [(k, v) for k, v in (GOOD | changes).items() if v is not None and k != "Set-Cookie"]
    headers += [("Set-Cookie", cookie) for cookie in changes.get("Set-Cookie", [])]
    return Visit(Answer(200, headers, body), **{"hops": ["https://hub.example.org/"]} | visit)


def with_policy(policy):
    return made_up({"Content-Security-Policy": policy})


def test_a_good_site_scores_150_and_the_most_is_165():
    assert total(made_up()) == 150
    cookie = ["sessionid=1; Secure; HttpOnly; SameSite=Lax"]
    script = b'<!doctype html><script src="/a.js" integrity="sha384-x"></script>'
    assert total(made_up({"Set-Cookie": cookie}, script, is_preloaded=True)) == 165


def test_djangos_defaults_score_55():
    names = ["Content-Security-Policy", "Strict-Transport-Security", "Referrer-Policy"]
    names += ["Cross-Origin-Resource-Policy", "Cross-Origin-Embedder-Policy"]
    bare = dict.fromkeys(names) | {"Referrer-Policy": "same-origin"}
    assert points(made_up(bare)) | {"subresource_integrity": 0} == {
        "content_security_policy": -25,
        "cookies": 0,
        "cross_origin_resource_sharing": 0,
        "redirection": 0,
        "referrer_policy": 5,
        "strict_transport_security": -20,
        "subresource_integrity": 0,
        "content_type_options": 0,
        "frame_options": 5,
        "resource_policy": 0,
        "embedder_policy": 0,
        "opener_policy": 10,
    }
    assert total(made_up(bare)) == 55


def test_bonuses_count_only_above_90():
    assert total(made_up({"X-Content-Type-Options": None})) == 145
    short = {"Strict-Transport-Security": "max-age=300"}
    assert total(made_up(short)) == 140
    assert total(made_up(short | {"X-Content-Type-Options": None})) == 85


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("default-src 'none'", 10),
        ("default-src 'none'; script-src 'sha256-abc' 'unsafe-inline'", 10),
        ("default-src 'none'; script-src 'nonce-abc'; img-src data:", 10),
        ("default-src 'self'", 5),
        ("default-src 'none'; style-src 'unsafe-inline'", 0),
        ("default-src 'none'; style-src https:", 0),
        ("default-src 'none'; report-uri /a; report-uri /b", 0),
        ("default-src 'none'; img-src http://a.example", -10),
        ("default-src 'none'; media-src http:", -10),
        ("default-src 'none'; script-src 'self' 'unsafe-eval'", -10),
        ("default-src 'none'; script-src 'unsafe-inline'", -20),
        ("default-src 'none'; script-src data:", -20),
        ("default-src 'none'; script-src https:", -20),
        ("default-src 'none'; script-src *", -20),
        ("default-src 'none'; object-src *", -20),
        ("script-src 'none'", -20),
        ("default-src 'none'; connect-src http://a.example", -20),
        ("default-src 'none'; script-src 'self'; script-src 'self'", -25),
        ("", -25),
        ("nonsense", -25),
        (None, -25),
    ],
)
def test_points_for_the_policy(policy, wanted):
    assert points(with_policy(policy))["content_security_policy"] == wanted


def test_a_report_only_policy_does_not_count():
    visit = made_up({"Content-Security-Policy": None, "Content-Security-Policy-Report-Only": "x"})
    assert points(visit)["content_security_policy"] == -25


HSTS = {"Strict-Transport-Security": "max-age=63072000"}
NO_HSTS = {"Strict-Transport-Security": None}


@pytest.mark.parametrize(
    ("cookies", "others", "wanted"),
    [
        ([], HSTS, 0),
        (["a=1; Secure; SameSite=Lax"], HSTS, 5),
        (["sessionid=1; Secure; HttpOnly; SameSite=Strict"], HSTS, 5),
        (["a=1; Secure"], HSTS, 0),
        (["a=1; SameSite=Lax"], HSTS, -5),
        (["sessionid=1; HttpOnly; SameSite=Lax"], HSTS, -10),
        (["a=1; SameSite=Lax"], NO_HSTS, -20),
        (["a=1; Secure; SameSite=Maybe"], HSTS, -20),
        (["csrftoken=1; Secure"], HSTS, -20),
        (["login=1; Secure; SameSite=Lax"], HSTS, -30),
        (["sessionid=1; HttpOnly; SameSite=Lax"], NO_HSTS, -40),
        (["a=1; Secure; SameSite=Lax", "login=1; Secure; SameSite=Lax"], HSTS, -30),
    ],
)
def test_points_for_cookies(cookies, others, wanted):
    assert points(made_up(others | {"Set-Cookie": cookies}))["cookies"] == wanted


def test_points_for_letting_other_sites_read():
    def answer(**headers):
        pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return made_up(preflight=Answer(200, pairs, b""))

    origin = {"Access_Control_Allow_Origin": "https://stranger.example"}
    credentials = {"Access_Control_Allow_Credentials": "true"}
    name = "cross_origin_resource_sharing"
    assert points(answer(**origin, **credentials))[name] == -50
    assert points(answer(**origin))[name] == 0
    assert points(answer(Access_Control_Allow_Origin="*"))[name] == 0
    assert points(made_up())[name] == 0


@pytest.mark.parametrize(
    ("hops", "wanted"),
    [
        (["https://hub.example.org/"], 0),
        (None, 0),
        (["https://www.example.org/"], -5),
        (["http://hub.example.org/a", "https://hub.example.org/a"], -10),
        (["http://hub.example.org/a"], -20),
        ([], -20),
    ],
)
def test_points_for_redirecting_to_https(hops, wanted):
    assert points(made_up(hops=hops))["redirection"] == wanted


def test_a_bad_certificate_costs_what_depends_on_it():
    scores = points(made_up(is_https=False))
    assert scores["redirection"] == scores["strict_transport_security"] == -20


@pytest.mark.parametrize(
    ("name", "value", "test", "wanted"),
    [
        ("Referrer-Policy", "same-origin", "referrer_policy", 5),
        ("Referrer-Policy", "unsafe-url, strict-origin", "referrer_policy", 5),
        ("Referrer-Policy", "no-referrer, something-new", "referrer_policy", 5),
        ("Referrer-Policy", None, "referrer_policy", 0),
        ("Referrer-Policy", "no-referrer, unsafe-url", "referrer_policy", -5),
        ("Referrer-Policy", "something-new", "referrer_policy", -5),
        ("Strict-Transport-Security", "max-age=15552000", "strict_transport_security", 0),
        ("Strict-Transport-Security", "max-age=15551999", "strict_transport_security", -10),
        ("Strict-Transport-Security", "max-age=soon", "strict_transport_security", -20),
        # With the comma of the service manual's sample, browsers do not understand the header.
        (
            "Strict-Transport-Security",
            "max-age=31536000, includeSubDomains",
            "strict_transport_security",
            -20,
        ),
        ("Strict-Transport-Security", None, "strict_transport_security", -20),
        ("X-Content-Type-Options", "nosniff", "content_type_options", 0),
        ("X-Content-Type-Options", "sniff", "content_type_options", -5),
        ("X-Content-Type-Options", None, "content_type_options", -5),
        ("Cross-Origin-Resource-Policy", "same-site", "resource_policy", 10),
        ("Cross-Origin-Resource-Policy", "cross-origin", "resource_policy", 0),
        ("Cross-Origin-Resource-Policy", None, "resource_policy", 0),
        ("Cross-Origin-Resource-Policy", "everybody", "resource_policy", -5),
        ("Cross-Origin-Embedder-Policy", "credentialless", "embedder_policy", 10),
        ("Cross-Origin-Embedder-Policy", "unsafe-none", "embedder_policy", 0),
        ("Cross-Origin-Embedder-Policy", "maybe", "embedder_policy", -5),
        ("Cross-Origin-Opener-Policy", "noopener-allow-popups", "opener_policy", 10),
        ("Cross-Origin-Opener-Policy", None, "opener_policy", 0),
        ("Cross-Origin-Opener-Policy", "maybe", "opener_policy", -5),
    ],
)
def test_points_for_one_header(name, value, test, wanted):
    assert points(made_up({name: value}))[test] == wanted


def test_a_site_on_the_browsers_own_list_need_not_send_the_header():
    assert points(made_up(is_preloaded=True))["strict_transport_security"] == 5


@pytest.mark.parametrize(
    ("policy", "frame_options", "wanted"),
    [
        ("default-src 'none'; frame-ancestors 'none'", None, 5),
        ("default-src 'none'", "SAMEORIGIN", 5),
        ("default-src 'none'", "ALLOW-FROM https://a.example", 0),
        ("default-src 'none'", "sometimes", -20),
        ("default-src 'none'", None, -20),
    ],
)
def test_points_against_frames(policy, frame_options, wanted):
    visit = made_up({"Content-Security-Policy": policy, "X-Frame-Options": frame_options})
    assert points(visit)["frame_options"] == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"<p>no script</p>", 0),
        (b"<script>one()</script>", 0),
        (b"<script src=/a.js></script>", 0),
        (b"<script src=/a.js integrity=sha384-x></script>", 5),
        (b"<script src=https://a.example/a.js integrity=sha384-x></script>", 5),
        (b"<script src=https://a.example/a.js></script>", -5),
        (b"<script src=http://a.example/a.js integrity=sha384-x></script>", -20),
        (b"<script src=http://a.example/a.js></script>", -50),
        (b"<script src=/a.js integrity=x></script><script src=//a.example/b.js></script>", -5),
        (b"\xff\xfe", -20),
    ],
)
def test_points_for_scripts_that_cannot_be_exchanged(body, wanted):
    assert points(made_up(body=body))["subresource_integrity"] == wanted
