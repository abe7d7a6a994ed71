from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from latchkey.wsgi import Latchkey
from orders import LATER, gate, reached

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="of no use")


def health(_: HttpRequest) -> Any:
    return JsonResponse({})


def orders(request: HttpRequest, _: str) -> Any:
    return JsonResponse(reached(request.META["latchkey"]))


urlpatterns = [path("health", health), path("<_>", orders)]
app = Latchkey(get_wsgi_application(), gate(LATER))
