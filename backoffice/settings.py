"""All settings, read from the environment. Each is described in docs/settings.md."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from backoffice import env

# Lets the generic classes of Django be written with their types, as in ModelForm[Batch].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything that must be kept lives under one folder, private to its owner.
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "media"))).resolve()
env.private_folder(DATA_DIR)

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret("SECRET_KEY") or env.kept_secret(DATA_DIR / "secret-key")
BIND = env.text("BIND", "127.0.0.1")
PORT = env.integer("PORT", 8000, at_least=0, at_most=65535)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
WEB_PROCESSES = env.integer("WEB_PROCESSES", 2)
WORKER_PROCESSES = env.integer("WORKER_PROCESSES", min(os.cpu_count() or 1, 4))
METRICS_TOKEN = env.secret("METRICS_TOKEN")
LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")

INSTALLED_APPS = [
    "backoffice.apps.BackofficeConfig",
    "backoffice.apps.DeskAdminConfig",
    "cards",
    "extraction.apps.ExtractionConfig",
    "review",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "import_export",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Before whatever asks the database: it answers while there is none.
    "backoffice.readonly.middleware.ReadOnlyMode",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.strangers.middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backoffice.disk.middleware",
    "backoffice.vault_turns.middleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
LOGIN_URL = "admin:login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database: SQLite in DATA_DIR, or PostgreSQL through DATABASE_URL.


_SILENT_AT_MOST = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""Seconds, the last one milliseconds. A server that is gone without a word ends a worker's wait."""


def _database() -> dict[str, Any]:
    url = env.secret("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "backoffice.engines.sqlite3",
            "NAME": DATA_DIR / "db.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    try:
        found = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be understood: {error}") from None
    if not found["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://.")
    found["ENGINE"] = "backoffice.engines.postgresql"
    found["OPTIONS"] = {**_SILENT_AT_MOST, **found.get("OPTIONS", {})}
    return dict(found)


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Vault: a folder in DATA_DIR, or a bucket through VAULT_URL=s3://bucket/prefix. Keys, region and
# endpoint are the AWS_* variables that every S3 client reads.


def _storage(name: str, url: str) -> dict[str, Any]:
    """The back end that the setting called `name` asks for with `url`. Empty for none."""
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        return {
            "BACKEND": "cards.vault_storage.BucketStorage",
            "OPTIONS": {"bucket_name": parts.netloc, "location": parts.path.strip("/")},
        }
    if url.startswith("/"):
        return {
            "BACKEND": "cards.vault_storage.FolderStorage",
            "OPTIONS": {"location": Path(url)},
        }
    if url:
        raise ImproperlyConfigured(
            f"{name} is {url!r}; write s3://bucket, s3://bucket/folder or /a/folder."
        )
    return {}


def _vault() -> dict[str, Any]:
    folder = {
        "BACKEND": "cards.vault_storage.FolderStorage",
        "OPTIONS": {"location": DATA_DIR / "vault"},
    }
    return _storage("VAULT_URL", env.text("VAULT_URL")) or folder


STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "vault": _vault(),
    "staticfiles": {"BACKEND": "backoffice.static_files.StaticFiles"},
}
if VAULT_COPY := _storage("VAULT_COPY_URL", env.text("VAULT_COPY_URL")):
    STORAGES["vault_copy"] = VAULT_COPY
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(DATA_DIR / "static")))
WHITENOISE_MANIFEST_STRICT = False

# Small pictures made from the vault's; they can be deleted at any time.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pictures": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# Queue: Redis through REDIS_URL, or files in DATA_DIR.
REDIS_URL = env.secret("REDIS_URL")
QUEUE_DIR = DATA_DIR / "queue"
if REDIS_URL and urlsplit(REDIS_URL).scheme not in ("redis", "rediss"):
    raise ImproperlyConfigured("REDIS_URL must begin with redis:// or rediss://.")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        # A worker waits for messages without end; so it is told within half a minute when nobody
        # is there any more.
        "socket_keepalive": True,
        "socket_keepalive_options": {
            socket.TCP_KEEPIDLE: 10,
            socket.TCP_KEEPINTVL: 5,
            socket.TCP_KEEPCNT: 3,
        },
        "visibility_timeout": 600,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(env.private_folder(QUEUE_DIR / "messages")),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(env.private_folder(QUEUE_DIR / "control")),
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "cards"
# The clock's tasks have a queue of their own: behind a thousand cards they would expire unheard.
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in ("cards", "clock")}
CELERY_TASK_ROUTES = {
    name: {"queue": "clock"}
    for name in (
        "extraction.tasks.sweep",
        "extraction.tasks.tend_backlogs",
        "review.tasks.journal",
        "backoffice.tasks.keep_safe",
    )
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The fix-up closes the database session around every task unless told otherwise; sessions are
# cheap to keep and dear to open on PostgreSQL.
CELERY_DB_REUSE_MAX = 200
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "extraction.tasks.sweep",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "backlogs": {
        "task": "extraction.tasks.tend_backlogs",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "journal": {
        "task": "review.tasks.journal",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    # Looks what is due: publication, backup, trial, a part of the vault. A machine that slept at
    # night makes up for it.
    "keep safe": {
        "task": "backoffice.tasks.keep_safe",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

# Keeping: a backup every night, the newest few of them, and a trial of one every week.
BACKUP_DIR = Path(env.text("BACKUP_DIR", str(DATA_DIR / "backups"))).resolve()
BACKUP_HOUR = env.integer("BACKUP_HOUR", 3, at_least=0, at_most=23)
BACKUP_KEEP = env.integer("BACKUP_KEEP", 7, at_least=0)

# Publishing: what analysts take away, and what the site reads while its database is down.
PUBLISH_DIR = Path(env.text("PUBLISH_DIR", str(DATA_DIR / "published"))).resolve()
PUBLISH_HOUR = env.integer("PUBLISH_HOUR", 2, at_least=0, at_most=23)
PUBLISH_KEEP = env.integer("PUBLISH_KEEP", 7, at_least=0)

# Uploads while the database is down: refused, or kept in the vault until it is back.
READ_ONLY_UPLOADS = env.choice("READ_ONLY_UPLOADS", "refuse", ("refuse", "keep"))

# Taking in
MAX_FILE_BYTES = env.integer("MAX_FILE_BYTES", 50_000_000)
MAX_ARCHIVE_BYTES = env.integer("MAX_ARCHIVE_BYTES", 1_000_000_000)
MAX_PIXELS = env.integer("MAX_PIXELS", 80_000_000)
MAX_PAGES = env.integer("MAX_PAGES", 10)
MAX_FILES = env.integer("MAX_FILES", 1_000)
DATA_UPLOAD_MAX_NUMBER_FILES = MAX_FILES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000

# Reading
OPENAI_API_KEY = env.secret("OPENAI_API_KEY")
OPENAI_BASE_URL = env.text("OPENAI_BASE_URL")
OPENAI_API = env.choice(
    "OPENAI_API", "chat" if OPENAI_BASE_URL else "responses", ("responses", "chat")
)
OPENAI_MODEL = env.text("OPENAI_MODEL", "gpt-5-mini")
# A model that does not reason refuses to be told how much; of the usual one it is known.
IS_USUAL_MODEL = OPENAI_MODEL == "gpt-5-mini" and not OPENAI_BASE_URL
OPENAI_REASONING_EFFORT = env.choice(
    "OPENAI_REASONING_EFFORT",
    "low" if IS_USUAL_MODEL else "",
    ("none", "minimal", "low", "medium", "high", "xhigh", "max"),
)
OPENAI_TIMEOUT_SECONDS = env.integer("OPENAI_TIMEOUT_SECONDS", 90)
OPENAI_DAILY_BUDGET = env.amount("OPENAI_DAILY_BUDGET")
OPENAI_MONTHLY_BUDGET = env.amount("OPENAI_MONTHLY_BUDGET")
OPENAI_PRICES = env.price_list("OPENAI_PRICES")
HAS_OPENAI = bool(OPENAI_API_KEY or OPENAI_BASE_URL)
EXTRACTOR = env.text("EXTRACTOR", "openai_vision" if HAS_OPENAI else "offline")
EXTRACTOR_OPTIONS: dict[str, dict[str, Any]] = {
    "openai_vision": {
        "api_key": OPENAI_API_KEY,
        "base_url": OPENAI_BASE_URL,
        "api": OPENAI_API,
        "model": OPENAI_MODEL,
        "effort": OPENAI_REASONING_EFFORT,
        "timeout_seconds": OPENAI_TIMEOUT_SECONDS,
    },
}
JOB_LEASE_SECONDS = env.integer("JOB_LEASE_SECONDS", 30)
JOB_MAX_ATTEMPTS = env.integer("JOB_MAX_ATTEMPTS", 5)

# Reviewing
REVIEW_LEASE_SECONDS = env.integer("REVIEW_LEASE_SECONDS", 180)
REVIEW_UNDO_SECONDS = env.integer("REVIEW_UNDO_SECONDS", 600, at_least=0)
SECOND_LOOK_PERCENT = env.integer("SECOND_LOOK_PERCENT", 0, at_least=0, at_most=100)

# Each language by its own name. A visitor gets the one they chose (a cookie, for a year), else the
# one their browser asks for, else LANGUAGE_CODE.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "en", tuple(code for code, _name in LANGUAGES))
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "backoffice" / "locale"]
USE_I18N = True
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True
FORMAT_MODULE_PATH = ["backoffice.formats"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

# Text read off a card is hostile and is shown on every page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = env.flag("HTTPS")
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$", "^metrics$"]
    SECURE_HSTS_SECONDS = 3600
    SESSION_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        # A 403 is said in a line; where it was decided is no news.
        "no_denials": {"()": "backoffice.log.WithoutDenials"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_denials"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # A stranger's Host header is refused with 400; a traceback for each would hide the rest.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        **{
            name: {"level": "WARNING"}
            for name in (
                "botocore",
                "celery.beat",
                "celery.worker",
                "celery.app.trace",
                "httpx2",
                "kombu",
                "PIL",
            )
        },
    },
}
