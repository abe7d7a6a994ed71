"""A new key, word for word as each product describes it."""

import re

from playwright.sync_api import expect

from checks import check
from portal import assert_gone, choose, example, heading


@check("the form asks for what the product asks for, in its order")
def form(portal):
    page = portal.enter(portal.organization())
    portal.open_form(page)
    place = {}
    for field in ("Name", "Type", "Permissions", "Expiration"):
        found = page.get_by_role("textbox", name=field, exact=True)
        for role in ("group", "radiogroup"):
            found = found.or_(page.get_by_role(role, name=field, exact=True))
        assert (found.count() == 1) == (field in portal.contract.form), f"{field}: {found.count()} fields"
        if found.count():
            place[field] = found.bounding_box()["y"]
    assert sorted(place, key=place.get) == list(portal.contract.form), sorted(place, key=place.get)
    expect(portal.submit(page)).to_be_visible()


@check("a new key is shown once: the whole key, in focus, with an example call that works")
def create(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    secret = portal.create(page)
    expect(page).to_have_title("Key created – copy it now")
    expect(heading(page)).to_be_focused()
    field = page.get_by_role("textbox", name="API key", exact=True)
    expect(field).not_to_be_editable()
    expect(page.get_by_role("status")).to_have_count(1)
    assert organization.names() == ["production-web"]
    command = example(page)
    assert secret in command, command
    status = portal.call(command, secret)
    assert 200 <= status < 300, f"{status}: {command}"
    page.goto(portal.address(organization))
    assert_gone(page, secret)
    expect(page.get_by_role("row", name="production-web")).to_contain_text(re.compile("just now|second"))


@check("Copy puts exactly the key on the clipboard, and says so")
def copy(portal):
    context = portal.context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.stack.url)
    page = portal.enter(portal.organization(), context)
    secret = portal.create(page)
    before = page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status")).not_to_have_text(before)
    expect(page.get_by_role("status")).to_contain_text(re.compile("copied", re.I))
    assert page.evaluate("navigator.clipboard.readText()") == secret


def copy_fails(portal, context):
    page = portal.enter(portal.organization(), context)
    secret = portal.create(page)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"\bnot\b|n’t|fail", re.I))
    selected = (
        "(({value, selectionStart, selectionEnd}) => value.slice(selectionStart, selectionEnd))(document.activeElement)"
    )
    assert page.evaluate(selected) == secret


@check("where the clipboard is denied, Copy says so and selects the key")
def copy_denied(portal):
    context = portal.context()
    context.grant_permissions([], origin=portal.stack.url)
    copy_fails(portal, context)


@check("where there is no clipboard, Copy says so and selects the key")
def copy_unavailable(portal):
    context = portal.context()
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })")
    copy_fails(portal, context)


@check("without scripts there is no Copy button, and the key can be selected by hand")
def copy_without_scripts(portal):
    page = portal.enter(portal.organization(), java_script_enabled=False)
    secret = portal.create(page)
    expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text(re.compile("select", re.I))
    page.get_by_role("textbox", name="API key", exact=True).select_text()
    assert page.evaluate("document.querySelector('input[readonly]').selectionEnd") == len(secret)


@check("whoever leaves without having copied is asked, whoever has copied is not", contracts=("fanfare",))
def leave_uncopied(portal):
    context = portal.context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.stack.url)
    page = portal.enter(portal.organization(), context)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    portal.create(page, "first")
    page.get_by_role("navigation").get_by_role("link", name=portal.contract.title).first.click()
    expect(page.get_by_role("link", name="first", exact=True)).to_be_visible()
    assert asked == ["beforeunload"], asked
    portal.create(page, "second")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(re.compile("copied", re.I))
    page.get_by_role("navigation").get_by_role("link", name=portal.contract.title).first.click()
    expect(page.get_by_role("link", name="second", exact=True)).to_be_visible()
    assert asked == ["beforeunload"], asked


@check("a form with mistakes keeps what was typed, lists the mistakes first, and links each to its field")
def mistakes(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    portal.open_form(page)
    portal.fill(page, "")
    # More than fits; a browser would not let anybody type it.
    page.evaluate("document.querySelector('input[name=name]').removeAttribute('maxlength')")
    page.get_by_role("textbox", name="Name", exact=True).fill("n" * 101)
    portal.submit(page).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error"), page.title()
    name = page.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_value("n" * 101)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(re.compile("at most 100 characters"))
    if portal.contract.type:
        expect(page.get_by_role("radio", name=portal.contract.type, exact=True)).to_be_checked()
    summary.get_by_role("link").first.click()
    expect(name).to_be_focused()
    name.fill("")
    portal.submit(page).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert organization.keys() == []
    page.get_by_role("textbox", name="Name", exact=True).fill("mended")
    portal.submit(page).click()
    portal.secret(page)
    assert organization.names() == ["mended"]


@check("a link to the form fills it in, and sends nothing")
def deep_link(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    scope = portal.contract.permission or ""
    kind = dict(portal.contract.terms).get("type", "")
    page.goto(portal.address(organization, f"keys/new?name=from%20docs&scopes={scope}&type={kind}"))
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("from docs")
    if scope:
        expect(page.get_by_role("checkbox", name=scope)).to_be_checked()
    if kind:
        expect(page.get_by_role("radio", name=portal.contract.type, exact=True)).to_be_checked()
    assert organization.keys() == []


@check(
    "the least is ticked at first, and a permission that includes all ticks and locks the others",
    contracts=("fanfare",),
)
def permissions(portal):
    page = portal.enter(portal.organization())
    portal.open_form(page)
    choose(page, "Type", "Secret")
    group = page.get_by_role("group", name="Permissions")
    assert not group.get_by_role("checkbox", name="admin").is_checked()
    group.get_by_role("checkbox", name="admin").check()
    for box in group.get_by_role("checkbox").all():
        expect(box).to_be_checked()
    expect(group.get_by_role("checkbox", name="read:analytics")).to_be_disabled()
    group.get_by_role("checkbox", name="admin").uncheck()
    expect(group.get_by_role("checkbox", name="read:analytics")).not_to_be_checked()
    # What a type cannot have is not offered.
    choose(page, "Type", "Public")
    expect(group.get_by_role("checkbox", name="write:consumers")).to_be_hidden()


@check("where the plan leaves no choice of permissions, the form says so", contracts=("fanfare",))
def no_granular_scopes(portal):
    page = portal.enter(portal.organization(plan="free"))
    portal.open_form(page)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text(re.compile("plan", re.I))
