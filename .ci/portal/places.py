"""The portal in another language, and in other time zones."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from checks import check
from portal import choose, heading

# Words that no German page has, if it has all of its own.
ENGLISH = re.compile(
    r"\b(the|this|your|you|of|with|and|keys?|never|created?|delete|revoke|edit|expires|search|sign|back|last|used|"
    r"permissions?|organization|requests?|cancel|settings|activity|page)\b",
    re.I,
)


@check("pages are in German for whoever was sent with that language")
def german(portal):
    contract = portal.contract
    organization = portal.organization()
    page = portal.enter(organization, session={"locale": "de"}, locale="en-GB")
    portal.issue(organization, "Kasse")
    key = organization.key("Kasse")
    verbs = {"Edit": "edit", "Regenerate": "regenerate", "Deactivate": "status"}
    below = [
        "keys",
        "keys/new",
        f"keys/{key['id']}",
        f"keys/{key['id']}/delete",
        "activity",
        f"keys/{key['id'][:-4]}0000",
    ]
    below += [f"keys/{key['id']}/{way}" for verb, way in verbs.items() if contract.opens(verb)]
    below += ["keys?q=nichts"]
    for each in below:
        page.goto(portal.address(organization, each))
        assert page.locator("html").get_attribute("lang") == "de", each
        # What the contract itself says is in the contract's language: hints of types and permissions, and answers.
        page.evaluate("document.querySelectorAll('.hint, code, bdi, pre, dd').forEach((said) => said.remove())")
        text = page.locator("body").inner_text()
        found = ENGLISH.search(text)
        assert not found, f"{each}: {found.group(0)!r} in {text[max(0, found.start() - 60) : found.end() + 60]!r}"
    # Whoever is in is led to the list.
    page.context.clear_cookies()
    answer = page.goto(f"{portal.stack.url}/portal/enter?code=none")
    assert answer.status == 401, answer.status


@check(
    "the browser's language counts where nobody has named one, and English where neither is spoken",
    contracts=("fanfare",),
)
def negotiated(portal):
    for asked, spoken in (("de-AT", "de"), ("fr-FR", "en"), ("en-US", "en")):
        page = portal.enter(portal.organization(), locale=asked)
        assert page.locator("html").get_attribute("lang") == spoken, asked


@check(
    "a day that is picked is the end of that very day in the session's zone, or in UTC, wherever the browser is",
    contracts=("fanfare",),
)
def days(portal):
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    for place in ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu", "UTC"):
        for session in ({}, {"timeZone": place}):
            organization = portal.organization()
            page = portal.enter(organization, session=session, timezone_id=place)
            portal.open_form(page)
            portal.fill(page, "until then")
            choose(page, "Expiration", "On a date")
            page.locator("input[type=date]").fill(day.isoformat())
            portal.submit(page).click()
            portal.secret(page)
            stored = organization.key("until then")["expiresAt"]
            zone = ZoneInfo(session.get("timeZone", "UTC"))
            end = datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
            assert stored == f"{end:%Y-%m-%dT%H:%M:%SZ}", f"{place}: {stored}"
            # As people read it: that day, and not one beside it.
            portal.open_key(page, organization, "until then")
            said = page.get_by_role("definition").filter(has=page.locator(f"time[datetime^='{stored[:-1]}']"))
            text = said.first.inner_text()
            assert str(day.day) in re.findall(r"\d+", text), f"{place}: {text!r}"
            # Editing something else leaves it where it is.
            portal.verb(page, "Edit").click()
            page.get_by_role("textbox", name="Name", exact=True).fill("still until then")
            page.get_by_role("main").get_by_role("button").first.click()
            expect(heading(page)).to_have_text("still until then")
            assert organization.key("still until then")["expiresAt"] == stored


@check("a day that is over, none at all, and one too far ahead are mistakes", contracts=("fanfare",))
def impossible_days(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=1), None, today + timedelta(days=11 * 365)):
        page.goto(portal.address(organization, "keys/new"))
        portal.fill(page, "impossible")
        choose(page, "Expiration", "On a date")
        page.locator("input[type=date]").fill(day.isoformat() if day else "")
        portal.submit(page).click()
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.locator("input[type=date]")).to_have_value(day.isoformat() if day else "")
        expect(page.locator("input[type=date]")).to_have_attribute("aria-invalid", "true")
    assert organization.keys() == []


@check("times are in the session's zone, or in the browser's where it has none", contracts=("fayne", "fanfare"))
def zones(portal):
    for session, browser, zone in (
        ({}, "Asia/Kathmandu", "Asia/Kathmandu"),
        ({"timeZone": "Europe/Vienna"}, "UTC", "Europe/Vienna"),
    ):
        page = portal.enter(portal.organization(), session=session, timezone_id=browser)
        expect(page.get_by_role("contentinfo")).to_contain_text(re.compile(zone.replace("Kathmandu", "Kat[h]?mandu")))
