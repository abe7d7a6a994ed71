"""Where events are sent: webhooks in a browser."""

import re

from playwright.sync_api import expect

from checks import check
from once import move
from portal import assert_gone, heading

SECRET = "Secret of the webhook"
ADDRESS = "https://hooks.example.com/latchkey"


def add(portal, page, organization):
    """From the list to the page with a new webhook's secret: the secret."""
    page.goto(portal.address(organization, "webhooks"))
    page.get_by_role("textbox", name="Address", exact=True).fill(ADDRESS)
    page.get_by_role("radio", name="Only what is ticked below").check()
    page.get_by_role("group", name="Keys", exact=True).get_by_role("checkbox", name="Key created").check()
    page.get_by_role("main").get_by_role("button", name="Add webhook", exact=True).click()
    return portal.secret(page, SECRET)


@check("a webhook is added, shown its secret once, given a new one and removed, with or without scripts", ("fanfare",))
def webhook(portal):
    for scripts in (True, False):
        organization = portal.organization()
        page = portal.enter(organization, java_script_enabled=scripts)
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="Webhooks", exact=True).click()
        # What can be ticked shows once it counts.
        box = page.get_by_role("checkbox", name="Key created")
        expect(box).to_be_hidden()
        first = add(portal, page, organization)
        expect(page).to_have_title("Webhook added – copy its secret now")
        expect(heading(page)).to_be_focused()
        [made] = portal.stack.ask("GET", f"{organization.slug}/webhooks")
        assert (made["url"], made["kinds"]) == (ADDRESS, ["key.created"]), made
        page.get_by_role("link", name="I have stored it: to the webhook").click()
        assert_gone(page, first)
        expect(page.get_by_role("checkbox", name="Key created")).to_be_checked()
        page.locator("summary").filter(has_text="New secret").click()
        page.get_by_role("button", name="Make a new secret", exact=True).click()
        assert portal.secret(page, SECRET) != first
        page.get_by_role("link", name="I have stored it: to the webhook").click()
        page.get_by_role("button", name="Send a test", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("A test is on its way")
        remove = page.get_by_role("button", name="Remove this webhook", exact=True)
        expect(remove).to_be_hidden()
        page.locator("summary").filter(has_text="Remove").click()
        remove.click()
        expect(page.get_by_role("status")).to_contain_text("The webhook is removed")
        assert portal.stack.ask("GET", f"{organization.slug}/webhooks") == []


@check("Back, Forward and Reload after a webhook's secret show it no more, and add no second", ("fanfare",), "caching")
def wiped(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    shown = add(portal, page, organization)
    for where in ("reload", "go_back", "go_forward", "go_back", "go_forward"):
        move(page, where)
        assert_gone(page, shown)
    assert len(portal.stack.ask("GET", f"{organization.slug}/webhooks")) == 1


@check("a webhook is managed with the keyboard alone", ("fanfare",))
def keyboard(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    page.goto(portal.address(organization, "webhooks"))
    page.get_by_role("textbox", name="Address", exact=True).focus()
    page.keyboard.type("https://10.0.0.1/")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Address", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+A")
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Webhook added"))
