"""A secret is shown once: whatever is pressed afterwards, there is one key, and the secret is in no later page."""

from playwright.sync_api import Error, expect

from checks import LEAST_AND_MOST, check
from elsewhere import elsewhere
from portal import TYPED, assert_gone, heading

PRODUCTS_THAT_REGENERATE = ("fabraix", "fanfare")


def move(page, where):
    """Back, Forward or Reload, as far as the browser goes: a form that was sent it may refuse to send again."""
    try:
        # A page that comes back from the browser's memory is not loaded.
        getattr(page, where)(wait_until="commit")
    except Error as refused:
        assert "ERR_CACHE_MISS" in str(refused) or "interrupted" in str(refused), refused
        page.wait_for_url("chrome-error://**", wait_until="commit")
    page.wait_for_load_state("domcontentloaded")


def each_way(portal):
    """Visitors with and without scripts, each on the page with the secret of a new key."""
    for scripts in (True, False):
        organization = portal.organization()
        page = portal.enter(organization, java_script_enabled=scripts)
        secret = portal.create(page)
        yield organization, page, secret


@check(
    "the browser of these checks keeps pages for Back, else they would show nothing",
    contracts=("fanfare",),
    browser="caching",
)
def keeps(portal):
    with elsewhere() as site:
        first, second = site.put("/first", "<p>first"), site.put("/second", "<p>second")
        context = portal.context(watched=False)
        context.add_init_script("addEventListener('pageshow', (event) => { window.kept = event.persisted; })")
        page = context.new_page()
        page.goto(first)
        page.goto(second)
        page.go_back(wait_until="commit")
        expect(page.get_by_text("first")).to_be_visible()
        assert page.evaluate("window.kept") is True
        # As does the portal, if it is left to it: the checks below are about what it does against that.
        assert site.asked.count("/first") == 1, site.asked


@check(
    "Reload after a secret makes no second key, and says that the form was sent",
    contracts=LEAST_AND_MOST, browser="caching",
)
def reload(portal):
    for organization, page, secret in each_way(portal):
        move(page, "reload")
        expect(heading(page)).to_contain_text("already")
        assert_gone(page, secret)
        expect(page.get_by_role("main")).to_contain_text("production-web")
        assert organization.names() == ["production-web"]


@check(
    "Back and Forward after a secret show it no more, and make no second key",
    contracts=LEAST_AND_MOST, browser="caching",
)
def back_and_forward(portal):
    for organization, page, secret in each_way(portal):
        for where in ("go_back", "go_forward", "go_back", "go_forward", "reload"):
            move(page, where)
            assert_gone(page, secret)
        assert organization.names() == ["production-web"]


@check("Back from the list to the page with the secret does not show it", contracts=LEAST_AND_MOST, browser="caching")
def back_from_list(portal):
    for organization, page, secret in each_way(portal):
        page.goto(portal.address(organization))
        expect(page.get_by_role("table")).to_be_visible()
        for where in ("go_back", "go_back", "go_forward", "go_forward"):
            move(page, where)
            assert_gone(page, secret)
        assert organization.names() == ["production-web"]


@check("a double click makes one key", contracts=LEAST_AND_MOST, browser="caching")
def double_click(portal):
    for scripts in (True, False):
        organization = portal.organization()
        page = portal.enter(organization, java_script_enabled=scripts)
        portal.open_form(page)
        portal.fill(page, "clicked twice")
        portal.submit(page).dblclick()
        expect(page).to_have_url(portal.address(organization))
        expect(page.get_by_role("main")).to_contain_text("clicked twice")
        assert organization.names() == ["clicked twice"]


@check(
    "the same form sent twice makes one key, whose secret the second answer does not have",
    contracts=LEAST_AND_MOST, browser="caching",
)
def second_submit(portal):
    organization = portal.organization()
    page = portal.enter(organization)
    portal.open_form(page)
    portal.fill(page, "sent twice")
    page.evaluate("document.querySelector('main form').target = '_blank'")
    answers = []
    for _ in range(2):
        with page.context.expect_page() as opened:
            page.evaluate("document.querySelector('main form').requestSubmit()")
        answers.append(opened.value)
    secret = portal.secret(answers[0])
    expect(heading(answers[1])).to_contain_text("already")
    assert_gone(answers[1], secret)
    assert organization.names() == ["sent twice"]


@check(
    "Back, Forward and Reload after Regenerate change nothing more",
    contracts=PRODUCTS_THAT_REGENERATE,
    browser="caching",
)
def regenerated(portal):
    for scripts in (True, False):
        organization = portal.organization()
        page = portal.enter(organization, java_script_enabled=scripts)
        portal.issue(organization)
        portal.open_key(page, organization, "production-web")
        portal.verb(page, "Regenerate").click()
        portal.confirm(page, "Regenerate").click()
        secret = portal.secret(page)
        fingerprint = organization.key("production-web")["fingerprint"]
        for where in ("reload", "go_back", "go_forward", "reload"):
            move(page, where)
            assert_gone(page, secret)
        assert organization.key("production-web")["fingerprint"] == fingerprint


@check(
    "a page that was left has lost its secret, also in the browser's memory",
    contracts=LEAST_AND_MOST, browser="caching",
)
def wiped(portal):
    page = portal.enter(portal.organization())
    secret = portal.create(page)
    # What the browser would keep: the page as it is once it has been hidden.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert secret not in page.content() + page.evaluate(TYPED)
    expect(page.get_by_role("main")).to_contain_text("removed")
