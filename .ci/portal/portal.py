"""The portal in a browser: people with a session, and what they do on its pages, which are known by what they say."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from stack import ROOT, send

PICTURES = ROOT / "target/portal"

# Chromium says this of every page that is no success. Which ones those may be is what the checks are about.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of \d+|net::ERR_CACHE_MISS")

# Told on the console, where the rest is, too. Without scripts Chromium tells of them by itself.
WATCH = """addEventListener('securitypolicyviolation', (event) =>
    console.error(`the policy was violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""

# Each field's text, also where the markup does not have it.
TYPED = "[...document.querySelectorAll('input, textarea')].map((field) => field.value).join('\\n')"


class Portal:
    """The portal of one stack, for one check after the other."""

    def __init__(self, contract, stack, browser):
        self.contract, self.stack, self.browser = contract, stack, browser
        self.contexts, self.requests, self.complaints, self.hidden = [], [], [], set()
        # What was seen in all checks.
        self.pages, self.leaks, self.asides = 0, [], []

    def context(self, watched=True, **options):
        """A browser of its own: no cookies, and everything that it asks for or complains about is noted."""
        context = self.browser.new_context(**options)
        context.set_default_timeout(8_000)
        self.contexts.append(context)
        if watched:
            context.add_init_script(WATCH)
            context.on("request", lambda request: self.requests.append(request))
            context.on("console", self.hear)
            context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def hear(self, message):
        if message.type in ("error", "warning") and not ANSWERED.search(message.text):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def organization(self, **terms):
        return self.stack.organization(**terms)

    def issue(self, organization, name="production-web"):
        """A key like those that people make here, from the operator."""
        key = organization.issue(name, **dict(self.contract.terms))
        self.hidden.add(key["key"])
        return key

    def enter(self, organization, context=None, session=None, **options):
        """Follows a link to the list of keys."""
        page = (context or self.context(**options)).new_page()
        self.follow(page, organization.link(**(session or {})))
        return page

    def follow(self, page, link):
        self.hidden.add(parse_qs(urlsplit(link).query)["code"][0])
        page.goto(link)
        page.get_by_role("main").get_by_role("button").click()
        expect(page).to_have_url(re.compile(r"/portal/[^/]+/keys$"))

    def address(self, organization, below="keys"):
        return f"{self.stack.url}/portal/{organization.slug}/{below}"

    def open_form(self, page):
        page.get_by_role("link", name=self.contract.create, exact=True).click()
        expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_visible()

    def fill(self, page, name):
        """Fills in the form for a new key, as its product asks for it."""
        contract = self.contract
        page.get_by_role("textbox", name="Name", exact=True).fill(name)
        if contract.type:
            choose(page, "Type", contract.type)
        if contract.permission:
            box = page.get_by_role("group", name="Permissions").get_by_role("checkbox", name=contract.permission)
            box.set_checked(True)

    def submit(self, page):
        return page.get_by_role("main").get_by_role("button", name=self.contract.submit, exact=True)

    def create(self, page, name="production-web"):
        """From the list to the page with the new key's secret: the secret."""
        self.open_form(page)
        self.fill(page, name)
        self.submit(page).click()
        return self.secret(page)

    def secret(self, page, name="API key"):
        """The secret on the page, in the field of that name."""
        field = page.get_by_role("textbox", name=name, exact=True)
        expect(field).to_be_visible()
        secret = field.input_value()
        self.hidden.add(secret)
        return secret

    def open_key(self, page, organization, name):
        """The page of the key of this name."""
        key = organization.key(name)
        page.goto(self.address(organization, f"keys/{key['id']}"))
        return key

    def verb(self, page, verb):
        """The link or button on a key's page."""
        main = page.get_by_role("main")
        return main.get_by_role("link", name=verb, exact=True).or_(main.get_by_role("button", name=verb, exact=True))

    def confirm(self, page, verb):
        """The button on a page that asks before it does something."""
        return page.get_by_role("main").get_by_role("button", name=verb, exact=True)

    def call(self, curl, secret, instead=None):
        """The status that a caller gets."""
        return send(curl, secret, instead).status_code

    def picture(self, sentence):
        """Keeps what can be seen of a failure."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", f"{self.contract.name} {sentence}")[:90]
        for number, page in enumerate(page for context in self.contexts for page in context.pages):
            try:
                page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True, timeout=3_000)
            except Exception as error:  # The failure itself is what counts.
                print(f"       (no picture: {type(error).__name__})")

    def tidy(self):
        """Closes what a check has opened, and looks at what it asked for."""
        for context in self.contexts:
            self.hidden.update(cookie["value"] for cookie in context.cookies() if cookie["name"] == "latchkey-local")
        hidden = [text for text in self.hidden if text]
        for request in self.requests:
            address, referer = request.url, request.headers.get("referer", "")
            if not address.startswith(self.stack.url):
                self.asides.append(address)
            elif request.is_navigation_request():
                self.pages += 1
            else:
                self.asides.append(address)
            # The link itself has its code; nothing that follows may.
            is_link = "/portal/enter?code=" in address and request.method == "GET"
            seen = referer if is_link else f"{address} {referer}"
            self.leaks += [f"{request.method} {address} (Referer: {referer})" for text in hidden if text in seen]
        for context in self.contexts:
            context.close()
        self.contexts, self.requests, self.hidden = [], [], set()

    def summary(self):
        """What holds for all checks together: sentences and what was found against them."""
        return [
            ("nothing was blocked by the policy or told to the console", self.complaints),
            ("every page was one request, to this host", self.asides),
            ("no code, cookie or secret was in an address or a Referer", self.leaks),
        ]


def choose(page, field, label):
    """Chooses in a field with options, whether they are all shown or unfolded."""
    radios = page.get_by_role("group", name=field, exact=True).or_(
        page.get_by_role("radiogroup", name=field, exact=True)
    )
    if radios.count():
        radios.get_by_role("radio", name=label, exact=True).check()
    else:
        page.get_by_role("combobox", name=field, exact=True).select_option(label=label)


def assert_gone(page, secret):
    """The secret is neither in the page nor in one of its fields."""
    everything = page.content() + page.evaluate(TYPED)
    assert secret not in everything, f"the secret is in {page.url}"


def example(page):
    """The command on the page with a secret."""
    return page.get_by_role("main").locator("pre").inner_text()


def heading(page):
    return page.get_by_role("main").get_by_role("heading", level=1)
