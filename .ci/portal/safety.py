"""What nobody may do to somebody who is signed in, and what the session does not let them do."""

import re

from playwright.sync_api import expect

from checks import LEAST_AND_MOST, check
from elsewhere import elsewhere
from portal import heading


@check("the session's cookie is for the server alone, and scripts see none", contracts=LEAST_AND_MOST)
def cookies(portal):
    context = portal.context()
    page = portal.enter(portal.organization(), context)
    [cookie] = [cookie for cookie in context.cookies() if cookie["name"] == "latchkey-local"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/", cookie
    assert all(cookie["httpOnly"] for cookie in context.cookies()), context.cookies()
    assert page.evaluate("document.cookie") == ""


@check(
    "two organizations in two tabs: forms of the first change nothing in the session of the second",
    contracts=LEAST_AND_MOST,
)
def two_tabs(portal):
    first, second = portal.organization(name="First"), portal.organization(name="Second")
    key = portal.issue(first)
    context = portal.context()
    form = portal.enter(first, context)
    portal.open_form(form)
    portal.fill(form, "misplaced")
    confirm = context.new_page()
    confirm.goto(portal.address(first, f"keys/{key['id']}/delete"))
    portal.enter(second, context)
    for page, button in ((form, portal.submit(form)), (confirm, portal.confirm(confirm, portal.contract.delete))):
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            button.click()
        assert answer.value.status == 409, answer.value.status
        expect(heading(page)).to_contain_text("switched")
        expect(page.get_by_role("main")).to_contain_text("Second")
    assert first.names() == ["production-web"] and second.names() == []
    answer = form.goto(portal.address(first))
    assert answer.status == 409, answer.status


@check("a page of the portal is not shown inside of another website's page", contracts=LEAST_AND_MOST)
def framed(portal):
    organization = portal.organization()
    context = portal.context(watched=False)
    portal.enter(organization, context)
    with elsewhere() as site:
        page = context.new_page()
        told = []
        page.on("console", lambda message: told.append(message.text))
        with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
            page.goto(site.put("/frame", f'<iframe src="{portal.address(organization)}"></iframe>'))
        [frame] = page.main_frame.child_frames
        assert frame.get_by_role("heading").count() == 0, frame.content()


@check("a form on another website, sent by somebody who is signed in, changes nothing", contracts=LEAST_AND_MOST)
def forged(portal):
    organization = portal.organization()
    key = portal.issue(organization)
    context = portal.context(watched=False)
    portal.enter(organization, context)
    with elsewhere() as site:
        # One on a site of its own, one on another port of the same host, which to a browser is the same site.
        for origin in (site.url, site.url.replace("localhost", "127.0.0.1")):
            for below, fields in (("keys", {"name": "forged"}), (f"keys/{key['id']}/delete", {})):
                inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
                action = portal.address(organization, below)
                site.put("/forge", f'<form method="post" action="{action}">{inputs}<button>Win</button></form>')
                page = context.new_page()
                page.goto(origin + "/forge")
                with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
                    page.get_by_role("button").click()
                assert answer.value.status in (401, 403), answer.value.status
    assert organization.names() == ["production-web"]


@check("a link from another website leads into the open session", contracts=LEAST_AND_MOST)
def linked(portal):
    organization = portal.organization()
    context = portal.context(watched=False)
    portal.enter(organization, context)
    with elsewhere() as site:
        outside = context.new_page()
        outside.goto(site.put("/settings", f'<a href="{portal.address(organization)}">API keys</a>'))
        outside.get_by_role("link").click()
        expect(heading(outside)).to_have_text(portal.contract.title)


@check("a browser asks for nothing beside the page, not for an icon either", contracts=("fanfare",))
def no_icon(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    html = page.context.request.get(portal.address(organization)).body()
    with elsewhere() as site:
        tab = portal.context(watched=False).new_page()
        tab.goto(site.put("/portal", html))
        tab.goto(site.put("/again", html))
        # Of other pages it asks for an icon by itself. It would have asked for the portal's before.
        tab.goto(site.put("/plain", "<p>plain"))
        site.wait_for("/favicon.ico")
        assert site.asked == ["/portal", "/again", "/plain", "/favicon.ico"], site.asked


@check("a session that is ended from outside is over with the next click", contracts=LEAST_AND_MOST)
def ended(portal):
    organization = portal.organization()
    invitation = organization.invite()
    page = portal.context().new_page()
    portal.follow(page, invitation["url"])
    portal.open_form(page)
    portal.fill(page, "too late")
    organization.end(invitation["id"])
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        portal.submit(page).click()
    assert answer.value.status == 401, answer.value.status
    expect(heading(page)).to_contain_text("over")
    assert organization.names() == []


@check("what a session does not include is not offered, and said once", contracts=LEAST_AND_MOST)
def limited(portal):
    organization = portal.organization()
    key = portal.issue(organization)
    page = portal.enter(organization, session={"operations": ["list"]})
    expect(portal.verb(page, portal.contract.create)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("Your link to this page does not include everything")
    portal.open_key(page, organization, "production-web")
    for verb in portal.contract.verbs:
        expect(portal.verb(page, verb)).to_have_count(0)
    for below in ("keys/new", f"keys/{key['id']}/delete"):
        answer = page.goto(portal.address(organization, below))
        assert answer.status == 403, f"{below}: {answer.status}"


@check(
    "a locked organization can look and take keys out of use, and is told why it can do no more",
    contracts=LEAST_AND_MOST,
)
def locked(portal):
    organization = portal.organization()
    portal.issue(organization)
    page = portal.enter(organization)
    portal.open_form(page)
    portal.fill(page, "too late")
    organization.change(status="locked")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        portal.submit(page).click()
    assert answer.value.status == 403, answer.value.status
    page.goto(portal.address(organization))
    expect(page.get_by_role("main")).to_contain_text(re.compile("locked"))
    expect(portal.verb(page, portal.contract.create)).to_be_disabled()
    portal.open_key(page, organization, "production-web")
    for verb in portal.contract.verbs:
        if verb in ("Edit", "Regenerate"):
            expect(portal.verb(page, verb)).to_be_disabled()
    portal.verb(page, portal.contract.delete).click()
    portal.confirm(page, portal.contract.delete).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert organization.names() == []
