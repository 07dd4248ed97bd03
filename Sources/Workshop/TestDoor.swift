import PluginContract
import PluginHosting
import Wire

/// What a test's script reaches: the show it drives, and a list of what it did.
///
/// Stays on the thread of the script; the show lives elsewhere and is waited for.
final class TestDoor {
    /// One deed as it is told to whoever reads about a failure.
    struct Line: Sendable, Equatable {
        /// Its number in the test, from 1; stays the same when others are left out.
        var number: Int
        var atSeconds: Double
        var text: String
        /// What came of it; empty for nothing worth telling.
        var result = ""
    }

    private let program: PluginProgram
    private let seed: UInt64
    private let stage: any Stage
    /// The deeds that are done; nil for all of them.
    private let chosen: Set<Int>?
    private let restarts: Bool

    private(set) var rehearsal: Rehearsal?
    private(set) var failure: TestFailure?
    private(set) var lines: [Line] = []
    private(set) var deedCount = 0
    private var isTurnOpen = false
    /// Lines of requests that wait for the end of a turn.
    private var openLines: [String: Int] = [:]

    static let deedsMax = 200_000

    init(
        program: PluginProgram, seed: UInt64, stage: any Stage, chosen: Set<Int>?, restarts: Bool
    ) {
        self.program = program
        self.seed = seed
        self.stage = stage
        self.chosen = chosen
        self.restarts = restarts
    }

    /// Answers a call of the test library.
    func answer(_ function: String, _ arguments: JSON) -> JSON {
        let first = arguments[0] ?? .null
        do throws(DeedError) {
            switch function {
            case "perform": return try perform(first.stringValue ?? "", arguments[1] ?? [:])
            case "look": return ["value": try look(first.stringValue ?? "", arguments[1] ?? [:])]
            case "fail": failure = TestFailure(noted: first)
            default: break
            }
            return [:]
        } catch {
            return ["problem": .string(error.message)]
        }
    }

    private func look(_ what: String, _ fields: JSON) throws(DeedError) -> JSON {
        let rehearsal = try opened()
        return try Crossing.wait {
            await Self.result { () throws(DeedError) in try await rehearsal.look(what, fields) }
        }.get()
    }

    private func opened() throws(DeedError) -> Rehearsal {
        guard let rehearsal else { throw DeedError("the show has not begun") }
        return rehearsal
    }

    private func perform(_ kind: String, _ fields: JSON) throws(DeedError) -> JSON {
        switch kind {
        case "open":
            let plan = try RehearsalPlan(program: program, seed: seed, given: fields)
            let stage = stage
            rehearsal = try Crossing.wait {
                await Self.result { () throws(RehearsalProblem) in
                    try await Rehearsal(plan, on: stage)
                }
            }.get()
            return [:]
        case "arrive":
            let host = Person(user: "host", name: "Host", role: .host)
            _ = try done(.join(device: "host", host), try opened(), restarts: false)
            return [:]
        case "begin_turn":
            isTurnOpen = true
            return [:]
        case "end_turn": return try endTurn(fields)
        default:
            let deed = try Deed(kind: kind, fields, plugin: program.manifest.id)
            return try perform(deed)
        }
    }

    private func perform(_ deed: Deed) throws(DeedError) -> JSON {
        let rehearsal = try opened()
        deedCount += 1
        guard deedCount <= Self.deedsMax else {
            throw DeedError("a test may do at most \(Self.deedsMax) things")
        }
        if let chosen, !chosen.contains(deedCount) { return ["dropped": true] }
        let before = try look("now", [:]).doubleValue ?? 0
        var line = Line(number: deedCount, atSeconds: before, text: deed.description)
        defer { lines.append(line) }
        let result: (request: String?, answer: JSON, faults: Int)
        do throws(DeedError) {
            result = try done(deed, rehearsal, restarts: restarts)
        } catch {
            // What was to make it possible may have been left out.
            if chosen != nil { return ["dropped": true] }
            line.result = "cannot be: \(error.message)"
            throw error
        }
        var told: JSONObject = ["faults": .integer(Int64(result.faults))]
        if let request = result.request {
            if isTurnOpen {
                openLines[request] = lines.count
                told["waits"] = .string(request)
            } else {
                told["answer"] = result.answer
                line.result = Self.summary(result.answer)
            }
        }
        return .object(told)
    }

    private func done(
        _ deed: Deed, _ rehearsal: Rehearsal, restarts: Bool
    ) throws(DeedError) -> (request: String?, answer: JSON, faults: Int) {
        let waits = !isTurnOpen
        return try Crossing.wait {
            await Self.result { () async throws(DeedError) in
                try await rehearsal.carryOut(deed, waits: waits, restartsBefore: restarts)
            }
        }.get()
    }

    private func endTurn(_ fields: JSON) throws(DeedError) -> JSON {
        isTurnOpen = false
        let rehearsal = try opened()
        let requests = (fields["requests"]?.arrayValue ?? []).compactMap(\.stringValue)
        let (answers, faults) = try Crossing.wait {
            await Self.result { () async throws(DeedError) in
                try await rehearsal.endTurn(requests)
            }
        }.get()
        for (request, answer) in zip(requests, answers) {
            if let index = openLines[request] { lines[index].result = Self.summary(answer) }
        }
        openLines = [:]
        return ["answers": .array(answers), "faults": .integer(Int64(faults))]
    }

    private static func summary(_ answer: JSON) -> String {
        if let error = answer["error"]?.stringValue { return error }
        if let position = answer["position"]?.integerValue {
            return "accepted, position \(position)"
        }
        return "done"
    }

    /// A typed error as a value, which may cross threads.
    private static func result<Value: Sendable, Failure: Error>(
        _ work: () async throws(Failure) -> Value
    ) async -> Result<Value, DeedError> {
        do {
            return .success(try await work())
        } catch let error as DeedError {
            return .failure(error)
        } catch {
            return .failure(DeedError("\(error)"))
        }
    }
}

extension Rehearsal {
    /// Does a deed and tells what came of it in one crossing of threads.
    fileprivate func carryOut(
        _ deed: Deed, waits: Bool, restartsBefore: Bool
    ) async throws(DeedError) -> (request: String?, answer: JSON, faults: Int) {
        do {
            let result = try await perform(deed, waits: waits, restartsBefore: restartsBefore)
            let answer = waits ? result.request.map { self.answer(to: $0) } : nil
            return (result.request, answer ?? .null, faults.count)
        } catch let error as DeedError {
            throw error
        } catch {
            throw DeedError("\(error)")
        }
    }

    fileprivate func endTurn(
        _ requests: [String]
    ) async throws(DeedError) -> (answers: [JSON], faults: Int) {
        do {
            try await settle()
        } catch {
            throw DeedError("\(error)")
        }
        return (requests.map { answer(to: $0) }, faults.count)
    }
}
