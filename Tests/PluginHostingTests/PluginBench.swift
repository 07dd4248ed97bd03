import Clockwork
import Foundation
import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// A show for one plugin on a virtual clock: people act, time passes, and what they are told is kept.
///
/// It does what a server does around a ``Playbill``, with a journal that is a list.
final class PluginBench {
    /// What somebody was answered.
    enum Answer: Equatable {
        case reply(JSONObject)
        case error(RequestError.Code, value: JSON?)
        case none
    }

    static let beganAt: Int64 = 1_795_363_200_000
    static let oolong = Product(
        id: "oolong", title: ["zh": "冻顶乌龙", "en": "Oolong"], image: "/oolong.svg",
        currency: "CNY", priceMinor: 8_800)

    private(set) var program: PluginProgram
    private let configuration: JSONObject
    private let pools: PoolBalances
    private let limits: PlayLimits
    private let stage: any Stage
    private let values: JSONObject
    /// Of its own, because benches share a stage.
    private let show = UUID().uuidString
    private static let sharedStage = InProcessStage()

    private(set) var now = PluginBench.beganAt
    private(set) var bill: Playbill
    private(set) var journal: [Draft] = []
    private(set) var events: [PublicEvent] = []
    private(set) var states: [String: JSON] = [:]
    private var answers: [String: Answer] = [:]
    private(set) var messages: [String] = []
    private(set) var hidden: [String] = []
    /// What the world outside was asked.
    private(set) var requests: [HostRequest] = []
    private var danmakuCount = 0
    private var requestCount = 0
    private var names: [String: String] = [:]
    private(set) var callCount = 0

    init(
        _ program: PluginProgram, configuration: JSONObject = [:], pools: [String: Int64] = [:],
        limits: PlayLimits = PlayLimits(), values: JSONObject = [:],
        stage: any Stage = PluginBench.sharedStage
    ) {
        self.program = program
        self.configuration = configuration
        self.pools = PoolBalances(pools)
        self.limits = limits
        self.stage = stage
        self.values = values
        bill = Self.bill(show, program, configuration, self.pools, limits, values)
    }

    /// A bench for Lua text.
    convenience init(
        lua: String, capabilities: Set<Capability> = Set(Capability.allCases),
        config: ConfigSchema = ConfigSchema(), pools: [String: Int64] = [:],
        limits: PlayLimits = PlayLimits(), values: JSONObject = [:],
        surfaces: Set<PanelSurface> = Manifest.surfacesUsual
    ) {
        let manifest = Manifest(
            id: "game", version: "1.0.0", title: ["zh": "g", "en": "g"],
            capabilities: capabilities, surfaces: surfaces, configuration: config)
        self.init(
            PluginProgram(
                manifest: manifest,
                source: ScriptSource(name: "game", files: ["main.lua": Array(lua.utf8)]),
                locales: [:], contentHash: ""),
            pools: pools, limits: limits, values: values)
    }

    private static func bill(
        _ show: String, _ program: PluginProgram, _ configuration: JSONObject,
        _ pools: PoolBalances, _ limits: PlayLimits, _ values: JSONObject
    ) -> Playbill {
        Playbill(
            show: show, beganAtMilliseconds: beganAt,
            entries: [
                Playbill.Entry(program: program, configuration: configuration, values: values)
            ],
            products: [oolong], pools: pools, seed: SecretSeed(fixed: 7), limits: limits)
    }

    var plugin: String { program.manifest.id }
    var playID: PlayID { PlayID(show: show, plugin: plugin) }
    var play: Play {
        get throws { try #require(bill.plays[plugin]) }
    }
}

// What people do.
extension PluginBench {
    @discardableResult
    func start(_ config: JSONObject = [:]) async -> Answer {
        await ask("mei", .host, .start(config: config))
    }

    @discardableResult
    func stop() async -> Answer { await ask("mei", .host, .stop) }

    @discardableResult
    func command(_ name: String, _ value: JSON = nil) async -> Answer {
        await ask("mei", .host, .command(name: name, value: value))
    }

    @discardableResult
    func configure(_ config: JSONObject) async -> Answer {
        await ask("mei", .host, .configure(config: config))
    }

    /// Where the live video is, in milliseconds of stream time; nil ends it.
    func setPicture(_ milliseconds: Int64?) { bill.picture = milliseconds }

    /// A viewer uses an element, whose page says that it showed it later.
    func enter(
        _ user: String, _ name: String, _ value: JSON, delayMilliseconds: Int64
    ) async -> Answer {
        requestCount += 1
        let id = "\(requestCount)"
        var request = PluginRequest(
            plugin: plugin, by: Person(user: user, name: user.capitalized, role: .viewer),
            session: SessionID(raw: 1), requestID: id, action: .act(name: name, value: value))
        request.delayMilliseconds = delayMilliseconds
        perform(bill.request(request, nowMilliseconds: now))
        await settle()
        return answers[id] ?? .none
    }

    /// A viewer uses an element of the panel.
    @discardableResult
    func enter(_ user: String, _ name: String, _ value: JSON) async -> Answer {
        await ask(user, .viewer, .act(name: name, value: value))
    }

    func ask(_ user: String, _ role: Role, _ action: PluginRequest.Action) async -> Answer {
        let id = request(user, role, action)
        await settle()
        return answers[id] ?? .none
    }

    /// Sends a request and does not wait; the result names it for ``answer(to:)``.
    func request(_ user: String, _ role: Role, _ action: PluginRequest.Action) -> String {
        requestCount += 1
        let id = "\(requestCount)"
        let request = PluginRequest(
            plugin: plugin, by: Person(user: user, name: user.capitalized, role: role),
            session: SessionID(raw: 1), requestID: id, action: action)
        perform(bill.request(request, nowMilliseconds: now))
        return id
    }

    func answer(to id: String) -> Answer { answers[id] ?? .none }

    /// Lets time pass, stopping at each moment at which something is due.
    func advance(_ seconds: Double) async {
        let end = now + Int64(seconds * 1_000)
        while let due = bill.nextDueMilliseconds, due <= end {
            now = max(now, due)
            await settle()
        }
        now = end
        await settle()
    }

    /// The process is killed and another one takes over: nothing is left but the journal.
    ///
    /// - Parameters:
    ///   - seconds: How long nobody runs.
    ///   - count: Records that were not durable yet.
    ///   - other: What the plugin's folder holds by then, if something else.
    /// - Throws: When a record cannot be recovered.
    func restart(
        afterSeconds seconds: Double = 0, losing count: Int = 0, as other: PluginProgram? = nil
    ) async throws {
        program = other ?? program
        now += Int64(seconds * 1_000)
        journal.removeLast(count)
        await stage.close(playID)
        bill = Self.bill(show, program, configuration, pools, limits, values)
        for draft in journal {
            try bill.recover(
                source: draft.source, kind: draft.kind,
                event: try JSON(parsing: draft.event.encoded()),
                changes: try JSON(parsing: draft.changes.encoded()),
                effects: try JSON(parsing: draft.effects.encoded()))
        }
        states = [:]
        for state in bill.states { take(state.key, state.value, state.audience) }
        await settle()
    }

    /// Runs until nothing is queued.
    func settle() async {
        while true {
            let step = bill.step(plugin, nowMilliseconds: now)
            var fault: ScriptFault?
            for output in step.outputs { fault = await performOnStage(output) ?? fault }
            guard !step.calls.isEmpty else { return }
            callCount += step.calls.count
            if let fault {
                await performAll(
                    bill.stageFailed(plugin, fault, whileOpening: true, nowMilliseconds: now))
            } else {
                await performAll(await run(step.calls))
            }
        }
    }

    private func run(_ calls: [StageCall]) async -> [PlayOutput] {
        do throws(StageLoss) {
            let outcomes = try await stage.run(playID, calls)
            return bill.finished(plugin, outcomes, nowMilliseconds: now)
        } catch {
            switch error {
            case .charged(let fault):
                return bill.stageFailed(plugin, fault, nowMilliseconds: now)
            case .innocent:
                guard let opening = bill.plays[plugin]?.reopening else { return [] }
                if let fault = await performOnStage(.openStage(playID, opening)) {
                    return bill.stageFailed(
                        plugin, fault, whileOpening: true, nowMilliseconds: now)
                }
                return await run(calls)
            }
        }
    }
}

// What goes by and comes from outside.
extension PluginBench {
    /// Somebody says something; the room shows it and goes on.
    @discardableResult
    func say(_ user: String, _ text: String, _ role: Role = .viewer) async -> String {
        danmakuCount += 1
        let id = "m\(danmakuCount)"
        bill.heard(
            Utterance(
                message: id, by: Person(user: user, name: user.capitalized, role: role),
                text: text, letters: FoldedText(text).letters))
        await settle()
        return id
    }

    /// Somebody says something, and nobody waits.
    func hear(_ user: String, _ text: String) {
        danmakuCount += 1
        bill.heard(
            Utterance(
                message: "m\(danmakuCount)",
                by: Person(user: user, name: user.capitalized, role: .viewer), text: text,
                letters: FoldedText(text).letters))
    }

    /// Somebody comes, and nobody waits.
    func arrive(_ user: String) {
        bill.came(Person(user: user, name: user.capitalized, role: .viewer))
        bill.presentCount += 1
    }

    func come(_ users: String...) async {
        users.forEach(arrive)
        await settle()
    }

    func go(_ users: String...) async {
        for user in users {
            bill.went(Person(user: user, name: user.capitalized, role: .viewer))
            bill.presentCount -= 1
        }
        await settle()
    }

    /// Something becomes of the media of a lease.
    func signal(_ lease: Int64, _ change: SeatSignal.Change) async {
        bill.signalled(SeatSignal(plugin: plugin, lease: lease, change))
        await settle()
    }

    /// The same, and nobody waits.
    func post(_ lease: Int64, _ change: SeatSignal.Change) {
        bill.signalled(SeatSignal(plugin: plugin, lease: lease, change))
    }

    /// Somebody is banned from the room.
    func ban(_ user: String) async {
        bill.moderated(.banned(user: user))
        await settle()
    }

    /// Hosts do something to danmaku or people, and nobody waits.
    func moderate(_ acts: ModerationAct...) {
        for act in acts { bill.moderated(act) }
    }

    /// A server that was started again has no media.
    func loseMedia() async {
        bill.lostMedia()
        await settle()
    }

    /// A service answers.
    func respond(_ request: Int64, _ result: HostResult) async {
        bill.answered(plugin, request, result)
        await settle()
    }
}

// What came of it.
extension PluginBench {
    func panel(_ surface: PanelSurface = .viewer) -> JSON? {
        states["panel:\(plugin):\(surface.rawValue)"]
    }

    func own(_ user: String) -> JSON? { states["own:\(plugin) \(user)"] }

    /// The first element of a kind.
    func element(_ kind: String, on surface: PanelSurface = .viewer) -> JSON? {
        panel(surface)?["elements"]?.arrayValue?.first { $0["kind"]?.stringValue == kind }
    }

    /// The first element with a label.
    func element(labelled label: String, on surface: PanelSurface = .viewer) -> JSON? {
        panel(surface)?["elements"]?.arrayValue?.first { $0["label"]?.stringValue == label }
    }

    var status: String? { states["plugins"]?[plugin]?["status"]?.stringValue }

    func granted(_ pool: String) -> [String] {
        journal.flatMap(\.moves).filter { $0.kind == .grant && $0.pool == pool }
            .compactMap(\.user)
    }

    func left(in pool: String) -> Int64? { bill.pools.available[pool] }

    var kinds: [String] { journal.map(\.kind) }

    func state() async throws -> JSON {
        try JSON(parsing: await stage.state(of: playID))
    }

    private func performAll(_ outputs: [PlayOutput]) async {
        for output in outputs { _ = await performOnStage(output) }
    }

    private func performOnStage(_ output: PlayOutput) async -> ScriptFault? {
        switch output {
        case .openStage(let play, let opening):
            do throws(ScriptFault) {
                try await stage.open(play, program: program, opening)
            } catch {
                return error
            }
        case .closeStage(let play): await stage.close(play)
        case .draft, .afterwards, .check: perform([output])
        }
        return nil
    }

    private func perform(_ outputs: [PlayOutput]) {
        for output in outputs {
            switch output {
            case .draft(let draft):
                journal.append(draft)
                events += draft.events
                draft.afterwards.forEach(perform)
            case .afterwards(let afterwards): perform(afterwards)
            case .openStage, .closeStage, .check: break
            }
        }
    }

    private func perform(_ afterwards: Afterwards) {
        switch afterwards {
        case .reply(_, let id, let fields): answers[id] = .reply(fields)
        case .refuse(_, let id, let error):
            answers[id] = .error(error.code, value: error.value)
            messages.append(error.message)
        case .state(let key, let value, let audience): take(key, value, audience)
        case .hide(let message): hidden.append(message)
        case .request(_, let request): requests.append(request)
        case .close: break
        }
    }

    private func take(_ key: String, _ value: JSON, _ audience: Audience) {
        let name = if case .user(let user) = audience { "\(key) \(user)" } else { key }
        states[name] = value.isNull ? JSON?.none : value
    }
}

extension PluginProgram {
    /// A plugin of this repository.
    static func shipped(_ name: String) throws -> PluginProgram {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try ProgramLoader().load(folder: root.appendingPathComponent("Plugins/\(name)").path)
    }
}
