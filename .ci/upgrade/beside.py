"""Both versions serve one database side by side, as they do while CloudFormation replaces functions."""

import itertools
import time

from folders import fresh_minute, secret_of, sha256, without_gap
from stack import at_once, hold, serving

# More than the limit, by either.
LIMIT, BY_EACH = 40, 60


class Pair:
    """An older and a newer version over one database."""

    def __init__(self, old, new, life):
        self.old, self.new, self.life = old, new, life
        self.both = [old, new]
        self.number = itertools.count(1)

    def org(self, stack, **terms):
        slug = f"org-{next(self.number)}"
        stack.done("PUT", f"/organizations/{slug}", {"plan": self.life.plan, "name": slug} | terms)
        return slug

    def key(self, stack, org, **terms):
        return stack.done("POST", f"/organizations/{org}/api-keys", self.life.order | terms)

    def verdicts(self, *secrets):
        """What the older and the newer version say of each."""
        return [stack.verdict(secret) for secret in secrets for stack in self.both]


def named(stack, pair):
    return "older" if stack is pair.old else "newer"


def turns(pair):
    """Who makes a thing and who changes it, in all ways."""
    return itertools.product(pair.both, pair.both)


def lives(pair, say):
    """What one makes and the other changes is in force for both when the call returns."""
    for maker, changer in turns(pair):
        who = f"made by the {named(maker, pair)}, changed by the {named(changer, pair)}"
        org = pair.org(maker)
        key = pair.key(maker, org)
        org_at, at, secret = f"/organizations/{org}", f"/organizations/{org}/api-keys/{key['id']}", key["key"]
        seen = [pair.verdicts(secret)]
        for path, change in [
            (at, {"status": "inactive"}), (at, {"status": "active", "name": "renamed"}),
            (org_at, {"status": "locked"}), (org_at, {"status": "active"}),
        ]:
            changer.done("PATCH" if path == at else "PUT", path, change)
            seen.append(pair.verdicts(secret))
        second = changer.done("POST", f"{at}/regenerate", {"overlapSeconds": 600})["key"]
        seen.append(pair.verdicts(secret, second))
        third = maker.done("POST", f"{at}/regenerate")["key"]
        seen.append(pair.verdicts(secret, second, third))
        shown = [stack.done("GET", at) for stack in pair.both]
        changer.done("DELETE", at)
        seen.append(pair.verdicts(third))
        valid, gone = ["valid"] * 2, ["unknown_key"] * 2
        expected = [valid, ["inactive_key"] * 2, valid, ["organization_locked"] * 2, valid, valid * 2, gone * 2 + valid, gone]
        hold(say(f"a key {who}: in force at once for both"), seen == expected, seen if seen != expected else "")
        same = all(one["name"] == "renamed" and one["fingerprint"] == shown[0]["fingerprint"] for one in shown)
        hold(say(f"a key {who}: shown alike"), same, shown if not same else "")


def in_turns(pair, say):
    """Changes in turns: none is lost."""
    org = pair.org(pair.old)
    key = pair.key(pair.old, org)
    at = f"/organizations/{org}/api-keys/{key['id']}"
    for number in range(12):
        changer = pair.both[number % 2]
        changer.done("PATCH", at, {"name": f"name {number}"})
        changer.done("PUT", f"/organizations/{org}", {"name": f"name {number}"})
    makers = itertools.product(range(3), pair.both)
    at_once([lambda stack=stack, number=number: pair.key(stack, org, name=f"key {number}") for number, stack in makers])
    for stack in pair.both:
        trail = stack.all(f"/organizations/{org}/audit")
        names = [row["after"]["name"] for row in reversed(trail) if row["action"] in ("key.changed", "organization.changed")]
        listed = stack.all(f"/organizations/{org}/api-keys")
        whole = names == [f"name {number}" for number in range(12) for _ in range(2)] and len(listed) == 7
        promise = f"24 changes in turns and 6 keys at once, as the {named(stack, pair)} shows them"
        hold(say(promise), whole, (len(trail), len(listed)))
    count = pair.new.done("GET", f"/organizations/{org}")["keys"]
    hold(say("keys are counted by both"), (count if isinstance(count, int) else count.get("used", count)) == 7, count)
    return org


def exact(pair, say):
    """However many of both count, a limit is never passed."""
    for what in ("one secret", "two secrets of an overlap"):
        org = pair.org(pair.old, limits=[{"requests": LIMIT, "per": "minute"}])
        key = pair.key(pair.new, org)
        secrets = [key["key"]] * 2
        if what != "one secret":
            at = f"/organizations/{org}/api-keys/{key['id']}/regenerate"
            secrets[1] = pair.new.done("POST", at, {"overlapSeconds": 600})["key"]
        fresh_minute(40)
        ways = list(itertools.product(pair.both, secrets)) * (BY_EACH // 2)
        asked = [lambda stack=stack, secret=secret: stack.verdict(secret) for stack, secret in ways]
        # The first shows each what there is; the others ask all at once.
        said = [ask() for ask in asked[:4]] + at_once(asked[4:])
        valid, others = said.count("valid"), {one for one in said if one not in ("valid", "rate_limited")}
        seen = f"{valid} of {len(said)} let in{f', and {others}' if others else ''}"
        hold(say(f"a limit of {LIMIT} is kept by both, {what}"), valid == LIMIT and not others, seen)


def once(pair, say):
    """What one has done once, the other does not do again."""
    for first, second in [pair.both, pair.both[::-1]]:
        org = pair.org(first)
        path, order = f"/organizations/{org}/api-keys", pair.life.order
        made, again = [stack.operate("POST", path, order, once="first") for stack in (first, second)]
        same = made["id"] == again["id"] and "key" not in again.json["data"]
        seen = made.status, again.status, same
        hold(say(f"a repeat finds what the {named(first, pair)} has done"), seen == (201, 200, True), again)
        digest = sha256(secret_of(pair.life, next(pair.number) + 100))
        terms = {name: value for name, value in order.items() if name in ("type", "scopes")}
        order = {"keys": [{"sha256": digest, "name": "taken over", **terms}]}
        taken, seen = [stack.done("POST", f"{path}/import", order)["results"][0] for stack in (first, second)]
        second.done("DELETE", f"{path}/{taken['id']}")
        seen = [seen, first.done("POST", f"{path}/import", order)["results"][0]]
        seen = [result.get("reason", result["result"]) for result in seen]
        hold(say(f"digests that the {named(first, pair)} has taken over"), seen == ["exists", "conflict"], seen)


def features(pair):
    """What is new about a key, by name: how the operator says it, and takes it back."""
    labels = {"externalId": "cus_1", "metadata": {"team": "billing"}}
    return {
        "labels": (labels, {"externalId": None, "metadata": {}}),
        "limits of its own": ({"limits": [{"requests": 90, "per": "minute"}]}, {"limits": None}),
        "limits of its own that slide": ({"limits": [{"requests": 90, "per": "minute", "sliding": True}]}, {"limits": None}),
        "addresses": ({"allowedAddresses": ["203.0.113.0/24"]}, {"allowedAddresses": None}),
        "rotation by itself": ({"rotateEvery": 7776000}, {"rotateEvery": None}),
    }


def organizations(pair):
    """The same of an organization."""
    own = [{"requests": 90, "per": "minute", "sliding": True}]
    return {
        "an external id": ({"externalId": "cus_1"}, {"externalId": None}),
        "shared limits": ({"sharedLimits": [{"requests": 90, "per": "minute"}]}, {"sharedLimits": None}),
        "limits that slide": ({"limits": own}, {"limits": [{"requests": 90, "per": "minute"}]}),
    }


def lets_in(stack, secret):
    """Whether it lets a key in, from the address that it may be used from."""
    body = {"key": secret, "address": "203.0.113.7"} if stack.is_new else {"key": secret}
    answer = stack.operate("POST", "/verify", body)
    return answer["valid"] if answer.status == 200 else answer.status


def closed(pair, say):
    """What uses new fields is closed to the older version, and nothing else."""
    old, new = pair.both
    for what, (said, taken_back) in features(pair).items():
        org = pair.org(old)
        one, other = [pair.key(old, org) for _ in range(2)]
        at, beside = [f"/organizations/{org}/api-keys/{key['id']}" for key in (one, other)]
        before = [lets_in(stack, one["key"]) for stack in pair.both]
        new.done("PATCH", at, said)
        seen = before + [lets_in(new, one["key"]), lets_in(old, one["key"])]
        seen += [old.operate(method, path, body).status for method, path, body in [
            ("GET", at, None), ("PATCH", at, {"name": "b"}), ("POST", f"{at}/regenerate", None), ("DELETE", at, None)]]
        hold(say(f"a key with {what} is closed to the older version"), seen == [True, True, True, 500, 500, 500, 500, 500], seen)
        listed = [stack.operate("GET", f"/organizations/{org}/api-keys").status for stack in pair.both]
        hold(say(f"so is the list that has one with {what}"), listed == [500, 200], listed)
        seen = [lets_in(old, other["key"]), old.operate("GET", beside).status, old.operate("PATCH", beside, {"name": "b"}).status,
                old.operate("PUT", f"/organizations/{org}", {"name": "b"}).status, lets_in(new, one["key"])]
        hold(say(f"beside a key with {what} nothing is closed"), seen == [True, 200, 200, 200, True], seen)
        new.done("PATCH", at, taken_back)
        seen = [lets_in(stack, one["key"]) for stack in pair.both] + [old.operate("PATCH", at, {"name": "c"}).status]
        hold(say(f"without {what} it is open again"), seen == [True, True, 200], seen)
    for what, (said, taken_back) in organizations(pair).items():
        org = pair.org(old)
        key = pair.key(old, org)
        at = f"/organizations/{org}"
        [lets_in(stack, key["key"]) for stack in pair.both]
        new.done("PUT", at, said)
        seen = [lets_in(new, key["key"]), lets_in(old, key["key"])]
        seen += [old.operate(method, path, body).status for method, path, body in [
            ("GET", at, None), ("PUT", at, {"name": "b"}), ("POST", f"{at}/api-keys", pair.life.order)]]
        hold(say(f"an organization with {what} is closed to the older version"), seen == [True, 500, 500, 500, 500], seen)
        listed = [stack.operate("GET", "/organizations").status for stack in pair.both]
        hold(say(f"so is the list that has one with {what}"), listed == [500, 200], listed)
        new.done("PUT", at, taken_back)
        seen = [lets_in(stack, key["key"]) for stack in pair.both] + [old.operate("PUT", at, {"name": "c"}).status]
        hold(say(f"without {what} it is open again"), seen == [True, True, 200], seen)


def leaving(pair, say):
    """An organization that is being deleted is closed to the older version, and its keys are let in by nobody."""
    old, new = pair.both
    org, other = pair.org(old), pair.org(old)
    key, kept = pair.key(old, org), pair.key(old, other)
    [lets_in(stack, key["key"]) for stack in pair.both]
    at = f"/organizations/{org}"
    new.done("PUT", at, {"status": "locked"})
    until, seen = time.time() + 60, []
    while True:
        gone = new.done("DELETE", at, {"organization": org})["deleted"]
        seen.append(lets_in(old, key["key"]))
        if gone or time.time() > until:
            break
    nobody = True not in seen and lets_in(new, key["key"]) is False
    hold(say("keys of an organization that is deleted are let in by nobody"), nobody, seen[-3:])
    seen = [old.operate("GET", at).status, lets_in(old, kept["key"]), old.operate("GET", "/organizations").status]
    hold(say("once it is gone, the older version knows of nothing"), seen == [404, True, 200], seen)


def pages(pair, say):
    """What only the newer version has is not in the older one's way; and what the older one takes away is over."""
    old, new = pair.both
    org = pair.org(old)
    key = pair.key(old, org)
    path = f"/organizations/{org}"
    session = new.done("POST", f"{path}/portal-sessions", {"subject": "ada"})
    new.operate("PUT", f"{path}/alerts", {"muted": []})
    seen = [old.operate("GET", f"{path}{what}").status for what in ("", "/api-keys", f"/api-keys/{key['id']}")]
    hold(say("a session of the portal is in nobody's way"), seen == [200] * 3 and old.verdict(key["key"]) == "valid", seen)
    trails = [old.operate("GET", f"/organizations/{one}/audit").status for one in (org, pair.org(new))]
    hold(say("its audit trail, and no other, is closed to the older version"), trails == [500, 200], trails)
    old.done("PATCH", f"{path}/api-keys/{key['id']}", {"status": "inactive"})
    old.done("PATCH", f"{path}/api-keys/{key['id']}", {"status": "active"})
    listed = [one["id"] for one in new.all(f"{path}/portal-sessions")]
    hold(say("it is there after changes by the older version"), session["id"] in listed, listed)


def leaked(pair, say):
    """What is done about leaked keys is in force for both."""
    old, new = pair.both
    for policy, said in [("notify", ["valid"] * 2), ("revoke", ["unknown_key"] * 2)]:
        org = pair.org(old)
        key = pair.key(old, org)
        new.done("PUT", f"/organizations/{org}", {"leaks": policy})
        before = pair.verdicts(key["key"])
        told = new.tell("/leaks/report", {"key": key["key"]}).status
        seen = pair.verdicts(key["key"])
        hold(say(f"a leaked key, policy {policy}"), (before, told, seen) == (["valid"] * 2, 202, said), (told, seen))


def try_beside(life, before, program, folder):
    say = lambda promise: f"{life.contract}, side by side: {promise}"
    told = folder / "events.jsonl"
    with serving(life.contract, "--parameter", "Rotation=on", "--tick", "1", "--events-file", told) as new:
        with serving(life.contract, "--dynamodb-endpoint", new.dynamodb, root=before, program=program) as old:
            old.is_new, new.is_new = False, True
            pair = Pair(old, new, life)
            lives(pair, say)
            org = in_turns(pair, say)
            exact(pair, say)
            once(pair, say)
            closed(pair, say)
            pages(pair, say)
            leaked(pair, say)
            leaving(pair, say)
            # Those of the newer version: six changes of the key, six of the organization, three keys.
            without_gap(told, {org: 15}, say)
