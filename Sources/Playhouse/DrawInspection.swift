package import Fairness
package import Journaling
import PluginContract
import PluginHosting
package import Wire

/// Finds the commitments and draws of a show in its journal, for people who want to check them.
package struct DrawInspection: Sendable {
    /// One commitment, and how far it has come.
    package struct Listing: Sendable {
        package var plugin: String
        package var name: String
        /// Among those of the plugin in the show, from 1.
        package var number: Int64
        package var commitment: String
        /// `committed`, `frozen`, `revealed` or `abandoned`.
        package var step: String
        package var entrantCount: Int64?
        fileprivate var rules = ""
        fileprivate var entrants = JSON.null
        fileprivate var hash = ""
        fileprivate var asked: JSON = .null
        fileprivate var reveal: JSON = .null
        fileprivate var records: [Int64]
        fileprivate var abandonedBefore: Int64
    }

    private let journal: any Journal

    package init(_ journal: any Journal) { self.journal = journal }

    /// Every commitment of a show, in the order in which they were made.
    ///
    /// - Throws: ``DamagedShow``, or ``JournalError`` when the show is unknown or cannot be read.
    package func list(show: String) async throws -> [Listing] {
        _ = try await journal.open(
            ShowHeader(show: show, room: "", epoch: "", beganAtMilliseconds: 0))
        var walk = Walk()
        var last: Int64 = 0
        while true {
            let records = try await journal.records(show: show, after: last, limit: 1_000)
            guard let end = records.last else { return walk.listings }
            for record in records { try walk.take(record) }
            last = end.sequence
        }
    }

    /// What is needed to do a draw again, or to check what was committed to without one; nil when there
    /// is none that was revealed.
    ///
    /// - Throws: ``DamagedShow``, or ``JournalError`` when the show is unknown or cannot be read.
    package func bundle(
        show: String, plugin: String, number: Int64
    ) async throws -> DrawBundle? {
        let found = try await list(show: show).first {
            $0.plugin == plugin && $0.number == number && $0.step == "revealed"
        }
        guard let found else { return nil }
        return DrawBundle(
            show: show, plugin: plugin, name: found.name, number: number,
            commitment: found.commitment, rules: found.rules,
            secret: found.reveal["secret"]?.stringValue ?? "", entrants: found.entrants,
            entrantsHash: found.hash, input: found.asked["input"]?.stringValue ?? "",
            count: found.asked["count"]?.integerValue ?? 0,
            sides: found.asked["sides"]?.integerValue ?? 0,
            ranking: (found.reveal["ranking"]?.arrayValue ?? []).compactMap(\.stringValue),
            rolls: (found.reveal["rolls"]?.arrayValue ?? []).compactMap(\.integerValue),
            records: found.records, abandonedBefore: found.abandonedBefore)
    }

    private struct Walk {
        var listings: [Listing] = []

        mutating func take(_ record: Record) throws(DamagedShow) {
            guard record.source.hasPrefix("plugin:") else { return }
            let plugin = String(record.source.dropFirst(7))
            // What the host said in public names every step; the rest stands in the record.
            let steps = record.publicEvents.map(\.event).filter { $0.name == "fairness" }
            let effects = record.effects.isEmpty ? .null : try record.parsed(record.effects)
            for step in steps where step.data["step"] == "revealed" {
                let reveal = try record.parsed(record.event)["arguments"]?[1] ?? .null
                change(plugin, step.data["name"]) {
                    $0.step = "revealed"
                    $0.reveal = reveal
                    $0.records.append(record.sequence)
                }
            }
            for effect in effects.arrayValue ?? [] { take(effect, plugin, record.sequence) }
            for step in steps where step.data["step"] == "abandoned" {
                change(plugin, step.data["name"]) { $0.step = "abandoned" }
            }
        }

        private mutating func take(_ effect: JSON, _ plugin: String, _ sequence: Int64) {
            switch Effect(json: effect) {
            case .fairnessCommit(let name, let rules, let number, let commitment):
                let abandoned = listings.count { $0.plugin == plugin && $0.step == "abandoned" }
                var listing = Listing(
                    plugin: plugin, name: name, number: number, commitment: commitment,
                    step: "committed", records: [sequence], abandonedBefore: Int64(abandoned))
                listing.rules = rules
                listings.append(listing)
            case .fairnessFreeze(let name, let entrants, let hash):
                change(plugin, .string(name)) {
                    $0.step = "frozen"
                    $0.entrants = entrants.json
                    $0.entrantCount = Int64(entrants.entrants.count)
                    $0.hash = hash
                    $0.records.append(sequence)
                }
            case .request(let request) where request.service.isOfTheHouse:
                change(plugin, request.parameters["name"]) {
                    $0.asked = .object(request.parameters)
                    $0.records.append(sequence)
                }
            default: break
            }
        }

        /// Changes the one of this name that is open.
        private mutating func change(
            _ plugin: String, _ name: JSON?, _ body: (inout Listing) -> Void
        ) {
            let index = listings.lastIndex {
                $0.plugin == plugin && .string($0.name) == name
                    && ($0.step == "committed" || $0.step == "frozen")
            }
            if let index { body(&listings[index]) }
        }
    }
}

extension DrawInspection.Listing {
    /// One JSON object.
    package var json: JSON {
        [
            "plugin": .string(plugin), "number": .integer(number), "name": .string(name),
            "step": .string(step), "commitment": .string(commitment),
            "entrants": entrantCount.map { .integer($0) } ?? .null,
        ]
    }

    /// One line for people.
    package var line: String {
        "\(plugin)  \(number)  \(name)  \(step)  "
            + (entrantCount.map { "\($0) entrants  " } ?? "") + commitment
    }
}
