import Clockwork
import Foundation
import PluginContract
import Scripting
import Testing
import Wire

@testable import PluginHosting

/// Runs random shows and checks that the records alone determine everything.
@Suite struct RecoveryTests {
    @Test func `A play recovered from its records at any place is the one that lived`() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 0...9_999)
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 40
        var seen: Set<String> = []
        for round in 0..<UInt64(rounds) {
            var show = ChaosShow(seed: seed &+ round)
            for _ in 0..<120 {
                show.doSomething()
                try show.check()
            }
            try show.checkEveryCut("PLAYHOUSE_FUZZ_SEED=\(seed &+ round)")
            try show.checkThatBothGoOnAlike("PLAYHOUSE_FUZZ_SEED=\(seed &+ round)")
            seen.formUnion(show.journal.map(\.kind))
            seen.formUnion(show.journal.flatMap(\.events).map(\.name))
        }
        // Chaos that never did something would prove nothing about it.
        let expected: Set<String> = [
            "answered", "fault", "granted", "on_action", "on_collected", "on_command", "on_start",
            "on_ending", "on_danmaku", "on_join", "on_leave", "on_media", "on_result", "on_stop",
            "on_timer",
            "configured",
            "deleted", "paused", "said", "started", "stopped",
        ]
        if rounds >= 40 { #expect(seen == expected, "PLAYHOUSE_FUZZ_SEED=\(seed)") }
    }
}

/// Two plugins with one prize pool, and inputs chosen by a seed.
private struct ChaosShow {
    static let plugins = ["alpha", "beta"]
    let seed: UInt64
    var random: SeededRandom
    var now: Int64 = 1_795_363_200_000
    var bill: Playbill
    var programs: [String: ChaosProgram] = [:]
    /// Calls that are out, by plugin.
    var calls: [String: [StageCall]] = [:]
    var journal: [Draft] = []
    /// What the room delivered last, by key and audience.
    var delivered: [String: JSON] = [:]
    /// The bill as it stood after so many records.
    var standings: [(count: Int, bill: Playbill)] = []

    init(seed: UInt64) {
        self.seed = seed
        random = SeededRandom(seed: seed)
        bill = Self.bill(seed: seed)
        for plugin in Self.plugins { programs[plugin] = ChaosProgram(Self.program(plugin)) }
    }

    static func program(_ id: String) -> PluginProgram {
        PluginProgram(
            manifest: ChaosProgram.manifest(id: id), source: ScriptSource(name: id, files: [:]),
            locales: [:], contentHash: "")
    }

    static func bill(seed: UInt64) -> Playbill {
        var limits = PlayLimits()
        limits.answersPerCallMax = 3
        limits.faultsMax = 3
        return Playbill(
            show: "show", beganAtMilliseconds: 1_795_363_200_000,
            entries: plugins.map { Playbill.Entry(program: program($0)) },
            products: [PluginBench.oolong],
            pools: PoolBalances(["coupon": 9]), seed: SecretSeed(fixed: seed), limits: limits)
    }

    var isQuiet: Bool { calls.isEmpty }

    mutating func doSomething() {
        now += .random(in: 0...700, using: &random)
        let plugin = Self.plugins[Int.random(in: 0..<2, using: &random)]
        if let running = calls[plugin] {
            calls[plugin] = nil
            if Int.random(in: 0..<20, using: &random) == 0 {
                let fault = ScriptFault(kind: .host, message: "the stage died")
                perform(plugin, bill.stageFailed(plugin, fault, nowMilliseconds: now))
                return
            }
            let outcomes = programs[plugin]?.run(running) ?? []
            perform(plugin, bill.finished(plugin, outcomes, nowMilliseconds: now))
            return
        }
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            perform(plugin, bill.request(request(plugin), nowMilliseconds: now))
        }
        happen(plugin)
        step(plugin)
    }

    /// What goes by in the room and comes from outside.
    private mutating func happen(_ plugin: String) {
        let user = "u\(Int.random(in: 0..<6, using: &random))"
        let person = Person(user: user, name: "V", role: .viewer)
        switch Int.random(in: 0..<12, using: &random) {
        case 0...2:
            let text = ["a", "B!", "ab", "c"].randomElement(using: &random) ?? ""
            bill.heard(
                Utterance(
                    message: "m1", by: person, text: text, letters: FoldedText(text).letters))
        case 3: bill.came(person)
        case 4: bill.went(person)
        case 5: bill.presentCount = .random(in: 0...9, using: &random)
        case 6, 7:
            let waiting = bill.waitingRequests.filter { $0.plugin == plugin }
            guard let one = waiting.randomElement(using: &random) else { return }
            let result: HostResult =
                Bool.random(using: &random)
                ? .value(["found": 1]) : .failure(.failed, message: "no")
            bill.answered(plugin, one.request.id, result)
        case 8, 9:
            let leases = bill.plays[plugin]?.state.memory.seating.leases ?? []
            guard let one = leases.randomElement(using: &random),
                let change = SeatSignal.Change.allCases.randomElement(using: &random)
            else { return }
            bill.signalled(SeatSignal(plugin: plugin, lease: one.number, change))
        default: break
        }
    }

    mutating func step(_ plugin: String) {
        let step = bill.step(plugin, nowMilliseconds: now)
        perform(plugin, step.outputs)
        if !step.calls.isEmpty { calls[plugin] = step.calls }
    }

    /// Lets everything finish that is queued.
    mutating func settle() {
        // What is told at intervals is told, and the next may be told at once.
        for _ in 0..<3 {
            settleNow()
            now += 1_100
        }
        settleNow()
        now += 1_100
    }

    private mutating func settleNow() {
        for plugin in Self.plugins + Self.plugins {
            while true {
                if let running = calls.removeValue(forKey: plugin) {
                    let outcomes = programs[plugin]?.run(running) ?? []
                    perform(plugin, bill.finished(plugin, outcomes, nowMilliseconds: now))
                }
                step(plugin)
                if calls[plugin] == nil { break }
            }
        }
    }

    private mutating func request(_ plugin: String) -> PluginRequest {
        let action: PluginRequest.Action =
            switch Int.random(in: 0..<20, using: &random) {
            case 0, 1: .start(config: [:])
            case 2: .stop
            case 3:
                Bool.random(using: &random)
                    ? .command(name: "go", value: 1) : .configure(config: [:])
            case 4...6: .act(name: "tap", value: nil)
            case 7...9: .act(name: "vote", value: Bool.random(using: &random) ? "a" : "c")
            default: .act(name: "guess", value: .integer(.random(in: 0...6, using: &random)))
            }
        let user = "u\(Int.random(in: 0..<6, using: &random))"
        return PluginRequest(
            plugin: plugin, by: Person(user: user, name: "V", role: .viewer),
            session: SessionID(raw: 1), requestID: "1", action: action)
    }

    private mutating func perform(_ plugin: String, _ outputs: [PlayOutput]) {
        for output in outputs {
            programs[plugin]?.perform(output)
            guard case .draft(let draft) = output else { continue }
            journal.append(draft)
            for case .state(let key, let value, let audience) in draft.afterwards {
                let name = "\(key) \(audience)"
                if value.isNull {
                    delivered.removeValue(forKey: name)
                } else {
                    delivered[name] = value
                }
            }
        }
        if standings.last?.count != journal.count { standings.append((journal.count, bill)) }
    }

    /// What must hold at any time.
    func check() throws {
        for (plugin, play) in bill.plays {
            #expect(play.state.reservations.values.allSatisfy { $0 > 0 })
            // While calls are out the program may be ahead of its record, not otherwise.
            if calls[plugin] == nil, let state = programs[plugin]?.state {
                let isSame = state == play.state.tree
                #expect(isSame, "the program is ahead")
            }
        }
        #expect(bill.pools.available.values.allSatisfy { $0 >= 0 })
        var newcomer: [String: JSON] = [:]
        for state in bill.states { newcomer["\(state.key) \(state.audience)"] = state.value }
        newcomer["plugins \(Audience.everyone)"] = delivered["plugins \(Audience.everyone)"]
        // What the desk is told comes from this server alone, and not from records.
        let isOfDesk = { (key: String) in key.hasPrefix("desk:") || key.hasPrefix("meter:") }
        let isSame =
            newcomer.filter { !isOfDesk($0.key) } == delivered.filter { !isOfDesk($0.key) }
        #expect(isSame, "a newcomer sees something else")
        var account = PoolBalances(["coupon": 9])
        account.apply(journal.flatMap(\.moves))
        #expect(account == bill.pools)
    }

    func checkEveryCut(_ comment: String) throws {
        var recovered = Self.bill(seed: seed)
        var standings = standings[...]
        for (index, draft) in journal.enumerated() {
            try Self.recover(&recovered, draft)
            guard let standing = standings.first(where: { $0.count == index + 1 }) else { continue }
            standings = standings.drop { $0.count <= index + 1 }
            try Self.compare(standing.bill, recovered, "\(comment) record \(index + 1)")
        }
        try Self.compare(bill, recovered, comment)
    }

    /// Recovers from the records when nothing is queued, then feeds both the same inputs.
    mutating func checkThatBothGoOnAlike(_ comment: String) throws {
        settle()
        var other = ChaosShow(seed: seed)
        for draft in journal { try Self.recover(&other.bill, draft) }
        other.now = now
        other.random = random
        other.bill.presentCount = bill.presentCount
        // How many calls go to the stage together is learnt, not recorded.
        for plugin in Self.plugins {
            other.bill.plays[plugin]?.caution = bill.plays[plugin]?.caution ?? 0
            other.bill.plays[plugin]?.pace = bill.plays[plugin]?.pace ?? 1
        }
        let count = journal.count
        for _ in 0..<60 {
            doSomething()
            other.doSomething()
        }
        try Self.compare(bill, other.bill, "\(comment) going on")
        let own = journal[count...].map { Self.text($0) }
        let isSame = own == other.journal.map { Self.text($0) }
        #expect(isSame, "\(comment) records")
    }

    /// Through bytes, as the journal keeps it.
    private static func recover(_ bill: inout Playbill, _ draft: Draft) throws {
        try bill.recover(
            source: draft.source, kind: draft.kind,
            event: try JSON(parsing: draft.event.encoded()),
            changes: try JSON(parsing: draft.changes.encoded()),
            effects: try JSON(parsing: draft.effects.encoded()))
    }

    private static func compare(_ one: Playbill, _ other: Playbill, _ comment: String) throws {
        for plugin in plugins {
            let live = try #require(one.plays[plugin]).state
            let recovered = try #require(other.plays[plugin]).state
            let kept = PlayState(json: try JSON(parsing: live.json.encodedSorted()))
            let isKept = kept == live
            #expect(isKept, "\(comment) \(plugin): a snapshot keeps everything")
            let isSame = live == recovered && live.tree.json == recovered.tree.json
            #expect(isSame, "\(comment) \(plugin)")
        }
        #expect(one.pools == other.pools, "\(comment)")
        let isSame = one.states == other.states
        #expect(isSame, "\(comment) states")
    }

    private static func text(_ draft: Draft) -> String {
        let record: JSON = [draft.event, draft.changes, draft.effects]
        return draft.source + draft.kind + String(decoding: record.encodedSorted(), as: UTF8.self)
    }
}
