"""The only settings. A laptop needs none of the environment; production must name everything."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from helphub import production
from helphub.edition import content_file
from helphub.exit import exit_address

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # What this machine makes for itself. Git ignores it.

# Laptop or production

LAPTOP = not {"SECRET_KEY", "HELPHUB_ROLE", "ALLOWED_HOSTS"} & set(os.environ)


def from_environment(name, what):
    """A value that production cannot do without."""
    if value := os.environ.get(name, "").strip():
        return value
    raise ImproperlyConfigured(
        f"Set {name} ({what}). This is production, because at least one of SECRET_KEY, "
        "HELPHUB_ROLE and ALLOWED_HOSTS is set; unset all three for a laptop."
    )


def laptop_secret_key():
    """A key made once for this machine, so that signing in survives a restart."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


# Where the editions are, and the one that this process makes or reads, if it is not the current.
EDITIONS_DIR = Path(os.environ.get("EDITIONS_DIR") or VAR_DIR / "editions")
EDITION = Path(os.environ["HELPHUB_EDITION"]) if os.environ.get("HELPHUB_EDITION") else None
# So much of the disk editions may take. The newest two stay in any case.
EDITIONS_MOST_MB = int(os.environ.get("EDITIONS_MOST_MB") or 3000)
# Where nginx has its copy of the current edition, if this machine has one: for alarms.
FRONT_DIR = Path(os.environ["FRONT_DIR"]) if os.environ.get("FRONT_DIR") else None


DEBUG = os.environ.get("DEBUG") == "1"
if LAPTOP:
    SECRET_KEY = laptop_secret_key()
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    # An edition is made and read by the public role alone.
    ROLES = {"public"} if EDITION else {"public", "admin"}
    PUBLIC_HOST = "localhost"
    DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'helphub.sqlite3'}"
    EXIT_URL = os.environ.get("EXIT_URL") or "https://www.google.com/webhp"
    # Only here may an officer sign in with a password alone.
    SECOND_FACTOR = os.environ.get("SECOND_FACTOR") == "1"
else:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG=1 is for a laptop. Unset it in production.")
    if os.environ.get("SECOND_FACTOR", "1") != "1":
        raise ImproperlyConfigured(
            "Only a laptop goes without a second factor. Unset SECOND_FACTOR in production."
        )
    SECOND_FACTOR = True
    SECRET_KEY = production.secret_key(
        from_environment("SECRET_KEY", "a long random text, the same on every worker")
    )
    ALLOWED_HOSTS = production.hosts(
        from_environment("ALLOWED_HOSTS", "the host names, with spaces between")
    )
    role = from_environment("HELPHUB_ROLE", "public or admin")
    if role not in {"public", "admin"}:
        raise ImproperlyConfigured("HELPHUB_ROLE is public or admin.")
    ROLES = {role}
    EDITIONS_DIR = Path(from_environment("EDITIONS_DIR", "the folder of editions of both roles"))
    if role == "admin":
        DATABASE_URL = from_environment("DATABASE_URL", "such as postgresql://user:word@host/name")
        PUBLIC_HOST = production.public_host(
            from_environment("PUBLIC_HOST", "the host name that readers type")
        )
    else:
        PUBLIC_HOST = production.public_host(
            os.environ.get("PUBLIC_HOST", "").strip() or ALLOWED_HOSTS[0].lstrip("."), ALLOWED_HOSTS
        )
    EXIT_URL = from_environment("EXIT_URL", "where “Leave this site quickly” goes")

# Where the exit goes: absolute https, another host, nothing in it that says where one came from.
EXIT_URL = exit_address(EXIT_URL, own_hosts=ALLOWED_HOSTS)

# What only the owner knows. Pages say "not yet named" and check --deploy fails until it is set.
OWNER = {
    name: os.environ.get(f"OWNER_{name.upper().replace('-', '_')}", "")
    for name in [
        "name",  # Who runs the site and answers for personal data.
        "address",
        "email",  # For requests about accessibility and privacy.
        "phone",
        "reply-time",  # Such as "10 working days".
        "ico",  # Registration number with the Information Commissioner.
        "dpo",  # Data protection officer.
        "statement-date",  # When the accessibility statement was written and checked.
        "tested-by",  # Who tested accessibility.
        "compliance",  # "fully", "partly" or "not" compliant with WCAG 2.2 AA, once tested.
        "logs",  # What the servers in front keep about a visit, and for how long.
    ]
}
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "")  # mailto: or https: for security.txt.

# The application

FOR_OFFICERS = "admin" in ROLES  # Readers' servers have no accounts, no sessions and no cookies.
INSTALLED_APPS = [
    "modeltranslation",
    "helphub.apps.HelphubConfig",
    "strategy",
    "contacts",
    "services",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]
if FOR_OFFICERS:
    INSTALLED_APPS += [
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "reversion",
        "helphub.history",
        "helphub.signin",  # Last: it takes the place of what those before it put into the admin.
    ]
MIDDLEWARE = [
    "helphub.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "helphub.middleware.readable_path",
    "helphub.middleware.small_letters",
    "helphub.middleware.language_of_address",
    "helphub.middleware.pages_for_refusals",
    "helphub.middleware.readers_edition",
    "django.middleware.common.CommonMiddleware",
]
if FOR_OFFICERS:
    # These see the admin's requests only, but for allauth's, which does nothing for the others.
    MIDDLEWARE += [
        "helphub.admin_middleware.AdminSessions",
        "helphub.admin_middleware.AdminForgeryProtection",
        "helphub.admin_middleware.AdminSignIn",
        "helphub.admin_middleware.AdminMessages",
        "allauth.account.middleware.AccountMiddleware",
        "helphub.signin.gate.Gate",
        "helphub.admin_middleware.AdminAddresses",
        "helphub.history.middleware.Recorded",
    ]
ROOT_URLCONF = "helphub.urls"
WSGI_APPLICATION = "helphub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"desk": "helphub.desk.tags"} if FOR_OFFICERS else {},
            "context_processors": [
                "django.template.context_processors.request",
                *(
                    [
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                    if FOR_OFFICERS
                    else []
                ),
                "helphub.context_processors.every_page",
            ],
        },
    },
]
if not FOR_OFFICERS:
    # Readers' servers know no other database than the edition's own file.
    DATABASES = {"default": content_file.database(EDITION or EDITIONS_DIR / "current")}
else:
    DATABASES = {
        # A connection that the server has closed meanwhile is made again, and no form lost by it.
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
    if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        VAR_DIR.mkdir(exist_ok=True)
        # Several workers share the file: wait for each other, and read while one writes.
        DATABASES["default"]["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        }
    else:
        DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
DATABASE_ROUTERS = ["helphub.edition.reading.Router"]
# What can be found while there is no edition, in a file of its own: manage.py build_index.
FIND_INDEX = Path(os.environ.get("FIND_INDEX") or VAR_DIR / "find.sqlite3")
# Pages of entries that wait, as officers show them to each other. The admin's own, and soon gone.
PREVIEWS_DIR = Path(
    os.environ.get("PREVIEWS_DIR")
    or (VAR_DIR if LAPTOP else Path(tempfile.gettempdir()) / "helphub") / "previews"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# Signing in, for officers. What it does is in signin/.

if FOR_OFFICERS:
    AUTHENTICATION_BACKENDS = ["helphub.signin.backend.OfficersBackend"]
    CSRF_FAILURE_VIEW = "helphub.signin.views.stale_form"
    LOGIN_URL = "account_login"
    LOGIN_REDIRECT_URL = "admin:index"
    ACCOUNT_ADAPTER = "helphub.signin.adapters.AccountAdapter"
    ACCOUNT_LOGIN_METHODS = {"username"}
    ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # Nobody signs up; a check wants to know.
    ACCOUNT_EMAIL_VERIFICATION = "none"
    ACCOUNT_SESSION_REMEMBER = False
    ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
    MFA_ADAPTER = "helphub.signin.adapters.FactorAdapter"
    MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
    MFA_PASSKEY_LOGIN_ENABLED = True
    MFA_RECOVERY_CODES_SHOW_ONCE = True
    MFA_TOTP_ISSUER = "Dudley help hub"
    # Behind nginx the address of whoever asks is the last that X-Forwarded-For names.
    ALLAUTH_TRUSTED_PROXY_COUNT = 0 if LAPTOP else 1
    # Counts failed attempts for all workers together; a table, so that no other server is needed.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "helphub_cache",
            # Nobody clears the counts by making many others.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
    PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # How long the link that a keeper of users gives works.
    # What one keeper of users did to accounts (signin/account_changes.py).
    ACCOUNT_CHANGE_WAITS = timedelta(days=1)  # So long, unless a second keeper agrees.
    ACCOUNT_AGE = timedelta(days=7)  # To approve numbers, and to count as a second keeper.
    LONE_KEEPER_FACTOR_AGE = timedelta(days=1)  # Where nobody else could vouch.
    ACCOUNT_NEWS = timedelta(days=30)  # So long every officer's first page tells of it.
    SESSION_IDLE_SECONDS = 30 * 60
    SESSION_LONGEST_SECONDS = 12 * 60 * 60
    CONFIRMED_SECONDS = 5 * 60  # So long a password or factor counts for what is asked again.
    # The row outlives the session, so that what was typed over a weekend finds its owner again.
    SESSION_COOKIE_AGE = 3 * 24 * 60 * 60
    SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Languages. A new one needs a migration: every translated field has a column for it.

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ur", "Urdu"),
    ("pa", "Panjabi"),
    ("pl", "Polish"),
    ("ro", "Romanian"),
    ("ar", "Arabic"),
    ("en-simple", "Easy Read English"),
]
# Each by its own name, as its readers write it. Django's names differ, or are missing.
LANG_INFO["en-simple"] = {"bidi": False, "code": "en-simple"}
for code, name_local in {
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "ar": "العربية",
    "en-simple": "Easy Read",
}.items():
    LANG_INFO[code] |= {"name": dict(LANGUAGES)[code], "name_local": name_local}
# The languages whose safety set two people have reviewed. Only these are offered in production.
REVIEWED_LANGUAGES = ["en"]
OFFERED_LANGUAGES = [code for code, _ in LANGUAGES if LAPTOP or code in REVIEWED_LANGUAGES]
if LAPTOP and os.environ.get("OFFERED_LANGUAGES"):  # Fewer are sooner published.
    OFFERED_LANGUAGES = os.environ["OFFERED_LANGUAGES"].split()
LOCALE_PATHS = [BASE_DIR / "helphub" / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ["en"]
USE_I18N = True
FORMAT_MODULE_PATH = ["helphub.formats"]  # Dates day first. Django's own English is American.
TIME_ZONE = "Europe/London"
USE_TZ = True

# Files

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if LAPTOP else VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LAPTOP
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LAPTOP  # A laptop serves them as they lie, without collectstatic.
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0

# Security. The headers of pages are in middleware.py.

ADMIN_PREFIX = "/admin/"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = ADMIN_PREFIX
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LAPTOP
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Not no-referrer: that sends "Origin: null" with a form, which the forgery check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if LAPTOP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LAPTOP
# Every host of the parent domain would be on https for good: whoever owns it must have agreed.
SECURE_HSTS_PRELOAD = os.environ.get("HSTS_PRELOAD") == "1"
SECURE_SSL_REDIRECT = not LAPTOP
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: the policy's frame-ancestors says it.
    "security.W003",  # CsrfViewMiddleware: a subclass of it guards the admin.
    "security.W021",  # HSTS preload: HSTS_PRELOAD=1 asks for it, the owner decides.
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_readers": {"()": "helphub.logs.WithoutReaders"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_readers"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Django's own console handler works with DEBUG only, and mails nobody here.
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        # Each refusal would leave the address that somebody asked for in the log.
        "django.request": {"level": "ERROR"},
    },
}
