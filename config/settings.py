"""Settings: one file, read from the environment through `config/env.py`, which refuses bad values."""

from __future__ import annotations

from csp.constants import NONE, SELF

from config import env
from config.schedule import SCHEDULE

BASE_DIR = env.BASE_DIR
STATE_DIR = env.state_dir()
"""Everything this installation keeps on disk that is not in PostgreSQL: `.local/` on a bare machine."""

DEBUG = env.boolean("CASEBOOK_DEBUG", default=False)
SECRET_KEY = env.secret_key()
FIELD_KEYS = env.field_keys()
"""Fernet keys for connector secrets, newest first; apart from SECRET_KEY so that each rotates alone."""

ALLOWED_HOSTS = env.list_of("CASEBOOK_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list_of("CASEBOOK_ORIGINS", default=[])
PUBLIC_URL = env.text("CASEBOOK_URL", default="http://127.0.0.1:8000")
BEHIND_TLS = env.boolean("CASEBOOK_TLS", default=False)
"""True where a proxy of ours terminates TLS: cookies become Secure, HSTS is sent, plain requests are redirected."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "config.services",
    "casebook",
    "accounts",
    "automation",
    "triage",
]

MIDDLEWARE = [
    "config.middleware.RequestMiddleware",
    "config.bodies.BodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.signin.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "casebook.templatetags.casebook_ui",
                "casebook.templatetags.casebook_time",
                "casebook.templatetags.casebook_words",
                "casebook.templatetags.casebook_charts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
            ],
        },
    }
]

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.redis_url()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "casebook",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["accounts.signin.PersonBackend"]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_IDLE_S = env.integer("CASEBOOK_SESSION_IDLE_S", default=30 * 60)
SESSION_COOKIE_AGE = 14 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-casebook" if BEHIND_TLS else "casebook"
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "csrftoken"
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = env.made(STATE_DIR / "tmp")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

EMAIL_BACKEND = env.text(
    "CASEBOOK_EMAIL_BACKEND",
    default=(
        "django.core.mail.backends.smtp.EmailBackend"
        if env.text("CASEBOOK_SMTP_HOST", default="")
        else "django.core.mail.backends.filebased.EmailBackend"
    ),
)
EMAIL_FILE_PATH = env.made(STATE_DIR / "mail")
EMAIL_HOST = env.text("CASEBOOK_SMTP_HOST", default="localhost")
EMAIL_PORT = env.integer("CASEBOOK_SMTP_PORT", default=25)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("CASEBOOK_MAIL_FROM", default="casebook@localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_auth.TokenAuthentication",
        "accounts.api_auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["casebook.api.parsers.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.problem_for",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Casebook",
    "DESCRIPTION": "Case management for security operations: alerts in, guided triage, decisions with their because.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CaseStateEnum": "casebook.models.State",
        "TaskStateEnum": "triage.models.Task.State",
        "ClockStateEnum": "casebook.models.ClockState",
        "EvidenceStateEnum": "casebook.models.EvidenceState",
        "AssetKindEnum": "casebook.models.Asset.Kind",
        "ActionKindEnum": "automation.containment.kinds.NAMES",
        "ActionStateEnum": "automation.models.ActionState",
        "LogKindEnum": "automation.fetch.policy.LOG_KINDS",
    },
}

CELERY_BROKER_URL = env.broker_url()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 30,
    "health_check_interval": 25,
    "visibility_timeout": 3600,
}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULE = SCHEDULE

CASEBOOK_PLUGINS = "config.plugins"
CASEBOOK_PERSON_ACTOR = "accounts.actors.PersonActor"
CASEBOOK_REACTIONS = "config.reactions.REACTIONS"
EVIDENCE_DIR = env.made(STATE_DIR / "evidence")
EVENTS_DIR = env.made(STATE_DIR / "events")
CAPS = {
    "alert": 1024 * 1024,
    "alerts": 32 * 1024 * 1024,
    "alerts_items": 1000,
    "intake": 4 * 1024 * 1024,
    "evidence": env.integer("CASEBOOK_EVIDENCE_CAP", default=64 * 1024 * 1024),
    "import": 64 * 1024 * 1024,
    "import_files": 5000,
    "import_unpacked": 256 * 1024 * 1024,
    "body": 1024 * 1024,
}
"""Bytes (and items) a request may carry, by route; over it the answer is 413 and names the cap."""
IMPORTS_KEPT_DAYS = env.integer("CASEBOOK_IMPORTS_KEPT_DAYS", default=14)
"""For how many days after an import has ended what was uploaded for it, and the steps a dry run lists, are kept."""
FINDING_MARGIN_S = env.integer("CASEBOOK_FINDING_MARGIN_S", default=24 * 3600)
"""How far around the alerts' span events still count as this case's."""
INTEL_DIR = env.folder("CASEBOOK_INTEL", default=STATE_DIR / "intel")
"""Local intelligence lists: `<name>.txt` block lists and warning lists in JSON, read by the local_lists enricher."""

SIMULATED_TARGET_SOCKET = env.text("CASEBOOK_TARGET_SOCKET", default=str(STATE_DIR / "target.sock"))
"""Where the demo's simulated target listens."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("CASEBOOK_LOG", default="INFO")},
}
