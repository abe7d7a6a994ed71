"""The way in and out."""

import re

from playwright.sync_api import expect

from checks import LEAST_AND_MOST, check
from portal import heading


@check("a link that others have looked at lets somebody in, once", contracts=LEAST_AND_MOST)
def enter(portal):
    organization = portal.organization(name="Acme & Söhne")
    link = organization.link(subject="user_42", name="Ada Lovelace")
    for options in ({}, {"java_script_enabled": False}):
        page = portal.context(**options).new_page()
        for _ in range(2):
            page.goto(link)
            main = page.get_by_role("main")
            expect(main).to_contain_text("Acme & Söhne")
            expect(main).to_contain_text("Ada Lovelace")
            expect(main.get_by_role("button")).to_have_count(1)
    page = portal.context().new_page()
    portal.follow(page, link)
    assert "code" not in page.url, page.url
    expect(heading(page)).to_have_text(portal.contract.title)
    # A second use, and one that never was a link.
    for used in (link, portal.stack.url + "/portal/enter?code=" + "A" * 43):
        context = portal.context()
        page = context.new_page()
        answer = page.goto(used)
        assert answer.status == 401, answer.status
        expect(heading(page)).to_contain_text(re.compile("over|used"))
        assert not [cookie for cookie in context.cookies() if cookie["name"] == "latchkey-local"]


@check("two who press the button of one link get one session, and one of them the truth", contracts=LEAST_AND_MOST)
def enter_twice(portal):
    link = portal.organization().link()
    pages = [portal.context().new_page() for _ in range(2)]
    for page in pages:
        page.goto(link)
    pages[0].get_by_role("main").get_by_role("button").click()
    expect(pages[0]).to_have_url(re.compile("/keys$"))
    with pages[1].expect_response(lambda answer: answer.request.method == "POST") as answer:
        pages[1].get_by_role("main").get_by_role("button").click()
    assert answer.value.status == 401, answer.value.status


@check("the link of the demo's ready file leads to the demo's keys", contracts=LEAST_AND_MOST)
def demo(portal):
    page = portal.context().new_page()
    portal.follow(page, portal.stack.demo["portal"])
    for key in portal.stack.demo["keys"]:
        expect(page.get_by_role("link", name=key["name"], exact=True)).to_be_visible()


@check("signing out ends the session, and answers with a page", contracts=LEAST_AND_MOST)
def leave(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("banner").get_by_role("button").click()
    assert answer.value.status == 200, answer.value.status
    expect(heading(page)).to_be_visible()
    again = page.goto(portal.address(organization))
    assert again.status == 401, again.status
