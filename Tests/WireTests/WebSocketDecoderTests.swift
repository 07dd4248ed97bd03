import Testing
import Wire

@Suite struct WebSocketDecoderTests {
    typealias Opcode = WebSocketFrame.Opcode

    @Test(arguments: [0, 1, 7, 8, 125, 126, 127, 65535, 65536, 70000])
    func `Messages of every size of length field are decoded`(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) & 0x7F }
        for opcode in [Opcode.text, .binary] {
            let expected = Outcome([.init(opcode, payload)])
            let masked = WebSocketFrame.masked(opcode, payload, mask: 0x0102_FF80)
            #expect(decodeFrames([masked]) == expected)
            #expect(
                decodeFrames(masked.prefix(20).map { [$0] } + [Array(masked.dropFirst(20))])
                    == expected)
            var unmasked: [UInt8] = []
            WebSocketFrame.encode(opcode, payload, into: &unmasked)
            #expect(decodeFrames([unmasked], role: .client) == expected)
            #expect(
                decodeFrames(
                    unmasked.prefix(20).map { [$0] } + [Array(unmasked.dropFirst(20))],
                    role: .client) == expected)
        }
    }

    @Test func `A whole frame is handed over from where it lies`() throws {
        var bytes = WebSocketFrame.masked(
            .text, Array("茶, a text of some length".utf8), mask: 0xA1B2_C3D4)
        bytes += WebSocketFrame.masked(.ping, [1, 2], mask: 0x0102_0304)
        var decoder = WebSocketDecoder(role: .server, messageBytesMax: 100)
        var inside = 0
        try bytes.withUnsafeMutableBytes { buffer throws in
            let whole = UnsafeRawBufferPointer(buffer)
            try decoder.decode(buffer) { (event) throws(WebSocketError) in
                switch event {
                case .text(let payload), .ping(let payload):
                    guard let start = payload.baseAddress, let first = whole.baseAddress else {
                        return
                    }
                    if start >= first && start + payload.count <= first + whole.count {
                        inside += 1
                    }
                default: break
                }
            }
        }
        #expect(inside == 2)
        #expect(decoder.isIdle)
        #expect(MemoryLayout<WebSocketDecoder>.size <= 64)
    }

    @Test func `Memory is held only while something is pending`() throws {
        let frame = WebSocketFrame.masked(.text, Array("hello".utf8), mask: 7)
        let ping = WebSocketFrame.masked(.ping, Array("p".utf8), mask: 7)
        var decoder = WebSocketDecoder(role: .server, messageBytesMax: 100)
        for bytes in [frame, ping] {
            for cut in 1..<bytes.count {
                try feed(Array(bytes[..<cut]), &decoder)
                #expect(!decoder.isIdle)
                try feed(Array(bytes[cut...]), &decoder)
                #expect(decoder.isIdle)
            }
        }
        try feed(fragment(.text, "a", isFinal: false), &decoder)
        try feed(ping, &decoder)
        #expect(!decoder.isIdle)
        try feed(fragment(.continuation, "b"), &decoder)
        #expect(decoder.isIdle)
    }

    @Test func `Fragments are put together, with control frames between them`() {
        let bytes =
            fragment(.text, "te", isFinal: false) + fragment(.ping, "1")
            + fragment(.continuation, "", isFinal: false)
            + fragment(.pong, "") + fragment(.continuation, "a")
            + fragment(.binary, "", isFinal: false)
            + fragment(.continuation, "x") + fragment(.text, "")
        let expected = Outcome([
            .init(.ping, Array("1".utf8)), .init(.pong, []), .init(.text, Array("tea".utf8)),
            .init(.binary, Array("x".utf8)), .init(.text, []),
        ])
        #expect(decodeFrames([bytes]) == expected)
        #expect(decodeFrames(bytes.map { [$0] }) == expected)
    }

    static let broken: [(String, [UInt8], UInt16)] = [
        ("reserved bit 1", [0xC1], 1002), ("reserved bit 2", [0xA1], 1002),
        ("reserved bit 3", [0x91], 1002),
        ("opcode 3", [0x83], 1002), ("opcode 7", [0x87], 1002), ("opcode 11", [0x8B], 1002),
        ("opcode 15", [0x8F], 1002),
        ("fragmented close", [0x08], 1002), ("fragmented ping", [0x09], 1002),
        ("fragmented pong", [0x0A], 1002),
        ("no mask", [0x81, 0x01], 1002), ("ping of 126", [0x89, 0xFE], 1002),
        ("close of 127", [0x88, 0xFF], 1002),
        ("125 in two bytes", [0x81, 0xFE, 0, 125], 1002),
        ("65535 in eight bytes", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 1002),
        ("highest bit", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002),
        (
            "most bytes", [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
            1009
        ),
        ("nothing to continue", fragment(.continuation, "a"), 1002),
        ("nothing to continue, not final", fragment(.continuation, "a", isFinal: false), 1002),
        ("text in text", fragment(.text, "a", isFinal: false) + fragment(.text, "b"), 1002),
        (
            "binary in text",
            fragment(.text, "a", isFinal: false) + fragment(.binary, "b", isFinal: false), 1002
        ),
        (
            "continuation after the end",
            fragment(.text, "a", isFinal: false) + fragment(.continuation, "b")
                + fragment(.continuation, "c"), 1002
        ),
        ("close of 1", masked(.close, [3]), 1002),
        ("close reason", masked(.close, [0x03, 0xE8, 0xFF]), 1007),
        ("cut close reason", masked(.close, [0x03, 0xE8, 0xE8, 0x8C]), 1007),
        ("text", masked(.text, [0x61, 0xFF]), 1007),
        ("cut text", masked(.text, [0xE8, 0x8C]), 1007),
        ("surrogate", masked(.text, [0xED, 0xA0, 0x80]), 1007),
        (
            "cut fragments", masked(.text, [0xE8], isFinal: false) + masked(.continuation, [0x8C]),
            1007
        ),
        ("cut empty end", masked(.text, [0xE8], isFinal: false) + masked(.continuation, []), 1007),
    ]

    @Test(arguments: broken) func `What breaks the protocol ends the connection`(
        what: String, bytes: [UInt8], closeCode: UInt16
    ) {
        for pieces in [[bytes], bytes.map { [$0] }] {
            let outcome = decodeFrames(pieces)
            #expect(outcome.error?.closeCode == closeCode)
            #expect(outcome.events.isEmpty || what == "continuation after the end")
            #expect((1...123).contains(outcome.error?.reason.utf8.count ?? 0))
        }
    }

    @Test func `A client refuses a masked frame`() {
        #expect(decodeFrames([masked(.text, [])], role: .client).error?.closeCode == 1002)
        #expect(decodeFrames([[0x81, 0x80]], role: .client).error?.closeCode == 1002)
        #expect(decodeFrames([[0x81, 0x00]], role: .client).error == nil)
    }

    @Test func `Text is refused at the first impossible byte, in the middle of a frame`() {
        // Of 100 bytes announced come an F4 and a 90, which no character begins with.
        let frame = WebSocketFrame.masked(
            .text, [0x61, 0xF4, 0x90] + [UInt8](repeating: 0x61, count: 97), mask: 0x55AA_0FF0)
        #expect(decodeFrames([Array(frame.prefix(6 + 2))]).error == nil)
        #expect(decodeFrames([Array(frame.prefix(6 + 3))]).error?.closeCode == 1007)
        let fragments =
            masked(.text, [0x61], isFinal: false) + masked(.continuation, [0xF4], isFinal: false)
        #expect(decodeFrames([fragments]).error == nil)
        #expect(
            decodeFrames([fragments + masked(.continuation, [0x90], isFinal: false)]).error?
                .closeCode
                == 1007)
    }

    @Test func `A character may be cut by fragments and by control frames`() {
        let bytes =
            masked(.text, [0xF0, 0x9F], isFinal: false) + masked(.ping, [0xFF])
            + masked(.continuation, [0x8D], isFinal: false) + masked(.continuation, [0xB5])
        #expect(
            decodeFrames(bytes.map { [$0] })
                == Outcome([.init(.ping, [0xFF]), .init(.text, Array("🍵".utf8))]))
    }

    @Test(arguments: Array(UInt16(0)...5100)) func `Close codes are those of RFC 6455`(code: UInt16)
    {
        let isValid = [1000...1003, 1007...1014, 3000...4999].contains { $0.contains(code) }
        let outcome = decodeFrames([masked(.close, [UInt8(code >> 8), UInt8(code & 0xFF)])])
        #expect(
            outcome
                == (isValid ? Outcome([.init(.close, [], code: code)]) : Outcome([], outcome.error))
        )
        #expect(outcome.error?.closeCode == (isValid ? nil : 1002))
    }

    @Test func `After a close and after an error everything is ignored`() {
        let close = WebSocketFrame.closePayload(code: 4400, reason: "再见")
        let bytes = masked(.close, close) + masked(.text, [0x61]) + [0xFF, 0xFF]
        let expected = Outcome([.init(.close, Array("再见".utf8), code: 4400)])
        #expect(decodeFrames([bytes]) == expected)
        #expect(decodeFrames(bytes.map { [$0] }) == expected)
        #expect(decodeFrames([masked(.close, [])]) == Outcome([.init(.close, [], code: nil)]))
        var decoder = WebSocketDecoder(role: .server, messageBytesMax: 10)
        #expect(throws: WebSocketError.self) { try feed([0xFF], &decoder) }
        #expect(throws: Never.self) { try feed([0xFF], &decoder) }
        #expect(decoder.isIdle)
    }

    @Test func `A control frame carries up to 125 bytes`() {
        let payload = [UInt8](repeating: 0xFF, count: 125)
        let bytes = masked(.ping, payload)
        #expect(decodeFrames([bytes]) == Outcome([.init(.ping, payload)]))
        #expect(decodeFrames(bytes.map { [$0] }) == Outcome([.init(.ping, payload)]))
    }

    @Test func `The size of a message is limited, as soon as a header shows it`() {
        func outcome(_ bytes: [UInt8]) -> Outcome { decodeFrames([bytes], messageBytesMax: 300) }
        let text = [UInt8](repeating: 0x61, count: 301)
        let fits = Array(text.dropLast())
        #expect(outcome(masked(.text, fits)) == Outcome([.init(.text, fits)]))
        #expect(outcome(Array(masked(.text, text).prefix(8))).error?.closeCode == 1009)
        let half = Array(text.prefix(150))
        let start = masked(.text, half, isFinal: false)
        #expect(outcome(start + masked(.continuation, half)) == Outcome([.init(.text, fits)]))
        let over = masked(.continuation, Array(text.prefix(151)), isFinal: false)
        #expect(outcome(start + over.prefix(8)).error?.closeCode == 1009)
        // Control frames do not count.
        let ping = masked(.ping, Array(text.prefix(125)))
        #expect(outcome(start + ping + masked(.continuation, half)).events.count == 2)
    }

    @Test func `An error of the receiver ends decoding`() {
        var bytes = masked(.text, [0x61]) + masked(.text, [0x62])
        var decoder = WebSocketDecoder(role: .server, messageBytesMax: 10)
        var count = 0
        let error = #expect(throws: WebSocketError.self) {
            try bytes.withUnsafeMutableBytes { buffer throws in
                try decoder.decode(buffer) { (_) throws(WebSocketError) in
                    count += 1
                    throw WebSocketError(closeCode: 1009, reason: "enough")
                }
            }
        }
        #expect(error?.reason == "enough")
        #expect(count == 1)
    }

    @Test func `fragments are told of as they come, the last frame is the message`() throws {
        var decoder = WebSocketDecoder(role: .server, messageBytesMax: 100)
        var heard: [String] = []
        let frames =
            fragment(.text, "你", isFinal: false) + fragment(.continuation, "", isFinal: false)
            + masked(.ping, []) + fragment(.continuation, "好")
        for byte in frames {
            try feed([byte], &decoder) { event in
                switch event {
                case .fragment(let count): heard.append("\(count)")
                case .text(let bytes): heard.append(String(decoding: bytes, as: UTF8.self))
                default: heard.append("other")
                }
            }
        }
        #expect(heard == ["3", "0", "other", "你好"])
    }
}
