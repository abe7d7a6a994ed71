"""The list of keys, and a key's page."""

import re
import time
from datetime import datetime

from playwright.sync_api import expect

from checks import check
from contracts import VERBS
from portal import assert_gone, example, heading


@check("an organization without keys is told what a key is, and is led to the first one")
def empty(portal):
    page = portal.enter(portal.organization())
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible()
    portal.create(page)


@check("the list has the product's columns, newest first, and says how many keys there are")
def columns(portal):
    organization = portal.organization()
    for name in ("first", "second", "third"):
        portal.issue(organization, name)
    page = portal.enter(organization)
    assert tuple(page.get_by_role("columnheader").all_inner_texts()) == portal.contract.columns
    assert page.get_by_role("rowheader").get_by_role("link").all_inner_texts() == ["third", "second", "first"]
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\b3 keys\b"))


@check(
    "where the plan has no room, the page says so before a form is filled in", contracts=("fayne", "thefaq", "fanfare")
)
def full(portal):
    organization = portal.organization(**portal.contract.small)
    kind = {"type": "secret"} if portal.contract.type else {}
    for number in range(portal.contract.room):
        organization.issue(f"key {number}", **kind)
    page = portal.enter(organization)
    expect(portal.verb(page, portal.contract.create)).to_be_disabled()
    expect(page.get_by_role("main")).to_contain_text(f"{portal.contract.room} of {portal.contract.room} keys")
    page.goto(portal.address(organization, "keys/new"))
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text(re.compile("plan|limit|key", re.I))


@check("keys are found by name, id and fingerprint, and nothing found is said")
def search(portal):
    organization = portal.organization()
    wanted = portal.issue(organization, "Checkout service")
    portal.issue(organization, "other")
    page = portal.enter(organization)
    fingerprint = organization.key("Checkout service")["fingerprint"].rstrip("…")
    for query in ("checkout", wanted["id"], fingerprint):
        page.get_by_role("searchbox").fill(query)
        page.get_by_role("search").get_by_role("button").click()
        expect(page).to_have_url(re.compile("q="))
        assert page.get_by_role("rowheader").get_by_role("link").all_inner_texts() == ["Checkout service"], query
    page.get_by_role("searchbox").fill("nothing like it")
    page.get_by_role("search").get_by_role("button").click()
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_value("nothing like it")
    expect(page.get_by_role("main").get_by_role("heading", level=2).first).not_to_contain_text("yet")


@check("the list is filtered by type and status", contracts=("fanfare", "fabraix"))
def filters(portal):
    organization = portal.organization()
    portal.issue(organization, "one")
    other = "test" if portal.contract.name == "fanfare" else "admin"
    organization.issue("two", type=other)
    page = portal.enter(organization)
    page.get_by_role("combobox", name="Type", exact=True).select_option(label=other.title())
    page.get_by_role("search").get_by_role("button").click()
    expect(page).to_have_url(re.compile(f"type={other}"))
    assert page.get_by_role("rowheader").get_by_role("link").all_inner_texts() == ["two"]
    page.get_by_role("combobox", name="Status", exact=True).select_option(label="Inactive")
    page.get_by_role("search").get_by_role("button").click()
    expect(page.get_by_role("table")).to_have_count(0)


@check("a long list has pages, and Back leads to the one before", contracts=("fayne", "fanfare"))
def pages(portal):
    organization = portal.organization(plan={"fayne": "scale"}.get(portal.contract.name, "pro"))
    for number in range(30):
        organization.issue(f"key {number:02}", **dict(portal.contract.terms))
    page = portal.enter(organization)
    links = page.get_by_role("rowheader").get_by_role("link")
    first = links.all_inner_texts()
    page.locator("a[rel=next]").click()
    expect(page.get_by_role("link", name="key 00", exact=True)).to_be_visible()
    second = links.all_inner_texts()
    assert first + second == [f"key {number:02}" for number in reversed(range(30))], (first, second)
    page.go_back()
    expect(page.get_by_role("link", name=first[0], exact=True)).to_be_visible()


@check("a key that was pasted is found, also by its old secret; somebody else's is none of ours")
def identify(portal):
    organization, other = portal.organization(), portal.organization()
    key, foreign = portal.issue(organization), portal.issue(other)
    page = portal.enter(organization)

    def ask(secret):
        if page.get_by_role("group").filter(has_text="Which key is this?").count():
            page.get_by_text("Which key is this?").click()
        page.locator("form[action$=identify]").locator("input:not([type=hidden])").fill(secret)
        page.locator("form[action$=identify]").get_by_role("button").click()
        expect(page).to_have_url(re.compile("/identify$"))
        assert_gone(page, secret)

    ask(key["key"])
    expect(page.get_by_role("main").get_by_role("link", name="production-web")).to_be_visible()
    page.goto(portal.address(organization))
    ask(foreign["key"])
    expect(heading(page)).to_contain_text("None of your keys")
    expect(page.get_by_role("main").get_by_role("link", name="production-web")).to_have_count(0)
    assert_gone(page, foreign["key"])


@check("a key's page has the verbs that the product has, and no other")
def verbs(portal):
    organization = portal.organization()
    portal.issue(organization)
    page = portal.enter(organization)
    page.get_by_role("link", name="production-web", exact=True).click()
    expect(heading(page)).to_have_text("production-web")
    shown = tuple(verb for verb in VERBS if portal.verb(page, verb).count())
    assert shown == portal.contract.verbs, shown


@check("a key's page says when it was used, to the last request, and what its limits are")
def facts(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    secret = portal.create(page)
    command = example(page)
    key = portal.open_key(page, organization, "production-web")
    main = page.get_by_role("main")
    expect(main).to_contain_text(key["fingerprint"].rstrip("…"))
    expect(main).to_contain_text(re.compile("never", re.I))
    for _ in range(3):
        assert 200 <= portal.call(command, secret) < 300
    # What is counted of a minute is gone with it.
    ended = True
    while ended:
        window = portal.stack.verify(secret)["rateLimit"]
        page.reload()
        ended = window["reset"] <= time.time()
    expect(main).to_contain_text(re.compile(rf"\b{window['limit'] - window['remaining']} of {window['limit']:,}"))
    used = datetime.fromisoformat(organization.key("production-web")["lastUsedAt"])
    stamps = main.locator("time").evaluate_all("times => times.map((time) => time.dateTime)")
    times = [datetime.fromisoformat(stamp).replace(microsecond=0) for stamp in stamps]
    assert used in times, f"used at {used}; the page has {times}"


@check("every change is one row of the activity, with who made it")
def activity(portal):
    organization = portal.organization()
    page = portal.enter(organization, session={"subject": "user_7", "name": "Grace Hopper"})
    portal.create(page, "short-lived")
    portal.open_key(page, organization, "short-lived")
    portal.verb(page, portal.contract.delete).click()
    portal.confirm(page, portal.contract.delete).click()
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Activity").click()
    rows = page.get_by_role("row").filter(has_text="short-lived")
    expect(rows).to_have_count(2)
    for row in rows.all():
        expect(row).to_contain_text(re.compile("Grace Hopper|user_7"))
    audit = [row for row in organization.audit() if row["action"].startswith("key.")]
    assert [(row["action"], row["plane"], row["actor"]) for row in audit] == [
        ("key.deleted", "portal", "user_7"),
        ("key.created", "portal", "user_7"),
    ], audit


@check("a secret that is typed into the search stays out of the address, and is asked for instead", contracts=("fanfare",))
def pasted(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    secret = portal.create(page)
    page.goto(portal.address(organization))
    page.get_by_role("searchbox").fill(secret)
    page.get_by_role("button", name="Search", exact=True).click()
    field = page.get_by_role("textbox", name="The whole key")
    expect(field).to_be_focused()
    expect(field).to_have_value(secret)
    assert page.url == portal.address(organization), page.url
    page.get_by_role("button", name="Find key").click()
    expect(heading(page)).to_have_text("It is one of your keys")
