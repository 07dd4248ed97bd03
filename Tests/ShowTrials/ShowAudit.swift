import Journaling
import Wire

/// Compares what a show's journal holds with what people were told, and works out anew who should
/// have won what. Pure: the same evidence gives the same problems.
///
/// The rules are written here a second time, in another language, and only as far as money and
/// acknowledgements go.
struct ShowAudit {
    /// Answers that one opening of a collector has taken.
    struct Round {
        var plugin: String
        var collector: String
        /// Of the record that opened it.
        var sequence: Int64
        var answers: [JSON] = []

        var users: [String] { answers.compactMap { $0["user"]?.stringValue } }
    }

    /// From a start of a plugin to its next one.
    struct Run {
        var plugin: String
        var config: JSON
        var sequences: Range<Int64>
    }

    let evidence: ShowEvidence
    private(set) var problems: [String]
    var rounds: [Round] = []
    var runs: [Run] = []

    init(_ evidence: ShowEvidence) {
        self.evidence = evidence
        problems = evidence.problems + evidence.testimonies.flatMap(\.problems)
        readRounds()
        checkRecords()
        checkEvents()
        checkAnswers()
        checkLedger()
        checkClaims()
        checkGames()
        if problems.count > 40 {
            problems = problems.prefix(40) + ["and \(problems.count - 40) more"]
        }
    }

    mutating func note(_ problem: String) { problems.append(problem) }

    var grants: [LedgerEntry] { evidence.entries.filter { $0.kind == "grant" } }

    func grants(_ pool: String, in sequences: Range<Int64>) -> [LedgerEntry] {
        grants.filter { $0.pool == pool && sequences.contains($0.sequence) }
    }

    func records(_ plugin: String, in sequences: Range<Int64>) -> [ShowEvidence.Line] {
        evidence.records.filter { $0.plugin == plugin && sequences.contains($0.sequence) }
    }

    // MARK: - Reading

    private mutating func readRounds() {
        for record in evidence.records {
            guard let plugin = record.plugin else { continue }
            if record.kind == "on_start" {
                if let index = runs.lastIndex(where: { $0.plugin == plugin }) {
                    runs[index].sequences = runs[index].sequences.lowerBound..<record.sequence
                }
                runs.append(
                    Run(
                        plugin: plugin, config: record.event["config"] ?? .null,
                        sequences: record.sequence..<Int64.max))
            }
            for answer in record.kind == "answered" ? record.event["answers"]?.arrayValue ?? [] : []
            {
                let collector = answer["collector"]?.stringValue ?? ""
                let index = rounds.lastIndex { $0.plugin == plugin && $0.collector == collector }
                if let index {
                    rounds[index].answers.append(answer)
                } else {
                    note("\(plugin) took an answer to \(collector), which was never open")
                }
            }
            for effect in record.effects
            where effect["do"] == "collect" || effect["do"] == "chat.collect" {
                rounds.append(
                    Round(
                        plugin: plugin, collector: effect["name"]?.stringValue ?? "",
                        sequence: record.sequence))
            }
        }
    }

    // MARK: - Records, events, answers

    private mutating func checkRecords() {
        for record in evidence.records where record.kind == "fault" {
            note(
                "\(record.source) failed in record \(record.sequence): "
                    + "\(record.event["message"]?.stringValue ?? "")")
        }
        for draw in evidence.draws where draw.step != "revealed" {
            note("\(draw.plugin) left \(draw.name) \(draw.step)")
        }
        for plugin in TrialRoom.plugins where !runs.contains(where: { $0.plugin == plugin }) {
            note("\(plugin) was not played")
        }
    }

    /// Everybody heard the same events at the same offsets, and all of them are in the journal.
    private mutating func checkEvents() {
        var known: [Int64: Int] = [:]
        var last: Int64 = 0
        for event in evidence.records.flatMap(\.events) {
            if event.offset != last + 1 { note("event \(event.offset) follows \(last)") }
            last = event.offset
            known[event.offset] = Testimony.fingerprint(
                name: event.name, from: event.from, data: event.data)
        }
        for person in evidence.testimonies {
            let wrong = person.events.filter { known[$0.key] != $0.value }.keys.sorted()
            if let first = wrong.first {
                note(
                    "\(person.user) heard \(wrong.count) events that are not in the journal, "
                        + "the first at \(first)")
            }
            if person.lastOffset != last {
                note("\(person.user) heard events up to \(person.lastOffset) of \(last)")
            }
        }
    }

    /// What was acknowledged is recorded; what is recorded has reached the plugin, once; and nobody
    /// has two answers where the first counts.
    private mutating func checkAnswers() {
        var recorded: [String: [Int64: JSON]] = [:]
        for round in rounds {
            for answer in round.answers {
                let position = answer["position"]?.integerValue ?? 0
                if recorded[round.plugin, default: [:]].updateValue(answer, forKey: position) != nil
                {
                    note("\(round.plugin) has two answers at position \(position)")
                }
            }
            let twice = Dictionary(grouping: round.users) { $0 }.filter { $0.value.count > 1 }
            for user in twice.keys.sorted() {
                note("\(round.plugin) took \(round.collector) of \(user) twice in a round")
            }
        }
        for person in evidence.testimonies {
            for told in person.acknowledgements {
                let answer = recorded[told.plugin]?[told.position]
                let value = answer?["value"].map { String(decoding: $0.encoded(), as: UTF8.self) }
                if answer?["user"]?.stringValue != person.user || value != told.value
                    || answer?["collector"]?.stringValue != told.collector
                {
                    note(
                        "\(told.plugin) acknowledged \(told.collector) \(told.value) of "
                            + "\(person.user) at \(told.position), where the journal has "
                            + "\(answer.map { "\($0)" } ?? "nothing")")
                }
            }
        }
        for (plugin, answers) in recorded {
            var reached: [Int64: Int] = [:]
            for record in evidence.records
            where record.plugin == plugin && record.kind == "on_collected" {
                for answer in record.event["arguments"]?[1]?.arrayValue ?? [] {
                    reached[answer["position"]?.integerValue ?? 0, default: 0] += 1
                }
            }
            for position in answers.keys.sorted() where reached[position] != 1 {
                note(
                    "answer \(position) of \(plugin) reached it \(reached[position] ?? 0) times")
            }
        }
    }
}
