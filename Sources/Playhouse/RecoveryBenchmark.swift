import Clockwork
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Scripting
package import Wire

/// Measures how long shows take to come back: `playhouse bench recovery`.
///
/// Writes a journal of shows with one play each, in a temporary folder, and recovers them all as the
/// server does.
package struct RecoveryBenchmark: Sendable {
    /// Shows, each with one play.
    package var plays: Int
    /// Records of each show, none of them in a snapshot.
    package var records: Int

    package init(plays: Int, records: Int) {
        self.plays = plays
        self.records = records
    }

    /// What was measured.
    package struct Report: Sendable {
        package var plays: Int
        package var records: Int
        package var journalBytes: Int
        package var seconds: Double

        package var json: JSON {
            [
                "plays": .integer(Int64(plays)), "recordsEach": .integer(Int64(records)),
                "journalBytes": .integer(Int64(journalBytes)), "seconds": .double(seconds),
                "recordsPerSecond": .integer(Int64(Double(plays * records) / seconds)),
            ]
        }

        package var text: String {
            let rate = Int(Double(plays * records) / seconds)
            return "\(plays) plays with \(records) records each (\(journalBytes >> 20) MiB) came "
                + "back in \(String(format: "%.2f", seconds)) s: \(rate) records a second\n"
        }
    }

    /// Writes the journal, recovers it, and removes it.
    package func run() async throws -> Report {
        let folder = NSTemporaryDirectory() + "playhouse-recovery-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/journal.sqlite"
        let clock = SystemClock()
        try await write(file)
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        let journal = try SQLiteJournal(path: file)
        let log = Log(format: .human, level: .error, clock: clock)
        let program = Self.program
        let began = clock.monotonicNanoseconds
        let counts = try await ConcurrentOpening.map(0..<plays) { index in
            let recovery = ShowRecovery(
                configuration: Self.configuration(index),
                programs: [program.manifest.id: program], journal: journal, log: log)
            return try await recovery.recover(nowMilliseconds: 0).recordsFolded
        }
        let seconds = Double(clock.monotonicNanoseconds - began) / 1e9
        await journal.close()
        precondition(counts.reduce(0, +) == plays * records, "a record was not folded")
        return Report(
            plays: plays, records: records, journalBytes: size ?? 0, seconds: seconds)
    }

    private static let program = PluginProgram(
        manifest: Manifest(id: "game", version: "1.0.0", title: ["zh": "g", "en": "g"]),
        source: ScriptSource(name: "game", files: [:]), locales: [:], contentHash: "")

    private static func configuration(_ index: Int) -> RoomConfiguration {
        var configuration = RoomConfiguration(
            settings: RoomSettings(id: "room-\(index)", title: ["en": "Room"]),
            show: "show-\(index)")
        configuration.plugins = [PluginConfiguration(id: "game", config: [:])]
        return configuration
    }

    private func write(_ file: String) async throws {
        let journal = try SQLiteJournal(path: file)
        let drafts = (0..<records).map(Self.draft)
        for index in 0..<plays {
            let show = "show-\(index)"
            _ = try await journal.open(
                ShowHeader(show: show, room: "", epoch: "0", beganAtMilliseconds: 0))
            var chain = RecordChain(show: show)
            let (records, entries) = chain.records(of: drafts, atMilliseconds: 0)
            try await journal.append(records, entries)
        }
        await journal.close()
    }

    /// A start, then commands that change three values and say something now and then.
    private static func draft(_ index: Int) -> Draft {
        let now = JSON.integer(Int64(index) * 100)
        if index == 0 {
            return Draft(
                source: "plugin:game", kind: "on_start",
                event: [
                    "hook": "on_start", "arguments": [], "now": now, "seed": 1,
                    "config": ["seconds": 30], "products": [],
                ], changes: [[["count"], 0], [["people"], [:]]])
        }
        let user = "viewer-\(index % 50)"
        let effects: JSON =
            index.isMultiple(of: 10)
            ? [["do": "log", "level": "info", "text": "ten more"]] : []
        return Draft(
            source: "plugin:game", kind: "on_command",
            event: [
                "hook": "on_command",
                "arguments": [
                    ["by": ["user": .string(user), "name": "Ana"], "name": "count", "value": 1]
                ], "now": now, "seed": .integer(Int64(index) &* 0x2545_F491_4F6C_DD1D),
            ],
            changes: [
                [["count"], .integer(Int64(index))], [["people", .string(user)], now],
                [["last"], .string(user)],
            ], effects: effects)
    }
}
