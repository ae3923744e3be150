"""The built book, a server for it, and one browser that reaches nothing else.

``make test-browser`` runs this folder; a plain ``pytest`` leaves it alone, for it needs
a built book. GROKCORE_BOOK names another folder with one.
"""

import gzip
import itertools
import json
import mimetypes
import os
import runpy
import threading
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("GROKCORE_BOOK", ROOT / "_build" / "html")).resolve()
# For a reader who asks for less motion: colors and folds are there at once, not half
# faded in when they are looked at.
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PHONE = {
    "reduced_motion": "reduce",
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
CHROMIUM = [
    "--no-sandbox",  # root in a container has none; all pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# Code is thousands of little spans of a dozen kinds, the index and the API a thousand
# entries of one. Each kind in its surroundings has to be looked at once, so that a page
# takes axe a second and not a minute.
ONE_OF_EACH, LIKE_TEXT_ONCE, WATCH_THE_FOCUS = (
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("one_of_each.js", "like_text_once.js", "watch_the_focus.js")
)
# Far above what anything takes: a machine may be busy. Nothing here measures time.
PATIENCE = 120_000


def pages() -> list[str]:
    """Return the addresses of all pages of the built book, within it."""
    names = [path.relative_to(BOOK) for path in BOOK.rglob("*.html")]
    inner = {"_static", "reports"}  # pieces of pages, and what the build left
    found = sorted(n.as_posix() for n in names if n.parts[0] not in inner)
    return [name for name in found if name != "index.html"]  # leads on at once


# What a page has to have to be opened by a fixture.
HAVING = {
    "desktop": "",
    "phone": "",
    "flipbooks": "data-flipbook",
    "predictions": "<summary>What each answer would mean</summary>",
}


def pytest_generate_tests(metafunc):
    """Repeat a test for every page, or for every page that has what it is about."""
    for fixture in HAVING.keys() & {*metafunc.fixturenames}:
        texts = {name: (BOOK / name).read_text("utf-8") for name in pages()}
        chosen = [name for name, text in texts.items() if HAVING[fixture] in text]
        metafunc.parametrize(fixture, chosen, indirect=True, scope="module")


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


class Handler(BaseHTTPRequestHandler):
    """Serves the book as the servers of static pages do: texts compressed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = BOOK / unquote(urlsplit(self.path).path).lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        if not (path.is_file() and path.resolve().is_relative_to(BOOK)):
            self.send_error(404)
            return
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
        body = _packed(path) if text else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def book():
    """The folder of the built book."""
    return BOOK


@pytest.fixture(scope="session")
def server():
    """The book's address on this machine."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}/"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    chromium = runpy.run_path(str(ROOT / "tools" / "chromium.py"))
    path = chromium["find"]()
    assert path, chromium["WHAT_TO_DO"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield running
        running.close()


class Visit:
    """A page of the book in a window of its own, and what happened there."""

    def __init__(self, browser, base, name, **device):
        self.base, self.name = base, name
        self.window = browser.new_context(**device)
        self.window.set_default_timeout(PATIENCE)
        self.page = self.window.new_page()
        self.requests, self.failed, self.errors = [], [], []
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("websocket", lambda socket: self.failed.append(socket.url))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.go(name)

    def go(self, name):
        """Load a page and wait until it has settled."""
        self.page.goto(self.base + name)
        self.settle()

    def settle(self):
        """Wait for the theme's scripts, for MathJax, for what prepares itself."""
        self.page.wait_for_function(
            "() => document.readyState === 'complete' "
            "&& !document.querySelector('[aria-busy=true]') && (!window.MathJax "
            "|| MathJax.startup?.promise?.then(() => true))"
        )

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # the reader has gone on
            self.failed.append(f"{request.failure} {request.url}")

    def _answered(self, response):
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def _said(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    @property
    def strangers(self) -> list[str]:
        """What was asked of anybody but the book."""
        ours = (self.base, "data:", "blob:", "about:")
        return [r.url for r in self.requests if not r.url.startswith(ours)]

    def unfold(self):
        """Open what is folded: what nobody sees is not looked at."""
        self.page.evaluate(
            "document.querySelectorAll('.bd-article details')"
            ".forEach((fold) => fold.open = true)"
        )

    def theme(self, name):
        """Switch the system's theme, which the book follows."""
        self.page.emulate_media(color_scheme=name)
        self.page.wait_for_function(
            "(name) => document.documentElement.dataset.theme === name", arg=name
        )

    def axe(self) -> list[str]:
        """Return all violations of all rules that do not look at colors, a line each.

        Axe has rules for WCAG 2.1, A and AA, and some for good practice beside them.
        """
        self.unfold()
        self.page.evaluate(ONE_OF_EACH)
        return self._rules(rules={"color-contrast": {"enabled": False}})

    def contrast(self) -> list[str]:
        """Return texts that are hard to tell from their ground, a line each."""
        self.unfold()
        self.page.evaluate(ONE_OF_EACH)
        self.page.evaluate(LIKE_TEXT_ONCE)
        told = self._rules(runOnly={"type": "rule", "values": ["color-contrast"]})
        self.page.evaluate("__silenced.forEach(([text, said]) => text.data = said)")
        return told

    def walk(self) -> tuple[int, list[dict]]:
        """Press Tab around the page, until it is there again.

        Returns how many elements are to be reached, and where the focus stopped.
        """
        watched = self.page.evaluate(WATCH_THE_FOCUS)
        assert not watched["skipped"]
        # What scrolls may be a stop as well. After the last the focus leaves the page,
        # and when it is back, the browser may tell of one stop twice, or begin again.
        # So one whole round in which all is seen is enough, and else the best one tells
        # what is missing.
        rounds = []
        for _ in range(watched["wanted"] // 10 + 5):
            for _ in range(20):
                self.page.keyboard.press("Tab")
            stops = self.page.evaluate("__focused")
            starts = [i for i, stop in enumerate(stops) if stop["place"] == 0]
            rounds = [stops[a:b] for a, b in itertools.pairwise(starts)]
            best = max(rounds, key=partial(_worth, watched["wanted"]), default=[])
            if best and _worth(watched["wanted"], best) == (True, 0):
                break
        if not rounds:
            pytest.fail(f"the focus does not come round: {stops[-3:]}")
        return watched["wanted"], best

    def _rules(self, **options) -> list[str]:
        options["resultTypes"] = ["violations", "incomplete"]
        # MathJax says its formulas in MathML; the boxes that it draws are hidden.
        skip = {"exclude": [["mjx-math"]]}
        found = Axe().run(self.page, skip, options).response
        told = []
        for rule in found["violations"]:
            told += [f"{rule['id']}: {_where(node)}" for node in rule["nodes"]]
        # Text in exactly the color of its ground is unreadable, too; axe is not sure.
        for rule in found["incomplete"]:
            for node in rule["nodes"]:
                if '"equalRatio"' in json.dumps(node["any"]):
                    told.append(f"invisible text: {_where(node)}")
        return told

    def close(self):
        """Shut the window."""
        self.window.close()


def _worth(wanted: int, round: list[dict]) -> tuple[bool, int]:
    """Whether a round of the focus is whole, and less how many stops nobody sees."""
    places = sorted(stop["place"] for stop in round if stop["place"] >= 0)
    return places == list(range(wanted)), -sum(not stop["seen"] for stop in round)


def _where(node) -> str:
    message = next(iter(node["any"] + node["all"] + node["none"]), {}).get("message")
    return f"{node['target']} {node['html'][:120]} {message}"


@pytest.fixture(scope="module")
def desktop(request, browser, server):
    """A page on a desktop screen."""
    visit = Visit(browser, server, request.param, **DESKTOP)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def phone(request, browser, server):
    """A page on a phone, 390 pixels wide."""
    visit = Visit(browser, server, request.param, **PHONE)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def flipbooks(request, browser, server):
    """A page with Flipbooks, on a desktop screen, for tests that move them."""
    lively = {**DESKTOP, "reduced_motion": "no-preference"}
    visit = Visit(browser, server, request.param, **lively)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def predictions(request, browser, server):
    """A page that offers answers, on a desktop screen."""
    visit = Visit(browser, server, request.param, **DESKTOP)
    yield visit
    visit.close()


@pytest.fixture
def devices():
    """What a window is told to be."""
    return {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture
def visit(browser):
    """Open a page anywhere: in the server or in the folder."""
    opened = []

    def open_page(base, name, **device):
        opened.append(Visit(browser, base, name, **DESKTOP | device))
        return opened[-1]

    yield open_page
    for one in opened:
        one.close()


@pytest.fixture
def measured(record_property):
    """Let the run say something at its end: worth knowing, and nothing is asserted."""
    return lambda text: record_property("measured", text)


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats.get("passed", [])
    told = [dict(report.user_properties).get("measured") for report in passed]
    if any(told):
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(filter(None, told)))
