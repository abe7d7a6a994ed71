"""A running stack, and what can be done with it without a browser: as the operator, and as a caller with a key."""

import contextlib
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / ".ci/openapi"))
from signing import Signed  # noqa: E402

# Organizations of one stack have names of their own, also where several processes make them.
numbers = itertools.count(1)


@contextlib.contextmanager
def serving(contract, binaries, folder):
    """A stack that serves `contract`: its ready file. It keeps nothing; its log stays in `folder`."""
    ready, log = folder / f"{contract}.json", folder / f"{contract}.log"
    command = [binaries / "latchkey-local", "--binaries", binaries, "--contract", contract, "--ephemeral", "--port", "0"]
    with log.open("w") as output:
        process = subprocess.Popen([*command, "--ready-file", ready], cwd=ROOT, stdout=output, stderr=output)
    try:
        while not ready.exists():
            if process.poll() is not None:
                sys.exit(log.read_text())
            time.sleep(0.05)
        yield json.loads(ready.read_text())
    finally:
        process.terminate()
        process.wait()


class Stack:
    """What a ready file describes."""

    def __init__(self, ready):
        self.url = ready["url"]
        self.dynamodb = ready["dynamodb_endpoint"]
        self.credential = ready["operator"]
        self.demo = ready["organizations"][0]
        self.operator = requests.Session()
        self.operator.auth = Signed(self.credential)

    def ask(self, method, path, body=None):
        """The operator's request: `data` of the answer."""
        response = self.operator.request(method, f"{self.url}/operator/v1/organizations/{path}", json=body)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text}"
        return response.json()["data"]

    def verify(self, secret):
        """Asks whether a key is let in, which counts as a use of it."""
        return self.operator.post(f"{self.url}/operator/v1/verify", json={"key": secret}).json()["data"]

    def organization(self, name="Acme", **terms):
        """A new organization, on the demo's plan unless `terms` say otherwise."""
        organization = Organization(self, f"acme-{os.getpid()}-{next(numbers)}")
        organization.change(name=name, **{"plan": self.demo["plan"], **terms})
        return organization


class Organization:
    """One of the stack's organizations, as the operator sees it."""

    def __init__(self, stack, slug):
        self.stack, self.slug = stack, slug

    def change(self, **terms):
        return self.stack.ask("PUT", self.slug, terms)

    def link(self, **session):
        """The address of a new link to its portal."""
        return self.invite(**session)["url"]

    def invite(self, **session):
        return self.stack.ask("POST", f"{self.slug}/portal-sessions", {"subject": "user_42", **session})

    def end(self, session):
        self.stack.ask("DELETE", f"{self.slug}/portal-sessions/{session}")

    def keys(self):
        """Its keys, newest first."""
        return self.stack.ask("GET", f"{self.slug}/api-keys?limit=100")

    def key(self, name):
        """The one key of this name, which the operator looks at by itself."""
        [found] = [key for key in self.keys() if key["name"] == name]
        return self.stack.ask("GET", f"{self.slug}/api-keys/{found['id']}")

    def names(self):
        return sorted(key["name"] for key in self.keys())

    def issue(self, name, **terms):
        """A key with its secret, issued by the operator."""
        return self.stack.ask("POST", f"{self.slug}/api-keys", {"name": name, **terms})

    def audit(self):
        return self.stack.ask("GET", f"{self.slug}/audit?limit=100")


def send(curl, secret=None, instead=None):
    """What the command `curl` of a page gets; with another secret in place of the page's, if one is given."""
    words = shlex.split(re.sub(r"\\\n\s*", " ", curl))
    assert words.pop(0) == "curl", curl
    method, headers, body, url = "GET", {}, None, None
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, value = words.pop(0).split(": ", 1)
            headers[name] = value.replace(secret, instead) if instead else value
        elif word == "-d":
            body = words.pop(0)
        else:
            url = word
    return requests.request(method, url, headers=headers, data=body)
