import Testing
import Wire

@testable import Benchmarking

@Suite struct StreamPartsTests {
    @Test(arguments: [
        ("--viewers", "1", "0"), ("--viewers", "5000", "5001"), ("--kbit", "200", "199"),
        ("--kbit", "20000", "20001"), ("--fps", "5", "4"), ("--fps", "60", "61"),
        ("--seconds", "2", "1.9"), ("--seconds", "600", "601"), ("--flush", "0", "-1"),
        ("--flush", "1000", "1001"), ("--slow", "999", "1000"), ("--stopped", "0", "-1"),
        ("--viewers", "7", "7.5"), ("--viewers", "8", "many"),
    ])
    func `options have bounds`(name: String, good: String, bad: String) throws {
        _ = try StreamOptions([name, good])
        #expect(throws: UsageError.self) { try StreamOptions([name, bad]) }
        #expect(throws: UsageError.self) { try StreamOptions([name]) }
    }

    @Test func `a plan survives the way to its process`() throws {
        let plan = StreamPlan(
            port: 1, process: 2, viewers: 3, slow: 1, stopped: 1, bytesPerSecond: 250_000,
            seconds: 2.5, isDirect: true)
        #expect(StreamPlan(plan.encoded) == plan)
        #expect(StreamPlan(["port": 1]) == nil)
    }

    /// A fragment of 2026-11-23 05:30:00.250 UTC, 300 bytes long.
    private static let stamp: Int64 = 1_795_411_800_250
    private static func fragment(_ count: Int = 300, number: [UInt8] = []) -> [UInt8] {
        var payload: [UInt8] =
            number + [0, 0, 0, 32] + Array("prft".utf8) + [1, 0, 0, 0, 0, 0, 0, 1]
        let seconds = UInt32(stamp / 1_000 + 2_208_988_800)
        payload += (0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * $0)) }
        payload += [0x40, 0, 0, 0]
        payload += Array(repeating: 7, count: count - payload.count)
        var frame: [UInt8] = []
        WebSocketFrame.encode(.binary, payload, into: &frame)
        return frame
    }

    /// What a viewer notes of these bytes when they come in pieces of this size.
    private func messages(
        _ bytes: [UInt8], pieces: Int, isNumbered: Bool = false
    ) throws -> [StreamWalk.Message] {
        var walk = StreamWalk(isNumbered: isNumbered)
        var held: [UInt8] = []
        var messages: [StreamWalk.Message] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if walk.rest > 0 {
                let count = min(walk.rest, pieces, rest.count)
                rest = rest.dropFirst(count)
                if let message = walk.skip(count) { messages.append(message) }
                continue
            }
            let count = min(pieces, StreamWalk.headBytesMax - held.count, rest.count)
            held += rest.prefix(count)
            rest = rest.dropFirst(count)
            while walk.rest == 0, let begun = try held.withUnsafeBytes({ try walk.begin($0) }) {
                if let message = begun.message { messages.append(message) }
                held.removeFirst(begun.used)
            }
        }
        return messages
    }

    @Test(arguments: [1, 2, 7, 24, 33, 34, 1_000_000])
    func `fragments are found however the bytes are cut`(pieces: Int) throws {
        let text = WebSocketFrame.text(Array(#"{"type":"stream"}"#.utf8))
        let close = WebSocketFrame.close(code: 1000, reason: "")
        let bytes =
            text + Self.fragment() + Self.fragment(70_000) + text + Self.fragment(40) + close
        let fragment = StreamWalk.Message.fragment(unixMilliseconds: Self.stamp)
        #expect(
            try messages(bytes, pieces: pieces)
                == [.other, fragment, fragment, .other, fragment, .close])
    }

    @Test(arguments: [1, 3, 28, 38, 1_000_000])
    func `fragments behind the number of their picture are found, and pings`(
        pieces: Int
    ) throws {
        var ping: [UInt8] = []
        WebSocketFrame.encode(.ping, [], into: &ping)
        let bytes =
            Self.fragment(number: [0, 0, 0, 7]) + ping
            + Self.fragment(70_000, number: [0, 0, 1, 0])
        let fragment = StreamWalk.Message.fragment(unixMilliseconds: Self.stamp)
        #expect(
            try messages(bytes, pieces: pieces, isNumbered: true) == [fragment, .ping, fragment])
    }

    @Test func `what no server sends is refused`() {
        #expect(throws: StreamWalk.Malformed.self) { try messages([0x02, 0x00], pieces: 9) }
        #expect(throws: StreamWalk.Malformed.self) { try messages([0x82, 0x80], pieces: 9) }
    }

    @Test func `the ports are found in the log`() {
        let log = """
            {"message":"listening on http://127.0.0.1:81","port":81}
            {"message":"live video comes in at rtmp://127.0.0.1:82/live","streamPort":82}
            """
        #expect(BenchmarkServer.port(inLog: log) == 81)
        #expect(BenchmarkServer.port(inLog: log, named: "streamPort") == 82)
        #expect(BenchmarkServer.port(inLog: "", named: "streamPort") == nil)
    }
}
