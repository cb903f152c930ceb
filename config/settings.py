"""One settings file, all from the environment, with safe defaults.

run.py leaves the environment of its instance in `<data>/instance.env`; it is read here
when DATABASE_URL is unset, so that `manage.py` works beside a running instance.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from reports.api.document.tags import TAGS

env = environ.Env()
envbool, envint, envlist = env.bool, env.int, env.list

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("CVR_DATA", default=str(BASE_DIR / "var"))).resolve()
if "DATABASE_URL" not in os.environ and (DATA_DIR / "instance.env").is_file():
    env.read_env(str(DATA_DIR / "instance.env"))


def envsecret(name: str) -> str:
    """Return a secret, or stop: a site without its secrets must not start."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is unset. Start the site with `python3 run.py`, or set {name}."
        )
    return str(value)


# -- the site ---------------------------------------------------------------------------
DEMO = envbool("CVR_DEMO", default=False)  # demonstration data and logins, plain http
HTTPS = envbool("CVR_HTTPS", default=not DEMO)  # served behind a proxy that speaks TLS
DEBUG = envbool("CVR_DEBUG", default=False)
SECRET_KEY = envsecret("SECRET_KEY")
ALLOWED_HOSTS = envlist("CVR_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "pgtrigger",
    "csp",
    "reports",
    "verification",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.public_cache.kept_pages",
    "reports.once.terms_read_once",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.login.second_factor",
    "config.login.nothing_left_behind",
    "reports.api.limits.quota_headers",
    "reports.api.conventions.Conventions",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.house",
            ],
            "builtins": ["config.tags", "config.chart_tags"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(0, "django.forms")  # so that our templates can replace its widgets

# -- rows, cache, sessions --------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///cvr")}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    CONN_MAX_AGE=60,  # seconds
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,  # actions open their own transactions
)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "config.cache.DispensableCache",  # may be gone
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cvr",
        "OPTIONS": {
            "socket_timeout": 1,  # seconds
            "socket_connect_timeout": 1,
            "retry": Retry(NoBackoff(), 1),  # once: the connection may only have been idle
        },
    },
}
# Seconds for which a public page may lack what needs no signature; 0 keeps no copies.
PUBLIC_CACHE_SECONDS = env.int("CVR_PUBLIC_CACHE_SECONDS", default=15)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600  # seconds; one long shift
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Where "leave at once" leads: an address that tells nothing. An empty page works without a line.
EXIT_URL = env.str("CVR_EXIT_URL", default="about:blank")

# -- people -----------------------------------------------------------------------------
AUTH_USER_MODEL = "reports.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.login.InvitedOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an operator, who knows the person
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before any change of the second factor
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/300s/key",
}
ACCOUNT_EMAIL_NOTIFICATIONS = False  # those mails carry addresses and user agents
SECOND_FACTOR_REQUIRED = not DEMO  # of those roles that can change a finding
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Ceasefire reports"
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the operator knows the person; no address is verified
DEFAULT_FROM_EMAIL = env.str("CVR_FROM_EMAIL", default="no-reply@localhost")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; the mail only counts messages, nobody waits for it

# -- what the browser may do ------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "camera": [],
    "display-capture": [],
    "fullscreen": ["self"],
    "geolocation": ["self"],  # a monitor may put down where they stand
    "gyroscope": [],
    "magnetometer": [],
    "microphone": [],
    "midi": [],
    "payment": [],
    "usb": [],
}
CSRF_FAILURE_VIEW = "reports.pages.stale_forms.stale_form"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked for on the loopback address
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:  # gunicorn listens on the loopback address only, so only our proxy can say this
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# -- languages and time -----------------------------------------------------------------
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("ru", _("Russian")),
    ("hy", _("Armenian")),
    ("az", _("Azerbaijani")),
    ("fr", _("French")),
    ("uk", _("Ukrainian")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]

# -- files the browser gets -------------------------------------------------------------


def evidence_storage(place: str) -> dict[str, Any]:
    """Return where evidence lies: in a folder, or in a bucket where it says s3://BUCKET."""
    if not place.startswith("s3://"):
        backend = "reports.evidence.storage.SealedFolder"
        return {"BACKEND": backend, "OPTIONS": {"location": place}}
    bucket = {
        "bucket_name": place.removeprefix("s3://").strip("/"),
        "endpoint_url": env.str("CVR_EVIDENCE_ENDPOINT", default="") or None,
        "region_name": env.str("CVR_EVIDENCE_REGION", default="") or None,
    }
    return {"BACKEND": "reports.evidence.bucket.SealedBucket", "OPTIONS": bucket}


STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "config" / "static"] if path.is_dir()]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.files.HashedFiles"},
    # Evidence has no address of its own: only pages that know who asks hand it out.
    "evidence": evidence_storage(env.str("CVR_EVIDENCE", default=str(DATA_DIR / "evidence"))),
}
# Files of which a part has come; shared by all servers, and never backed up.
UPLOADS_DIR = env.str("CVR_UPLOADS", default=str(DATA_DIR / "uploads"))
# Files of reports until their rows are in the record; shared by all servers.
IMPORTS_DIR = env.str("CVR_IMPORTS", default=str(DATA_DIR / "imports"))
FILE_UPLOAD_HANDLERS = [
    "reports.evidence.uploads.CappedUploads",  # before the others: it bounds what they keep
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# The handler above lets fewer pass, but for phones, which send a hundred at once.
DATA_UPLOAD_MAX_NUMBER_FILES = 112

# A virus scanner beside the site, "unix:/path" or "host:port" of clamd; unset: none is asked.
CLAMD = env.str("CVR_CLAMD", default="")
# A time-stamping authority (RFC 3161) and a file of the roots (PEM) one trusts to vouch for it;
# unset, or without requirements/extra-timestamp.lock: none is asked.
TSA_URL = env.str("CVR_TSA_URL", default="")
TSA_ROOTS = env.str("CVR_TSA_ROOTS", default="")

# -- messages ---------------------------------------------------------------------------
# Secrets of the doors of messages; without its secret there is no such door (docs/channels.md).
HOOKS = {
    "sms": env.str("CVR_SMS_SECRET", default=""),
    "twilio": env.str("CVR_TWILIO_TOKEN", default=""),
    "sensors": env.str("CVR_SENSOR_SECRET", default=""),
    "rapidpro": env.str("CVR_RAPIDPRO_SECRET", default=""),
}
HOOK_AGREEMENT = env.str("CVR_HOOK_AGREEMENT", default="")  # its slug; unset: the first
# What our own mail server calls itself where it writes down what it found (Authentication-Results).
MAIL_SERVER = env.str("CVR_MAIL_SERVER", default="")
PUBLIC_URL = env.str("CVR_PUBLIC_URL", default="").rstrip("/")  # as gateways know the site

# -- the machine's door -----------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "reports.api.authentication.KeyAuthentication",  # first: its challenge goes with a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "reports.api.authentication.HasScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["reports.api.limits.PartnerQuota"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "FORMAT_SUFFIX_KWARG": "suffix",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PARSER_CLASSES": ["config.rest.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "reports.api.document.schema.DoorSchema",
    "EXCEPTION_HANDLER": "config.rest.problem_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ceasefire verification reports",
    "DESCRIPTION": "File reports, work on cases and read the public record by machine. "
    "Refusals are RFC 9457 problems; instants are RFC 3339 in UTC; codes carry no language.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "CONTACT": {"name": "Whoever runs this site", "url": "https://reports.example.org/mechanism/"},
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVERS": [{"url": "/api/v1", "description": "this site"}],
    "TAGS": [{"name": name, "description": words} for name, words in TAGS.items()],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "reports.api.document.finishing.finish",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LikelihoodEnum": "reports.agreement.models.Likelihood",
        "ConfidenceEnum": "verification.adjudication.answers.Confidence",
    },
}

# -- work behind the pages --------------------------------------------------------------
# The journal is the only queue that counts; a message only says "look" (config/celery.py).


def broker_url(url: str) -> str:
    """Return Redis's address as Celery spells it (it has its own word for sockets)."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parts.query.partition("db=")[2] or "0"
    return f"redis+socket://{parts.path}?virtual_host={database}"


DOORBELL = envbool("CVR_DOORBELL", default=True)  # ring at every commit; off: beat only
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "cvr"
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 60  # seconds
CELERY_TASK_TIME_LIMIT = 90  # seconds; must stay below the visibility timeout
CELERY_TASK_PUBLISH_RETRY = False  # a filing never waits for the broker
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,  # seconds
    "unacked_restore_interval": 2,  # seconds between sweeps for lost messages
    "unacked_restore_throttle": 1,  # every sweep counts (default: one in ten)
    "socket_timeout": 3,  # seconds; a frozen Redis must not freeze us
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,  # seconds
}

# -- the log ------------------------------------------------------------------------------
# Where this site is reached from outside: what is told by message names whole addresses.
SITE_ORIGIN = env.str(
    "CVR_ORIGIN",
    default=f"https://{ALLOWED_HOSTS[0]}"
    if HTTPS
    else f"http://{ALLOWED_HOSTS[0]}:{env.str('PORT', default='8000')}",
)
# Partners' endpoints on this machine are reached only in demonstrations and tests.
WEBHOOK_LOOPBACK = envbool("CVR_WEBHOOK_LOOPBACK", default=DEMO)
WEBHOOK_PATIENCE_S = 10.0  # for all of one try
LOG_ORIGIN = env.str("CVR_LOG_ORIGIN", default="localhost/log/1")  # its name, for ever
LOG_SIGNER = env.str("CVR_LOG_SIGNER", default="")  # the signer's socket; unset: nothing is signed
# Those who watch the log from outside: "KEY ADDRESS; KEY ADDRESS", and how many must have cosigned.
LOG_WITNESSES = [one for one in env.str("CVR_LOG_WITNESSES", default="").split(";") if one.strip()]
LOG_QUORUM = env.int("CVR_LOG_QUORUM", default=1)

# -- what is written down ---------------------------------------------------------------
# No address and no user agent of anyone: formats name neither, gunicorn's access log is off.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {"tokens": {"()": "config.unnamed.TokensLeftOut"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}
    },
    "root": {"handlers": ["stderr"], "level": env.str("CVR_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        # Its message for a wrong host or a missing CSRF cookie is wanted; its
        # 4xx lines are not: they name paths that people asked for.
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
    },
}
