import Clockwork
import Foundation
import Lanes
import Testing

@testable import Streaming

/// A second publisher of a room: it takes over with its first picture, and not before there is one.
@Suite(.serialized) struct PublisherReplacementTests {
    /// A configuration of HEVC in enhanced RTMP.
    private static let hevc = RTMPMessage(
        type: 9, streamID: 1,
        payload: [0x90] + Array("hvc1".utf8) + [UInt8](repeating: 0, count: 23))

    /// A house in which the first publisher may say nothing for as long as a test takes.
    private func house(
        _ change: (inout StreamPremises) -> Void = { _ in }
    ) async throws -> StreamPeerTests.House {
        try await StreamPeerTests.House {
            $0.limits.silentSeconds = 600
            $0.limits.halfOpenMilliseconds = 600_000
            change(&$0)
        }
    }

    @Test func `A wrong codec replaces nobody, and the host reads of it until somebody is shown`()
        async throws
    {
        let fragments = Lock(0)
        let house = try await house {
            $0.advanced = { _, position in if position != nil { fragments.withLock { $0 += 1 } } }
        }
        var first = try ScriptedEncoder(house)
        first.show()
        try await house.wait("a picture") { $0?.hasPicture == true }

        var second = try ScriptedEncoder(house)
        second.publish()
        second.waitForStart()
        // OBS sends its sound first.
        second.send(MediaFixture.audioConfiguration())
        second.send(Self.hevc)
        #expect(second.lastWords().contains("HEVC (H.265) video cannot be played"))
        try await house.wait("the refusal") { $0?.refusal != nil }
        var entry = try #require(house.board.latest["mall"])
        #expect(entry.refusal?.words.contains("HEVC (H.265)") == true)
        #expect((entry.refusal?.unixMilliseconds ?? 0) > 1_700_000_000_000)
        #expect(entry.isLive && entry.readings.publishers == 1)
        #expect(!first.connection.ends(within: 1))
        let before = fragments.withLock { $0 }
        first.send(MediaFixture.picture(33))
        try await house.wait("the next picture") { _ in fragments.withLock { $0 } > before }

        var third = try ScriptedEncoder(house)
        third.show()
        try await house.wait("another publisher") { $0?.readings.publishers == 2 }
        try await house.wait("its picture") { $0?.refusal == nil }
        #expect(first.connection.ends(within: 60))
        entry = try #require(house.board.latest["mall"])
        #expect(entry.isLive)
        await house.end()
    }

    @Test func `A coding that is configured takes over, and others do not`() async throws {
        let house = try await house { $0.limits.codings = [.av1] }
        var first = try ScriptedEncoder(house)
        first.show()
        try await house.wait("a picture") { $0?.readings.codecs.hasPrefix("avc1.") == true }
        var second = try ScriptedEncoder(house)
        second.publish()
        second.send(EnhancedFixture.configuration(.hevc))
        #expect(second.lastWords().contains("HEVC (H.265) video cannot be played"))
        var third = try ScriptedEncoder(house)
        third.publish()
        third.send(EnhancedFixture.configuration(.av1))
        third.send(MediaFixture.audioConfiguration())
        third.send(EnhancedFixture.picture(.av1, 0, isKey: true))
        try await house.wait("another picture") {
            $0?.readings.codecs == "av01.0.00M.08,mp4a.40.2"
        }
        #expect(first.connection.ends(within: 20))
        await house.end()
    }

    @Test func `A publisher that was not heard for long is replaced at once, and no other`()
        async throws
    {
        for isHalfOpen in [true, false] {
            let house = try await house {
                if isHalfOpen { $0.limits.halfOpenMilliseconds = 100 }
            }
            var first = try ScriptedEncoder(house)
            first.show()
            try await house.wait("a picture") { $0?.hasPicture == true }
            try await Task.sleep(for: .milliseconds(300))
            var second = try ScriptedEncoder(house)
            second.publish()
            second.waitForStart()
            #expect(first.connection.ends(within: isHalfOpen ? 60 : 1) == isHalfOpen)
            #expect(house.board.latest["mall"]?.readings.publishers == (isHalfOpen ? 2 : 1))
            await house.end()
        }
    }

    @Test func `Who has nothing to show is refused in time, or when another one comes`()
        async throws
    {
        let house = try await house { $0.limits.auditionSeconds = 1 }
        var first = try ScriptedEncoder(house)
        first.show()
        try await house.wait("a picture") { $0?.hasPicture == true }
        var second = try ScriptedEncoder(house)
        second.publish()
        second.send(MediaFixture.videoConfiguration())
        #expect(second.lastWords().contains("came in time"))
        try await house.wait("the refusal") { $0?.refusal?.words.contains("came in time") == true }
        await house.end()

        let other = try await self.house()
        var present = try ScriptedEncoder(other)
        present.show()
        try await other.wait("a picture") { $0?.hasPicture == true }
        var waiting = try ScriptedEncoder(other)
        waiting.publish()
        waiting.waitForStart()
        var newest = try ScriptedEncoder(other)
        newest.publish()
        #expect(waiting.lastWords().contains("another encoder came"))
        #expect(!present.connection.ends(within: 1) && !newest.connection.ends(within: 1))
        // Nobody was wrong.
        #expect(other.board.latest["mall"]?.refusal == nil)
        await other.end()
    }

    @Test func `Who waited takes over when the publisher goes`() async throws {
        let house = try await house()
        var first = try ScriptedEncoder(house)
        first.show()
        try await house.wait("a picture") { $0?.hasPicture == true }
        var second = try ScriptedEncoder(house)
        second.publish()
        second.waitForStart()
        first.unpublish()
        try await house.wait("the end of the first") { $0?.isLive == false }
        second.send(MediaFixture.videoConfiguration())
        second.send(MediaFixture.audioConfiguration())
        second.send(MediaFixture.picture(0, isKey: true))
        try await house.wait("the second") { $0?.isLive == true }
        #expect(house.board.latest["mall"]?.readings.publishers == 2)
        await house.end()
    }

    @Test func `A refusal is there to be read when the stream is gone`() async throws {
        let house = try await house { $0.holdSeconds = 1 }
        var encoder = try ScriptedEncoder(house)
        encoder.publish()
        encoder.send(Self.hevc)
        // An entry of a stream counts its publishers.
        try await house.wait("the end of the stream") {
            $0?.refusal != nil && $0?.readings.publishers == 0
        }
        #expect(house.board.latest["mall"]?.hasPicture == false)
        encoder = try ScriptedEncoder(house)
        encoder.publish()
        try await house.wait("a publisher") { $0?.isLive == true }
        #expect(house.board.latest["mall"]?.refusal != nil)
        encoder.send(MediaFixture.videoConfiguration())
        encoder.send(MediaFixture.audioConfiguration())
        encoder.send(MediaFixture.picture(0, isKey: true))
        try await house.wait("its picture") { $0?.hasPicture == true && $0?.refusal == nil }
        await house.end()
    }
}

@Suite struct AuditionTests {
    private func take(
        _ audition: inout Audition, _ message: RTMPMessage
    ) throws(StreamRefusal) -> [RTMPMessage]? {
        try audition.take(message, arrivalMilliseconds: Int64(message.timestamp))
    }

    @Test func `It ends with the first keyframe, and gives back all that came`() throws {
        var audition = Audition(limits: IngestLimits())
        let messages = [
            MediaFixture.audioConfiguration(), MediaFixture.videoConfiguration(),
            MediaFixture.sound(0), MediaFixture.picture(0),
        ]
        for message in messages { #expect(try take(&audition, message) == nil) }
        let key = MediaFixture.picture(33, isKey: true)
        #expect(try take(&audition, key) == messages + [key])
    }

    @Test func `Sound that is not taken ends it even behind a picture`() throws {
        var audition = Audition(limits: IngestLimits())
        #expect(try take(&audition, MediaFixture.videoConfiguration()) == nil)
        #expect(try take(&audition, MediaFixture.picture(0, isKey: true)) == nil)
        let mp3 = RTMPMessage(type: 8, timestamp: 1, streamID: 1, payload: [0x2F, 1, 2, 3])
        #expect(throws: StreamRefusal.self) { try take(&audition, mp3) }
    }

    @Test func `It takes as much as allowed and no more`() throws {
        var limits = IngestLimits()
        let message = MediaFixture.picture(0)
        limits.auditionBytesMax = 10 * (message.payload.count + 64)
        var audition = Audition(limits: limits)
        for _ in 0..<10 { #expect(try take(&audition, message) == nil) }
        let last = RTMPMessage(type: 9, streamID: 1, payload: [])
        #expect(throws: StreamRefusal.self) { try take(&audition, last) }
    }
}
