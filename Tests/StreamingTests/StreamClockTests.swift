import Testing

@testable import Streaming

@Suite struct StreamClockTests {
    @Test func `Stream time begins at nothing and follows the encoder`() {
        var clock = StreamClock()
        #expect(clock.time(of: 5_000, in: .video, arrival: 0) == 0)
        #expect(clock.time(of: 5_021, in: .audio, arrival: 20) == 21)
        #expect(clock.time(of: 5_033, in: .video, arrival: 33) == 33)
    }

    @Test func `The wrap of 32 bits is not seen`() {
        var clock = StreamClock()
        _ = clock.time(of: 0xFFFF_FFF0, in: .video, arrival: 0)
        #expect(clock.time(of: 0x10, in: .video, arrival: 32) == 32)
        #expect(clock.jumps == 0)
    }

    @Test(arguments: [-1_000_000, -140, 5_001, 90_000_000])
    func `A jump is mended, and both tracks land alike`(jump: Int64) {
        var clock = StreamClock()
        let raw = { (time: Int64) in UInt32(truncatingIfNeeded: 2_000_000 + time) }
        _ = clock.time(of: raw(0), in: .video, arrival: 0)
        _ = clock.time(of: raw(10), in: .audio, arrival: 10)
        let video = clock.time(of: raw(33 + jump), in: .video, arrival: 33)
        #expect((11...60).contains(video))
        let audio = clock.time(of: raw(34 + jump), in: .audio, arrival: 34)
        #expect(abs(audio - video - 1) <= 1)
        #expect(clock.jumps >= 1)
    }

    @Test(arguments: [-100, 5_000])
    func `A step within the bounds is taken as it is`(step: Int64) {
        var clock = StreamClock()
        _ = clock.time(of: 100_000, in: .video, arrival: 0)
        let time = clock.time(
            of: UInt32(100_000 + step), in: .video, arrival: 33)
        #expect(time == max(0, step) && clock.jumps == 0)
    }

    @Test func `A long pause that took as long to arrive is believed`() {
        var clock = StreamClock()
        _ = clock.time(of: 0, in: .audio, arrival: 0)
        #expect(clock.time(of: 60_000, in: .audio, arrival: 61_000) == 60_000)
        #expect(clock.jumps == 0)
    }

    @Test func `Another publisher goes on where time has got to`() {
        var clock = StreamClock()
        _ = clock.time(of: 0, in: .video, arrival: 1_000)
        _ = clock.time(of: 500, in: .video, arrival: 1_500)
        clock.begin()
        #expect(clock.time(of: 77_000, in: .video, arrival: 4_500) == 3_500)
        #expect(clock.time(of: 77_020, in: .audio, arrival: 4_501) == 3_520)
    }

    @Test func `Fuzzed clocks never make a track go back, nor leap`() {
        Fuzzing.run("clocks", rounds: 200) { fuzzing in
            var clock = StreamClock()
            var raw = UInt32(truncatingIfNeeded: fuzzing.upTo(0xFFFF_FFFF))
            var arrival: Int64 = 0
            var last: [Int64] = [0, 0]
            for _ in 0..<200 {
                arrival += Int64(fuzzing.upTo(40))
                raw &+= UInt32(fuzzing.upTo(40))
                if fuzzing.chance(20) {
                    raw = UInt32(truncatingIfNeeded: fuzzing.upTo(0xFFFF_FFFF))
                }
                if fuzzing.chance(50) { clock.begin() }
                let track: StreamClock.Track = fuzzing.chance(2) ? .audio : .video
                let time = clock.time(of: raw, in: track, arrival: arrival)
                #expect(time >= last[track.rawValue])
                #expect(time - max(last[0], last[1]) <= 10_000)
                last[track.rawValue] = time
            }
        }
    }
}

@Suite struct SampleCounterTests {
    @Test func `Stamps of 21 and 22 ms become even steps`() {
        var counter = SampleCounter(sampleRate: 48_000, frameSamples: 1_024)
        let positions = [0, 21, 43, 64, 85, 107].map { counter.position(atMilliseconds: $0) }
        #expect(positions == [0, 1_024, 2_048, 3_072, 4_096, 5_120])
    }

    @Test func `A gap up to 100 ms is closed, a wider one is kept`() {
        for (gap, expected) in [(100, Int64(1_000)), (101, 1_010 + 1_000)] {
            var counter = SampleCounter(sampleRate: 10_000, frameSamples: 1_000)
            _ = counter.position(atMilliseconds: 0)
            #expect(counter.position(atMilliseconds: 100 + Int64(gap)) == expected)
        }
    }

    @Test func `Sound that is there already is dropped beyond 100 ms`() {
        for (time, expected) in [(Int64(0), Int64?(1_000)), (-1, nil)] {
            var counter = SampleCounter(sampleRate: 10_000, frameSamples: 1_000)
            _ = counter.position(atMilliseconds: 0)
            #expect(counter.position(atMilliseconds: time) == expected)
        }
    }
}
