"""A key's usage: one sum, in the picture, in the table and in the file."""

import csv
import io
import re

from playwright.sync_api import expect

import usage
from checks import check

RANGES = ("24 hours", "7 days", "30 days", "13 months")


@check("usage is one sum, in words, in the picture, in the table, in the CSV file and in the API")
def sums(portal):
    organization = portal.organization()
    key = portal.issue(organization)
    usage.put(portal.stack, organization, key["id"], days=60)
    page = portal.enter(organization, session={"timeZone": "UTC"})
    portal.open_key(page, organization, "production-web")
    main = page.get_by_role("main")
    for name in RANGES:
        main.get_by_role("link", name=name, exact=True).click()
        expect(main.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", re.compile("true|page")
        )
        total = number(fact(page, "Total requests").get_by_role("definition").inner_text())
        assert total > 0, name
        expect(main.get_by_role("img")).to_have_accessible_name(re.compile(rf"{name}.*{total:,}", re.S))
        main.get_by_text("The same in numbers").click()
        rows = main.get_by_role("table").first.get_by_role("row").all()[1:]
        told = sum(number(row.get_by_role("cell").first.inner_text()) for row in rows)
        assert told == total, f"{name}: {told} in the table, {total} in words"
        address = main.get_by_role("link", name=re.compile("CSV")).evaluate("link => link.href")
        answer = page.context.request.get(address)
        assert "csv" in answer.headers["content-type"], answer.headers
        lines = list(csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff"))))
        column = next(column for column in lines[0] if column.lower() == "requests")
        filed = sum(int(line[column]) for line in lines)
        assert filed == total, f"{name}: {filed} in the file, {total} in words"
    day = portal.stack.ask("GET", f"{organization.slug}/api-keys/{key['id']}/usage")["totals"]["requests"]
    main.get_by_role("link", name="24 hours", exact=True).click()
    expect(fact(page, "Total requests")).to_contain_text(f"{day:,}")


def fact(page, name):
    """A name and what is said of it."""
    return page.get_by_role("main").locator("dl > div", has=page.get_by_text(name, exact=True))


def number(text):
    return int(re.sub(r"\D", "", text))
