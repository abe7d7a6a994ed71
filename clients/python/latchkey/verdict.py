"""What is asked, and what Latchkey says of it, read with care: what is no verdict lets nobody in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Optional, TypedDict, Union


class Question(TypedDict, total=False):
    """The body of `POST /operator/v1/verify`."""

    key: str
    scopes: list[str]
    cost: int
    address: str


class _Always(TypedDict):
    organization: str
    keyId: str
    scopes: list[str]
    # The contract's rate-limit headers, which the response gets.
    headers: dict[str, str]


class Verdict(_Always, total=False):
    """What Latchkey says of a key that is let in."""

    type: str
    externalId: str
    rateLimit: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a request that is not let in gets in place of the app's response."""

    status: int
    headers: dict[str, str]
    body: bytes


def read(text: bytes) -> Optional[Union[Verdict, Answer]]:
    """The verdict that `text` is, or the contract's answer that it brings; `None` where it is neither."""
    try:
        data = json.loads(text)["data"]
        granted = data["valid"]
        said = data if granted is True else data["response"]
        if not all(isinstance(value, str) for value in said["headers"].values()):
            return None
        if granted is True:
            verdict: Verdict = data
            return verdict
        body = json.dumps(said["body"], separators=(",", ":"), ensure_ascii=False).encode()
        is_answer = granted is False and 400 <= said["status"] <= 599
        return Answer(said["status"], said["headers"], body) if is_answer else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
