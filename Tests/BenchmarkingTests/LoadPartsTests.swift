import Testing
import Wire

@testable import Benchmarking

@Suite struct LoadPartsTests {
    private static func stamp(in text: String) -> Int64? {
        Array(text.utf8).withUnsafeBytes { Stamp.find(in: $0) }
    }

    @Test(arguments: [
        (#"{"type":"event","data":{"t0":1000000000000042,"p":"xx"}}"#, 42),
        (#""t0":1000000000000000"#, 0), (#""t0":1999999999999999}"#, 999_999_999_999_999),
        (#"{"a":"t0:1","t0":1000000000000007}"#, 7),
        (#"{"t0":10000000000000421}"#, nil), (#"{"t0":100000000000042}"#, nil),
        (#"{"t0":2000000000000000}"#, nil), (#"{"t0":"1000000000000042"}"#, nil),
        (#"{"t1":1000000000000042}"#, nil), (#""t0":100000000000000"#, nil), ("", nil),
    ])
    func `A stamp is found wherever it stands, and nothing else is taken for one`(
        _ text: String, _ expected: Int64?
    ) {
        #expect(Self.stamp(in: text) == expected)
    }

    @Test(arguments: [30, 200, 16_384])
    func `A publish request is what the protocol asks for, with data of the size`(
        _ dataBytes: Int
    ) throws {
        var frame = PublishFrame(dataBytes: dataBytes)
        for (number, nanoseconds) in [(1, Int64(5)), (4_000_000, 123_456_789_012)] {
            var bytes = frame.with(number: number, stampNanoseconds: nanoseconds) { Array($0) }
            var decoder = WebSocketDecoder(role: .server, messageBytesMax: 1 << 16)
            var texts: [[UInt8]] = []
            try bytes.withUnsafeMutableBytes { bytes in
                try decoder.decode(bytes) { event in
                    if case .text(let text) = event { texts.append(Array(text)) }
                }
            }
            try #require(texts.count == 1)
            let request = try JSON(parsing: texts[0])
            #expect(request["type"] == "publish")
            #expect(request["name"] == "bench")
            #expect(request["id"]?.stringValue.flatMap(Int.init) == number)
            let data = try #require(request["data"])
            #expect(data.encoded().count == dataBytes)
            #expect(data.encoded().withUnsafeBytes { Stamp.find(in: $0) } == nanoseconds)
        }
    }

    @Test func `Frames are found in pieces cut anywhere`() throws {
        var wire: [UInt8] = []
        let payloads = [0, 1, 125, 126, 300, 70_000].map { [UInt8](repeating: 7, count: $0) }
        for payload in payloads { WebSocketFrame.encode(.text, payload, into: &wire) }
        for cut in [1, 2, 3, 129, 130, 131, 132, 500, wire.count - 1, wire.count] {
            var found: [Int] = []
            var carry: [UInt8] = []
            for piece in [wire[..<cut], wire[cut...]] {
                carry += piece
                let used = try carry.withUnsafeBytes { bytes in
                    try FrameWalk.walk(bytes, payloadBytesMax: 70_000) { frame in
                        #expect(frame.opcode == 1)
                        #expect(frame.payload.allSatisfy { $0 == 7 })
                        found.append(frame.payload.count)
                    }
                }
                carry.removeFirst(used)
            }
            #expect(found == payloads.map(\.count))
            #expect(carry.isEmpty)
        }
    }

    @Test(
        arguments: [
            [0x01, 0x00], [0x81, 0x80], [0xC1, 0x00], [0x81, 126, 0x10, 0x01],
            [0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func `A frame that no server sends, or past the limit, is refused`(_ bytes: [UInt8]) {
        #expect(throws: FrameWalk.Malformed.self) {
            try bytes.withUnsafeBytes { bytes in
                _ = try FrameWalk.walk(bytes, payloadBytesMax: 4096) { _ in }
            }
        }
    }

    @Test func `A connection keeps the start of a frame and gives it back`() {
        var connection = LoadConnection(descriptor: -1, room: 0, isPublisher: false, isSlow: false)
        defer { connection.release() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { buffer.deallocate() }
        for size in [0, 10, 3, 2000, 0, 1] {
            let kept = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            kept.withUnsafeBytes { connection.keep($0) }
            #expect(connection.restore(to: buffer) == size)
            #expect(Array(buffer[..<size]) == kept)
        }
    }

    @Test func `A plan arrives as it was sent`() throws {
        let plan = LoadPlan(
            port: 8080, process: 123, rooms: 100, viewersPerRoom: 100, ratePerRoom: 20,
            dataBytes: 200, seconds: 7.5, slowViewers: 3, token: "t")
        #expect(try LoadPlan(JSON(parsing: plan.encoded.encoded())) == plan)
        #expect(LoadPlan(["port": 1]) == nil)
    }
}
