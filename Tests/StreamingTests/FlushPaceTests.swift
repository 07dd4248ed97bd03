import Testing

@testable import Streaming

@Suite struct FlushPaceTests {
    private func pace(after shares: [Double]) -> FlushPace {
        var pace = FlushPace()
        for share in shares { pace.observe(busy: share) }
        return pace
    }

    @Test func `frames go one by one while the processor has time`() {
        #expect(pace(after: []).milliseconds == 0)
        #expect(pace(after: Array(repeating: 0.6, count: 100)).milliseconds == 0)
    }

    @Test func `each busy second takes the next width, up to the widest`() {
        #expect(pace(after: [0.61]).milliseconds == 66)
        #expect(pace(after: [0.61, 0.61]).milliseconds == 100)
        #expect(pace(after: [0.61, 0.61, 0.61]).milliseconds == 200)
        #expect(pace(after: Array(repeating: 1, count: 50)).milliseconds == 200)
    }

    @Test(arguments: [(1, 0.25), (2, 0.35), (3, 0.25)])
    func `three quiet seconds narrow it, and quiet is what the narrower width can bear`(
        place: Int, limit: Double
    ) {
        let busy = Array(repeating: 0.9, count: place)
        let quiet = Array(repeating: limit - 0.01, count: FlushPace.quietSeconds)
        #expect(pace(after: busy + quiet).milliseconds == FlushPace.widths[place - 1])
        #expect(pace(after: busy + quiet.dropLast()).milliseconds == FlushPace.widths[place])
        let almost = Array(repeating: limit, count: 100)
        #expect(pace(after: busy + almost).milliseconds == FlushPace.widths[place])
    }

    @Test func `a second that is not quiet begins the count again`() {
        #expect(pace(after: [0.9, 0.1, 0.1, 0.5, 0.1, 0.1]).milliseconds == 66)
        #expect(pace(after: [0.9, 0.1, 0.1, 0.5, 0.1, 0.1, 0.1]).milliseconds == 0)
    }

    /// Whatever part of the costs is by the byte, no load makes it go to and fro.
    @Test(arguments: [0, 0.1, 0.26, 0.5]) func `it comes to rest at every load`(byByte: Double) {
        for load in stride(from: 0.05, through: 3, by: 0.05) {
            var pace = FlushPace()
            var widths: [Int] = []
            for _ in 0..<60 {
                let flushes = pace.milliseconds == 0 ? 30 : 1_000 / Double(pace.milliseconds)
                pace.observe(busy: min(1, load * (byByte + (1 - byByte) * flushes / 30)))
                widths.append(pace.milliseconds)
            }
            #expect(Set(widths.suffix(40)).count == 1, "load \(load), \(byByte)")
        }
    }

    @Test func `a width that is given stays`() {
        var pace = FlushPace(fixed: 100)
        pace.observe(busy: 1)
        #expect(pace.milliseconds == 100)
        for _ in 0..<10 { pace.observe(busy: 0) }
        #expect(pace.milliseconds == 100)
    }
}
