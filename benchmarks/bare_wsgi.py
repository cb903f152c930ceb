"""The site as its web server serves it, with one bare DRF view beside it (benchmarks/api.py)."""

from config.wsgi import application  # isort: skip - it sets Django up
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls

__all__ = ["application"]


class Bare(APIView):
    """What the framework and the server take by themselves."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({"answer": 42})


urls.urlpatterns.insert(0, path("bare", Bare.as_view()))
