"""The portal without a mouse, and without scripts."""

import re

from playwright.sync_api import expect

from checks import LEAST_AND_MOST, check
from portal import example, heading

# Where the focus is, what that is called, and whether one sees it.
FOCUSED = """() => {
    const it = document.activeElement;
    const style = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    return {
        name: it.getAttribute('aria-label') || (it.labels?.length ? it.labels[0].textContent : it.textContent).trim(),
        tag: it.localName, type: it.type || '', href: it.getAttribute('href') || '',
        visible: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        ring: it.matches(':focus-visible') && (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
            || style.boxShadow !== 'none'),
    };
}"""


def tab_to(page, wanted):
    """Presses Tab until the focus is on what is wanted. On its way it must be seen everywhere."""
    passed = []
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["tag"] == "body":
            continue
        assert focused["visible"] and focused["ring"], f"the focus is not seen on {focused}"
        if wanted(focused):
            return
        passed.append(f"{focused['tag']} {focused['name'][:30]!r}")
    raise AssertionError(f"not reached by Tab on {page.url}; passed were {passed}")


def named(*names, tags=("a", "button", "input")):
    return lambda focused: focused["tag"] in tags and focused["name"] in names


@check("from the link to a key and its end by keyboard alone, with the focus in sight", contracts=LEAST_AND_MOST)
def keyboard(portal):
    contract = portal.contract
    organization = portal.organization()
    context = portal.context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.stack.url)
    page = context.new_page()
    page.goto(organization.link())
    tab_to(page, lambda focused: focused["tag"] == "button")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(contract.title)
    # The first stop leads past what every page has.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, named(contract.create))
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_visible()
    for field in contract.form:
        if field == "Name":
            tab_to(page, named("Name"))
            page.keyboard.type("by keyboard")
        elif field == "Type":
            tab_to(page, lambda focused: focused["type"] == "radio")
            radio = page.get_by_role("radio", name=contract.type, exact=True)
            page.keyboard.press("Space")
            for _ in range(page.get_by_role("radiogroup", name="Type").get_by_role("radio").count()):
                if not radio.is_checked():
                    page.keyboard.press("ArrowDown")
            expect(radio).to_be_checked()
        elif field == "Permissions":
            box = page.get_by_role("group", name="Permissions").get_by_role("checkbox", name=contract.permission)
            if not box.is_checked():
                tab_to(page, named(contract.permission))
                page.keyboard.press("Space")
            expect(box).to_be_checked()
    tab_to(page, named(contract.submit, tags=("button",)))
    page.keyboard.press("Space")
    secret = portal.secret(page)
    expect(heading(page)).to_be_focused()
    tab_to(page, named("Copy"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(re.compile("copied", re.I))
    assert page.evaluate("navigator.clipboard.readText()") == secret
    tab_to(page, lambda focused: focused["tag"] == "a" and focused["href"].endswith("keys"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(contract.title)
    tab_to(page, named("by keyboard"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("by keyboard")
    tab_to(page, named(contract.delete))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(f"{contract.delete} by keyboard")
    tab_to(page, named(contract.delete, tags=("button",)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("by keyboard")
    assert organization.keys() == []


@check("every other verb, the search and the way out by keyboard alone", contracts=LEAST_AND_MOST)
def keyboard_verbs(portal):
    contract = portal.contract
    organization = portal.organization()
    page = portal.enter(organization)

    def follow(link, place):
        tab_to(page, named(link, tags=("a",)))
        page.keyboard.press("Enter")
        page.wait_for_url(place)

    portal.create(page)
    name = "production-web"
    portal.open_key(page, organization, name)
    if contract.opens("Edit"):
        follow("Edit", "**/edit")
        tab_to(page, named("Name"))
        page.keyboard.press("Control+A")
        name = "renamed"
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(heading(page)).to_have_text(name)
    if contract.opens("Regenerate"):
        follow("Regenerate", "**/regenerate")
        tab_to(page, lambda focused: focused["type"] == "radio")
        page.keyboard.press("ArrowDown")
        tab_to(page, named("Regenerate", tags=("button",)))
        page.keyboard.press("Enter")
        portal.secret(page)
        portal.open_key(page, organization, name)
    for verb in ("Deactivate", "Activate") if contract.opens("Deactivate") else ():
        follow(verb, "**/status")
        tab_to(page, named(verb, tags=("button",)))
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_be_visible()
    follow(contract.title, "**/keys")
    tab_to(page, lambda focused: focused["type"] == "search")
    page.keyboard.type("nothing like it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keys?**")
    expect(page.get_by_role("main")).not_to_contain_text(name)
    tab_to(page, named("Sign out", tags=("button",)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/leave")
    expect(page.get_by_role("banner").get_by_role("button")).to_have_count(0)
    page.goto(f"{portal.stack.url}/portal/{organization.slug}/keys")
    expect(page.get_by_role("main")).not_to_contain_text(name)


@check(
    "a mistake is reached by keyboard: the focus is on the list of mistakes, and Enter leads to the field",
    contracts=LEAST_AND_MOST,
)
def keyboard_mistake(portal):
    page = portal.enter(portal.organization())
    portal.open_form(page)
    portal.fill(page, "")
    tab_to(page, named(portal.contract.submit, tags=("button",)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, lambda focused: focused["href"].startswith("#"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()


@check("everything works without scripts", contracts=LEAST_AND_MOST)
def without_scripts(portal):
    contract = portal.contract
    organization = portal.organization()
    page = portal.enter(organization, java_script_enabled=False)
    old = portal.create(page)
    command = example(page)
    status = portal.call(command, old)
    assert 200 <= status < 300, status
    page.get_by_role("main").get_by_role("link").filter(has_not_text=contract.title).first.click()
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_role("searchbox").fill("production")
    page.get_by_role("search").get_by_role("button").click()
    page.get_by_role("link", name="production-web", exact=True).click()
    if contract.opens("Edit"):
        portal.verb(page, "Edit").click()
        page.get_by_role("textbox", name="Name", exact=True).fill("renamed")
        page.get_by_role("main").get_by_role("button").first.click()
        expect(heading(page)).to_have_text("renamed")
    if contract.opens("Regenerate"):
        portal.verb(page, "Regenerate").click()
        portal.confirm(page, "Regenerate").click()
        portal.secret(page)
        portal.open_key(page, organization, "renamed")
        page.get_by_role("main").get_by_role("link", name=re.compile("^End")).click()
        page.get_by_role("main").get_by_role("button", name=re.compile("^End")).click()
        expect(page.get_by_role("status")).to_be_visible()
    for verb in ("Deactivate", "Activate") if contract.opens("Deactivate") else ():
        portal.verb(page, verb).click()
        portal.confirm(page, verb).click()
        expect(page.get_by_role("status")).to_be_visible()
    portal.verb(page, contract.delete).click()
    [key] = organization.keys()
    page.get_by_role("main").get_by_role("textbox").fill(key["name"])
    portal.confirm(page, contract.delete).click()
    expect(page.get_by_role("status")).to_contain_text(key["name"])
    page.get_by_role("navigation").get_by_role("link", name="Activity").click()
    expect(page.get_by_role("row").filter(has_text=key["name"]).first).to_be_visible()
    page.get_by_role("banner").get_by_role("button").click()
    expect(heading(page)).to_be_visible()
    assert organization.keys() == []
