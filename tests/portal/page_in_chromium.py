#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Looks at the pages of sample runs with a real browser.

usage: page_in_chromium.py MAKE_SAMPLE_PAGES [--screenshots FOLDER]

Exit code 0: all is well; 1: what is wrong was printed; 77: there is no chromium (the source of the pages was checked).
Each page is opened in a wide and in a narrow window, light and dark. The browser is driven through its debugging pipe,
so that the page itself needs no script.
"""
import base64
import fcntl
import html.parser
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

WINDOWS = {"wide": (1400, 1000), "medium": (800, 1000), "narrow": (390, 844), "tiny": (320, 640)}
DEADLINE = 120

ALLOWED_ELEMENTS = set(
    "html head meta title style body div header footer nav main section article figure figcaption h1 h2 h3 p span dl "
    "dt dd ul ol li wbr table thead tbody tr th td a code pre time details summary svg g path text img".split())
ALLOWED_ATTRIBUTES = set(
    "lang charset http-equiv content name class id aria-labelledby aria-label aria-hidden role tabindex href title "
    "datetime scope open viewbox x y d text-anchor src alt".split())

PROBE = """(() => {
  const width = document.documentElement.clientWidth, all = [...document.querySelectorAll('*')];
  const wide = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.box pre, .scroll table')) continue;
    const r = e.getBoundingClientRect(), card = e.closest('.card');
    if (card && r.width && r.right > card.getBoundingClientRect().right + 0.5)
      wide.push('out of its card: ' + e.tagName + ' ' + e.className);
    if (r.width && (r.right > width + 0.5 || r.left < -0.5))
      wide.push(e.tagName + '.' + e.getAttribute('class') + ' ' + r.right);
  }
  const overlapping = [];
  for (const svg of document.querySelectorAll('.plot > svg')) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
    texts.forEach(([name, a], i) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1) overlapping.push('outside: ' + name);
      for (const [other, b] of texts.slice(i + 1))
        if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
          overlapping.push(name + ' / ' + other);
    });
  }
  return JSON.stringify({
    width, scrollWidth: document.documentElement.scrollWidth, wide: wide.slice(0, 5),
    overlapping: overlapping.slice(0, 5),
    scripts: document.scripts.length, title: document.title, dark: getComputedStyle(document.body).backgroundColor,
    elements: [...new Set(all.map(e => e.localName))],
    attributes: [...new Set(all.flatMap(e => e.getAttributeNames().map(n => n.toLowerCase())))],
    links: [...document.querySelectorAll('[href],[src]')].map(e => e.href || e.src),
    main: document.querySelectorAll('main').length, h1: document.querySelectorAll('h1').length,
    evil: typeof evil, marked: document.querySelectorAll('evil').length,
    plots: document.querySelectorAll('.plot > svg').length, badge: (document.querySelector('.badge') || {}).textContent,
    loaded: performance.getEntriesByType('resource').map(e => e.name)});
})()"""


class Browser:
    def __init__(self, program, profile):
        to_read, self.to = os.pipe()
        self.answers, from_write = os.pipe()
        # Away from 3 and 4, where the browser expects its ends of the pipes.
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (to_read, from_write)]
        os.close(to_read)
        os.close(from_write)

        def place():
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
                 "--disable-sync", "--hide-scrollbars",
                 "--user-data-dir=" + profile, "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen([program] + flags, preexec_fn=place, close_fds=False, start_new_session=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env=dict(os.environ, HOME=profile))
        for fd in ends:
            os.close(fd)
        self.buffer, self.count, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")

    def receive(self, until):
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], max(0, until - time.monotonic()))[0]:
                raise RuntimeError("the browser does not answer")
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + DEADLINE
        while True:
            answer = self.receive(until)
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, address):
        self.events.clear()
        self.call("Page.navigate", url=address)
        until = time.monotonic() + DEADLINE
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.receive(until))

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Elements(html.parser.HTMLParser):
    """What a parser that is not the browser's makes of the page."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes, self.comments, self.links = set(), set(), 0, []

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        for name, value in attributes:
            self.attributes.add(name)
            if name in ("href", "src", "action", "data", "xlink:href"):
                self.links.append(value)

    def handle_comment(self, data):
        self.comments += 1


def check_source(name, path, fail):
    with open(path, encoding="utf-8") as file:  # also checks that it is UTF-8
        text = file.read()
    parser = Elements()
    parser.feed(text)
    parser.close()
    if parser.elements - ALLOWED_ELEMENTS:
        fail(f"{name}: foreign elements {parser.elements - ALLOWED_ELEMENTS}")
    if parser.attributes - ALLOWED_ATTRIBUTES:
        fail(f"{name}: foreign attributes {parser.attributes - ALLOWED_ATTRIBUTES}")
    if parser.comments:
        fail(f"{name}: {parser.comments} comments")
    for link in parser.links:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc or link.startswith("/") or ".." in parts.path.split("/"):
            fail(f"{name}: a link leaves the run directory: {str(link)[:100]}")
    hidden = [hex(ord(c)) for c in set(text) if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or
              0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 or c in "\u200b\u200e\u200f\ufeff"]
    if hidden:
        fail(f"{name}: invisible characters in the page: {hidden}")


def check_view(name, window, folder, view, fail):
    where = f"{name}, {window}"
    if view["scrollWidth"] > view["width"]:
        fail(f"{where}: the page is {view['scrollWidth']} wide in a window of {view['width']}")
    if view["wide"]:
        fail(f"{where}: wider than the window: {view['wide']}")
    if view["overlapping"]:
        fail(f"{where}: labels of a plot touch: {view['overlapping']}")
    if view["scripts"] or view["evil"] != "undefined" or view["marked"]:
        fail(f"{where}: foreign content: {view['scripts']} scripts, {view['marked']} elements")
    foreign = (set(view["elements"]) - ALLOWED_ELEMENTS) | (set(view["attributes"]) - ALLOWED_ATTRIBUTES)
    if foreign:
        fail(f"{where}: foreign elements or attributes: {foreign}")
    if view["main"] != 1 or view["h1"] != 1:
        fail(f"{where}: {view['main']} main and {view['h1']} h1 elements")
    if view["loaded"]:
        fail(f"{where}: the page loads {view['loaded']}")
    for link in view["links"]:
        if not str(link).startswith("file://" + urllib.parse.quote(folder) + "/"):
            fail(f"{where}: a link leaves the run directory: {str(link)[:100]}")


def main():
    shots = sys.argv[3] if len(sys.argv) == 4 and sys.argv[2] == "--screenshots" else None
    work = os.path.realpath(tempfile.mkdtemp(prefix="estima-page-"))
    failures = []

    def fail(text):
        failures.append(text)
        print("FAIL", text)

    browser = None
    try:
        made = subprocess.run([sys.argv[1], work + "/ws"], check=True, stdout=subprocess.PIPE, text=True).stdout
        pages = dict(line.split(" ", 1) for line in made.splitlines())
        for name, path in pages.items():
            check_source(name, path, fail)
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            print("SKIPPED: chromium is not installed")
            return 1 if failures else 77
        browser = Browser(program, work + "/profile")
        titles, grounds = {}, set()
        for name, path in pages.items():
            for window, (width, height) in WINDOWS.items():
                browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                             mobile=False)
                for scheme in ("light", "dark"):
                    browser.call("Emulation.setEmulatedMedia",
                                 features=[{"name": "prefers-color-scheme", "value": scheme}])
                    browser.open("file://" + urllib.parse.quote(path))
                    view = json.loads(browser.evaluate(PROBE))
                    check_view(name, f"{window} {scheme}", os.path.dirname(path), view, fail)
                    titles[name] = view["title"]
                    grounds.add((scheme, view["dark"]))
                    asked = [e["params"]["request"]["url"] for e in browser.events
                             if e.get("method") == "Network.requestWillBeSent"]
                    if any(not url.startswith("file://" + urllib.parse.quote(work)) for url in asked):
                        fail(f"{name}: asked for {asked}")
                    if name == "completed" and view["plots"] != 3:
                        fail(f"{name}: {view['plots']} plots instead of 3")
                    if name != "hostile" and view["badge"].lower() != name:
                        fail(f"{name}: the badge says {view['badge']}")
                    if shots:
                        os.makedirs(shots, exist_ok=True)
                        image = browser.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")["data"]
                        with open(f"{shots}/{name}-{window}-{scheme}.png", "wb") as file:
                            file.write(base64.b64decode(image))
        if len(grounds) != 2:
            fail(f"light and dark look the same: {grounds}")
        if (titles.get("completed") != "Completed \u2013 logistic regression, C = 0.8"
                or "evil()" not in titles.get("hostile", "")):
            fail(f"titles: {titles}")
        if not failures:
            print(f"{len(pages)} pages, {len(WINDOWS)} windows, light and dark: all as it should be")
        return 1 if failures else 0
    finally:
        if browser:
            browser.close()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
