import Foundation
import Lanes
import Testing

@testable import Streaming

/// How a publisher goes that says so: GStreamer's `rtmp2sink` closes by itself, and reports an error
/// when it is closed first.
@Suite(.serialized) struct PublisherEndTests {
    @Test func `Who ends a stream is left to close, and may publish again`() async throws {
        let house = try await StreamPeerTests.House { $0.strangersPerAddress = 1 }
        var encoder = try ScriptedEncoder(house)
        encoder.publish()
        try await house.wait("the publisher") { $0?.isLive == true }
        encoder.unpublish()
        try await house.wait("its end") { $0?.isLive == false }
        #expect(!encoder.connection.ends(within: 1))
        // It counts as a stranger now, and no longer when it publishes.
        #expect(PlainConnection(port: house.listener.port).ends(within: 60))
        encoder.publish()
        try await house.wait("the publisher again") { $0?.isLive == true }
        #expect(!PlainConnection(port: house.listener.port).ends(within: 1))
        await house.end()
    }

    @Test func `Who ends a stream and stays is cut when the time of strangers is over`()
        async throws
    {
        let house = try await StreamPeerTests.House { $0.limits.strangerSeconds = 1 }
        var encoder = try ScriptedEncoder(house)
        encoder.publish()
        try await house.wait("the publisher") { $0?.isLive == true }
        encoder.unpublish()
        #expect(encoder.connection.ends(within: 60))
        await house.end()
    }
}
