"""Names that mean harm, or are only unusual, are shown as what they are."""

from playwright.sync_api import expect

from checks import LEAST_AND_MOST, check
from portal import heading

NAMES = {
    "markup": '"><img src=x onerror=alert(1)>',
    "script": "</title></style><script>alert(2)</script>",
    "long": "W" * 100,
    "turned": "invoice \u05d0\u05d1\u05d2 gpj.exe",
    "pictures": "🔑 Schlüssel 鍵 🏳️‍🌈",
    "formula": "=cmd|' /C calc'!A0",
}


@check(
    "unusual names are shown literally on every page, run nothing, and leave the layout whole at 320 px",
    contracts=LEAST_AND_MOST,
)
def literally(portal):
    organization = portal.organization(name=NAMES["markup"])
    context = portal.context(viewport={"width": 320, "height": 640})
    page = portal.enter(organization, context, {"subject": "user_42", "name": "\u05d3\u05d4\u05d5 visitor"})
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.accept()))
    for name in NAMES.values():
        portal.create(page, name)
        fits(page)
        page.goto(portal.address(organization))
    assert sorted(NAMES.values()) == organization.names()
    fits(page)
    shown = page.get_by_role("rowheader").get_by_role("link")
    texts = shown.all_text_contents()
    assert sorted(texts) == sorted(NAMES.values()), texts
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0
    expect(page.get_by_role("banner")).to_contain_text(NAMES["markup"])
    # Nothing after a name is turned around by it.
    isolated = "links => links.every((link) => link.querySelector('bdi') || link.closest('bdi') || link.dir === 'auto')"
    assert shown.evaluate_all(isolated), shown.first.evaluate("link => link.outerHTML")
    verb = portal.contract.delete
    for key in organization.keys():
        for below in ("", "/delete"):
            page.goto(portal.address(organization, f"keys/{key['id']}{below}"))
            fits(page)
            expect(heading(page)).to_contain_text(key["name"])
        portal.confirm(page, verb).click()
        expect(page.get_by_role("status")).to_contain_text(key["name"])
    page.goto(portal.address(organization, "activity"))
    fits(page)
    for name in NAMES.values():
        expect(page.get_by_role("row").filter(has_text=name)).to_have_count(2)
    assert not [text for text in dialogs if text], dialogs


def fits(page):
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0, f"{page.url} is {over} px wider than the window"
