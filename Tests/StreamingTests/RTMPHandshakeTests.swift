import Cryptography
import Testing

@testable import Streaming

@Suite struct RTMPHandshakeTests {
    private let random = (0..<3_024).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    /// C1 with a digest by one of the schemes.
    private func hello(scheme: Int) -> [UInt8] {
        var hello: [UInt8] = [0, 0, 0, 1, 9, 0, 124, 2]
        hello += (8..<1_536).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 5) }
        let place = RTMPHandshake.place(in: hello, scheme: scheme)
        let digest = Digest.hmacSHA256(
            key: RTMPHandshake.clientKey, RTMPHandshake.without(hello, place: place))
        hello.replaceSubrange(place..<place + 32, with: digest)
        return hello
    }

    @Test func `A plain client gets its own bytes back`() throws {
        let hello = [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 9, count: 1_528)
        var handshake = RTMPHandshake(random: random)
        let (output, rest) = try handshake.receive([3] + hello)
        #expect(output.count == 1 + 2 * 1_536)
        #expect(output[0] == 3)
        #expect(Array(output[1_537...]) == hello)
        #expect(rest == [] && !handshake.isDone && !handshake.hasDigest)
        let (_, after) = try handshake.receive(output[1..<1_537] + [1, 2])
        #expect(handshake.isDone && after == [1, 2])
    }

    @Test(arguments: [0, 1])
    func `A client with a digest gets one that it can check`(scheme: Int) throws {
        var handshake = RTMPHandshake(random: random)
        let hello = hello(scheme: scheme)
        let (output, _) = try handshake.receive([3] + hello)
        #expect(handshake.hasDigest)
        let first = Array(output[1..<1_537])
        let place = RTMPHandshake.place(in: first, scheme: scheme)
        let expected = Digest.hmacSHA256(
            key: RTMPHandshake.serverKey, RTMPHandshake.without(first, place: place))
        #expect(Array(first[place..<place + 32]) == expected)
    }

    @Test func `A digest that is wrong makes a plain handshake`() throws {
        var hello = hello(scheme: 0)
        hello[1_500] ^= 1
        var handshake = RTMPHandshake(random: random)
        let (output, _) = try handshake.receive([3] + hello)
        #expect(!handshake.hasDigest && Array(output[1_537...]) == hello)
    }

    @Test func `Byte by byte is the same`() throws {
        var whole = RTMPHandshake(random: random)
        var slow = RTMPHandshake(random: random)
        let bytes = [3] + hello(scheme: 1) + [UInt8](repeating: 1, count: 1_536)
        let expected = try whole.receive(bytes).output
        var output: [UInt8] = []
        for byte in bytes {
            #expect(!slow.isDone)
            output += try slow.receive([byte]).output
        }
        #expect(slow.isDone && output == expected)
    }

    @Test(arguments: [UInt8(0), 6, 8, 71])
    func `Another version is refused at its first byte`(version: UInt8) {
        var handshake = RTMPHandshake(random: random)
        #expect(throws: StreamRefusal.self) { try handshake.receive([version]) }
    }
}
