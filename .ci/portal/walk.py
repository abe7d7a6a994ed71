"""The way through all kinds of pages, for those who look at each of them."""

import re

from playwright.sync_api import expect

import alarms
import usage


class Look:
    """A browser that stays on each kind of page for a while."""

    def __init__(self, portal):
        self.portal = portal
        # The judge is a script of ours, which the pages' policy would refuse. What is just moving is not to be judged.
        self.context = portal.context(watched=False, bypass_csp=True, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.answers = []
        self.page.on("response", lambda answer: self.answers.append(answer))

    def html(self):
        """What was served, before the browser made something of it."""
        return self.answers[-1].body()


def walk(portal, look, **session):
    """Leads through all kinds of pages, and says which one it is on."""
    contract, page = portal.contract, look.page
    organization = portal.organization(name="Acme")
    main, address = page.get_by_role("main"), lambda below: portal.address(organization, below)
    page.goto(organization.link(subject="user_42", name="Ada Lovelace", **session))
    yield "enter"
    main.get_by_role("button").click()
    expect(page).to_have_url(re.compile("/keys$"))
    yield "empty list"
    page.goto(address("keys/new"))
    yield "form"
    page.locator("input[name=name]").fill("")
    main.locator("form button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "form with mistakes"
    page.goto(address("keys/new"))
    page.locator("input[name=name]").fill("production-web")
    for field, value in (("type", dict(contract.terms).get("type")), ("scope", contract.permission)):
        if value:
            page.locator(f"input[name={field}][value='{value}']").check()
    main.locator("form button").click()
    secret = page.locator("input[readonly]").input_value()
    yield "created"
    page.reload()
    yield "sent already"
    used(portal, organization, secret)
    for number in range(3):
        portal.issue(organization, f"worker {number}")
    page.goto(address("keys"))
    yield "list"
    page.get_by_role("group").locator("summary").last.click()
    yield "list, unfolded"
    page.goto(address("keys?q=nothing"))
    yield "no match"
    key = organization.key("production-web")["id"]
    page.goto(address(f"keys/{key}"))
    for summary in page.locator("summary").all():
        summary.click()
    yield "key"
    if contract.opens("Edit"):
        page.goto(address(f"keys/{key}/edit"))
        yield "edit"
        page.locator("input[name=name]").fill("")
        main.locator("form button").click()
        expect(page.get_by_role("alert")).to_be_focused()
        yield "edit with mistakes"
    if contract.opens("Regenerate"):
        page.goto(address(f"keys/{key}/regenerate"))
        yield "regenerate"
        main.locator("form button").click()
        expect(page.locator("input[readonly]")).to_be_visible()
        yield "regenerated"
        page.goto(address(f"keys/{key}"))
        yield "key with two secrets"
    if contract.opens("Deactivate"):
        page.goto(address(f"keys/{key}/status"))
        yield "deactivate"
        main.locator("form button").click()
        expect(page.get_by_role("status")).to_be_visible()
        yield "inactive key"
        page.goto(address(f"keys/{key}/status"))
        yield "activate"
        main.locator("form button").click()
        expect(page.get_by_role("status")).to_be_visible()
    if contract.tells:
        yield from told(portal, look, organization, key)
    page.goto(address(f"keys/{key}/delete"))
    yield "delete"
    main.locator("form button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "delete with a mistake"
    page.locator("input:not([type=hidden])").fill("production-web")
    main.locator("form button").click()
    expect(page.get_by_role("status")).to_be_visible()
    yield "list after a deletion"
    foundling = portal.issue(organization, "found")["key"]
    for kind, pasted in (("identified", foundling), ("not identified", "x"), ("nothing to identify", "")):
        page.goto(address("keys"))
        page.locator("details summary").last.click()
        form = page.locator("form[action$=identify]")
        form.evaluate("form => { form.noValidate = true; }")
        form.locator("input:not([type=hidden])").fill(pasted)
        form.locator("button").click()
        expect(page).to_have_url(re.compile("/identify$"))
        yield kind
    page.goto(address("activity"))
    yield "activity"
    page.goto(address("nothing"))
    yield "not found"
    page.goto(f"{portal.stack.url}/portal/another-organization/keys")
    yield "switched"
    organization.change(status="locked")
    page.goto(address("keys"))
    yield "locked list"
    page.goto(address(f"keys/{organization.keys()[0]['id']}"))
    yield "locked key"
    page.goto(address("keys/new"))
    yield "refused"
    page.get_by_role("banner").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/leave$"))
    yield "signed out"
    page.goto(address("keys"))
    yield "session over"
    if contract.small:
        yield from full(portal, look, **session)


def told(portal, look, organization, key):
    """The pages of alerts and of webhooks."""
    page, address = look.page, lambda below: portal.address(organization, below)
    page.goto(address("alerts"))
    yield "no alerts"
    alarms.put(portal.stack, organization, key)
    page.goto(address(f"keys/{key}"))
    page.locator("form[action$=mute] button[value='7']").click()
    expect(page.get_by_role("status")).to_be_visible()
    yield "muted key"
    page.goto(address("alerts"))
    yield "alerts"
    for field in ("thresholds", "rate", "days"):
        page.locator(f"input[name={field}]").fill("9" * 60)
    page.locator("main section.form form button").first.click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "alerts with mistakes"
    page.goto(address("alerts"))
    portal.stack.ask("PUT", f"{organization.slug}/alerts", {"kinds": {"key.unused": {"days": 60}}})
    page.locator("input[name=days]").fill("30")
    page.locator("main section.form form button").first.click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "alerts that were changed meanwhile"
    page.goto(address("webhooks"))
    yield "no webhooks"
    page.locator("input[name=url]").fill("https://" + "w" * 200)
    page.locator("input[name=which][value=some]").check()
    page.locator("main section.form form button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "webhook with mistakes"
    page.locator("input[name=url]").fill("https://hooks.example.com/" + "long" * 60)
    page.locator("input[name=kind]").first.check()
    page.locator("main section.form form button").click()
    expect(page.locator("input[readonly]")).to_be_visible()
    yield "webhook added"
    page.locator("a[data-kept]").click()
    for summary in page.locator("summary").all():
        summary.click()
    yield "webhook"
    page.locator("form[action$=rotate] button").click()
    expect(page.locator("input[readonly]")).to_be_visible()
    yield "webhook with a new secret"
    page.locator("a[data-kept]").click()
    page.locator("button[name=status][value=disabled]").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.locator("summary").first.click()
    yield "webhook that is off"
    page.goto(address("webhooks"))
    yield "webhooks"


def full(portal, look, **session):
    """The pages of an organization that cannot have one more key."""
    contract, page = portal.contract, look.page
    organization = portal.organization(**contract.small)
    for number in range(contract.room):
        organization.issue(f"key {number}", **({"type": "secret"} if contract.type else {}))
    page.goto(organization.link(**session))
    page.get_by_role("main").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/keys$"))
    yield "full list"
    page.goto(portal.address(organization, "keys/new"))
    yield "no form"


def used(portal, organization, secret):
    """Makes the key one that was used, just now and for a while."""
    key = organization.key("production-web")
    usage.put(portal.stack, organization, key["id"], days=40)
    assert portal.stack.verify(secret)["valid"]
