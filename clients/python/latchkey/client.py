"""Asks Latchkey for verdicts: a signed request each, over connections that stay open.

No verdict is kept, and no question is asked twice: it may have been counted although its answer was lost.
"""

from __future__ import annotations

import functools
import json
import os
import threading
from typing import Any, Optional, Union

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import get_session

from latchkey.verdict import Answer, Question, Verdict, read


class NoVerdict(Exception):
    """There is no verdict, so nobody is let in. Its text says why, and never has the key."""


class Client:
    """Asks the stack at `url`, or at `LATCHKEY_URL`. It is made for many threads.

    `region` is the stack's, or else `AWS_REGION` or `AWS_DEFAULT_REGION`. `credentials` are botocore's; without them its own
    chain is asked: the environment, a profile, or the role of the container, pod or instance. There is no verdict
    where a connection is not free after `timeout` seconds, or the answer is not there as many after that. At most `connections`
    questions are asked at once.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        region: Optional[str] = None,
        credentials: Any = None,
        timeout: float = 2.0,
        connections: int = 32,
    ) -> None:
        url = url or os.environ.get("LATCHKEY_URL")
        region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not url or not region:
            raise ValueError("Latchkey needs the stack's url (LATCHKEY_URL) and region (AWS_REGION)")
        self.timeout = timeout
        self.connections = connections
        self._url = url.rstrip("/") + "/operator/v1/verify"
        self._region = region
        self._credentials = credentials
        self._session = get_session()
        self._lock = threading.Lock()
        self._pool = urllib3.PoolManager(maxsize=connections, block=True)

    def verify(self, question: Question) -> Union[Verdict, Answer]:
        """The verdict on `question`, counted, or the answer to a caller that is not let in. It blocks; `NoVerdict` is raised
        where it cannot be had."""
        body = json.dumps(question)
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                body=body,
                headers=self._signed(body),
                timeout=urllib3.Timeout(total=self.timeout),
                pool_timeout=self.timeout,
                retries=False,
            )
        except NoVerdict:
            raise
        except Exception as error:
            # Whatever it is: of credentials, names, connections or time.
            raise NoVerdict(f"{type(error).__name__}: {error}") from error
        if answer.status != 200:
            # It says what is wrong with the question. It must not repeat the key.
            text = answer.data.decode(errors="replace")
            if question.get("key"):
                text = text.replace(question["key"], "…")
            raise NoVerdict(f"the answer was {answer.status}: {text[:300]}")
        verdict = read(answer.data)
        if verdict is None:
            raise NoVerdict("the answer was no verdict")
        return verdict

    def _signed(self, body: str) -> dict[str, str]:
        request = AWSRequest("POST", self._url, {"Content-Type": "application/json"}, body)
        SigV4Auth(self._frozen(), "execute-api", self._region).add_auth(request)
        return dict(request.headers)

    def _frozen(self) -> Any:
        if self._credentials is None:
            with self._lock:
                self._credentials = self._session.get_credentials()
        if self._credentials is None:
            raise NoVerdict("there are no AWS credentials")
        # Those of a role are renewed here, in time.
        return self._credentials.get_frozen_credentials()


@functools.lru_cache(maxsize=None)
def shared() -> Client:
    """The client of all gates that have none of their own: one pool of connections for the process."""
    return Client()
