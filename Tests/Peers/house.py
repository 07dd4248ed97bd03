"""A playhouse with live video, as operators run it."""

import base64
import hashlib
import hmac
import json
import pathlib
import signal
import subprocess
import time

SECRET = "only-for-this-check-of-peers-0123456789"
ROOM, OTHER = "teahouse", "market"
PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "Plugins"


class Failure(Exception):
    """Something that a peer saw, or did not see, in words."""


def wait(what, is_true, seconds=20.0):
    """Returns what is_true gives as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        value = is_true()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.1)


class House:
    def __init__(self, command, folder, codecs=()):
        self.command, self.folder = command, folder
        self.recordings = folder / "recordings"
        self.configuration = folder / "config.json"
        show = {"id": "peers", "plugins": [{"id": "co-host", "config": {"seats": 3, "link_seconds": 120}}]}
        self.configuration.write_text(json.dumps({
            "listen": {"host": "127.0.0.1", "port": 0}, "data": "data", "log": {"format": "json"},
            "plugins": str(PLUGINS), "stream": {"port": 0, "record": str(self.recordings), "codecs": list(codecs)},
            "keys": [{"kid": "peers", "secret": SECRET}],
            "rooms": [{"id": ROOM, "anonymous": True, "show": show}, {"id": OTHER, "anonymous": True}],
        }))
        self.path = folder / "server.log"
        self.process = subprocess.Popen(
            [command, "serve", "--config", str(self.configuration)],
            stdin=subprocess.DEVNULL, stdout=self.path.open("wb"), stderr=subprocess.STDOUT)
        try:
            self.stream_port = wait("the server", lambda: self.value("streamPort") or self._ended())
        except Failure:
            self.kill()
            raise
        self.port = self.value("port")

    def _ended(self):
        if self.process.poll() is not None:
            raise Failure(f"the server did not start: {self.path.read_text()[-500:]}")

    def log(self):
        """The lines that are complete."""
        lines = self.path.read_text(errors="replace").split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def value(self, name):
        return next((entry[name] for entry in self.log() if name in entry), None)

    def told(self, message, words=""):
        """How many lines of the log say this."""
        return len([entry for entry in self.log()
                    if entry["message"] == message and words in entry.get("reason", "")])

    def run(self, *arguments):
        done = subprocess.run([self.command, *arguments, "--config", str(self.configuration)],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def key(self, room=ROOM, user="mei"):
        return self.run("stream-key", "--room", room, "--user", user)

    def expired_key(self):
        """One that ran out a minute ago, which the command would not sign."""
        secret = hmac.digest(SECRET.encode(), b"playhouse stream key", hashlib.sha256)
        claims = {"sub": "mei", "room": ROOM, "role": "host", "name": "stream",
                  "exp": int(time.time()) - 60}
        parts = [json.dumps(part, separators=(",", ":")).encode()
                 for part in ({"alg": "HS256", "typ": "JWT", "kid": "peers"}, claims)]
        text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        signature = base64.urlsafe_b64encode(hmac.digest(secret, text, hashlib.sha256)).rstrip(b"=")
        return (text + b"." + signature).decode()

    def token(self, role, subject):
        return self.run("token", "--room", ROOM, "--role", role, "--subject", subject,
                        "--name", subject.capitalize())

    def ingest(self, key):
        return f"rtmp://127.0.0.1:{self.stream_port}/live/{key}"

    def live(self, name, room=ROOM):
        return f"http://127.0.0.1:{self.stream_port}/rooms/{room}/{name}"

    def page(self, kind="rooms", token=None):
        address = f"http://127.0.0.1:{self.port}/{kind}/{ROOM}?lang=en"
        return address + (f"#token={token}" if token else "")

    def stop(self):
        """Ends as a service manager ends it, which finishes recordings."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            raise Failure("the server did not end within 30 s of SIGTERM") from None

    def kill(self):
        self.process.kill()
        self.process.wait()
