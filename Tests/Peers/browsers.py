"""Headless Chromium, spoken to through its debugging pipe, and headless Firefox, through Marionette.

Both ways need nothing beyond a pipe or a socket. A page has evaluate(expression), go(address) and
complaints(), which says what the console complained about.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading

from house import Failure, wait


class Page:
    def wait(self, what, expression, seconds=30.0):
        try:
            return wait(what, lambda: self.evaluate(expression), seconds)
        except Failure as failure:
            text = self.evaluate("document.body.innerText.slice(0, 300)")
            raise Failure(f"{failure}; console: {self.complaints()}; page: {text!r}") from None

    def click(self, test):
        """Presses what has this data-test name, once it is there."""
        element = f"document.querySelector('[data-test=\"{test}\"]')"
        self.wait(f"the button {test}", f"Boolean({element}?.checkVisibility() && !{element}.disabled)")
        self.evaluate(f"{element}.click()")

    def text(self, test):
        return self.evaluate(f"document.querySelector('[data-test=\"{test}\"]')?.innerText ?? ''")


class Chromium:
    """Pages of their own sessions (Chrome DevTools Protocol, messages that end with a zero byte)."""

    name = "Chromium"

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="playhouse-peers-")
        ours_in, its_out = os.pipe()
        its_in, ours_out = os.pipe()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio",
                   "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required",
                   f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"]
        script = 'exec chromium "${@:3}" 3<&"$1" 4>&"$2"'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", str(its_in), str(its_out), *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(its_in, its_out))
        os.close(its_in)
        os.close(its_out)
        self.output = os.fdopen(ours_out, "wb", buffering=0)
        self.input = os.fdopen(ours_in, "rb")
        self.number, self.answers, self.problems = 0, {}, {}
        self.news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        rest = b""
        while data := self.input.read1(65_536):
            *messages, rest = (rest + data).split(b"\0")
            with self.news:
                for message in map(json.loads, messages):
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self._note(message)
                self.news.notify_all()

    def _note(self, message):
        method, values = message["method"], message.get("params", {})
        problem = None
        if method == "Runtime.exceptionThrown":
            problem = values["exceptionDetails"].get("exception", {}).get("description", "exception")
        elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning"):
            problem = " ".join(str(part.get("value", part.get("description"))) for part in values["args"])
        elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
            problem = values["entry"]["text"]
        if problem:
            self.problems.setdefault(message.get("sessionId"), []).append(problem)

    def call(self, method, session=None, **values):
        with self.news:
            self.number += 1
            number = self.number
        message = {"id": number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        self.output.write(json.dumps(message).encode() + b"\0")
        with self.news:
            if not self.news.wait_for(lambda: number in self.answers, 30):
                raise Failure(f"Chromium did not answer {method}")
            answer = self.answers.pop(number)
        if "error" in answer:
            raise Failure(f"Chromium refused {method}: {answer['error']['message']}")
        return answer["result"]

    def page(self, address):
        """A page that shares nothing with others: each may be another person's."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        page = ChromiumPage(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Runtime", "Log", "Page"):
            page.call(f"{domain}.enable")
        page.call("Page.navigate", url=address)
        return page

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class ChromiumPage(Page):
    name = Chromium.name

    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def call(self, method, **values):
        return self.browser.call(method, session=self.session, **values)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failure(f"Chromium: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def complaints(self):
        return self.browser.problems.get(self.session, [])


class Firefox(Page):
    """One page (Marionette: JSON with its length before it, over a socket)."""

    name = "Firefox"

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="playhouse-peers-")
        preferences = {
            "marionette.port": 0, "app.update.enabled": False, "browser.shell.checkDefaultBrowser": False,
            "datareporting.policy.dataSubmissionEnabled": False, "network.captive-portal-service.enabled": False,
            "network.connectivity-service.enabled": False, "app.normandy.enabled": False,
            "media.volume_scale": "0.0",
        }
        pathlib.Path(self.profile, "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()))
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "--profile", self.profile, "--marionette",
             "--remote-allow-system-access", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": self.profile, "MOZ_CRASHREPORTER_DISABLE": "1"})
        self.number = 0
        try:
            port = pathlib.Path(self.profile, "MarionetteActivePort")
            wait("Firefox", lambda: port.exists() and port.read_text().strip(), 60)
            self.socket = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=60)
            self.file = self.socket.makefile("rb")
            self._read()
            found = self.call("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
            self.version = found["capabilities"]["browserVersion"]
        except BaseException:
            self.end()
            raise

    def _read(self):
        length = b""
        while (digit := self.file.read(1)) != b":":
            if not digit:
                raise Failure("Firefox has gone")
            length += digit
        return json.loads(self.file.read(int(length)))

    def call(self, method, **values):
        self.number += 1
        message = json.dumps([0, self.number, method, values])
        self.socket.sendall(f"{len(message.encode())}:{message}".encode())
        _, number, error, result = self._read()
        if number != self.number or error:
            raise Failure(f"Firefox refused {method}: {error and error.get('message')}")
        return result

    def go(self, address):
        self.call("WebDriver:Navigate", url="about:blank")
        self.call("WebDriver:Navigate", url=address)

    def evaluate(self, expression):
        return self.call("WebDriver:ExecuteScript", script=f"return ({expression})", args=[])["value"]

    def complaints(self):
        """Errors of scripts that came from a server, and what they said by console.error and console.warn."""
        self.call("Marionette:SetContext", value="chrome")
        try:
            return self.call("WebDriver:ExecuteScript", args=[], script="""
                const said = [];
                for (const entry of Services.console.getMessageArray()) {
                    if (!(entry instanceof Ci.nsIScriptError)) continue;
                    if (entry.flags & Ci.nsIScriptError.infoFlag) continue;
                    if (entry.sourceName.startsWith("http")) said.push(`${entry.sourceName}: ${entry.errorMessage}`);
                }
                const storage = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage);
                for (const { level, filename, arguments: words } of storage.getEvents()) {
                    if (["error", "warn"].includes(level) && filename.startsWith("http"))
                        said.push(`${filename}: ${words.join(" ")}`);
                }
                return said;""")["value"]
        finally:
            self.call("Marionette:SetContext", value="content")

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
