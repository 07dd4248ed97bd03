package import Wire

/// The standard cases and what is wanted of each.
///
/// The targets hold for two cores that server and load share, with an otherwise idle machine.
package enum BenchmarkCases {
    /// What one case came to.
    package struct Outcome: Sendable {
        package var name: String
        package var figures: [(target: String, measured: String, isMet: Bool)]
        /// Everything that was measured.
        package var json: JSONObject
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

        var options = FanoutOptions()
        (options.turns, options.seconds) = (5, 5)
        let one = try FanoutBenchmark.inTurns(options)
        progress(one.text)
        outcomes.append(
            Outcome(
                name: "i",
                figures: [
                    noLoss(lost: one.sum("loss"), refused: one.sum("refused")),
                    atMost("× floor, median of 5 turns", 1.1, one.ratio),
                    atMost("p99 ms of the worst turn", 20, one.latencyMax("p99")),
                ], json: one.json))

        let two = try measure { ($0.viewers, $0.rate, $0.seconds) = (10_000, 20, 6) }
        outcomes.append(
            Outcome(
                name: "ii",
                figures: [
                    noLoss(two), atMost("µs/delivery", 3, two.microsecondsPerDelivery),
                    atMost("p99 ms", 300, two.latency("p99")),
                ], json: two.json))

        let three = try measure { ($0.rooms, $0.viewers, $0.rate, $0.seconds) = (100, 100, 20, 8) }
        outcomes.append(
            Outcome(
                name: "iii",
                figures: [
                    noLoss(three), atMost("µs/delivery", 3.5, three.microsecondsPerDelivery),
                    atMost("p99 ms", 250, three.latency("p99")),
                ], json: three.json))

        let four = try measure { ($0.rooms, $0.viewers, $0.rate, $0.seconds) = (190, 100, 0, 4) }
        outcomes.append(
            Outcome(
                name: "iv",
                figures: [
                    atMost(
                        "bytes/connection", 4096, four.load["bytesPerConnection"]?.doubleValue)
                ], json: four.json))

        let large: (inout FanoutOptions) -> Void = { ($0.rate, $0.dataBytes) = (25, 16_384) }
        let alike = try measure { options in
            large(&options)
            options.viewers = 950
        }
        let five = try measure { options in
            large(&options)
            (options.seconds, options.slowViewers) = (20, 50)
        }
        outcomes.append(
            Outcome(name: "v", figures: slowFigures(five, alike: alike), json: five.json))
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
        return columns(rows)
    }

    /// All outcomes as one object.
    package static func json(_ outcomes: [Outcome]) -> JSONObject {
        JSONObject(
            outcomes.map { outcome in
                var object = outcome.json
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
        noLoss(
            lost: report.load["loss"]?.integerValue,
            refused: report.load["refused"]?.integerValue)
    }

    private static func noLoss(
        lost: Int64?, refused: Int64?
    ) -> (target: String, measured: String, isMet: Bool) {
        ("no loss", lost.map { "\($0) lost" } ?? "unknown", lost == 0 && refused == 0)
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
