"""The door for WSGI servers (gunicorn, as run.py starts it)."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

from config.chunked import takes_chunks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import_module("config.celery")  # so that the doorbell knows its broker
application = takes_chunks(get_wsgi_application())
