import Testing

@testable import Streaming

/// What a host is told to change.
@Suite struct StreamReadingsTests {
    /// What a good encoder sends.
    private var good: StreamReadings {
        var readings = StreamReadings()
        readings.codecs = "avc1.64001f,mp4a.40.2"
        readings.keyframeMilliseconds = 2_000
        readings.gapMilliseconds = 40
        return readings
    }

    private func warnings(_ change: (inout StreamReadings) -> Void) -> [StreamWarning] {
        var readings = good
        change(&readings)
        return readings.warnings
    }

    @Test func `a good encoder is told nothing`() {
        #expect(good.warnings == [])
        // Nothing is known yet: nothing is wrong.
        #expect(StreamReadings().warnings == [])
    }

    @Test func `each thing that is wrong has a warning, from its limit on`() {
        #expect(warnings { $0.keyframeMilliseconds = 4_000 } == [])
        #expect(warnings { $0.keyframeMilliseconds = 4_001 } == [.keyframes])
        #expect(warnings { $0.isGroupTooLong = true } == [.group])
        #expect(warnings { $0.hasReordering = true } == [.reordering])
        #expect(warnings { $0.codecs = "avc1.64001f" } == [.noSound])
        #expect(warnings { $0.silentFrames = 1 } == [.silence])
        #expect(warnings { $0.gapMilliseconds = 500 } == [])
        #expect(warnings { $0.gapMilliseconds = 501 } == [.gaps])
    }

    @Test func `a stream at rest has no rates`() {
        var readings = good
        readings.bitsPerSecond = 1_000
        readings.framesPerSecond = 30
        readings.gapMilliseconds = 900
        readings.rest()
        #expect(readings.bitsPerSecond == 0 && readings.framesPerSecond == 0)
        #expect(readings.warnings == [])
    }
}
