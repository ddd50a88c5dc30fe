"""A Chromium as readers have it, driven over its debugging pipe.

Playwright's Chromium keeps no page for Back, and shows every tab as if it were in front. What a
visit leaves behind, and what Back gives back, can only be seen in an ordinary one.
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
    # No name but this machine's has an address: nothing here can reach the internet.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
PLACE = """(selector) => {
  // The first that is there to be pressed: a small phone shows the menu at the end of the page.
  const all = [...document.querySelectorAll(selector)];
  const element = all.find((one) => one.getClientRects().length);
  if (!element) return null;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, width, height } = element.getClientRects()[0];
  return { x: left + width / 2, y: top + height / 2 };
}"""


class RefusedError(Exception):
    """Chromium would not do what it was told."""


# The server under test has two workers: connections opened ahead would keep both waiting.
PREFERENCES = {"net": {"network_prediction_options": 2}}


@contextmanager
def started(launch_args, profile):
    """An ordinary Chromium with this folder as its profile."""
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
    browser = Chromium(launch_args["executable_path"], launch_args["args"], profile)
    try:
        yield browser
    finally:
        browser.close()


class Chromium:
    """The browser. It is heard only while one of its methods waits for something."""

    def __init__(self, executable, args, profile):
        its_ear, self.mouth = os.pipe()
        self.ear, its_mouth = os.pipe()

        def take_pipes():
            # Over there they must be numbers 3 and 4, which one of them may have here already.
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
        """Say something and wait for no answer."""
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
        """What the condition gives once it gives anything, asked again and again for a while."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            # A page on its way out cannot be asked; the next one can.
            with suppress(RefusedError):
                if found := condition():
                    return found
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
        """A new tab in front of the others; what it asks of the exit's destination is answered."""
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
        """As a reader closes it: what it keeps is then on the disk."""
        if self.process.poll() is None:
            self.post("Browser.close")
            self.process.wait(PATIENCE)
            os.close(self.mouth)
            os.close(self.ear)


class Tab:
    """One tab, and what it has said so far."""

    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session
        self.events = []
        self.frames, self.times = [], []
        self.held = []
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
            self.held.append(params["requestId"])
            if not self.is_holding:
                self.let_through()
        else:
            self.events.append((method, params))

    # The exit's destination.

    def hold(self):
        """Let the destination take its time."""
        self.is_holding = True
        self.held = []

    def wait_until_asked(self):
        self.until(lambda: self.held, "a request to the destination")
        self.watch()

    def watch(self):
        """Wait as long as a page takes to paint, for a page that is not to paint."""
        end = time.monotonic() + 0.25
        while time.monotonic() < end:
            self.browser.listen()

    def let_through(self):
        self.is_holding = False
        for request in self.held:
            # Not waited for: of two requests the browser has dropped one.
            self.post(
                "Fetch.fulfillRequest",
                requestId=request,
                responseCode=200,
                responseHeaders=[{"name": "Content-Type", "value": "text/html"}],
                body=base64.b64encode(ELSEWHERE.encode()).decode(),
            )
        self.held = []

    # What a reader does.

    def goto(self, url):
        """As if the address had been typed."""
        self.send("Page.navigate", url=url, transitionType="typed")
        self.wait_until_loaded(url)

    def click(self, selector):
        """Press it, once it is there."""
        place = self.until(lambda: self.evaluate(f"({PLACE})({json.dumps(selector)})"), selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def type(self, text):
        """Press the keys, one by one, into what has the focus."""
        for letter in text:
            self.send("Input.dispatchKeyEvent", type="char", text=letter)

    def follow(self, url):
        """Press the page's first link to this address."""
        path = "/" + url.split("/", 3)[3]
        self.click(f'a[href="{path}"], a[href="{url}"]')
        self.wait_until_loaded(url)

    def history(self):
        """The addresses behind Back and Forward, and which of them is shown."""
        history = self._navigation_history()
        return [entry["url"] for entry in history["entries"]], history["currentIndex"]

    def _navigation_history(self):
        # While one page gives way to another, Chromium answers for neither.
        return self.until(lambda: self.send("Page.getNavigationHistory"), "the history")

    def travel(self, steps):
        """Press Back (-1) or Forward (1). False where there is nothing: the button is grey."""
        history = self._navigation_history()
        index = history["currentIndex"] + steps
        if not 0 <= index < len(history["entries"]):
            return False
        self.send("Page.navigateToHistoryEntry", entryId=history["entries"][index]["id"])
        self.until(lambda: self.history()[1] == index, "a step in the history")
        return True

    def bring_to_front(self):
        self.browser.send("Target.activateTarget", targetId=self.target)

    # What can be seen of it.

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

    def said(self):
        """What its pages have written on the console."""
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
        """Every frame that is painted meanwhile."""
        self.frames, self.times = [], []
        self.send("Page.startScreencast", format="png", everyNthFrame=1)
        yield self.frames
        self.send("Page.stopScreencast")


# A server for the pages before and after.


@contextmanager
def serving(answer):
    """The port of a server here. The answer is asked with a path, for headers and a body in parts.

    A part that can be called is called in its turn: so a line can be made to stall.
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
            """Keep the report of the tests clean."""

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


# How many pixels of each picture have one of the colours.
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
    """The number of pixels in these colours, for each picture; any other page can count them."""
    return page.evaluate(COUNT, [pictures, colours])
