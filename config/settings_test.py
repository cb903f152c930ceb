"""Settings of the tests: fast hasher, no network, memory for a cache.

The engines come from `python3 run.py test`, which sets DATABASE_URL and REDIS_URL.
"""

import os
from tempfile import TemporaryDirectory

os.environ.setdefault("SECRET_KEY", "tests-only-never-a-real-site")
os.environ.setdefault("DATABASE_URL", "postgres://127.0.0.1:1/no-database-here")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
os.environ.setdefault("CVR_HTTPS", "0")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from config.settings import *  # noqa: F403 - the environment comes first
from config.settings import CACHES as REAL_CACHES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PUBLIC_CACHE_SECONDS = 0  # tests read what they have just written
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "redis": REAL_CACHES["default"],
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
_uploads = TemporaryDirectory(prefix="cvr-uploads-")  # gone with the process
UPLOADS_DIR = _uploads.name
_imports = TemporaryDirectory(prefix="cvr-imports-")
IMPORTS_DIR = _imports.name
ACCOUNT_RATE_LIMITS = False
DOORBELL = False  # no worker listens; tests call drain() themselves
SECOND_FACTOR_REQUIRED = False  # the tests of sign-in turn it on
CLAMD = TSA_URL = ""  # the tests that ask have a stand-in of their own
WEBHOOK_LOOPBACK = True  # receivers of tests are on this machine
WEBHOOK_PATIENCE_S = 2.0
LOG_WITNESSES = []
LOG_SIGNER = ""  # tests that sign have the signer in their own process
