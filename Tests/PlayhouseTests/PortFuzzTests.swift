import Clockwork
import Foundation
import PluginContract
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// Whatever strangers send to the port, the server stays, and nobody else notices.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PortFuzzTests {
    private static let valid: [[UInt8]] = [
        Array("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
        Array(
            "POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
                .utf8),
        Array(
            """
            POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: x\r\n\
            Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n
            """.utf8),
        Array(RawConnection.handshake.utf8),
    ]
    private static let messages = [
        #"{"type":"hello","id":"1","version":1,"room":"teahouse","visitor":"visitor-1"}"#,
        #"{"type":"hello","id":"1","version":1,"room":"teahouse","recover":{"epoch":"x","offset":3}}"#,
        #"{"type":"say","id":"2","text":"好香 hello"}"#, #"{"type":"like","id":"3","count":7}"#,
        #"{"type":"act","id":"4","plugin":"price-guess","name":"guess","value":4900}"#,
        #"{"type":"ping","id":"5"}"#,
        #"{"type":"publish","id":"6","name":"x","data":[1,{"a":null}]}"#,
    ]

    private func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
            default: bytes.removeLast(Int.random(in: 0...min(8, bytes.count), using: &random))
            }
        }
        return bytes
    }

    /// A frame, often a good one.
    private func frame(_ random: inout SeededRandom) -> [UInt8] {
        let message = Array((Self.messages.randomElement(using: &random) ?? "").utf8)
        let isOdd = Int.random(in: 0..<4, using: &random) == 0
        let payload = isOdd ? mutated(message, &random) : message
        let opcodes: [UInt8] = [1, 1, 1, 1, 0, 2, 8, 9, 10, 3]
        let frame = RawConnection.frame(
            isOdd ? opcodes.randomElement(using: &random) ?? 1 : 1,
            isFinal: Int.random(in: 0..<6, using: &random) > 0, payload)
        return Int.random(in: 0..<8, using: &random) == 0 ? mutated(frame, &random) : frame
    }

    private func traffic(_ random: inout SeededRandom) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return (0..<Int.random(in: 1...400, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        case 1:
            return mutated(Self.valid.randomElement(using: &random) ?? [], &random)
                + mutated(Self.valid.randomElement(using: &random) ?? [], &random)
        default:
            var bytes = Array(RawConnection.handshake.utf8)
            if Bool.random(using: &random) {
                bytes += RawConnection.frame(1, Array(Self.messages[0].utf8))
            }
            for _ in 0..<Int.random(in: 1...12, using: &random) { bytes += frame(&random) }
            return bytes
        }
    }

    @Test func `strangers who send anything at all disturb nobody`() async throws {
        let seed = fuzzSeed("the port")
        let rounds = fuzzRounds(400)
        try await withHouse {
            $0.rooms[0].settings.chatterPerSecondMax = 10_000
            $0.drainSeconds = 20
        } _: { house in
            let shop = try await house.join("shop", .service)
            let ana = try await house.join("ana")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var random = SeededRandom(seed: seed &+ UInt64(worker) &* 1_009)
                        for _ in 0..<(rounds / 4) {
                            let connection = try await RawConnection.open(house.port)
                            let bytes = traffic(&random)
                            var rest = bytes[...]
                            while !rest.isEmpty {
                                let piece = rest.prefix(Int.random(in: 1...300, using: &random))
                                await connection.send(Array(piece))
                                rest = rest.dropFirst(piece.count)
                                if Int.random(in: 0..<8, using: &random) == 0 {
                                    try await Task.sleep(for: .microseconds(200))
                                }
                            }
                            if Bool.random(using: &random) {
                                await connection.close()
                            } else {
                                await connection.finish([])
                            }
                        }
                    }
                }
                group.addTask {
                    // Within the usual limit of messages.
                    for index in 1...Int64(20) {
                        let offset = try await shop.publish("e\(index)")
                        #expect(offset == index)
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("all events; seed \(seed)") { await ana.lastOffset == 20 }
            #expect(await ana.events.map(\.offset) == Array(1...20))
            #expect(try await house.get("/healthz").status == 200)
            // Every stranger has left the room.
            _ = try await ana.state("presence") {
                $0 == ["users": 2, "connections": 2] ? true : nil
            }
            _ = try await ana.request("ping")
            _ = try await shop.request("ping")
        }
    }
}
