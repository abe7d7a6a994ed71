"""Alerts that were not: what is remembered of a key's alerts and what people were told, as the watcher writes it
(shared/src/store/alerts.rs)."""

import json
from datetime import UTC, datetime, timedelta

from usage import table

# What people were told, newest first: kind, state and figures.
TOLD = (
    ("limit.reached", "opened", {"window": "minute", "refused": 15, "requests": 25}),
    ("limit.approaching", "escalated", {"window": "day", "limit": 10_000, "used": 9_512, "threshold": 0.95}),
    ("errors.high", "opened", {"failed": 180, "answered": 1_640, "rate": 0.11, "threshold": 0.05, "of": "server"}),
    ("activity.unusual", "opened", {"requests": 12_000, "usual": 810, "direction": "spike"}),
    ("activity.probing", "opened", {"refused": 44, "reason": "missing_scope"}),
    ("activity.woke", "opened", {"days": 31}),
    ("limit.reached", "recovered", {}),
)


def put(stack, organization, key):
    """Opens three alerts of the key, and says that people were told of them and of others."""
    client, keys = table(stack, "keys")
    now = datetime.now(UTC)

    def keep(pk, sk, **members):
        item = {"pk": {"S": f"{pk}#{organization.slug}"}, "sk": {"S": sk}, "schema": {"N": "1"}, **members}
        client.put_item(TableName=keys, Item=item)

    since = f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    is_open = {"open": {"since": since, "level": 1, "told": True}, "told": since, "openings": [since]}
    memory = {"alerts": {kind: is_open for kind in ("limit.reached", "limit.approaching", "errors.high")}}
    keep("alerts", f"key#{key}", state={"S": json.dumps(memory)}, version={"N": "1"})
    for number, (kind, state, numbers) in enumerate(TOLD):
        at = f"{now - timedelta(hours=2 * number):%Y-%m-%dT%H:%M:%S.000Z}"
        row = {"id": f"event_{number:026}", "kind": kind, "state": state, "keyId": key, "at": at, "numbers": numbers}
        keep("history", f"{len(TOLD) - number:013}", row={"S": json.dumps(row)})
