import Foundation
import Journaling
import Wire

/// Everything that is known of a show from outside, once it is over: what people were told, what the
/// journal holds, and what the commands of operators say.
struct ShowEvidence: Sendable {
    /// A record of the journal.
    struct Line: Sendable {
        var sequence: Int64
        var source: String
        var kind: String
        var event: JSON
        var effects: [JSON]
        /// Public events with their offsets.
        var events: [(offset: Int64, name: String, from: String, data: JSON)]

        var plugin: String? { source.hasPrefix("plugin:") ? String(source.dropFirst(7)) : nil }
    }

    /// A commitment, as `playhouse journal draws` lists it.
    struct Draw: Sendable {
        var plugin: String
        var name: String
        var number: Int64
        var step: String
    }

    let plan: TrialPlan
    var testimonies: [Testimony]
    var records: [Line] = []
    var entries: [LedgerEntry] = []
    var draws: [Draw] = []
    /// What was found wrong while it was gathered.
    var problems: [String] = []

    init(_ plan: TrialPlan, _ testimonies: [Testimony]) {
        self.plan = plan
        self.testimonies = testimonies
    }

    private static let limits = JSONLimits(depthMax: 64, bytesMax: 64 << 20, membersMax: 100_000)

    /// Reads the journal of the folder, and lets the commands look at it.
    mutating func read(_ folder: TrialFolder) async throws {
        let archive = try JournalArchive(path: folder.data + "/journal.sqlite")
        var last: Int64 = 0
        while true {
            let found = try await archive.records(show: TrialRoom.show, after: last, limit: 1_000)
            guard let end = found.last else { break }
            records += try found.map(Self.line)
            last = end.sequence
        }
        entries = try await archive.entries(show: TrialRoom.show)
        await archive.close()
        let data = ["--data", folder.data]
        try await expect(0, ["journal"] + data + ["verify", TrialRoom.show], folder)
        try await expect(
            0, ["replay"] + data + ["--plugins", plan.plugins, "--show", TrialRoom.show], folder)
        try await readDraws(folder)
    }

    private static func line(_ record: Record) throws -> Line {
        func parsed(_ bytes: [UInt8]) throws -> JSON {
            bytes.isEmpty ? .null : try JSON(parsing: bytes, limits: limits)
        }
        let events = try parsed(record.events).arrayValue ?? []
        return Line(
            sequence: record.sequence, source: record.source, kind: record.kind,
            event: try parsed(record.event),
            effects: try parsed(record.effects).arrayValue ?? [],
            events: events.enumerated().map { index, event in
                (
                    record.offset - Int64(events.count - 1 - index),
                    event["name"]?.stringValue ?? "", event["from"]?.stringValue ?? "",
                    event["data"] ?? .null
                )
            })
    }

    /// Runs a command and notes what it complains of.
    @discardableResult
    private mutating func expect(
        _ code: Int32, _ words: [String], _ folder: TrialFolder
    ) async throws -> [UInt8] {
        let outcome = try await TrialOutcome.run(plan.executable, words, in: folder)
        if outcome.exitCode != code {
            let said = String(decoding: outcome.output.suffix(1_000), as: UTF8.self)
            problems.append(
                "playhouse \(words.joined(separator: " ")) ended with "
                    + "\(outcome.exitCode.map(String.init) ?? "a signal"): \(said) \(outcome.errors)"
            )
        }
        return outcome.output
    }

    /// Does every draw again, and checks what was revealed without one, against what was published.
    private mutating func readDraws(_ folder: TrialFolder) async throws {
        let data = ["journal", "--data", folder.data]
        let list = try await expect(0, data + ["draws", TrialRoom.show, "--json"], folder)
        for text in list.split(separator: 10) {
            let draw = try JSON(parsing: Array(text), limits: Self.limits)
            guard let plugin = draw["plugin"]?.stringValue, let name = draw["name"]?.stringValue,
                let number = draw["number"]?.integerValue, let step = draw["step"]?.stringValue
            else { throw TrialFailure("not a draw: \(draw)") }
            draws.append(Draw(plugin: plugin, name: name, number: number, step: step))
            guard step == "revealed" else { continue }
            let bundle = try await expect(
                0, data + ["bundle", TrialRoom.show, plugin, String(number)], folder)
            try folder.write(bundle, to: "draw.json")
            let told = published(plugin, number)
            let hasList = draw["entrants"]?.integerValue != nil
            guard let commitment = told.commitment, (told.hash != nil) == hasList else {
                problems.append("\(plugin) \(name): commitment and list were not published")
                continue
            }
            let words = ["verify-draw", folder.path + "/draw.json", "--commitment", commitment]
            try await expect(0, words + (told.hash.map { ["--entrants", $0] } ?? []), folder)
        }
    }

    /// What everybody was told of a draw: the commitment, and the list after it.
    private func published(
        _ plugin: String, _ number: Int64
    ) -> (commitment: String?, hash: String?) {
        var commitment: String?
        for event in records.flatMap(\.events)
        where event.name == "fairness" && event.from == "plugin:" + plugin {
            if event.data["step"] == "committed" {
                commitment =
                    event.data["number"]?.integerValue == number
                    ? event.data["commitment"]?.stringValue : nil
            } else if event.data["step"] == "frozen", let commitment {
                return (commitment, event.data["hash"]?.stringValue)
            } else if event.data["step"] == "revealed", let commitment {
                return (commitment, nil)
            }
        }
        return (commitment, nil)
    }
}
