package import Wire

/// The figures of one measurement, as text and as JSON.
package struct FanoutReport: Sendable {
    package var options: FanoutOptions
    /// What the load process found.
    package var load: JSONObject
    /// Microseconds per plain send, before and after; empty when nothing was sent.
    package var floor: [Double]

    private var floorMean: Double? {
        floor.isEmpty ? nil : floor.reduce(0, +) / Double(floor.count)
    }

    var microsecondsPerDelivery: Double? { load["serverMicrosecondsPerDelivery"]?.doubleValue }

    /// How many times dearer than a plain send a delivery is.
    var ratio: Double? {
        guard let microsecondsPerDelivery, let floorMean, floorMean > 0 else { return nil }
        return microsecondsPerDelivery / floorMean
    }

    func latency(_ name: String) -> Double? { load["latencyMilliseconds"]?[name]?.doubleValue }

    /// One object with everything.
    package var json: JSONObject {
        var json: JSONObject = [
            "rooms": .integer(Int64(options.rooms)), "viewers": .integer(Int64(options.viewers)),
            "rate": .double(options.rate), "size": .integer(Int64(options.dataBytes)),
            "seconds": .double(options.seconds), "slow": .integer(Int64(options.slowViewers)),
        ]
        for (name, value) in load { json[name == "slow" ? "slowViewers" : name] = value }
        json["floorMicrosecondsPerSend"] = .array(floor.map { .rounded($0) })
        json["ratioToFloor"] = ratio.map { .rounded($0) } ?? .null
        return json
    }

    /// The figures that people look at, a line each.
    package var text: String {
        var lines: [(String, String)] = [
            (
                "case",
                "\(options.rooms) × \(options.viewers) viewers"
                    + (options.rate > 0
                        ? ", \(show(options.rate)) messages/s each of \(options.dataBytes) B for "
                            + "\(show(options.seconds)) s" : ", idle")
            ),
            ("connected", integer("connected") + " at \(decimal("connectsPerSecond"))/s"),
        ]
        if options.rate > 0 {
            lines += [
                ("deliveries", integer("received") + " of " + integer("expected")),
                ("deliveries/s", decimal("deliveriesPerSecond")),
                ("loss", integer("loss")),
                ("twice, out of order", integer("duplicates") + ", " + integer("reordered")),
                (
                    "latency ms",
                    ["p50", "p90", "p99", "max"].map { "\($0) \(show(latency($0)))" }
                        .joined(separator: "  ")
                ),
                (
                    "published late ms",
                    "p99 \(show(load["publishLagMilliseconds"]?["p99"]?.doubleValue))"
                ),
                ("server CPU µs/delivery", decimal("serverMicrosecondsPerDelivery")),
                ("server, load cores", decimal("serverCores") + ", " + decimal("loadCores")),
                (
                    "floor µs/send",
                    "\(show(floor.first)) before, \(show(floor.last)) after, of "
                        + "\(FanoutBenchmark.eventWireBytes(dataBytes: options.dataBytes)) B "
                        + "(an event: \(integer("eventWireBytes")) B)"
                ),
                ("× floor", show(ratio)),
            ]
        }
        lines += [
            ("server bytes/connection", integer("bytesPerConnection")),
            ("server CPU µs/connect", decimal("serverMicrosecondsPerConnect")),
        ]
        if let slow = load["slow"] {
            let codes = slow["closeCodes"]?.objectValue?.map { name, count in
                "\(name)×\(count.integerValue ?? 0)"
            }
            lines += [
                (
                    "slow viewers closed",
                    "\(slow["closed"]?.integerValue ?? 0) of \(options.slowViewers), codes "
                        + (codes ?? []).joined(separator: " ")
                ),
                ("kernel bytes, worst slow", "\(slow["kernelBytesMax"]?.integerValue ?? 0)"),
                (
                    "server growth in all",
                    show(load["serverGrowthBytes"]?.doubleValue) + " B"
                ),
            ]
        }
        if let refusal = load["firstRefusal"]?.stringValue {
            lines.append(("refused", integer("refused") + ", first: " + refusal))
        }
        return aligned(lines)
    }

    private func integer(_ name: String) -> String {
        load[name]?.integerValue.map(String.init) ?? "unknown"
    }

    private func decimal(_ name: String) -> String { show(load[name]?.doubleValue) }
}

/// Writes a figure with as many digits as are worth reading.
func show(_ number: Double?) -> String {
    guard let number else { return "unknown" }
    if number.rounded() == number || abs(number) >= 100 {
        return String(Int64(number.rounded()))
    }
    let tenths = Int64((abs(number) * 100).rounded())
    let fraction = String(tenths % 100)
    return (number < 0 ? "-" : "") + "\(tenths / 100)."
        + (fraction.count < 2 ? "0" + fraction : fraction)
}

/// Writes names and values in two columns.
func aligned(_ lines: [(String, String)]) -> String {
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
        name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
    }.joined()
}
