import Testing

@testable import Benchmarking

@Suite struct LatencyHistogramTests {
    @Test func `A percentile is off by two percent at most`() {
        for exponent in 0..<36 {
            for factor in [1.0, 1.01, 1.37, 1.99] {
                let value = Int64(factor * Double(Int64(1) << exponent))
                var histogram = LatencyHistogram()
                histogram.record(nanoseconds: value)
                histogram.record(nanoseconds: 1 << 40)
                let found = histogram.nanoseconds(share: 0.5)
                #expect(found >= value)
                #expect(Double(found - value) <= 0.02 * Double(value))
            }
        }
    }

    @Test func `Percentiles of known numbers`() {
        var histogram = LatencyHistogram()
        for number in 1...1000 { histogram.record(nanoseconds: Int64(number) * 1_000_000) }
        for (share, expected) in [(0.5, 500.0), (0.9, 900), (0.99, 990), (0.999, 999)] {
            let milliseconds = Double(histogram.nanoseconds(share: share)) / 1e6
            #expect(abs(milliseconds - expected) <= 0.02 * expected)
        }
        #expect(histogram.nanosecondsMax == 1_000_000_000)
        #expect(histogram.nanoseconds(share: 1) == 1_000_000_000)
        #expect(histogram.count == 1000)
    }

    @Test(arguments: [-5, 0, 1, 63, 64, 65, Int64.max])
    func `Any number can be recorded`(_ nanoseconds: Int64) {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: nanoseconds)
        #expect(histogram.count == 1)
        #expect(histogram.nanosecondsMax == max(0, nanoseconds))
    }

    @Test func `Nothing recorded is zero`() {
        #expect(LatencyHistogram().nanoseconds(share: 0.99) == 0)
    }
}
