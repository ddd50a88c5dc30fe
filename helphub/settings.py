"""All the settings. A laptop needs no environment variables; production must set its own."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from helphub import production
from helphub.content import content_file
from helphub.exit import exit_address

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # Files this machine generates. Git ignores them.

# Laptop or production

LAPTOP = not {"SECRET_KEY", "HELPHUB_ROLE", "ALLOWED_HOSTS"} & set(os.environ)


def from_environment(name, description):
    """A setting that production must have."""
    if value := os.environ.get(name, "").strip():
        return value
    raise ImproperlyConfigured(
        f"Set {name} ({description}). This is production, because at least one of SECRET_KEY, "
        "HELPHUB_ROLE and ALLOWED_HOSTS is set; unset all three for a laptop."
    )


def laptop_secret_key():
    """A key made once for this machine, so sign-ins survive a restart."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


# Where editions are kept, and the one this process makes or reads if not the current one.
EDITIONS_DIR = Path(os.environ.get("EDITIONS_DIR") or VAR_DIR / "editions")
EDITION = Path(os.environ["HELPHUB_EDITION"]) if os.environ.get("HELPHUB_EDITION") else None
# The disk space editions may take. The newest two are kept in any case.
EDITIONS_MOST_MB = int(os.environ.get("EDITIONS_MOST_MB") or 3000)
# Where readers' servers leave what readers say is wrong. Without it, nothing of that is kept.
REPORTS_DIR = Path(os.environ["REPORTS_DIR"]) if os.environ.get("REPORTS_DIR") else None
if LAPTOP and not REPORTS_DIR:
    REPORTS_DIR = VAR_DIR / "reports"
# nginx's copy of the current edition, if this machine has one. Used for alarms.
FRONT_DIR = Path(os.environ["FRONT_DIR"]) if os.environ.get("FRONT_DIR") else None


DEBUG = os.environ.get("DEBUG") == "1"
if LAPTOP:
    SECRET_KEY = laptop_secret_key()
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    # Only the public role makes and reads an edition.
    ROLES = {"public"} if EDITION else {"public", "admin"}
    PUBLIC_HOST = "localhost"
    DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'helphub.sqlite3'}"
    EXIT_URL = os.environ.get("EXIT_URL") or "https://www.google.com/webhp"
    # Only a laptop lets an officer sign in with just a password.
    SECOND_FACTOR = os.environ.get("SECOND_FACTOR") == "1"
else:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG=1 is for a laptop. Unset it in production.")
    if os.environ.get("SECOND_FACTOR", "1") != "1":
        raise ImproperlyConfigured(
            "Only a laptop may run without a second factor. Unset SECOND_FACTOR in production."
        )
    SECOND_FACTOR = True
    SECRET_KEY = production.secret_key(
        from_environment("SECRET_KEY", "a long random string, the same on every worker")
    )
    ALLOWED_HOSTS = production.hosts(
        from_environment("ALLOWED_HOSTS", "the host names, separated by spaces")
    )
    role = from_environment("HELPHUB_ROLE", "public or admin")
    if role not in {"public", "admin"}:
        raise ImproperlyConfigured("HELPHUB_ROLE must be public or admin.")
    ROLES = {role}
    EDITIONS_DIR = Path(from_environment("EDITIONS_DIR", "the editions folder that both roles use"))
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

# Where the exit leads: absolute https, another host, nothing that says where the reader came from.
EXIT_URL = exit_address(EXIT_URL, own_hosts=ALLOWED_HOSTS)

# Only the owner knows these. Until they are set, pages say "not yet named" and check --deploy
# fails.
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
# Lets the council's own systems ask the admin what is due for a check. Empty: nobody can ask.
CHECKS_TOKEN = os.environ.get("CHECKS_TOKEN", "")
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "")  # mailto: or https: for security.txt.

# The application

FOR_OFFICERS = "admin" in ROLES  # Readers' servers have no accounts, no sessions and no cookies.
INSTALLED_APPS = [
    "modeltranslation",
    "helphub.apps.HelphubConfig",
    # Rooms, lowest floor first.
    "helphub.content",
    "strategy",
    "helphub.languages",
    "contacts",
    "services",
    "helphub.search",
    "helphub.editions",
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
        "helphub.history",
        "helphub.advice",
        "helphub.publishing",
        "helphub.approvals",
        "helphub.reviews",
        "helphub.dashboard",
        "helphub.checking",
        "helphub.spreadsheets",
        "helphub.adding",
        "helphub.splitting",
        "helphub.bulk",  # After the lists that it adds its actions to.
        "helphub.accounts",  # Last: it replaces what the apps above put into the admin.
    ]
MIDDLEWARE = [
    "helphub.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "helphub.middleware.readable_path",
    "helphub.middleware.small_letters",
    "helphub.middleware.readers_edition",
    "helphub.middleware.language_of_address",
    "helphub.middleware.pages_for_refusals",
    "django.middleware.common.CommonMiddleware",
    "helphub.middleware.without_indentation",
]
if FOR_OFFICERS:
    # These act on admin requests only. allauth's sees the others too, but leaves them alone.
    MIDDLEWARE += [
        "helphub.accounts.admin_middleware.AdminSessions",
        "helphub.accounts.admin_middleware.AdminForgeryProtection",
        "helphub.accounts.admin_middleware.AdminSignIn",
        "helphub.accounts.admin_middleware.AdminMessages",
        "allauth.account.middleware.AccountMiddleware",
        "helphub.accounts.middleware.SignInRequired",
        "helphub.accounts.admin_middleware.AdminAddresses",
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
            "libraries": {
                "advice": "helphub.advice.tags",
                "dashboard": "helphub.dashboard.tags",
                "publishing": "helphub.publishing.tags",
                "splitting": "helphub.splitting.tags",
                "spreadsheets": "helphub.spreadsheets.tags",
            }
            if FOR_OFFICERS
            else {},
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
    # The edition's own file is the only database of a readers' server.
    DATABASES = {"default": content_file.database(EDITION or EDITIONS_DIR / "current")}
else:
    DATABASES = {
        # Reconnect if the server has closed the connection, so no form is lost.
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
    if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        VAR_DIR.mkdir(exist_ok=True)
        # Workers share the file. Each waits its turn to write, and can read while another writes.
        DATABASES["default"]["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        }
    else:
        DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
DATABASE_ROUTERS = ["helphub.content.router.Router"]
# The find index for when there is no edition. manage.py build_index makes it.
FIND_INDEX = Path(os.environ.get("FIND_INDEX") or VAR_DIR / "find.sqlite3")
# Previews of waiting entries, which officers show each other. Only the admin has them, for a short
# time.
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

# Officers' sign-in. The code is in accounts/.

if FOR_OFFICERS:
    AUTHENTICATION_BACKENDS = ["helphub.accounts.backend.OfficersBackend"]
    CSRF_FAILURE_VIEW = "helphub.accounts.views.stale_form"
    LOGIN_URL = "account_login"
    LOGIN_REDIRECT_URL = "admin:index"
    ACCOUNT_ADAPTER = "helphub.accounts.adapters.AccountAdapter"
    ACCOUNT_LOGIN_METHODS = {"username"}
    ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # Sign-up is closed; a check needs this.
    ACCOUNT_EMAIL_VERIFICATION = "none"
    ACCOUNT_SESSION_REMEMBER = False
    ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
    MFA_ADAPTER = "helphub.accounts.adapters.FactorAdapter"
    MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
    MFA_PASSKEY_LOGIN_ENABLED = True
    MFA_RECOVERY_CODES_SHOW_ONCE = True
    MFA_TOTP_ISSUER = "Dudley help hub"
    # Behind nginx, the client's address is the last one in X-Forwarded-For.
    ALLAUTH_TRUSTED_PROXY_COUNT = 0 if LAPTOP else 1
    # Counts failed attempts across workers. A database table saves running another server.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "helphub_cache",
            # High enough that an attacker can't evict the counters.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
    PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # How long a keeper's sign-in link works.
    # Limits on what one user administrator can do to accounts (see accounts/__init__.py).
    ACCOUNT_CHANGE_WAITS = timedelta(days=1)  # Unless a second keeper agrees.
    ACCOUNT_AGE = timedelta(days=7)  # Before approving numbers or acting as second keeper.
    LONE_KEEPER_FACTOR_AGE = timedelta(days=1)  # If no other keeper could vouch.
    ACCOUNT_NEWS = timedelta(days=30)  # How long officers' first page shows it.
    SIGN_INS_KEPT = timedelta(days=3 * 366)  # The rest of the log of changes is never deleted.
    SESSION_IDLE_SECONDS = 30 * 60
    SESSION_LONGEST_SECONDS = 12 * 60 * 60
    CONFIRMED_SECONDS = 5 * 60  # How long before we ask for the password or factor again.
    # The row outlives the session, so text typed before a weekend is still there after it.
    SESSION_COOKIE_AGE = 3 * 24 * 60 * 60
    SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Languages. A new one needs a migration: each translated field has a column per language.

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ur", "Urdu"),
    ("pa", "Panjabi"),
    ("pl", "Polish"),
    ("ro", "Romanian"),
    ("ar", "Arabic"),
    # Not “Easy Read” before three people whom it is for have tested it.
    ("en-simple", "Simpler English"),
]
# Each language's own name, as its readers write it. Django's differ, or are missing.
LANG_INFO["en-simple"] = {"bidi": False, "code": "en-simple"}
for code, name_local in {
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "ar": "العربية",
    "en-simple": "Simpler words",
}.items():
    LANG_INFO[code] |= {"name": dict(LANGUAGES)[code], "name_local": name_local}
# Languages that pages are made in. Production makes those that a publisher offers to readers; a
# laptop makes the others too, as drafts. Fewer publish faster.
BUILT_LANGUAGES = [code for code, _ in LANGUAGES]
if LAPTOP and os.environ.get("BUILT_LANGUAGES"):
    BUILT_LANGUAGES = os.environ["BUILT_LANGUAGES"].split()
    if unknown := set(BUILT_LANGUAGES) - {code for code, _ in LANGUAGES}:
        raise ImproperlyConfigured(
            f"BUILT_LANGUAGES names {', '.join(sorted(unknown))}. Write codes such as “en ur”, "
            "separated by spaces."
        )
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
WHITENOISE_USE_FINDERS = LAPTOP  # A laptop serves them from source, without collectstatic.
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
# Preloading puts every host of the parent domain on https for good. Its owner must agree first.
SECURE_HSTS_PRELOAD = os.environ.get("HSTS_PRELOAD") == "1"
SECURE_SSL_REDIRECT = not LAPTOP
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: the policy's frame-ancestors covers it.
    "security.W003",  # CsrfViewMiddleware: a subclass of it guards the admin.
    "security.W021",  # HSTS preload: the owner decides, with HSTS_PRELOAD=1.
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
    # Django's console handler only works with DEBUG, and there is no one here to e-mail.
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        # Otherwise each refusal would log the address that was asked for.
        "django.request": {"level": "ERROR"},
    },
}
