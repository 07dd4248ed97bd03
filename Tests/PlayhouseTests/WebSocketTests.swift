import Clockwork
import Foundation
import Lanes
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// RFC 6455 and the first message, frame by frame.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct WebSocketTests {
    private static let hello =
        #"{"type":"hello","id":"1","version":1,"room":"teahouse","name":"安娜"}"#

    /// A ping of the protocol of a given size.
    private func ping(bytes count: Int) -> [UInt8] {
        let start = #"{"type":"ping","id":"p","x":""#
        return Array(
            (start + String(repeating: "x", count: count - start.utf8.count - 2) + #""}"#).utf8)
    }

    private func isReply(_ frame: RawConnection.Frame) -> Bool { frame.json?["type"] == "reply" }

    @Test func `a message may come in fragments with pings between them`() async throws {
        try await withHouse { house in
            let connection = try await RawConnection.upgraded(house.port)
            let hello = Array(Self.hello.utf8)
            // The cuts go through the characters of the name.
            let cut = try #require(hello.firstIndex { $0 > 0x7F }) + 1
            await connection.send(opcode: 1, isFinal: false, Array(hello[..<cut]))
            await connection.send(opcode: 9, Array("still there?".utf8))
            #expect(try await connection.frame() == .pong("still there?"))
            await connection.send(opcode: 0, isFinal: false, [])
            await connection.send(opcode: 0, isFinal: false, [hello[cut]])
            await connection.send(opcode: 10, Array("unasked".utf8))
            await connection.send(opcode: 0, Array(hello[(cut + 1)...]))
            let welcome = try await connection.frame().json
            #expect(welcome?["type"] == "welcome")
            #expect(welcome?["name"] == "安娜")
        }
    }

    @Test func `frames may be cut anywhere, and come along with the handshake`() async throws {
        try await withHouse { house in
            let hello = WebSocketFrame.masked(.text, Array(Self.hello.utf8), mask: 0x7788_99AA)
            let early = try await RawConnection.open(house.port)
            await early.send(Array(RawConnection.handshake.utf8) + hello)
            #expect(try await early.response().status == 101)
            #expect(try await early.frame().json?["type"] == "welcome")
            let slow = try await RawConnection.upgraded(house.port)
            for byte in hello { await slow.send([byte]) }
            #expect(try await slow.frame().json?["type"] == "welcome")
        }
    }

    @Test func `a ping is answered with its bytes, up to 125`() async throws {
        try await withHouse { house in
            let connection = try await RawConnection.joined(house.port)
            for payload in ["", "a", String(repeating: "z", count: 125)] {
                await connection.send(opcode: 9, Array(payload.utf8))
                try await connection.frame { $0 == .pong(payload) }
            }
            await connection.send(opcode: 9, [UInt8](repeating: 1, count: 126))
            #expect(try await connection.farewell().code == 1002)
        }
    }

    @Test(arguments: [(1000 as UInt16?, "bye"), (4999, "gone"), (3000, ""), (nil, "")])
    func `a close is answered, then the connection ends`(
        code: UInt16?, reason: String
    ) async throws {
        try await withHouse { house in
            let watcher = try await house.join("mei")
            let connection = try await RawConnection.joined(house.port)
            _ = try await watcher.state("presence") { $0["users"] == 2 ? true : nil }
            let payload = code.map { WebSocketFrame.closePayload(code: $0, reason: reason) } ?? []
            await connection.send(opcode: 8, payload)
            #expect(try await connection.farewell().code == code ?? 1000)
            _ = try await watcher.state("presence") { $0["users"] == 1 ? true : nil }
        }
    }

    @Test func `what was said before a close in the same packet is heard`() async throws {
        try await withHouse { house in
            let watcher = try await house.join("mei")
            let packets: [[UInt8]] = [
                RawConnection.frame(8, [0x03, 0xE8]), RawConnection.frame(2, [1]),
                RawConnection.frame(1, [0xFF]),
            ]
            for (turn, last) in packets.enumerated() {
                let connection = try await RawConnection.joined(house.port)
                let say = #"{"type":"say","id":"2","text":"last words \#(turn)"}"#
                await connection.send(RawConnection.frame(1, Array(say.utf8)) + last)
                _ = try await connection.farewell()
            }
            try await eventually("the last words") { await watcher.danmaku.count == 3 }
        }
    }

    @Test func `text that is not UTF-8 closes with 1007, as soon as it shows`() async throws {
        try await withHouse { house in
            let bad: [[UInt8]] = [
                [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            ]
            for payload in bad {
                let connection = try await RawConnection.upgraded(house.port)
                await connection.send(opcode: 1, Array("{\"".utf8) + payload)
                #expect(try await connection.farewell().code == 1007)
            }
            let member = try await RawConnection.joined(house.port)
            // Not the last fragment; there is nothing to wait for.
            await member.send(opcode: 1, isFinal: false, [0x22, 0xFF])
            #expect(try await member.farewell().code == 1007)
            let cut = try await RawConnection.joined(house.port)
            await cut.send(opcode: 1, [0xE4, 0xBD])
            #expect(try await cut.farewell().code == 1007)
        }
    }

    @Test func `binary messages close with 1003`() async throws {
        try await withHouse { house in
            for connection in [
                try await RawConnection.upgraded(house.port),
                try await RawConnection.joined(house.port),
            ] {
                await connection.send(opcode: 2, Array(Self.hello.utf8))
                #expect(try await connection.farewell().code == 1003)
            }
        }
    }

    @Test func `a message of 64 KiB is read, a longer one closes with 1009`() async throws {
        try await withHouse { house in
            let whole = ping(bytes: 64 << 10)
            let connection = try await RawConnection.joined(house.port)
            await connection.send(opcode: 1, whole)
            try await connection.frame { isReply($0) }
            await connection.send(opcode: 1, isFinal: false, Array(whole[..<40_000]))
            await connection.send(opcode: 0, Array(whole[40_000...]))
            try await connection.frame { isReply($0) }
            await connection.send(opcode: 1, whole + [0x20])
            #expect(try await connection.farewell().code == 1009)

            let pieces = try await RawConnection.joined(house.port)
            await pieces.send(opcode: 1, isFinal: false, Array(whole[..<40_000]))
            await pieces.send(opcode: 0, Array(whole[40_000...]) + [0x20])
            #expect(try await pieces.farewell().code == 1009)

            // Announced is enough.
            let announced = try await RawConnection.joined(house.port)
            await announced.send([0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 11))
            #expect(try await announced.farewell().code == 1009)
        }
    }

    @Test func `what breaks the framing closes with 1002`() async throws {
        let broken: [(String, [UInt8])] = [
            ("unmasked", RawConnection.frame(1, Array("{}".utf8), isMasked: false)),
            ("reserved bit", RawConnection.frame(1, reserved: 4, Array("{}".utf8))),
            ("reserved opcode", RawConnection.frame(3, [])),
            ("reserved control opcode", RawConnection.frame(11, [])),
            ("nothing to continue", RawConnection.frame(0, Array("{}".utf8))),
            ("fragmented ping", RawConnection.frame(9, isFinal: false, [])),
            (
                "two messages at once",
                RawConnection.frame(1, isFinal: false, [0x7B]) + RawConnection.frame(1, [0x7D])
            ),
            ("close of one byte", RawConnection.frame(8, [3])),
            ("close code not for sending", RawConnection.frame(8, [0x03, 0xED])),
        ]
        try await withHouse { house in
            for (what, bytes) in broken {
                let connection = try await RawConnection.joined(house.port)
                await connection.send(bytes)
                #expect(try await connection.farewell().code == 1002, "\(what)")
            }
        }
    }

    @Test func `a device that is reset right after it spoke leaves the room`() async throws {
        try await withHouse { house in
            let watcher = try await house.join("mei")
            for turn in 0..<20 {
                let connection = try await RawConnection.joined(house.port)
                await connection.send(text: #"{"type":"like","id":"2","count":1}"#)
                if turn.isMultiple(of: 2) { await Task.yield() }
                await connection.close()
            }
            _ = try await watcher.state("presence") { $0["connections"] == 1 ? true : nil }
        }
    }

    @Test func `a connection that the server closed is gone when the client closes too`()
        async throws
    {
        try await withHouse {
            $0.laneLimits.lingerSeconds = 60
        } _: { house in
            var closed: [RawConnection] = []
            for _ in 0..<10 {
                let connection = try await RawConnection.joined(house.port)
                closed.append(connection)
                await connection.send(opcode: 2, [])
                _ = try await connection.frame {
                    if case .close = $0 { true } else { false }
                }
                // The answer to the close frame and the end of the connection, in one packet.
                await connection.finish(RawConnection.frame(8, [0x03, 0xEB]))
            }
            // The one connection is that which asks.
            try await eventually("nobody but us") {
                let first = try await house.metric("playhouse_connections{lane=\"0\"}")
                let second = try await house.metric("playhouse_connections{lane=\"1\"}")
                return (first ?? 9) + (second ?? 9) <= 1
            }
            withExtendedLifetime(closed) {}
        }
    }

    // MARK: - The first message

    @Test(
        arguments: [
            (#"{"type":"say","id":"7","text":"x"}"#, "7", 4400, "BAD_HELLO"),
            (#"{"type":"hello","id":"8","version":1}"#, "8", 4400, "BAD_HELLO"),
            (#"{"type":"hello","version":1,"room":"teahouse"}"#, nil, 4400, "BAD_HELLO"),
            ("hello", nil, 4400, "BAD_HELLO"), ("[]", nil, 4400, "BAD_HELLO"),
            ("", nil, 4400, "BAD_HELLO"),
            (#"{"type":"hello","id":"9","version":2,"room":"teahouse"}"#, "9", 4412, "VERSION"),
            (#"{"type":"hello","id":"9","version":1,"room":"nowhere"}"#, "9", 4410, "ROOM_UNKNOWN"),
        ] as [(String, String?, UInt16, String)])
    func `a first message that is no good hello gets its error, bye and code`(
        message: String, id: String?, close: UInt16, code: String
    ) async throws {
        try await withHouse { house in
            let connection = try await RawConnection.upgraded(house.port)
            await connection.send(text: message)
            let farewell = try await connection.farewell()
            #expect(farewell.code == close)
            #expect(farewell.reason == code)
            try #require(farewell.before.count == 2)
            #expect(farewell.before[0]["type"] == "error")
            #expect(farewell.before[0]["id"]?.stringValue == id)
            #expect(farewell.before[0]["code"]?.stringValue == code)
            #expect(
                farewell.before[1] == ["type": "bye", "code": .string(code), "reconnect": false])
        }
    }

    @Test func `who does not say hello in time is closed with 4425, others are not`()
        async throws
    {
        try await withHouse {
            $0.limits.helloSeconds = 4
        } _: { house in
            let member = try await house.join("ana")
            let silent = try await RawConnection.upgraded(house.port)
            // Pings are no hello.
            await silent.send(opcode: 9, [])
            let farewell = try await silent.farewell()
            #expect(farewell.code == 4425)
            #expect(
                farewell.before == [["type": "bye", "code": "HELLO_TIMEOUT", "reconnect": true]])
            _ = try await member.request("ping")
        }
    }

    @Test func `who answers no ping is closed with 4426, who does is not`() async throws {
        try await withHouse { configuration in
            configuration.limits.pingSeconds = 1
            configuration.limits.silentSeconds = 6
        } _: { house in
            let member = try await house.join("ana")
            let silent = try await RawConnection.joined(house.port)
            var pings = 0
            while true {
                let frame = try await silent.frame(orPing: true)
                if frame == .ping { pings += 1 }
                guard case .close(let code, _) = frame else { continue }
                #expect(code == 4426)
                break
            }
            #expect(pings > 0)
            try await silent.end()
            #expect(await !member.isClosed)
            _ = try await member.request("ping")
        }
    }

    @Test func `in the room a bad message gets an error and the connection goes on`() async throws {
        try await withHouse { house in
            let connection = try await RawConnection.joined(house.port)
            for (message, id, code) in [
                ("{", nil, "BAD_JSON"), ("[]", nil, "BAD_JSON"),
                (#"{"type":"say"}"#, nil, "BAD_REQUEST"),
                (#"{"type":"say","id":"2"}"#, "2", "BAD_REQUEST"),
                (#"{"type":"sing","id":"3"}"#, "3", "UNKNOWN_TYPE"),
                (Self.hello, "1", "UNKNOWN_TYPE"),
                (#"{"type":"pin","id":"4","text":"x"}"#, "4", "FORBIDDEN"),
                (
                    #"{"type":"act","id":"5","plugin":"none","name":"x"}"#, "5", "UNKNOWN_PLUGIN"
                ),
            ] as [(String, String?, String)] {
                await connection.send(text: message)
                let error = try await connection.frame { $0.json?["type"] == "error" }.json
                #expect(error?["id"]?.stringValue == id)
                #expect(error?["code"]?.stringValue == code)
            }
            await connection.send(text: #"{"type":"ping","id":"6"}"#)
            try await connection.frame { isReply($0) }
        }
    }
}
