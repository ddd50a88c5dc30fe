"""A Chromium like the ones readers use, driven over its debugging pipe.

Playwright's Chromium keeps no pages for Back, and treats every tab as if it were in front. Only an
ordinary Chromium shows what a visit leaves behind and what Back brings up.
"""

import base64
import fcntl
import json
import os
import select
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 15
ELSEWHERE = "<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>"
SIZE = {"width": 390, "height": 700}
FLAGS = [
    "--headless=new",
    "--remote-debugging-pipe",
    # Only this machine's names resolve, so nothing here can reach the internet.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
PLACE = """(selector) => {
  // The first that is there to be pressed. If only a closed menu holds it, open that as readers do.
  const all = [...document.querySelectorAll(selector)];
  for (const closed of all.map((candidate) => candidate.closest("details:not([open])")))
    if (closed && !all.some((candidate) => candidate.checkVisibility())) closed.open = true;
  const element = all.find((candidate) => candidate.checkVisibility());
  if (!element) return null;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, width, height } = element.getClientRects()[0];
  return { x: left + width / 2, y: top + height / 2 };
}"""


class RefusedError(Exception):
    """Chromium answered a command with an error."""


# The server under test has two workers. Connections opened in advance would tie up both.
PREFERENCES = {"net": {"network_prediction_options": 2}}


@contextmanager
def started(launch_args, profile):
    """An ordinary Chromium that uses this folder as its profile."""
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
    browser = Chromium(launch_args["executable_path"], launch_args["args"], profile)
    try:
        yield browser
    finally:
        browser.close()


class Chromium:
    """The browser. Its messages are read only while one of its methods waits for something."""

    def __init__(self, executable, args, profile):
        its_ear, self.mouth = os.pipe()
        self.ear, its_mouth = os.pipe()

        def take_pipes():
            # The child needs them as 3 and 4. One may have such a number here, so move both first.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (its_ear, its_mouth)]
            for number, end in enumerate(ends, start=3):
                os.dup2(end, number)

        self.process = subprocess.Popen(
            [executable, *args, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=take_pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(its_ear)
        os.close(its_mouth)
        self.heard = bytearray()
        self.answers = {}
        self.tabs = {}
        self.last = 0

    def post(self, method, session=None, **params):
        """Send a command without waiting for an answer."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.mouth, json.dumps(message).encode() + b"\0")
        return self.last

    def send(self, method, session=None, **params):
        number = self.post(method, session, **params)
        self.answers[number] = None
        answer = self.until(lambda: self.answers[number], method)
        del self.answers[number]
        if "error" in answer:
            raise RefusedError(method, answer["error"])
        return answer["result"]

    def until(self, condition, what):
        """Call the condition until it returns something, and return that. Fail after PATIENCE."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            # A page that is being replaced refuses commands. Its successor will answer.
            with suppress(RefusedError):
                if result := condition():
                    return result
            self.listen()
        raise AssertionError(f"Waited {PATIENCE} seconds for {what}.")

    def listen(self):
        if not select.select([self.ear], [], [], 0.02)[0]:
            return
        chunk = os.read(self.ear, 1 << 20)
        assert chunk, "Chromium has gone."
        self.heard += chunk
        *messages, self.heard = self.heard.split(b"\0")
        for message in map(json.loads, messages):
            if message.get("id") in self.answers:
                self.answers[message["id"]] = message
            elif message.get("sessionId") in self.tabs and "method" in message:
                self.tabs[message["sessionId"]].hear(message["method"], message["params"])

    @contextmanager
    def tab(self, url, exit_url=None):
        """A new tab in front of the others. Its requests to the exit's destination are answered."""
        target = self.send("Target.createTarget", url=url)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = self.tabs[session] = Tab(self, target, session)
        tab.set_up(exit_url)
        tab.wait_until_loaded(url)
        try:
            yield tab
        finally:
            if self.process.poll() is None:
                self.send("Target.closeTarget", targetId=target)
            del self.tabs[session]

    def close(self):
        """Close it as a reader would, so that what it keeps is written to disk."""
        if self.process.poll() is None:
            self.post("Browser.close")
            self.process.wait(PATIENCE)
            os.close(self.mouth)
            os.close(self.ear)


class Tab:
    """One tab, and its messages so far."""

    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session
        self.events = []
        self.frames, self.times = [], []
        self.paused = []
        self.is_holding = False

    def set_up(self, exit_url):
        self.send("Page.enable")
        self.send("Runtime.enable")
        self.send("Emulation.setDeviceMetricsOverride", **SIZE, deviceScaleFactor=1, mobile=False)
        if exit_url:
            self.send("Fetch.enable", patterns=[{"urlPattern": f"{exit_url}*"}])

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def post(self, method, **params):
        self.browser.post(method, self.session, **params)

    def until(self, condition, what):
        return self.browser.until(condition, what)

    def hear(self, method, params):
        if method == "Page.screencastFrame":
            self.frames.append(params["data"])
            self.times.append(params["metadata"]["timestamp"])
            self.post("Page.screencastFrameAck", sessionId=params["sessionId"])
        elif method == "Fetch.requestPaused":
            self.paused.append(params["requestId"])
            if not self.is_holding:
                self.let_through()
        else:
            self.events.append((method, params))

    # The exit's destination

    def hold(self):
        """Keep the destination waiting until let_through is called."""
        self.is_holding = True
        self.paused = []

    def wait_until_asked(self):
        self.until(lambda: self.paused, "a request to the destination")
        self.watch()

    def watch(self):
        """Wait as long as a page needs to paint, to show that this one does not."""
        end = time.monotonic() + 0.25
        while time.monotonic() < end:
            self.browser.listen()

    def let_through(self):
        self.is_holding = False
        for request in self.paused:
            # Do not wait for an answer: if there are two requests, the browser has dropped one.
            self.post(
                "Fetch.fulfillRequest",
                requestId=request,
                responseCode=200,
                responseHeaders=[{"name": "Content-Type", "value": "text/html"}],
                body=base64.b64encode(ELSEWHERE.encode()).decode(),
            )
        self.paused = []

    # What a reader does

    def goto(self, url):
        """Open an address as if a reader had typed it."""
        self.send("Page.navigate", url=url, transitionType="typed")
        self.wait_until_loaded(url)

    def click(self, selector):
        """Press an element once it is there."""
        place = self.until(lambda: self.evaluate(f"({PLACE})({json.dumps(selector)})"), selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def type(self, text):
        """Type the text, key by key, into the focused element."""
        for letter in text:
            self.send("Input.dispatchKeyEvent", type="char", text=letter)

    def follow(self, url):
        """Press the first link on the page to this address."""
        path = "/" + url.split("/", 3)[3]
        self.click(f'a[href="{path}"], a[href="{url}"]')
        self.wait_until_loaded(url)

    def history(self):
        """The addresses in the tab's history, and the index of the current one."""
        history = self._navigation_history()
        return [entry["url"] for entry in history["entries"]], history["currentIndex"]

    def _navigation_history(self):
        # While one page replaces another, Chromium refuses to answer.
        return self.until(lambda: self.send("Page.getNavigationHistory"), "the history")

    def travel(self, steps):
        """Press Back (-1) or Forward (1). False if the button is grey: there is no such page."""
        history = self._navigation_history()
        index = history["currentIndex"] + steps
        if not 0 <= index < len(history["entries"]):
            return False
        entry = history["entries"][index]["id"]
        self.until(lambda: self._navigate_to(entry), "a page to go from")
        self.until(lambda: self.history()[1] == index, "a step in the history")
        return True

    def _navigate_to(self, entry):
        # As above: the page on its way out refuses.
        self.send("Page.navigateToHistoryEntry", entryId=entry)
        return True

    def bring_to_front(self):
        self.browser.send("Target.activateTarget", targetId=self.target)

    # What the tab shows

    def evaluate(self, expression):
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def url(self):
        urls, index = self.history()
        return urls[index]

    def wait_until_at(self, *urls):
        self.until(lambda: self.url() in urls, urls)

    def wait_until_loaded(self, url):
        self.wait_until_at(url)
        loaded = "document.readyState === 'complete' && location.href"
        self.until(lambda: self.evaluate(loaded) == url, url)

    def console_lines(self):
        """The messages that its pages have written to the console."""
        return [
            params["args"][0].get("value")
            for method, params in self.events
            if method == "Runtime.consoleAPICalled"
        ]

    def before_every_page(self, script):
        self.send("Page.addScriptToEvaluateOnNewDocument", source=script)

    def picture(self):
        return self.send("Page.captureScreenshot", format="png")["data"]

    @contextmanager
    def filmed(self):
        """Collect every frame painted during the block."""
        self.frames, self.times = [], []
        self.send("Page.startScreencast", format="png", everyNthFrame=1)
        yield self.frames
        self.send("Page.stopScreencast")


# A server for the pages before and after


@contextmanager
def serving(answer):
    """The port of a local server. `answer(path)` returns headers and the parts of a body.

    If a part is callable, it is called in its turn, so a test can stall the reply.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            headers, parts = answer(self.path)
            self.send_response_only(200)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            for part in parts:
                part() if callable(part) else self.wfile.write(part)

        def log_message(self, *_):
            """Keep the test report clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Counts the pixels in each picture that have one of the colours.
COUNT = """async ([pictures, colours]) => {
  const wanted = new Set(colours.map((colour) => parseInt(colour.slice(1), 16)));
  const counts = [];
  for (const picture of pictures) {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, image.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (wanted.has(data[at] * 65536 + data[at + 1] * 256 + data[at + 2])) count += 1;
    counts.push(count);
  }
  return counts;
}"""


def pixels(page, pictures, colours):
    """The number of pixels in these colours, for each picture. Any page can do the counting."""
    return page.evaluate(COUNT, [pictures, colours])
