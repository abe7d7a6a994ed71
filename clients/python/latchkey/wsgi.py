"""The gate in front of a WSGI app: Flask, Django and their like."""

from __future__ import annotations

from collections.abc import Iterable
from http.client import responses
from typing import TYPE_CHECKING, Any, Optional

from latchkey.gate import Gate, Request
from latchkey.verdict import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Latchkey:
    """Lets `app` see the requests that `gate` lets in, each with its verdict: `environ["latchkey"]`."""

    def __init__(self, app: WSGIApplication, gate: Optional[Gate] = None) -> None:
        self._app = app
        self._gate = gate or Gate()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        question = self._gate.question(_request(environ))
        if question is None:
            return self._app(environ, start_response)
        decided = self._gate.decide(question)
        if isinstance(decided, Answer):
            status = f"{decided.status} {responses.get(decided.status, 'Refused')}"
            start_response(status, [*decided.headers.items(), ("content-length", str(len(decided.body)))])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [decided.body]
        environ["latchkey"] = decided
        added = decided["headers"]
        names = {name.lower() for name in added}

        def with_headers(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            others = [header for header in headers if header[0].lower() not in names]
            return start_response(status, others + list(added.items()), *error)

        return self._app(environ, with_headers)


def _request(environ: WSGIEnvironment) -> Request:
    def header(name: str) -> list[str]:
        # Servers join two of a name with a comma.
        value = environ.get("HTTP_" + name.upper().replace("-", "_"))
        return [] if value is None else [value]

    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    # Its characters are the bytes of UTF-8 (PEP 3333).
    path = path.encode("latin-1").decode(errors="replace")
    return Request(environ["REQUEST_METHOD"], path, environ.get("REMOTE_ADDR"), header, environ)
