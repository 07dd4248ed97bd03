import Wire

/// Counts what a load sends and receives.
struct LoadTally {
    var connected = 0
    var failed = 0
    /// What the server said to the first connection that failed, or to the first refused message.
    var firstRefusal: String?
    var refused = 0
    /// Healthy connections that ended after they were ready.
    var closedEarly = 0

    var sent = 0
    var expected = 0
    var received = 0
    var duplicates = 0
    var reordered = 0
    /// Frames of counted deliveries, headers included.
    var eventWireBytes = 0
    var latency = LatencyHistogram()
    /// By how much messages were sent later than planned.
    var lag = LatencyHistogram()
    var lastDeliveryNanoseconds: Int64 = 0

    /// The codes that slow viewers were closed with, 0 for none.
    var slowCloseCodes: [UInt16: Int] = [:]
    var slowKernelBytesMax = 0
}

/// What the server uses at a moment.
struct LoadSample {
    var nanoseconds: Int64
    var serverSeconds: Double?
    var residentBytes: Int?
    var ownSeconds: Double
    var machineBusySeconds: Double?

    static func now(process: Int32, nanoseconds: Int64) -> LoadSample {
        LoadSample(
            nanoseconds: nanoseconds, serverSeconds: ProcessUsage.cpuSeconds(of: process),
            residentBytes: ProcessUsage.residentBytes(of: process),
            ownSeconds: ProcessUsage.ownSeconds(),
            machineBusySeconds: ProcessUsage.machineBusySeconds())
    }
}

/// What was sampled in the course of a run.
struct LoadSamples {
    var before: LoadSample
    var connected: LoadSample
    var settled: LoadSample
    var measuring: LoadSample
    var end: LoadSample
    var residentBytesMax: Int?
}

/// Puts the figures of a run into the object that the load process prints.
func loadReport(_ plan: LoadPlan, _ tally: LoadTally, _ samples: LoadSamples) -> JSONObject {
    func difference(
        _ from: LoadSample, _ to: LoadSample, _ part: KeyPath<LoadSample, Double?>
    ) -> Double? {
        guard let from = from[keyPath: part], let to = to[keyPath: part] else { return nil }
        return to - from
    }
    func number(_ value: Double?) -> JSON { value.map(JSON.rounded) ?? .null }
    func number(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
    func seconds(_ from: LoadSample, _ to: LoadSample) -> Double {
        Double(to.nanoseconds - from.nanoseconds) / 1e9
    }

    let connectSeconds = seconds(samples.before, samples.connected)
    var report: JSONObject = [
        "connected": number(tally.connected), "failed": number(tally.failed),
        "firstRefusal": tally.firstRefusal.map { .string($0) } ?? .null,
        "closedEarly": number(tally.closedEarly),
        "connectsPerSecond": number(Double(tally.connected) / max(connectSeconds, 1e-9)),
        "serverMicrosecondsPerConnect": number(
            difference(samples.before, samples.connected, \.serverSeconds)
                .map { $0 * 1e6 / Double(max(tally.connected, 1)) }),
        "residentBytesBefore": number(samples.before.residentBytes),
        "residentBytesConnected": number(samples.settled.residentBytes),
        "residentBytesMax": number(samples.residentBytesMax),
    ]
    if let before = samples.before.residentBytes, let settled = samples.settled.residentBytes {
        report["bytesPerConnection"] = number((settled - before) / max(tally.connected, 1))
    } else {
        report["bytesPerConnection"] = .null
    }
    guard !plan.isIdle else { return report }

    let wall = seconds(samples.measuring, samples.end)
    let window = max(
        plan.seconds,
        Double(tally.lastDeliveryNanoseconds - samples.measuring.nanoseconds) / 1e9)
    let server = difference(samples.measuring, samples.end, \.serverSeconds)
    for (name, value) in [
        ("sent", tally.sent), ("refused", tally.refused), ("expected", tally.expected),
        ("received", tally.received), ("loss", tally.expected - tally.received),
        ("duplicates", tally.duplicates), ("reordered", tally.reordered),
    ] {
        report[name] = number(value)
    }
    report["deliveriesPerSecond"] = number(Double(tally.received) / window)
    report["latencyMilliseconds"] = .object(tally.latency.summary)
    report["publishLagMilliseconds"] = .object(tally.lag.summary)
    report["eventWireBytes"] = number(tally.eventWireBytes / max(tally.received, 1))
    report["serverMicrosecondsPerDelivery"] = number(
        server.map { $0 * 1e6 / Double(max(tally.received, 1)) })
    report["serverCores"] = number(server.map { $0 / wall })
    report["loadCores"] = number((samples.end.ownSeconds - samples.measuring.ownSeconds) / wall)
    report["machineBusyCores"] = number(
        difference(samples.measuring, samples.end, \.machineBusySeconds).map { $0 / wall })
    report["serverGrowthBytes"] = number(
        samples.residentBytesMax.flatMap { most in
            samples.measuring.residentBytes.map { most - $0 }
        })
    if plan.slowViewers > 0 {
        let codes = tally.slowCloseCodes.sorted { $0.key < $1.key }
        report["slow"] = .object([
            "viewers": number(plan.slowViewers),
            "closed": number(codes.reduce(0) { $0 + $1.value }),
            "closeCodes": .object(JSONObject(codes.map { (String($0.key), number($0.value)) })),
            "kernelBytesMax": number(tally.slowKernelBytesMax),
        ])
    }
    return report
}
