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

    @Test func `the delay is that of a tuned encoder, and more with B-frames or held frames`() {
        var readings = good
        #expect(readings.delayMilliseconds(flushMilliseconds: 0) == nil)
        readings.width = 1_280
        #expect(readings.delayMilliseconds(flushMilliseconds: 0) == 360)
        #expect(readings.delayMilliseconds(flushMilliseconds: 200) == 560)
        readings.hasReordering = true
        readings.reorderMilliseconds = 67
        #expect(readings.delayMilliseconds(flushMilliseconds: 0) == 877)
    }

    @Test func `how far frames are reordered is measured, within a second`() {
        var meter = StreamMeter()
        func take(_ offset: Int32) {
            let frame = VideoSample(
                decodeMilliseconds: 0, offsetMilliseconds: offset, isKey: false, bytes: [])
            meter.count(frame: frame, arrival: 0)
        }
        take(0)
        #expect(!meter.readings.hasReordering && meter.readings.reorderMilliseconds == 0)
        take(67)
        take(33)
        #expect(meter.readings.hasReordering && meter.readings.reorderMilliseconds == 67)
        take(1_000)
        #expect(meter.readings.reorderMilliseconds == 1_000)
        take(8_000_000)
        #expect(meter.readings.reorderMilliseconds == 1_000)
        meter.begin()
        #expect(!meter.readings.hasReordering && meter.readings.reorderMilliseconds == 0)
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
