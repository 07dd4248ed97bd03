import Testing
import Wire

@Suite struct WebSocketFrameTests {
    /// RFC 6455, section 5.7.
    @Test func `The examples of the RFC are encoded`() {
        let hello = Array("Hello".utf8)
        #expect(WebSocketFrame.text(hello) == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        #expect(
            WebSocketFrame.masked(.text, hello, mask: 0x37FA_213D)
                == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        var bytes: [UInt8] = [9]
        WebSocketFrame.encode(.ping, hello, into: &bytes)
        #expect(bytes == [9, 0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
    }

    @Test(
        arguments: [
            (0, [0x82, 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]),
            (65535, [0x82, 126, 0xFF, 0xFF]),
            (65536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func `Lengths take the fewest bytes`(count: Int, header: [UInt8]) {
        var bytes: [UInt8] = []
        WebSocketFrame.encode(.binary, [UInt8](repeating: 7, count: count), into: &bytes)
        #expect(Array(bytes.prefix(header.count)) == header)
        #expect(bytes.count == header.count + count)
        #expect(WebSocketFrame.headerSize(payloadBytes: count) == header.count)
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            for available in 0..<header.count {
                #expect(WebSocketFrame.length(ofFrameAt: start, available: available) == nil)
            }
            #expect(WebSocketFrame.length(ofFrameAt: start, available: header.count) == bytes.count)
            #expect(WebSocketFrame.length(ofFrameAt: start, available: bytes.count) == bytes.count)
        }
    }

    @Test func `A close frame has a code and a reason that fits`() {
        #expect(
            WebSocketFrame.close(code: 1000, reason: "ok") == [0x88, 4, 0x03, 0xE8, 0x6F, 0x6B])
        let long = String(repeating: "茶", count: 50)
        #expect(WebSocketFrame.close(code: 1000, reason: long).count == 2 + 2 + 41 * 3)
        #expect(
            decodeFrames([WebSocketFrame.close(code: 1000, reason: long)], role: .client).error
                == nil)
    }

    @Test func `A control frame that is too long traps`() async {
        await #expect(processExitsWith: .failure) {
            _ = WebSocketFrame.masked(.ping, [UInt8](repeating: 0, count: 126), mask: 0)
        }
    }
}
