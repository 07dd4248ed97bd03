import Wire

/// Counts durations in cells of at most 1.6 % width, from one nanosecond to an hour.
///
/// 64 linear cells for each power of two, as HDR histograms do; recording neither allocates nor
/// branches on the number of values.
package struct LatencyHistogram: Sendable, Equatable {
    private static let cellBits = 6
    private static let cellsPerPower = 1 << cellBits
    private static let powerMax = 42

    private var cells = [UInt64](repeating: 0, count: (powerMax - cellBits + 1) << cellBits)
    /// How many durations were recorded.
    package private(set) var count: UInt64 = 0
    /// The longest duration that was recorded; exact.
    package private(set) var nanosecondsMax: Int64 = 0

    package init() {}

    /// Records one duration; a negative one counts as zero.
    package mutating func record(nanoseconds: Int64) {
        cells[Self.cell(of: nanoseconds)] += 1
        count += 1
        nanosecondsMax = max(nanosecondsMax, nanoseconds)
    }

    /// Returns the duration that a share of the recorded ones does not exceed, rounded up to the end
    /// of its cell; 0 when nothing was recorded. The share lies between 0 and 1.
    package func nanoseconds(share: Double) -> Int64 {
        guard count > 0 else { return 0 }
        let wanted = max(1, UInt64((share * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, number) in cells.enumerated() {
            seen += number
            if seen >= wanted { return min(Self.end(of: index), nanosecondsMax) }
        }
        return nanosecondsMax
    }

    private static func cell(of nanoseconds: Int64) -> Int {
        guard nanoseconds >= cellsPerPower else { return max(0, Int(nanoseconds)) }
        let power = 63 - nanoseconds.leadingZeroBitCount - cellBits
        let index = (power + 1) << cellBits + Int(nanoseconds >> Int64(power)) - cellsPerPower
        return min(index, (powerMax - cellBits + 1) << cellBits - 1)
    }

    private static func end(of cell: Int) -> Int64 {
        guard cell >= cellsPerPower else { return Int64(cell) }
        let power = cell >> cellBits - 1
        return Int64(cellsPerPower + cell & (cellsPerPower - 1) + 1) << Int64(power) - 1
    }
}

extension LatencyHistogram {
    /// The percentiles in milliseconds that reports show.
    var summary: JSONObject {
        func milliseconds(_ share: Double) -> JSON {
            .rounded(Double(nanoseconds(share: share)) / 1e6)
        }
        return [
            "p50": milliseconds(0.5), "p90": milliseconds(0.9), "p99": milliseconds(0.99),
            "p999": milliseconds(0.999), "max": .rounded(Double(nanosecondsMax) / 1e6),
        ]
    }
}

extension JSON {
    /// A number with three decimals at most, which is more than any measurement here is worth.
    static func rounded(_ number: Double) -> JSON {
        .double((number * 1000).rounded() / 1000)
    }
}
