"""Every kind of page: for everybody who looks at it, in every light and at every width, and as HTML."""

import functools
from pathlib import Path

from playwright.sync_api import expect

import markup
from checks import LEAST_AND_MOST, check
from stack import ROOT
from walk import Look, walk

SCRIPT = ROOT / "target/tools/portal/node_modules/axe-core/axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What depends on a brand's colours.
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
LIGHTS = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
}
WIDTHS = (1280, 768, 320)
MOST_BYTES = 40 * 1024

JUDGE = """async (runOnly) => {
    const rules = { 'target-size': { enabled: true } };
    const { violations } = await axe.run({ runOnly, rules, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}"""

# What axe reads for the colour of a text is not what forced colours make of it, unless it is told.
AS_FORCED = """document.querySelectorAll('*').forEach((it) => {
    it.style.setProperty('-webkit-text-fill-color', getComputedStyle(it).color);
})"""
AS_CHOSEN = """document.querySelectorAll('*').forEach((it) => {
    it.style.removeProperty('-webkit-text-fill-color');
})"""

MEASURE = (Path(__file__).parent / "measure.js").read_text()


def measure(portal, session, name):
    """Walks: each kind of page, and what is wrong with its measures. Its HTML is kept for the validator."""
    look, kinds = Look(portal), 0
    for kind in walk(portal, look, **session):
        kinds += 1
        html, found = look.html(), []
        markup.save(name, kind, html)
        if len(html) > MOST_BYTES:
            found.append((kind, f"the page has {len(html)} bytes"))
        for width in WIDTHS:
            look.page.set_viewport_size({"width": width, "height": 900})
            found += [(f"{kind} at {width} px", said) for said in look.page.evaluate(MEASURE)]
        yield kind, look.page, found
        look.page.set_viewport_size({"width": 1280, "height": 900})
    assert kinds > 20, f"only {kinds} kinds of page were seen"


def judge(kind, page, wholly):
    """What axe says of a page in every light: in other lights than the usual one of contrast alone, unless it is to be judged
    `wholly`."""
    found = []
    page.evaluate(SCRIPT.read_text())
    for light, media in LIGHTS.items():
        page.emulate_media(**media)
        # In the dark as on a telephone: everything is there once more, in another arrangement.
        page.set_viewport_size({"width": 320 if light == "dark" else 1280, "height": 900})
        rules = RULES if wholly or light == "light" else CONTRAST
        if light == "forced colours":
            page.evaluate(AS_FORCED)
        found += [(f"{kind}, {light}", said) for said in page.evaluate(JUDGE, rules)]
    page.evaluate(AS_CHOSEN)
    page.emulate_media(**LIGHTS["light"])
    return found


@functools.cache
def seen(portal):
    """What is wrong with the kinds of pages: their measures, and what axe says."""
    measures, judgements = [], []
    for kind, page, found in measure(portal, {}, portal.contract.name):
        measures += found
        judgements += judge(kind, page, portal.contract.name in LEAST_AND_MOST)
    return measures, judgements


def summed(found):
    """What was found, each thing once, with the first page that it was found on."""
    pages = {}
    for page, said in found:
        pages.setdefault(" ".join(said.split())[:400], []).append(page)
    return "\n".join(f"{said} (on {len(where)} pages, as {where[0]})" for said, where in pages.items())


@check("axe finds nothing on any kind of page by WCAG 2.2 A and AA, in light, dark and forced colours")
def axe(portal):
    _, judgements = seen(portal)
    assert not judgements, summed(judgements)


@check("every kind of page fits 320, 768 and 1280 px and 40 KB, and all that is to be pressed can be hit")
def measures(portal):
    found, _ = seen(portal)
    assert not found, summed(found)


@check("every kind of page fits in German, too", contracts=("fanfare", "thefaq"))
def measures_in_german(portal):
    found = [one for _, _, some in measure(portal, {"locale": "de"}, f"{portal.contract.name}-de") for one in some]
    assert not found, summed(found)


@check("a table of keys is cards on a narrow screen, each value beside what it is, and a table on a wide one")
def cards(portal):
    page = portal.enter(portal.organization())
    portal.create(page)
    page.get_by_role("main").get_by_role("link").filter(has_not_text=portal.contract.title).first.click()
    row = page.locator("main tbody tr").first
    expect(row).to_be_visible()
    for width, display in ((320, "block"), (768, "table-row")):
        page.set_viewport_size({"width": width, "height": 900})
        assert row.evaluate("row => getComputedStyle(row).display") == display, f"{display} at {width} px"
    page.set_viewport_size({"width": 320, "height": 900})
    labels = row.locator("td").evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    assert labels and all(label not in ("none", '""') for label in labels), labels
