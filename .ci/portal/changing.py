"""What becomes of a key: a new secret, another name, an end."""

import re
from datetime import datetime

from playwright.sync_api import expect

from checks import check
from portal import assert_gone, example, heading

OVERLAPS = (0, 3_600, 86_400, 604_800)


@check("Delete has a page that names the key, its fingerprint and what callers will get, and then the key is gone")
def delete(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    secret = portal.create(page)
    command = example(page)
    verb = portal.contract.delete
    key = portal.open_key(page, organization, "production-web")
    portal.verb(page, verb).click()
    expect(heading(page)).to_have_text(f"{verb} production-web")
    main = page.get_by_role("main")
    expect(main).to_contain_text(key["fingerprint"].rstrip("…"))
    expect(main).to_contain_text("401")
    expect(main).to_contain_text("immediate and irreversible")
    expect(main.get_by_role("textbox")).to_have_count(0)
    instead = main.get_by_role("link", name=re.compile("^Deactivate"))
    expect(instead).to_have_count(1 if portal.contract.opens("Deactivate") else 0)
    portal.confirm(page, verb).click()
    expect(page.get_by_role("status")).to_contain_text("production-web")
    assert organization.keys() == []
    assert portal.call(command, secret) == 401
    expect(page.get_by_role("rowheader")).to_have_count(0)


@check("a key that was used lately is deleted only by whoever types its name")
def delete_used(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    secret = portal.create(page, "Checkout service")
    command = example(page)
    assert 200 <= portal.call(command, secret) < 300
    verb = portal.contract.delete
    portal.open_key(page, organization, "Checkout service")
    portal.verb(page, verb).click()
    field = page.get_by_role("main").get_by_role("textbox")
    portal.confirm(page, verb).click()
    expect(page.get_by_role("alert")).to_be_focused()
    field.fill("checkout")
    portal.confirm(page, verb).click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(field).to_have_value("checkout")
    assert organization.names() == ["Checkout service"]
    field.fill("Checkout service")
    portal.confirm(page, verb).click()
    expect(page.get_by_role("status")).to_contain_text("Checkout service")
    assert organization.keys() == []
    assert portal.call(command, secret) == 401


@check("Deactivate refuses a key's calls until Activate lets them in again", contracts=("fanfare",))
def deactivate(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    secret = portal.create(page)
    command = example(page)
    portal.open_key(page, organization, "production-web")
    portal.verb(page, "Deactivate").click()
    expect(heading(page)).to_have_text("Deactivate production-web")
    expect(page.get_by_role("main")).to_contain_text("API key is inactive")
    portal.confirm(page, "Deactivate").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert portal.call(command, secret) == 401
    expect(portal.verb(page, "Deactivate")).to_have_count(0)
    portal.verb(page, "Activate").click()
    expect(heading(page)).to_have_text("Activate production-web")
    portal.confirm(page, "Activate").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert portal.call(command, secret) == 200
    expect(portal.verb(page, "Deactivate")).to_be_visible()


@check(
    "Regenerate gives a new secret, and the old one works for as long as was chosen", contracts=("fabraix", "fanfare")
)
def regenerate(portal):
    organization = portal.organization()
    for place, overlap in enumerate(OVERLAPS):
        name = f"overlap {overlap}"
        page = portal.enter(organization)
        old = portal.create(page, name)
        command = example(page)
        portal.open_key(page, organization, name)
        portal.verb(page, "Regenerate").click()
        expect(heading(page)).to_have_text(f"Regenerate {name}")
        radios = page.get_by_role("main").get_by_role("radio")
        expect(radios).to_have_count(len(OVERLAPS))
        expect(radios.nth(2)).to_be_checked()
        radios.nth(place).check()
        portal.confirm(page, "Regenerate").click()
        new = portal.secret(page)
        expect(page).to_have_title(re.compile("copy it now$"))
        expect(heading(page)).to_be_focused()
        assert new != old
        assert_gone(page, old)
        ends = organization.key(name).get("overlapEndsAt")
        if overlap:
            left = datetime.fromisoformat(ends).timestamp() - page.evaluate("Date.now() / 1000")
            assert overlap - 60 < left <= overlap, left
        else:
            assert ends is None, ends
        assert 200 <= portal.call(command, old, new) < 300
        assert (200 <= portal.call(command, old) < 300) == bool(overlap)


@check(
    "during an overlap the page says whether the old secret is still used, and ends it now",
    contracts=("fabraix", "fanfare"),
)
def end_overlap(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    old = portal.create(page)
    command = example(page)
    portal.open_key(page, organization, "production-web")
    portal.verb(page, "Regenerate").click()
    portal.confirm(page, "Regenerate").click()
    new = portal.secret(page)
    portal.open_key(page, organization, "production-web")
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile("old secret has not been used", re.I))
    assert 200 <= portal.call(command, old) < 300
    # It is written right after the answer, and not before.
    for _ in range(50):
        page.reload()
        if "old secret is still used" in main.inner_text().lower():
            break
    expect(main).to_contain_text(re.compile("old secret is still used", re.I))
    main.get_by_role("link", name=re.compile("^End")).click()
    main.get_by_role("button", name=re.compile("^End")).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert portal.call(command, old) == 401
    assert 200 <= portal.call(command, old, new) < 300
    expect(main.get_by_role("link", name=re.compile("^End"))).to_have_count(0)


@check("Edit changes name and permissions, and keeps what is not touched", contracts=("fabraix", "fanfare"))
def edit(portal):
    organization = portal.organization()
    portal.issue(organization)
    page = portal.enter(organization)
    portal.open_key(page, organization, "production-web")
    portal.verb(page, "Edit").click()
    expect(heading(page)).to_have_text("Edit production-web")
    name = page.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_value("production-web")
    more = {"fabraix": "keys:manage", "fanfare": "read:analytics"}[portal.contract.name]
    box = page.get_by_role("group", name="Permissions").get_by_role("checkbox", name=portal.contract.permission)
    expect(box).to_be_checked()
    name.fill("renamed")
    page.get_by_role("group", name="Permissions").get_by_role("checkbox", name=more).check()
    page.get_by_role("main").get_by_role("button").first.click()
    expect(heading(page)).to_have_text("renamed")
    expect(page.get_by_role("status")).to_be_visible()
    assert sorted(organization.key("renamed")["scopes"]) == sorted([portal.contract.permission, more])
    portal.verb(page, "Edit").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert organization.names() == ["renamed"]
