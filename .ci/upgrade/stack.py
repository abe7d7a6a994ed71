"""A stack, as this check asks it; and what each promise has come to."""

import concurrent.futures
import contextlib
import json
import sys
from pathlib import Path

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import local_stack

FAILED = []
POOL = urllib3.PoolManager(maxsize=64, retries=False, timeout=35.0)


def hold(promise, holds, seen=""):
    """One line of what this check prints."""
    print(f"{'ok    ' if holds else 'FAILED'} {promise}{f' ({seen})' if seen != '' else ''}", flush=True)
    if not holds:
        FAILED.append(promise)


def at_once(works):
    """What `works` give, side by side."""
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        return [work.result() for work in [pool.submit(work) for work in works]]


class Answer:
    def __init__(self, answer):
        self.status, self.headers = answer.status, answer.headers
        self.json = json.loads(answer.data) if answer.data[:1] in (b"{", b"[") else None

    def __repr__(self):
        return f"{self.status} {json.dumps(self.json)[:300]}"

    def __getitem__(self, name):
        return self.json["data"][name]


class Stack:
    def __init__(self, ready):
        served = json.loads(ready.read_text())
        self.url, self.dynamodb = served["url"], served["dynamodb_endpoint"]
        operator = served["operator"]
        self._credentials = Credentials(operator["access_key_id"], operator["secret_access_key"])
        self.organizations = served["organizations"]

    def operate(self, method, path, body=None, once=None):
        """As the operator; with an `Idempotency-Key`, where it is to be done `once`."""
        data = json.dumps(body).encode() if body is not None else b""
        headers = {"content-type": "application/json"} | ({"idempotency-key": once} if once else {})
        request = AWSRequest(method, f"{self.url}/operator/v1{path}", headers, data)
        SigV4Auth(self._credentials, "execute-api", "us-east-1").add_auth(request)
        return Answer(POOL.request(method, request.url, headers=dict(request.headers), body=data))

    def done(self, method, path, body=None, once=None):
        """The same, which must work: `data` of the answer."""
        answer = self.operate(method, path, body, once)
        assert answer.status in (200, 201, 202), f"{method} {path} {body}: {answer}"
        return answer.json["data"]

    def tell(self, path, body):
        """As anybody."""
        headers = {"content-type": "application/json"}
        return Answer(POOL.request("POST", self.url + path, headers=headers, body=json.dumps(body).encode()))

    def call(self, method, path, life, secret, body=None):
        """As somebody with a key."""
        headers = {life.header: life.scheme + secret, "content-type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        return Answer(POOL.request(method, self.url + path, headers=headers, body=data))

    def verify(self, secret):
        return self.operate("POST", "/verify", {"key": secret})

    def verdict(self, secret):
        """`valid`, the reason why not, or the status of a call that failed."""
        answer = self.verify(secret)
        return answer.json["data"].get("reason", "valid") if answer.status == 200 else answer.status

    def all(self, path):
        """All pages of a list."""
        rows, cursor = [], None
        while True:
            page = self.operate("GET", path + (f"?cursor={cursor}" if cursor else "")).json
            rows += page["data"]
            cursor = page["meta"]["pagination"]["cursor"]
            if not cursor:
                return rows


@contextlib.contextmanager
def serving(*arguments, **named):
    with local_stack.serving(*arguments, **named) as ready:
        yield Stack(ready)
