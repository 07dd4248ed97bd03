package import Wire

/// The standard cases and what is wanted of each.
///
/// The targets hold for two cores that server and load share, with an otherwise idle machine.
package enum BenchmarkCases {
    /// What one case came to.
    package struct Outcome: Sendable {
        package var name: String
        package var figures: [(target: String, measured: String, isMet: Bool)]
        package var report: FanoutReport
    }

    /// Runs all cases in turn; `progress` is called with the text of each measurement.
    package static func run(
        progress: (String) -> Void
    ) throws(BenchmarkFailure) -> [Outcome] {
        var outcomes: [Outcome] = []
        func measure(_ change: (inout FanoutOptions) -> Void) throws(BenchmarkFailure)
            -> FanoutReport
        {
            var options = FanoutOptions()
            change(&options)
            let report = try FanoutBenchmark.run(options)
            progress(report.text)
            return report
        }

        let one = try measure { _ in }
        outcomes.append(
            Outcome(
                name: "i",
                figures: [
                    noLoss(one), atMost("× floor", 1.1, one.ratio),
                    atMost("p99 ms", 20, one.latency("p99")),
                ], report: one))

        let two = try measure { ($0.viewers, $0.rate, $0.seconds) = (10_000, 20, 6) }
        outcomes.append(
            Outcome(
                name: "ii",
                figures: [
                    noLoss(two), atMost("µs/delivery", 3, two.microsecondsPerDelivery),
                    atMost("p99 ms", 300, two.latency("p99")),
                ], report: two))

        let three = try measure { ($0.rooms, $0.viewers, $0.rate, $0.seconds) = (100, 100, 20, 8) }
        outcomes.append(
            Outcome(
                name: "iii",
                figures: [
                    noLoss(three), atMost("µs/delivery", 3.5, three.microsecondsPerDelivery),
                    atMost("p99 ms", 250, three.latency("p99")),
                ], report: three))

        let four = try measure { ($0.rooms, $0.viewers, $0.rate, $0.seconds) = (190, 100, 0, 4) }
        outcomes.append(
            Outcome(
                name: "iv",
                figures: [
                    atMost(
                        "bytes/connection", 4096, four.load["bytesPerConnection"]?.doubleValue)
                ], report: four))

        let large: (inout FanoutOptions) -> Void = { ($0.rate, $0.dataBytes) = (25, 16_384) }
        let alike = try measure { options in
            large(&options)
            options.viewers = 950
        }
        let five = try measure { options in
            large(&options)
            (options.seconds, options.slowViewers) = (20, 50)
        }
        outcomes.append(Outcome(name: "v", figures: slowFigures(five, alike: alike), report: five))
        return outcomes
    }

    /// Writes the outcomes as a table against their targets.
    package static func table(_ outcomes: [Outcome]) -> String {
        var rows = [["case", "wanted", "measured", ""]]
        for outcome in outcomes {
            for figure in outcome.figures {
                rows.append(
                    [outcome.name, figure.target, figure.measured, figure.isMet ? "met" : "missed"])
            }
        }
        let widths = (0..<4).map { column in rows.map(\.[column].count).max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count + 2)
            }.joined() + "\n"
        }.joined()
    }

    /// All outcomes as one object.
    package static func json(_ outcomes: [Outcome]) -> JSONObject {
        JSONObject(
            outcomes.map { outcome in
                var object = outcome.report.json
                object["targets"] = .array(
                    outcome.figures.map { figure in
                        [
                            "wanted": .string(figure.target), "measured": .string(figure.measured),
                            "met": .bool(figure.isMet),
                        ]
                    })
                return (outcome.name, .object(object))
            })
    }

    private static func noLoss(
        _ report: FanoutReport
    ) -> (target: String, measured: String, isMet: Bool) {
        let loss = report.load["loss"]?.integerValue
        let refused = report.load["refused"]?.integerValue
        return (
            "no loss", loss.map { "\($0) lost" } ?? "unknown", loss == 0 && refused == 0
        )
    }

    private static func atMost(
        _ name: String, _ most: Double, _ measured: Double?
    ) -> (target: String, measured: String, isMet: Bool) {
        ("\(name) ≤ \(show(most))", show(measured), measured.map { $0 <= most } ?? false)
    }

    private static func slowFigures(
        _ report: FanoutReport, alike: FanoutReport
    ) -> [(target: String, measured: String, isMet: Bool)] {
        let slow = report.load["slow"]
        let codes = slow?["closeCodes"]?.objectValue
        let rightly = codes?["4420"]?.integerValue ?? 0
        let kernel = slow?["kernelBytesMax"]?.doubleValue
        // What the same run without slow viewers costs is the room's, not theirs.
        let growth = zip(
            report.load["serverGrowthBytes"]?.doubleValue,
            alike.load["serverGrowthBytes"]?.doubleValue)
        let slowCount = Double(max(report.options.slowViewers, 1))
        let memory = kernel.flatMap { kernel in
            growth.map { kernel + max($0 - $1, 0) / slowCount }
        }
        let without = alike.latency("p99")
        return [
            noLoss(report),
            // A quarter more is within what two runs on a shared machine differ by.
            (
                "p99 ms as without slow ones (\(show(without)))", show(report.latency("p99")),
                zip(report.latency("p99"), without).map { $0 <= $1 * 1.25 } ?? false
            ),
            atMost("bytes per slow, kernel included", 262_144, memory),
            (
                "closed with 4420", "\(rightly) of \(report.options.slowViewers)",
                rightly == Int64(report.options.slowViewers)
            ),
        ]
    }
}

private func zip<One, Other>(_ one: One?, _ other: Other?) -> (One, Other)? {
    guard let one, let other else { return nil }
    return (one, other)
}
