import Foundation
import Lanes
import Testing

@testable import Streaming

/// How a publisher goes that says so: GStreamer's `rtmp2sink` closes by itself, and reports an error
/// when it is closed first.
@Suite(.serialized) struct PublisherEndTests {
    /// An encoder of few words.
    private struct Encoder {
        let connection: PlainConnection
        private var script = ChunkScript()
        private var sent = 0

        init(_ house: StreamPeerTests.House) {
            connection = PlainConnection(port: house.listener.port)
            connection.write([3] + [UInt8](repeating: 0, count: 3_072))
        }

        mutating func say(_ name: String, _ values: AMFValue..., stream: UInt32 = 0) {
            script.send(
                RTMPMessage(
                    type: RTMPMessage.Kind.command0, streamID: stream,
                    payload: AMFValue.encode([.string(name)] + values)), on: 3)
            connection.write(Array(script.bytes[sent...]))
            sent = script.bytes.count
        }

        mutating func connect() {
            say("connect", .number(1), .object([.init("app", .string("live"))]))
            say("createStream", .number(2), .null)
        }

        mutating func publish(_ key: String) {
            say("publish", .number(3), .null, .string(key), .string("live"), stream: 1)
        }

        mutating func unpublish(_ key: String) {
            say("FCUnpublish", .number(0), .null, .string(key))
            say("deleteStream", .number(0), .null, .string(key))
        }
    }

    private func key(_ house: StreamPeerTests.House) throws -> String {
        let expiry = Int64(Date().timeIntervalSince1970) + 600
        return try #require(
            house.keyring.issue(room: "mall", user: "anna", expiresAtSeconds: expiry))
    }

    @Test func `Who ends a stream is left to close, and may publish again`() async throws {
        let house = try await StreamPeerTests.House { $0.strangersPerAddress = 1 }
        let key = try key(house)
        var encoder = Encoder(house)
        encoder.connect()
        encoder.publish(key)
        try await house.wait("the publisher") { $0?.isLive == true }
        encoder.unpublish(key)
        try await house.wait("its end") { $0?.isLive == false }
        #expect(!encoder.connection.ends(within: 1))
        // It counts as a stranger now, and no longer when it publishes.
        #expect(PlainConnection(port: house.listener.port).ends(within: 60))
        encoder.publish(key)
        try await house.wait("the publisher again") { $0?.isLive == true }
        #expect(!PlainConnection(port: house.listener.port).ends(within: 1))
        await house.end()
    }

    @Test func `Who ends a stream and stays is cut when the time of strangers is over`()
        async throws
    {
        let house = try await StreamPeerTests.House { $0.limits.strangerSeconds = 1 }
        let key = try key(house)
        var encoder = Encoder(house)
        encoder.connect()
        encoder.publish(key)
        try await house.wait("the publisher") { $0?.isLive == true }
        encoder.unpublish(key)
        #expect(encoder.connection.ends(within: 60))
        await house.end()
    }
}
