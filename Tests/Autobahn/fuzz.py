#!/usr/bin/env python3
"""Runs the cases of the Autobahn test suite, as converted by convert.py, against a server.

    fuzz.py SPEC.json

Does what `wstest -m fuzzingclient -s SPEC.json` does. The suite's text that stands for bytes
becomes bytes where it enters the WebSocket library, and back where it leaves.
"""
import json
import sys

import txaio

txaio.use_twisted()

from autobahn.twisted.websocket import connectWS  # noqa: E402
from autobahntestsuite import fuzzing  # noqa: E402
from twisted.internet import reactor  # noqa: E402


def raw(text):
    return text.encode("latin-1") if isinstance(text, str) else text


def text(data):
    return data.decode("latin-1") if isinstance(data, (bytes, bytearray)) else data


class Protocol(fuzzing.FuzzingClientProtocol):
    debug = False

    # What the library tells the suite.

    def onMessage(self, payload, isBinary):
        super().onMessage(text(payload), isBinary)

    def onPong(self, payload):
        super().onPong(text(payload))

    def logRxOctets(self, data):
        super().logRxOctets(text(data))

    def logTxOctets(self, data, sync):
        super().logTxOctets(text(data), sync)

    def logRxFrame(self, frameHeader, payload):
        super().logRxFrame(frameHeader, [text(part) for part in payload])

    def logTxFrame(self, frameHeader, payload, *rest):
        super().logTxFrame(frameHeader, text(payload), *rest)

    # What the suite asks of the library.

    def sendFrame(self, opcode, payload="", **options):
        super().sendFrame(opcode, raw(payload), **options)

    def sendMessage(self, payload, isBinary=False, **options):
        super().sendMessage(raw(payload), isBinary, **options)

    def sendMessageFrameData(self, payload, sync=False):
        return super().sendMessageFrameData(raw(payload), sync)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        super().sendCloseFrame(code, raw(reasonUtf8), isReply)


class Factory(fuzzing.FuzzingClientFactory):
    def buildProtocol(self, address):
        # The suite makes its own protocol class here; ours goes in its place.
        original = fuzzing.FuzzingClientProtocol
        fuzzing.FuzzingClientProtocol = Protocol
        try:
            return super().buildProtocol(address)
        finally:
            fuzzing.FuzzingClientProtocol = original

    def createReports(self):
        super().createReports(produceHtml=False)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        factory = Factory(json.load(file))
    reactor.run()
