package import Journaling
import PluginContract
package import PluginHosting
package import Wire

/// Makes the plugin calls of a recorded show again, and reports what does not come out as recorded.
package struct ShowReplay: Sendable {
    private let journal: any Journal
    private let stage: any Stage
    private let header: ShowHeader
    /// Differences that are kept for each plugin; the others are counted.
    package var differencesMax = 3

    package init(_ header: ShowHeader, in journal: any Journal, on stage: any Stage) {
        self.header = header
        self.journal = journal
        self.stage = stage
    }

    /// One call that came out differently.
    package struct Difference: Sendable, Equatable {
        package var sequence: Int64
        package var difference: ReplayDifference
    }

    /// What became of the calls of one plugin.
    package struct Report: Sendable, Equatable {
        package var plugin: String
        /// The program that ran them here.
        package var program: ProgramMark
        /// The programs that the records name.
        package var recordedPrograms: [ProgramMark]
        package var callCount = 0
        package var skippedCount = 0
        package var differenceCount = 0
        /// The first ones.
        package var differences: [Difference] = []
    }

    /// The plugins that have records in the show, sorted.
    package func plugins() async throws -> [String] {
        var plugins: Set<String> = []
        try await forEach(until: .max) { record in
            if record.source.hasPrefix("plugin:") {
                plugins.insert(String(record.source.dropFirst(7)))
            }
        }
        return plugins.sorted()
    }

    /// Makes every call up to a record again.
    ///
    /// - Parameters:
    ///   - programs: What is run; records of other plugins are left alone.
    ///   - last: The last sequence.
    /// - Returns: A report for each program, in the order in which they were given.
    /// - Throws: ``DamagedShow``, or ``JournalError``.
    package func run(_ programs: [PluginProgram], until last: Int64) async throws -> [Report] {
        var replays: [String: Replay] = [:]
        var reports: [String: Report] = [:]
        for program in programs {
            let plugin = program.manifest.id
            replays[plugin] = Replay(
                program: program, beganAtMilliseconds: header.beganAtMilliseconds,
                state: PlayState())
            reports[plugin] = Report(
                plugin: plugin, program: program.mark, recordedPrograms: [])
        }
        try await forEach(until: last) { record in
            let plugin = String(record.source.dropFirst(7))
            guard record.source.hasPrefix("plugin:"),
                var replay = replays.removeValue(
                    forKey: plugin)
            else { return }
            let difference = try await replay.replay(
                record, on: stage, as: PlayID(show: "replay:" + header.show, plugin: plugin))
            replays[plugin] = replay
            guard let difference else { return }
            reports[plugin]?.differenceCount += 1
            if reports[plugin]?.differences.count ?? 0 < differencesMax {
                reports[plugin]?.differences.append(
                    Difference(sequence: record.sequence, difference: difference))
            }
        }
        for (plugin, replay) in replays {
            reports[plugin]?.callCount = replay.callCount
            reports[plugin]?.skippedCount = replay.skippedCount
            reports[plugin]?.recordedPrograms = replay.programs
        }
        return programs.compactMap { reports[$0.manifest.id] }
    }

    private func forEach(
        until last: Int64, _ body: (Record) async throws -> Void
    ) async throws {
        var chain = RecordChain(show: header.show)
        while chain.sequence < last {
            let records = try await journal.records(
                show: header.show, after: chain.sequence, limit: 1_000)
            if records.isEmpty { return }
            for record in records where record.sequence <= last {
                try chain.resume(after: record)
                try await body(record)
            }
        }
    }
}

extension Replay {
    /// Takes a record of the plugin and makes its call again.
    ///
    /// - Throws: ``DamagedShow`` when it is no such record.
    mutating func replay(
        _ record: Record, on stage: any Stage, as id: PlayID
    ) async throws(DamagedShow) -> ReplayDifference? {
        let fields = try record.playFields
        do throws(PlayRecordError) {
            return try await replay(
                kind: record.kind, event: fields.event, changes: fields.changes,
                effects: fields.effects, on: stage, as: id)
        } catch {
            throw DamagedShow(
                show: record.show, sequence: record.sequence, reason: error.description)
        }
    }
}

extension ShowReplay.Report {
    /// One JSON object.
    package var json: JSON {
        [
            "plugin": .string(plugin), "program": program.json,
            "recorded": .array(recordedPrograms.map(\.json)), "calls": .integer(Int64(callCount)),
            "skipped": .integer(Int64(skippedCount)),
            "differences": .integer(Int64(differenceCount)),
            "first": .array(
                differences.map {
                    ["sequence": .integer($0.sequence), "difference": $0.difference.json]
                }),
        ]
    }

    /// Lines for people.
    package func lines(show: String) -> [String] {
        func name(_ program: ProgramMark) -> String {
            "\(program.version) (\(program.hash.prefix(12)))"
        }
        var lines: [String] = []
        for item in differences {
            let place = "\(show), record \(item.sequence), \(plugin) \(item.difference.hook)"
            lines += ["--- recorded: \(place)", "+++ replayed: \(place)"]
            lines += item.difference.lines() + [""]
        }
        var summary = "\(plugin) \(name(program)): \(callCount) calls made again, "
        summary += differenceCount == 0 ? "all as recorded" : "\(differenceCount) differ"
        if differenceCount > differences.count {
            summary += " (the first \(differences.count) are shown)"
        }
        if skippedCount > 0 { summary += "; \(skippedCount) skipped, their stage had died" }
        lines.append(summary)
        let others = recordedPrograms.filter { $0 != program }
        if !others.isEmpty {
            lines.append("  recorded by \(others.map(name).joined(separator: ", "))")
        }
        return lines
    }
}
