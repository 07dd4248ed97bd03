import Foundation
import Wire

/// Measures what a delivery costs: server and load in processes of their own, on loopback, and
/// before and after them the floor that no server of one `send` per delivery can go below.
package enum FanoutBenchmark {
    /// Where deliveries are compared with plain sends.
    private static let floorSeconds = 3.0

    /// Runs one measurement and returns its figures; the whole is bounded in time.
    ///
    /// Throws ``BenchmarkFailure`` when a process does not start or end as it should.
    package static func run(_ options: FanoutOptions) throws(BenchmarkFailure) -> FanoutReport {
        var turn = options
        turn.turns = 1
        let report = try inTurns(turn).reports.first
        guard let report else { throw BenchmarkFailure("nothing was measured") }
        return report
    }

    /// Measures floor and server in turns, `options.turns` times the server and once more the floor.
    ///
    /// What a neighbour on the machine takes changes within minutes: two measurements that are seconds
    /// apart have it in common.
    ///
    /// Throws ``BenchmarkFailure`` when a process does not start or end as it should.
    package static func inTurns(
        _ options: FanoutOptions
    ) throws(BenchmarkFailure) -> FanoutTurns {
        let files = LoadSocket.raiseFileLimit()
        guard options.rooms * options.viewers + options.rooms + 100 <= files else {
            throw BenchmarkFailure("this machine lets a process open \(files) files only")
        }
        let folder = try BenchmarkFolder.make()
        defer { try? FileManager.default.removeItem(at: folder) }

        var reports: [FanoutReport] = []
        var before = try floor(options, folder)
        for _ in 0..<options.turns {
            let load = try measure(options, folder)
            let after = try floor(options, folder)
            reports.append(
                FanoutReport(
                    options: options, load: load, floor: [before, after].compactMap { $0 }))
            before = after
        }
        return FanoutTurns(options: options, reports: reports)
    }

    private static func measure(
        _ options: FanoutOptions, _ folder: URL
    ) throws(BenchmarkFailure) -> JSONObject {
        let server = try BenchmarkServer(rooms: options.rooms, folder: folder)
        defer { server.stop() }
        let plan = LoadPlan(
            port: server.port, process: server.identifier, rooms: options.rooms,
            viewersPerRoom: options.viewers, ratePerRoom: options.rate,
            dataBytes: options.dataBytes, seconds: options.seconds,
            slowViewers: options.slowViewers, token: BenchmarkServer.serviceToken())
        let load = try ChildProcess(
            ["bench", "load", String(decoding: plan.encoded.encoded(), as: UTF8.self)],
            folder: folder, name: "load")
        let text = try load.result(withinSeconds: plan.secondsMax)
        guard let report = try? JSON(parsing: text).objectValue else {
            throw BenchmarkFailure("the load said \(text.prefix(200))")
        }
        let wanted = plan.viewers + plan.publishers
        guard report["connected"]?.integerValue == Int64(wanted) else {
            throw BenchmarkFailure(
                "\(report["connected"]?.integerValue ?? 0) of \(wanted) connections joined: "
                    + (report["firstRefusal"]?.stringValue ?? "the server did not say why"))
        }
        return report
    }

    private static func floor(
        _ options: FanoutOptions, _ folder: URL
    ) throws(BenchmarkFailure) -> Double? {
        guard options.rate > 0 else { return nil }
        return try FloorProbe.run(
            connections: options.rooms * options.viewers,
            bytes: eventWireBytes(dataBytes: options.dataBytes), rate: options.rate,
            seconds: floorSeconds, folder: folder)
    }

    /// The size of an event of the load on the wire, by the example of the protocol.
    static func eventWireBytes(dataBytes: Int) -> Int {
        let event: JSON = [
            "type": "event", "offset": 1000, "name": "bench", "at": 1_795_363_202_000,
            "from": "bench", "data": 0,
        ]
        let payloadBytes = event.encoded().count - 1 + dataBytes
        return WebSocketFrame.headerSize(payloadBytes: payloadBytes) + payloadBytes
    }
}
