package import Wire

/// The figures of several measurements, between which the floor was measured again, as text and as JSON.
package struct FanoutTurns: Sendable {
    package var options: FanoutOptions
    /// In the order of time; the floor after one is that before the next.
    package var reports: [FanoutReport]

    /// How many times dearer than a plain send a delivery was, turn by turn.
    var ratios: [Double] { reports.compactMap(\.ratio) }

    /// The median of ``ratios``; nil when a turn has none.
    var ratio: Double? { ratios.count == reports.count ? median(ratios) : nil }

    /// The largest of a latency of all turns; nil when a turn has none.
    func latencyMax(_ name: String) -> Double? {
        let all = reports.compactMap { $0.latency(name) }
        return all.count == reports.count ? all.max() : nil
    }

    /// The sum of a count over all turns; nil when a turn has none.
    func sum(_ name: String) -> Int64? {
        let all = reports.compactMap { $0.load[name]?.integerValue }
        return all.count == reports.count ? all.reduce(0, +) : nil
    }

    /// One object with everything.
    package var json: JSONObject {
        [
            "turns": .array(reports.map { .object($0.json) }),
            "ratiosToFloor": .array(ratios.map { .rounded($0) }),
            "ratioToFloorMedian": ratio.map { .rounded($0) } ?? .null,
            "loss": sum("loss").map { .integer($0) } ?? .null,
            "p99MillisecondsMax": latencyMax("p99").map { .rounded($0) } ?? .null,
        ]
    }

    /// The figures that people look at, a line for each turn.
    package var text: String {
        let rows =
            [["turn", "deliveries/s", "loss", "p99 ms", "server µs", "floor µs", "× floor"]]
            + reports.enumerated().map { index, report in
                [
                    "\(index + 1)", show(report.load["deliveriesPerSecond"]?.doubleValue),
                    show(report.load["loss"]?.doubleValue), show(report.latency("p99")),
                    show(report.microsecondsPerDelivery),
                    "\(show(report.floor.first)), \(show(report.floor.last))",
                    show(report.ratio),
                ]
            }
        return aligned([
            (
                "case",
                "\(options.rooms) × \(options.viewers) viewers, \(show(options.rate)) messages/s each "
                    + "of \(options.dataBytes) B, \(options.turns) turns of \(show(options.seconds)) s"
            )
        ])
            + columns(rows)
            + aligned([
                ("× floor, median", show(ratio)),
                ("lowest, highest", "\(show(ratios.min())), \(show(ratios.max()))"),
            ])
    }
}

/// The middle of some figures; of an even number, the mean of the two in the middle. Nil of none.
func median(_ figures: [Double]) -> Double? {
    guard !figures.isEmpty else { return nil }
    let sorted = figures.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
        ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// Writes rows in columns that are as wide as their widest cell.
func columns(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
        rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
        zip(row, widths).map { cell, width in
            cell + String(repeating: " ", count: width - cell.count + 2)
        }.joined() + "\n"
    }.joined()
}
