"""What schemathesis cannot read in a document: who calls, what there is, and which times are in the future."""

import atexit
import itertools
import json
import os
import re
from datetime import UTC, datetime, timedelta

import academy
import schemathesis
from signing import Keyed, Signed

with open(os.environ["LATCHKEY_STACK"]) as file:
    STACK = json.load(file)

schemathesis.auth.set_from_requests(Signed(STACK["operator"])).apply_to(path_regex="^/operator/")
schemathesis.auth.set_from_requests(Keyed(*STACK["credential"])).skip_for(path_regex="^/operator/")

FAR = "2999-01-01T00:00:00Z"

# The ids that lists and replies told of, by the path that they were asked for.
known = {}
calls = itertools.count()
# Every status that was seen, by operation.
seen = {}


@schemathesis.hook
def before_call(context, case, **_):
    path, parameters = case.operation.path, case.path_parameters
    makes_organization = case.method == "PUT" and path.endswith("/organizations/{org}")
    deletes_organization = case.method == "DELETE" and path.endswith("/organizations/{org}")
    one_segment(parameters)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        # Three of four are about what is there; the others meet the 404.
        if next(calls) % 4:
            if "org" in parameters and not makes_organization:
                parameters["org"] = STACK["organization"]
            if "plan" in parameters:
                parameters["plan"] = STACK["plan"]
            collection, is_one, _ = path.partition("/{id}")
            there = known.get(collection, [])
            if is_one and there and parameters["id"] not in there:
                parameters["id"] = there[-1]
            # Whoever deletes an organization says its slug twice, and it is locked.
            if deletes_organization:
                parameters["org"] = STACK["leaving"]
            academy.place(case.method, path, parameters)
        if isinstance(case.query, dict):
            # A cursor is one that a list gave, and a span of days is not too long.
            case.query.pop("cursor", None)
            case.query.pop("after", None)
            if "from" in case.query:
                case.query["to"] = case.query["from"]
                # One of instants has some time in it.
                if "T" in str(case.query["from"]):
                    case.query["from"], case.query["to"] = "2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z"
        if isinstance(case.body, dict):
            case.body = whole(case.body)
            is_ours = parameters.get("org", STACK["organization"]) == STACK["organization"]
            make_possible(case.body, path, makes_organization, is_ours)
            if deletes_organization:
                case.body["organization"] = parameters["org"]
            academy.make_possible(case.body, is_ours)
            # The same key for something else is a conflict.
            if "Idempotency-Key" in case.headers:
                case.headers["Idempotency-Key"] = f"attempt-{next(calls)}"
            if case.method == "PATCH" and "/webhooks" not in path and all(value is None for value in case.body.values()):
                case.body["name"] = "Another name"
    # Whoever locks the organization or revokes the key that everything else is tried with tries nothing else.
    if makes_organization and parameters["org"] == STACK["organization"]:
        parameters["org"] = "another"
    if deletes_organization and parameters["org"] == STACK["organization"]:
        parameters["org"] = "another"
    if parameters.get("id") == STACK["key"]:
        parameters["id"] = "key_00000000000000000000000000"


def one_segment(parameters):
    """Takes out of a path's parameters what would end a segment or the path, and what schemathesis puts in its place: the
    gateway decodes a path before it looks for the route."""
    for name, value in parameters.items():
        if isinstance(value, str):
            # Some are encoded already.
            parameters[name] = re.sub("[/?\ufffd]|%2f|%3f", "_", value, flags=re.IGNORECASE)


def whole(value):
    """To a JSON schema 5.0 is an integer; to most who read JSON into types it is none."""
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [whole(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def make_possible(body, path, makes_organization, is_ours):
    for name in ("closeAt", "expiresAt"):
        if isinstance(body.get(name), str):
            body[name] = FAR
    # Some characters cannot be seen, and a pattern names only those of the first 65,536.
    if isinstance(body.get("name"), str):
        body["name"] = "".join(letter if letter <= "\uffff" else "x" for letter in body["name"])
    # What closes has opened before.
    if isinstance(body.get("closeAt"), str) or isinstance(body.get("openAt"), str):
        body["openAt"] = "2998-01-01T00:00:00Z"
    if isinstance(body.get("timeZone"), str):
        body["timeZone"] = "Europe/Berlin"
    # A window has one limit, which does not slide where it is shared or a month's. Addresses are some.
    imported = body["keys"] if isinstance(body.get("keys"), list) else []
    for limited in (body, *(key for key in imported if isinstance(key, dict))):
        for name in ("limits", "sharedLimits", "managerLimits"):
            if limited.get(name):
                limited[name] = list({limit["per"]: limit for limit in limited[name]}.values())
            for limit in limited.get(name) or []:
                if name == "sharedLimits" or limit["per"] == "month":
                    limit.pop("sliding", None)
        if limited.get("allowedAddresses"):
            limited["allowedAddresses"] = ["127.0.0.0/8", "2001:db8::/48"]
    if isinstance(body.get("address"), str):
        body["address"] = "203.0.113.7"
    # Which scopes a key may have follows from its type, and one type has none by default.
    if STACK["has_types"] and "/api-keys" in path:
        body.pop("scopes", None)
        if body.get("type") == "restricted":
            body["scopes"] = []
    # Labels are the operator's to set.
    if not path.startswith("/operator/") and "/api-keys" in path:
        body.pop("externalId", None)
        body.pop("metadata", None)
    # A sample looks like a key.
    if imported:
        body.pop("sample", None)
    # Keys are rotated where the stack's parameter says so, which is not that of this one.
    if "/api-keys" in path:
        body.pop("rotateEvery", None)
        body.pop("rotateOverlap", None)
    # A key is asked about by one thing, and what goes on goes on from where it was.
    if path == "/operator/v1/keys/find":
        body.clear()
        body["keyId"] = STACK["key"]
    if path == "/operator/v1/keys/index":
        body.pop("cursor", None)
    # A webhook leads to the internet, thresholds rise, and who is muted is there and is so for a while.
    if "/webhooks" in path and isinstance(body.get("url"), str):
        body["url"] = "https://example.com/hooks"
    if path.endswith("/alerts"):
        near = (body.get("kinds") or {}).get("limit.approaching") or {}
        if near.get("thresholds"):
            near["thresholds"].sort()
        # Another organization has no keys, and may be there: it was made before.
        if not is_ours:
            body.pop("muted", None)
        for mute in body.get("muted") or []:
            mute["keyId"] = STACK["key"]
            if mute.get("until"):
                mute["until"] = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    # A consumer is known by something, which the schema says in words.
    if path.endswith("/consumers") and not any(body.get(name) for name in ("email", "phone", "externalId")):
        body["externalId"] = f"external-{next(calls)}"
    # Which numbers a plan has follows from the contract, and all else is tried on what it allows.
    if path.endswith("/plans/{plan}"):
        body.clear()
        body["keys"] = 1_000 + next(calls)
    if makes_organization:
        # What may be left out of a change makes no organization.
        body["plan"] = body.get("plan") or STACK["plan"]
        body["limits"] = body.get("limits") or [{"requests": 5, "per": "minute"}]


@schemathesis.hook
def after_call(context, case, response):
    seen.setdefault(case.operation.label, set()).add(response.status_code)
    # Reports can be tables for spreadsheets, too.
    is_json = response.headers.get("content-type", [""])[0].startswith("application/json")
    if response.status_code in (200, 201) and is_json and not case.operation.path.endswith("/openapi.json"):
        known.setdefault(case.operation.path, []).extend(ids(response.json()))
        academy.learn(case.method, case.operation.path, case.path_parameters, response.json().get("data"))


def ids(value):
    if isinstance(value, dict):
        for name, member in value.items():
            if name in ("id", "trace_id") and member != STACK["key"]:
                yield member
            else:
                yield from ids(member)
    elif isinstance(value, list):
        for member in value:
            yield from ids(member)


@atexit.register
def tell():
    with open(STACK["seen"], "w") as file:
        json.dump({operation: sorted(statuses) for operation, statuses in seen.items()}, file)
