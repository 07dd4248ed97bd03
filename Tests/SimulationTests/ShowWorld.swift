import Clockwork
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// A show with its clients and whatever befalls its server.
///
/// Clients do what `playhouse.js` does: who was not answered asks again after reconnecting, unless the
/// events that were missed say that the wish has come true.
struct ShowWorld {
    static let show = "simulated"
    static let beganAt: Int64 = 1_795_363_200_000

    /// What befalls the server.
    struct Disturbance {
        var commitsSingly = false
        /// Kills it when a record is durable and nobody was told, at each of these sequences.
        var deathsAfter: Set<Int64> = []
        var deathsBefore: Set<Int64> = []
        var refusals: [Int64: Int] = [:]
        var lostAnswers: Set<Int64> = []
        /// Takes a snapshot whenever a process begins.
        var takesSnapshots = false
        var chance: UInt64 = 0
    }

    /// Something that a client has asked and was not answered.
    struct Wish {
        var id: String
        var deed: Scenario.Deed
        var timesAsked = 0
    }

    /// One person on one device.
    struct Client {
        var user: String
        var role: Role
        var session = SessionID(raw: 0)
        var events: [JSON] = []
        /// In the order in which they were asked; answered ones are gone.
        var pending: [Wish] = []
    }

    let comment: Comment
    let journal = SimulatedJournal()
    let clock = VirtualClock(unixMilliseconds: ShowWorld.beganAt)
    let stage: any Stage
    let program: PluginProgram
    let disturbance: Disturbance
    private var process: ShowProcess?
    private var clients: [String: Client] = [:]
    private var sessionCount: UInt64 = 0
    private var requestCount = 0
    private var truth = Truth()
    private(set) var deaths = 0
    /// What came of each request, in a form that does not depend on how often it was asked.
    private(set) var answers: [String: String] = [:]

    init(
        program: PluginProgram, stage: any Stage, disturbance: Disturbance, comment: Comment
    ) {
        self.program = program
        self.stage = stage
        self.disturbance = disturbance
        self.comment = comment
        for sequence in disturbance.deathsBefore { journal.plan(.dieBefore, at: sequence) }
        for (sequence, count) in disturbance.refusals {
            for _ in 0..<count { journal.plan(.refuse, at: sequence) }
        }
        for sequence in disturbance.lostAnswers { journal.plan(.loseAnswer, at: sequence) }
        for sequence in disturbance.deathsAfter { journal.plan(.dieAfter, at: sequence) }
        for user in ["mei"] + (0..<5).map({ "u\($0)" }) {
            clients[user] = Client(user: user, role: user == "mei" ? .host : .viewer)
        }
    }

    static func recovery(of journal: any Journal, _ program: PluginProgram) -> ShowRecovery {
        var configuration = RoomConfiguration(
            settings: RoomSettings(id: "teahouse", title: ["en": "Tea house"]), show: show)
        configuration.products = [
            ProductConfiguration(
                id: "oolong", title: ["zh": "冻顶乌龙", "en": "Oolong"], image: nil, currency: "CNY",
                priceMinor: 12_800)
        ]
        configuration.pools = ["coupon": 500]
        configuration.plugins = [
            PluginConfiguration(
                id: program.manifest.id, config: ["product": "oolong", "price": 12_800])
        ]
        return ShowRecovery(
            configuration: configuration, programs: [program.manifest.id: program],
            journal: journal,
            log: Log(format: .json, level: .error, clock: VirtualClock()) { _ in })
    }

    /// Plays a scenario to its end.
    mutating func play(_ scenario: Scenario) async throws {
        _ = try await journal.open(
            ShowHeader(
                show: Self.show, room: "teahouse", epoch: "5f0c9a1e",
                beganAtMilliseconds: Self.beganAt, seed: SecretSeed(fixed: 7)))
        try await begin()
        for step in scenario.steps {
            switch step {
            case .clock(let milliseconds): clock.advance(milliseconds: milliseconds)
            case .deeds(let deeds):
                for deed in deeds { wish(deed) }
            }
            try await goOn()
        }
        let waiting = clients.values.flatMap(\.pending).count
        #expect(waiting == 0, comment)
    }

    private mutating func wish(_ deed: Scenario.Deed) {
        requestCount += 1
        let user = if case .guess(let user, _) = deed { user } else { "mei" }
        clients[user]?.pending.append(Wish(id: "\(requestCount)", deed: deed))
    }

    /// Works until everybody is answered, with as many processes as it takes.
    private mutating func goOn() async throws {
        var tries = 0
        while true {
            tries += 1
            try #require(tries < 1_000, comment)
            do {
                try await ask()
                try await settle()
                if clients.values.allSatisfy(\.pending.isEmpty) { return }
            } catch is ShowProcess.Death {
                deaths += 1
                // What was said before the end may have got through, or not.
                if deaths.isMultiple(of: 2) { try await tell() }
                try await begin()
            }
        }
    }

    /// Everybody who waits asks, in the order in which the wishes were made.
    private mutating func ask() async throws {
        let waiting = clients.values.flatMap { client in
            client.pending.map { (client.user, $0) }
        }.sorted { (Int($0.1.id) ?? 0) < (Int($1.1.id) ?? 0) }
        var inputs: [RoomInput] = []
        for (user, request) in waiting {
            guard let client = clients[user] else { continue }
            if request.timesAsked > 0, hasComeTrue(request.deed, for: client) {
                answer(user, request.id, "done")
                continue
            }
            inputs.append(
                .request(client.session, id: request.id, Self.command(request.deed)))
            if let index = client.pending.firstIndex(where: { $0.id == request.id }) {
                clients[user]?.pending[index].timesAsked += 1
            }
        }
        process?.handle(inputs)
        try await tell()
    }

    private mutating func settle() async throws {
        try await process?.settle()
        try await tell()
        while process?.isFailing == true {
            // Nothing is taken while the disk is full, and whoever asks is told so.
            let session = clients["mei"]?.session ?? SessionID(raw: 0)
            process?.handle([.request(session, id: "meanwhile", .pin(text: "meanwhile"))])
            let told = process?.takeTold() ?? []
            let codes = try told.map { try JSON(parsing: $0.bytes)["code"] }
            #expect(codes == ["UNAVAILABLE"], comment)
            try await process?.settle()
            try await tell()
        }
    }

    private static func command(_ deed: Scenario.Deed) -> Command {
        switch deed {
        case .guess(_, let value):
            .act(plugin: "price-guess", name: "guess", value: .integer(value))
        case .start(let config): .start(plugin: "price-guess", config: config)
        case .lock: .act(plugin: "price-guess", name: "lock_now", value: nil)
        case .stop: .stop(plugin: "price-guess")
        case .publish(let text): .publish(name: "sale", data: .string(text))
        case .pin(let text): .pin(text: text)
        }
    }

    /// Whether the events that a client knows say that a wish was carried out.
    private func hasComeTrue(_ deed: Scenario.Deed, for client: Client) -> Bool {
        switch deed {
        case .publish(let text): client.events.contains { $0["data"] == .string(text) }
        case .pin(let text): client.events.contains { $0["data"]?["text"] == .string(text) }
        default: false
        }
    }

    /// A process takes over, and everybody connects to it.
    private mutating func begin() async throws {
        journal.revive()
        if let plugin = process?.show.playbill.plugins.first {
            await stage.close(PlayID(show: Self.show, plugin: plugin))
        }
        let recovery = Self.recovery(of: journal, program)
        let show = try await recovery.recover(nowMilliseconds: clock.unixMilliseconds)
        if disturbance.takesSnapshots, show.chain.sequence > 0 {
            try await journal.save(show.snapshot())
        }
        process = ShowProcess(
            show, clock: clock, journal: journal, stage: stage,
            chance: SeededRandom(seed: disturbance.chance &+ UInt64(deaths)),
            commitsSingly: disturbance.commitsSingly)
        for user in clients.keys.sorted() {
            sessionCount += 1
            guard var client = clients[user] else { continue }
            client.session = SessionID(raw: sessionCount)
            clients[user] = client
            let guest = Guest(
                person: Person(user: user, name: user.uppercased(), role: client.role),
                requestID: "hello", recover: ("5f0c9a1e", Int64(client.events.count)))
            process?.handle([.join(client.session, guest)])
        }
        try await tell()
    }
}

// What people are told, and whether it is so.
extension ShowWorld {
    private mutating func tell() async throws {
        let told = process?.takeTold() ?? []
        guard !told.isEmpty else { return }
        let news = try await journal.records(
            show: Self.show, after: truth.sequence, limit: .max)
        for record in news { try truth.learn(record) }
        for message in told {
            let json = try JSON(parsing: message.bytes)
            for user in clients.keys.sorted() {
                guard let client = clients[user] else { continue }
                switch message.audience {
                case .session(let session) where session != client.session: continue
                case .staff where !client.role.isStaff: continue
                default: break
                }
                let isTrue = truth.allows(json, for: user)
                #expect(isTrue, "\(comment) \(user) is told what is not so")
                take(json, user)
            }
        }
    }

    private mutating func take(_ json: JSON, _ user: String) {
        let id = json["id"]?.stringValue ?? ""
        switch json["type"]?.stringValue {
        case "welcome": #expect(json["recovered"] == true, comment)
        case "event":
            clients[user]?.events.append(json)
            #expect(json["offset"] == .integer(Int64(clients[user]?.events.count ?? 0)), comment)
        case "reply": answer(user, id, json["value"].map(text) ?? "done")
        case "error":
            guard let wish = clients[user]?.pending.first(where: { $0.id == id }),
                let code = json["code"]?.stringValue
            else { return }
            switch (wish.deed, code) {
            case (_, "UNAVAILABLE"): break
            case (_, "ALREADY_ANSWERED"): answer(user, id, json["value"].map(text) ?? "")
            case (.start, "ALREADY_RUNNING") where wish.timesAsked > 1: answer(user, id, "done")
            case (.stop, "NOT_RUNNING") where wish.timesAsked > 1: answer(user, id, "done")
            case (.lock, "NOT_RUNNING") where wish.timesAsked > 1: answer(user, id, "done")
            default: answer(user, id, code)
            }
        default: break
        }
    }

    private func text(_ json: JSON) -> String { String(decoding: json.encoded(), as: UTF8.self) }

    private mutating func answer(_ user: String, _ id: String, _ answer: String) {
        guard clients[user]?.pending.contains(where: { $0.id == id }) == true else { return }
        clients[user]?.pending.removeAll { $0.id == id }
        answers[id] = answer
    }

    /// The event stream as each client has it.
    var eventStreams: [[JSON]] { clients.values.map(\.events) }
}
