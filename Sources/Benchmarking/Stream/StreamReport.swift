package import Wire

/// The figures of one measurement of the stream, as text and as JSON.
package struct StreamReport: Sendable {
    package var options: StreamOptions
    /// What the process of the viewers found.
    package var load: JSONObject
    /// Microseconds per plain send of a frame's bytes, before and after.
    package var floor: [Double]
    /// Bytes of such a send.
    package var floorBytes: Int

    private func number(_ name: String) -> Double? { load[name]?.doubleValue }

    /// Gbit that were delivered for each second of the server's processor time.
    var gigabitsPerProcessorSecond: Double? {
        guard let bytes = number("bytes"), let seconds = number("serverSeconds"), seconds > 0
        else { return nil }
        return bytes * 8 / 1e9 / seconds
    }

    /// The same for the floor.
    var floorGigabits: Double? {
        let mean = floor.reduce(0, +) / Double(max(1, floor.count))
        return mean > 0 ? Double(floorBytes) * 8 / 1e3 / mean : nil
    }

    /// How many times dearer a byte is than by plain sends.
    var ratio: Double? {
        guard let floorGigabits, let gigabitsPerProcessorSecond else { return nil }
        return floorGigabits / gigabitsPerProcessorSecond
    }

    /// One object with everything.
    package var json: JSONObject {
        var json: JSONObject = [
            "viewers": .integer(Int64(options.viewers)),
            "kbit": .integer(Int64(options.kilobits)), "fps": .integer(Int64(options.frames)),
            "slow": .integer(Int64(options.slow)), "stopped": .integer(Int64(options.stopped)),
        ]
        for (name, value) in load { json[name] = value }
        json["gigabitsPerProcessorSecond"] = gigabitsPerProcessorSecond.map(JSON.rounded) ?? .null
        json["floorMicrosecondsPerSend"] = .array(floor.map(JSON.rounded))
        json["floorBytesPerSend"] = .integer(Int64(floorBytes))
        json["floorGigabitsPerProcessorSecond"] = floorGigabits.map(JSON.rounded) ?? .null
        json["ratioToFloor"] = ratio.map(JSON.rounded) ?? .null
        return json
    }

    /// The figures that people look at, a line each.
    package var text: String {
        func summary(_ name: String) -> String {
            ["p50", "p90", "p99", "max"]
                .map { "\($0) \(show(load[name]?[$0]?.doubleValue))" }.joined(separator: "  ")
        }
        let seconds = number("seconds") ?? 0
        let rate = seconds > 0 ? (number("bytes") ?? 0) * 8 / 1e9 / seconds : 0
        var lines: [(String, String)] = [
            (
                "case",
                "\(options.viewers) viewers, \(options.kilobits) kbit/s, \(options.frames) frames/s"
                    + (options.slow + options.stopped > 0
                        ? ", \(options.slow) slow, \(options.stopped) stopped" : "")
                    + (options.flush.map { ", flushed every \($0) ms" } ?? "")
            ),
            ("connected", show(number("connected"))),
            (
                "fragments a viewer",
                "\(show(number("fragmentsMin"))) to \(show(number("fragmentsMax")))"
            ),
            ("Gbit/s", show(rate)),
            ("ingest to viewer ms", summary("latencyMilliseconds")),
            ("between fragments ms", summary("gapMilliseconds")),
            (
                "server, load cores",
                "\(show((number("serverSeconds") ?? 0) / max(seconds, 1))), "
                    + show(number("loadCores"))
            ),
            ("Gbit per CPU second", show(gigabitsPerProcessorSecond)),
            (
                "floor, a send per frame",
                "\(show(floorGigabits)) Gbit per CPU second (\(show(floor.first)) µs before, "
                    + "\(show(floor.last)) after, of \(floorBytes) B)"
            ),
            ("× floor", show(ratio)),
            ("server bytes/viewer", show(number("bytesPerViewer"))),
            ("closed", show(number("closedEarly"))),
        ]
        if let refusal = load["firstRefusal"]?.stringValue { lines.append(("refused", refusal)) }
        return aligned(lines)
    }
}
