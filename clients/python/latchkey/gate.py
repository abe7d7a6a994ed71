"""What to ask about a request, and what an answer means for it. It fails shut: without a verdict nobody is let in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, Union

from latchkey.client import Client, NoVerdict, shared
from latchkey.verdict import Answer, Question, Verdict

log = logging.getLogger("latchkey")


@dataclass(frozen=True)
class Request:
    """What is known of a request before it is let in."""

    method: str
    path: str
    # Of whoever has connected: a proxy, where there is one.
    address: Optional[str]
    # The values of the header of that name.
    header: Callable[[str], list[str]]
    # The ASGI scope or the WSGI environ.
    raw: Any


UNAVAILABLE = Answer(
    503,
    {"content-type": "application/json", "retry-after": "1"},
    b'{"error":{"code":"service_unavailable","message":"The service is busy, try again"}}',
)


@dataclass(frozen=True)
class Gate:
    """How requests of an app are judged. README.md says what each option is for."""

    client: Client = field(default_factory=shared)
    scopes: Union[Sequence[str], Callable[[Request], Sequence[str]]] = ()
    cost: Union[int, Callable[[Request], int]] = 1
    address: Optional[Callable[[Request], Optional[str]]] = None
    exempt: Union[Collection[str], Callable[[Request], bool]] = ()
    header: str = "Authorization"
    scheme: Optional[str] = "Bearer"
    also: Optional[str] = None
    unavailable: Answer = UNAVAILABLE

    def __post_init__(self) -> None:
        # A text has others in it: "/" is in "/health".
        if isinstance(self.scopes, str) or isinstance(self.exempt, str):
            raise TypeError("scopes and exempt are lists or functions")

    def question(self, request: Request) -> Optional[Question]:
        """What to ask about `request`; `None` where it is exempt."""
        # A coroutine is no "yes".
        if self.exempt(request) is True if callable(self.exempt) else request.path in self.exempt:
            return None
        scopes = self.scopes(request) if callable(self.scopes) else self.scopes
        # An empty text would be no scopes at all.
        if isinstance(scopes, str):
            raise TypeError("scopes are a list")
        question = Question(
            scopes=list(scopes),
            cost=self.cost(request) if callable(self.cost) else self.cost,
        )
        key = self._key(request)
        if key:
            question["key"] = key
        address = self.address(request) if self.address else None
        if address:
            question["address"] = address
        return question

    def decide(self, question: Question) -> Union[Verdict, Answer]:
        """The verdict that lets a request in, or the answer that it gets. It blocks."""
        try:
            return self.client.verify(question)
        except NoVerdict as reason:
            return self.shut(str(reason))

    def shut(self, reason: str) -> Answer:
        """The answer where there is no verdict, for a `reason` that goes into the log."""
        log.error("no verdict: %s", reason)
        return self.unavailable

    def _key(self, request: Request) -> Optional[str]:
        """The key that `request` comes with, in either header. Two different ones are none that anybody has."""
        first = _presented(request.header(self.header), self.scheme)
        second = _presented(request.header(self.also) if self.also else [], None)
        if first is None or second is None:
            return None
        return " ".join(dict.fromkeys(filter(None, [first, second])))


def _presented(values: list[str], scheme: Optional[str]) -> Optional[str]:
    """What a header carries after the word `scheme`, empty where it is not there; `None` if it begins with another one. Two
    headers of a name are no key: what stands in front of the app may have read the other one."""
    if len(values) > 1:
        return None
    value = values[0].strip(" \t") if values else ""
    if scheme is None or not value:
        return value
    word, _, key = value.partition(" ")
    return key.strip(" \t") if word.lower() == scheme.lower() else None
