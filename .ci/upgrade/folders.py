"""A data folder that the older version has written, served and changed by the newer one."""

import datetime
import hashlib
import json
import shutil
import time

from botocore.session import get_session

from stack import hold, serving

# Given by the older stack, in a minute.
LIMIT, COUNTED = 30, 10

# What differs between two answers about the same thing.
VARIES = {"cursor", "requestId"}


def lacks(old, new, place=""):
    """Where `new` does not say what `old` says. It may say more."""
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return [place]
        both = [(name, value) for name, value in old.items() if name not in VARIES]
        return [far for name, value in both for far in lacks(value, new.get(name, "(nothing)"), f"{place}.{name}")]
    if isinstance(old, list):
        if not isinstance(new, list) or len(old) != len(new):
            return [f"{place} ({len(old)} of them)"]
        return [far for at, pair in enumerate(zip(old, new)) for far in lacks(*pair, f"{place}[{at}]")]
    return [] if old == new else [f"{place}: {old!r} is {new!r}"]


def secret_of(life, number):
    return life.form.format(f"{number}")


def sha256(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def fresh_minute(seconds):
    """Waits until that many seconds of a minute are left at least."""
    spent = time.time() % 60
    if spent > 60 - seconds:
        time.sleep(60.2 - spent)


class Old:
    """What the older version was told to make: secrets, and what they are worth."""

    def __init__(self, stack, life):
        self.stack, self.life = stack, life
        self.keys = {}
        for org, terms in {
            "brook": {},
            "crane": {"limits": [{"requests": LIMIT, "per": "minute"}]},
            "delta": {},
            "zephyr": {},
        }.items():
            stack.done("PUT", f"/organizations/{org}", {"plan": life.plan, "name": org.title(), **terms})
        for org in ["delta", "zephyr"]:
            self.make(f"{org}'s", org)
        self.stories()
        # Until one has expired.
        time.sleep(2)
        for org in ["brook", "zephyr"]:
            self.reference(org)
        stack.done("PUT", "/organizations/delta", {"status": "locked"})
        self.verdicts = {name: stack.verdict(secret) for name, (_, secret, _) in self.keys.items()}
        self.count()
        self.before = {path: stack.all(path) for path in self.lists()}
        self.before |= {path: stack.done("GET", path) for path in self.singles()}

    def make(self, name, org="brook", **terms):
        key = self.stack.done("POST", f"/organizations/{org}/api-keys", self.life.order | {"name": name} | terms)
        self.keys[name] = key["id"], key["key"], org
        return key

    def at(self, name):
        key, _, org = self.keys[name]
        return f"/organizations/{org}/api-keys/{key}"

    def again(self, name, body=None):
        return self.stack.done("POST", f"{self.at(name)}/regenerate", body)["key"]

    def stories(self):
        """Keys of every kind that there were."""
        stack, life = self.stack, self.life
        self.make("plain")
        self.make("overlap")
        key, old, org = self.keys["overlap"]
        self.keys["overlap, anew"] = key, self.again("overlap", {"overlapSeconds": 3600}), org
        self.make("replaced")
        key, old, org = self.keys["replaced"]
        self.keys["replaced, anew"] = key, self.again("replaced"), org
        self.make("inactive")
        stack.done("PATCH", self.at("inactive"), {"status": "inactive"})
        self.make("revoked")
        stack.verdict(self.keys["revoked"][1])
        stack.done("DELETE", self.at("revoked"))
        self.make("expiring", expiresAt="2031-01-01T00:00:00Z")
        soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
        self.make("expired", expiresAt=soon.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        self.once = stack.operate("POST", "/organizations/brook/api-keys", life.order | {"name": "once"}, once="first")
        self.keys["once"] = self.once["id"], self.once["key"], "brook"
        imported = stack.done("POST", "/organizations/brook/api-keys/import", {"keys": [self.imported(7)]})
        self.keys["imported"] = imported["results"][0]["id"], secret_of(life, 7), "brook"

    def imported(self, number):
        order = {name: value for name, value in self.life.order.items() if name in ("type", "scopes")}
        return {"sha256": sha256(secret_of(self.life, number)), "name": "imported", **order}

    def reference(self, org):
        """What the API behind the keys keeps for it."""
        for method, path, body in self.life.operator_makes:
            self.stack.done(method, f"/organizations/{org}{path}", body)
        secret = next(secret for _, secret, of in self.keys.values() if of == org)
        for method, path, body in self.life.makes:
            answer = self.stack.call(method, path, self.life, secret, body)
            assert answer.status in (200, 201), f"{path}: {answer}"
        self.seen = getattr(self, "seen", {}) | {org: self.see(self.stack, org, secret)}

    def see(self, stack, org, secret):
        seen = []
        for path in self.life.sees:
            path = path.format(org=org)
            answer = stack.operate("GET", path.removeprefix("/operator/v1")) if path.startswith("/operator") else None
            answer = answer or stack.call("GET", path, self.life, secret)
            assert answer.status == 200, f"{path}: {answer}"
            # A list of keys says when each was last used.
            seen.append(json.loads(json.dumps(answer.json), object_hook=without_use))
        return seen

    def count(self):
        """Uses a third of a limit, late in what happens here, for the newer version to go on with within the minute."""
        key = self.make("counted", "crane")
        fresh_minute(45)
        self.minute = time.time() // 60
        for _ in range(COUNTED):
            assert self.stack.verdict(key["key"]) == "valid"

    def lists(self):
        orgs = ["brook", "crane", "delta", "zephyr"]
        return ["/organizations"] + [f"/organizations/{org}/{what}" for org in orgs for what in ("audit", "api-keys")]

    def singles(self):
        gone = {"revoked"}
        return [f"/organizations/{org}" for org in ["brook", "crane", "delta", "zephyr"]] + [
            self.at(name) for name in self.keys if name not in gone
        ]


def without_use(members):
    return {name: value for name, value in members.items() if name not in ("lastUsedAt", "last_used_at")}


def read(old, new, say):
    """Nothing is lost, and nobody is let in who was not."""
    now = {path: new.all(path) if path in old.lists() else new.done("GET", path) for path in old.before}
    far = lacks(old.before, now)
    hold(say(f"{len(now)} answers about organizations, keys and audit trails say what they said"), not far, far[:4] or "")
    counted = old.keys["counted"][1]
    left = new.verify(counted)["rateLimit"]["remaining"]
    in_time = time.time() // 60 == old.minute
    hold(say("what was counted goes on"), in_time and left == LIMIT - COUNTED - 1, f"{left} left" if in_time else "too late")
    now = {name: new.verdict(secret) for name, (_, secret, _) in old.keys.items() if name != "counted"}
    hold(say(f"{len(now)} keys are let in, or refused for the same reason"), now == old.verdicts, now if now != old.verdicts else "")
    worth = {
        "plain": "valid", "overlap": "valid", "replaced": "unknown_key", "revoked": "unknown_key", "inactive": "inactive_key",
        "expired": "expired_key", "delta's": "organization_locked", "imported": "valid",
    }
    hold(say("and for the reason that there is"), worth.items() <= now.items(), sorted(worth.items() - now.items()) or "")
    for org in ["brook", "zephyr"]:
        secret = next(secret for _, secret, of in old.keys.values() if of == org)
        seen = old.see(new, org, secret)
        hold(say(f"the API shows {org} what it showed"), not lacks(old.seen[org], seen), lacks(old.seen[org], seen)[:3] or "")
    usage = new.done("GET", f"{old.at('counted')}/usage")["totals"]
    hold(say("usage of before is there"), usage["verifications"] == COUNTED + 1, usage)
    again = new.operate("POST", "/organizations/brook/api-keys", old.life.order | {"name": "once"}, once="first")
    same = again.status == 200 and again["id"] == old.once["id"] and "key" not in again.json["data"]
    hold(say("a repeat finds what was done"), same, again)
    keys = [old.imported(7)] + [old.imported(7) | {"sha256": sha256(old.keys[name][1])} for name in ("revoked", "replaced")]
    results = [new.done("POST", "/organizations/brook/api-keys/import", {"keys": [key]})["results"][0] for key in keys]
    said = [result.get("reason", result["result"]) for result in results]
    hold(say("digests that were taken are taken"), said == ["exists", "conflict", "conflict"], said)


def change(old, new, say):
    """Old keys and organizations are changed as new ones are."""
    plain, secret, _ = old.keys["plain"]
    at = old.at("plain")
    rows = len(new.all("/organizations/brook/audit"))
    new.done("PATCH", at, {"name": "renamed", "expiresAt": "2032-01-01T00:00:00Z"})
    seen = [new.done("PATCH", at, {"status": status}) and new.verdict(secret) for status in ("inactive", "active")]
    hold(say("a key is switched off and on"), seen == ["inactive_key", "valid"], seen)
    anew = new.done("POST", f"{at}/regenerate", {"overlapSeconds": 600})["key"]
    seen = [new.verdict(one) for one in (secret, anew)]
    hold(say("a new secret overlaps the old one"), seen == ["valid", "valid"], seen)
    last = new.done("POST", f"{old.at('overlap')}/regenerate")["key"]
    seen = [new.verdict(one) for one in (old.keys["overlap"][1], old.keys["overlap, anew"][1], last)]
    hold(say("an overlap of before ends"), seen == ["unknown_key", "unknown_key", "valid"], seen)
    imported = old.keys["imported"][1]
    new.done("DELETE", old.at("imported"))
    hold(say("a key of before is revoked at once"), new.verdict(imported) == "unknown_key")
    turn = lambda status: new.done("PUT", "/organizations/brook", {"status": status})
    seen = [turn(status) and new.verdict(anew) for status in ("locked", "active")]
    hold(say("an organization is locked and opened"), seen == ["organization_locked", "valid"], seen)
    new.done("PUT", "/organizations/delta", {"status": "active"})
    hold(say("one that was locked before is opened"), new.verdict(old.keys["delta's"][1]) == "valid")
    trail, before = new.all("/organizations/brook/audit"), old.before["/organizations/brook/audit"]
    hold(say("each change has a row"), len(trail) == rows + 8, f"{len(trail) - rows} more")
    hold(say("rows of before are as they were"), not lacks(before, trail[-len(before) :]))


def grow(old, new, say):
    life = old.life
    """What there was not before, on keys and organizations of before."""
    key, secret, _ = old.keys["expiring"]
    at = old.at("expiring")
    found = new.operate("POST", "/keys/find", {"keyId": key}).status
    indexed, cursor = 0, None
    while True:
        page = new.done("POST", "/keys/index", {"cursor": cursor} if cursor else {})
        indexed, cursor = indexed + page["indexed"], page["cursor"]
        if not cursor:
            break
    then = new.done("POST", "/keys/find", {"keyId": key})[0]["organization"]
    hold(say("a key is found by its id once it is noted"), (found, then) == (404, "brook"), f"{indexed} noted")
    status = lambda secret: new.done("POST", "/keys/find", {"key": secret})[0]["secret"]["status"]
    seen = [status(secret), status(old.keys["replaced"][1]), status(old.keys["revoked"][1])]
    hold(say("whose a secret is, or was"), seen == ["current", "ended", "ended"], seen)
    limits = [{"requests": 3, "per": "minute", "sliding": True}]
    new.done("PATCH", at, {"externalId": "cus_1", "metadata": {"team": "billing"}, "limits": limits})
    verdict = new.verify(secret).json["data"]
    seen = verdict["externalId"], verdict["rateLimit"]["limit"]
    hold(say("labels, and limits of its own that slide"), seen == ("cus_1", 3), seen)
    seen = new.done("PATCH", at, {"rotateEvery": 7776000})
    hold(say("a key is to rotate by itself"), "rotatesAt" in seen, seen["rotatesAt"])
    new.done("PUT", "/organizations/brook", {"sharedLimits": [{"requests": 500, "per": "minute"}]})
    shared = new.verify(old.keys["once"][1])["rateLimit"]
    hold(say("limits that are shared"), (shared["scope"], shared["limit"]) == ("organization", 500), shared)
    link = new.operate("POST", "/organizations/brook/portal-sessions", {"subject": "ada"})
    hold(say("a link to the portal"), link.status == 201, link.status)
    alerts = new.operate("GET", "/organizations/brook/alerts").status
    hold(say("settings of alerts, where the contract has any"), alerts == (200 if life.has_alerts else 404), alerts)
    exported = new.all("/organizations/brook/api-keys/export")
    there = {sha256(old.keys[name][1]) for name in ("replaced, anew", "inactive", "once")}
    hold(say("keys are exported"), there <= {key["sha256"] for key in exported}, len(exported))


def items(stack):
    """Every item of a stack's tables, as text."""
    client = get_session().create_client(
        "dynamodb", region_name="us-east-1", endpoint_url=stack.dynamodb,
        aws_access_key_id="LATCHKEYOPERATOR", aws_secret_access_key="none",
    )
    pages = client.get_paginator("scan")
    tables = {table: pages.paginate(TableName=table) for table in client.list_tables()["TableNames"]}
    return [(table, item) for table, found in tables.items() for page in found for item in page["Items"]]


def delete(old, new, say):
    """An organization of before goes, with everything that was written of it before."""
    new.done("PUT", "/organizations/zephyr", {"status": "locked"})
    until = time.time() + 60
    while not new.done("DELETE", "/organizations/zephyr", {"organization": "zephyr"})["deleted"]:
        assert time.time() < until, "an organization is not deleted within a minute"
        time.sleep(0.2)
    hold(say("keys of an organization that is deleted are unknown"), new.verdict(old.keys["zephyr's"][1]) == "unknown_key")
    stays = ("audit#", "closed", "secret#", "key#", "outbox", "sweep")
    left = [(table, item) for table, item in items(new) if "zephyr" in str(item).lower()]
    left = [f"{table} {item.get('pk', item)}" for table, item in left if not item.get("pk", {}).get("S", "").startswith(stays)]
    hold(say("nothing else is left of it"), not left, left[:4] or "")


def numbered(file, org):
    """The numbers of the events of `org` that the stand-in for EventBridge was told of."""
    told = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    events = [entry for line in told for entry in [find(line, "sequence")] if entry and entry.get("organization") == org]
    return sorted({event["sequence"] for event in events})


def find(value, name):
    """The object in `value` that has a member of that name: an event, wherever the stand-in has put it."""
    if isinstance(value, str) and value.startswith("{"):
        return find(json.loads(value), name)
    if isinstance(value, dict):
        if name in value:
            return value
        return next((found for member in value.values() if (found := find(member, name))), None)
    return None


def without_gap(file, orgs, say):
    """Each organization's events begin with 1, and no number is missing. Waits for what is still to be told."""
    for org, count in orgs.items():
        until = time.time() + 30
        while len(numbered(file, org)) < count and time.time() < until:
            time.sleep(0.3)
        numbers = numbered(file, org)
        whole = numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= count
        hold(say(f"events of {org} are numbered without a gap"), whole, f"{len(numbers)} of them")


def try_folder(life, tree, program, folder):
    say = lambda promise: f"{life.contract}: {promise}"
    data, copy, told = folder / "data", folder / "copy", folder / "events.jsonl"
    with serving(life.contract, root=tree, program=program, data=data) as stack:
        old = Old(stack, life)
    # What the older version has written stays as it was, to be looked at.
    shutil.copytree(data, copy)
    options = ["--parameter", "Rotation=on", "--tick", "1", "--events-file", told]
    with serving(life.contract, *options, data=copy) as new:
        before, now = [[key["key"] for key in one.organizations[0]["keys"]] for one in (stack, new)]
        hold(say("the demo's keys are those of before"), before == now)
        for part in (read, change, grow, delete):
            part(old, new, say)
        # Eight changes, four of `grow`, and the link.
        without_gap(told, {"brook": 12}, say)
