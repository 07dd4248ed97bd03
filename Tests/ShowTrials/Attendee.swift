import Clockwork
import Cryptography
import Visiting
import Wire

/// Somebody in the room: a viewer, the host, the operator. Comes back after every loss, with the
/// place in the events, and remembers what they were told.
///
/// It runs on the loop of its socket: a thousand of them cost a thread or two.
actor Attendee {
    enum Answer: Sendable {
        case reply(JSONObject)
        case refused(String)
        /// The connection was lost before there was an answer.
        case lost
    }

    typealias News = @Sendable (_ name: String, _ from: String, _ data: JSON) -> Void

    private nonisolated let loop: SocketLoop
    nonisolated let user: String
    nonisolated let role: String
    private let port: UInt16
    private let token: String
    private let news: News?
    /// Called when an answer of this person was said to count.
    let acknowledged: (@Sendable () -> Void)?
    private var client: RoomClient?
    private var isConnecting = false
    private var epoch: String?

    var random: SeededRandom
    var testimony: Testimony
    /// Panels, what only this person sees, and what else is asked for here; the latest of each.
    private(set) var states: [String: JSON] = [:]
    private var heardSinceJoin: Set<String> = []
    private(set) var starts: [String: Int] = [:]
    private(set) var stops: [String: Int] = [:]
    /// What was sent to a collector, as JSON.
    var sent: [String: Set<String>] = [:]
    /// Prices that nobody may be told now.
    private var secrets: [String] = []
    private let watchesPrices: Bool

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        user: String, role: String, key: SigningKey, port: UInt16, loop: SocketLoop,
        seed: UInt64, watchesPrices: Bool = false, news: News? = nil,
        acknowledged: (@Sendable () -> Void)? = nil
    ) {
        self.acknowledged = acknowledged
        self.user = user
        self.role = role
        self.port = port
        self.loop = loop
        self.news = news
        self.watchesPrices = watchesPrices
        random = SeededRandom(seed: seed)
        testimony = Testimony(user: user)
        token = Token.sign(
            Claims(
                subject: user, room: TrialRoom.room, role: role, name: user,
                expiresAt: SystemClock().unixMilliseconds / 1_000 + 36_000), with: key)
    }

    var offset: Int64 { testimony.lastOffset }
    func starts(of plugin: String) -> Int { starts[plugin, default: 0] }
    func stops(of plugin: String) -> Int { stops[plugin, default: 0] }
    func screen(_ key: String) -> Screen { Screen(states[key]) }
    func state(_ key: String) -> JSON { states[key] ?? .null }

    func note(_ problem: String) {
        if testimony.problems.count < 20 { testimony.problems.append("\(user): \(problem)") }
    }

    // MARK: - Connection

    var isConnected: Bool {
        get async {
            guard let client else { return false }
            return await !client.isClosed
        }
    }

    /// Connects where there is no connection; false when nobody serves.
    func connect() async -> Bool {
        if await isConnected { return true }
        // Somebody else is at it; there is one connection at a time.
        if isConnecting { return false }
        isConnecting = true
        defer { isConnecting = false }
        let isReturn = epoch != nil
        let entry = RoomClient.Entry(
            room: TrialRoom.room, token: token, locale: "zh",
            recover: epoch.map { ($0, testimony.lastOffset) })
        heardSinceJoin = []
        do throws(RoomClientError) {
            let client = try await RoomClient.join(entry, port: port, loop: loop) {
                [weak self] message in
                self?.assumeIsolated { $0.hear(message) }
            }
            if isReturn {
                testimony.returns += 1
                if client.welcome["recovered"] != .bool(true) {
                    note("came back at \(testimony.lastOffset) and was not told what was missed")
                }
                if client.epoch != epoch { note("came back to another epoch") }
            } else {
                // What came right behind the welcome was heard before it was looked at here.
                let offset = client.welcome["offset"]?.integerValue ?? 0
                if let first = testimony.events.keys.min(), first != offset + 1 {
                    note("was welcomed at \(offset) and heard \(first)")
                }
                testimony.lastOffset = max(testimony.lastOffset, offset)
            }
            epoch = client.epoch
            self.client = client
            let told = await client.states
            for key in Set(told.keys).union(states.keys) where !heardSinceJoin.contains(key) {
                take(key, told[key] ?? .null)
            }
            return true
        } catch {
            if case .refused(let code, let message, _) = error, code != "DRAINING" {
                note("was not let in: \(code) \(message)")
            }
            return false
        }
    }

    /// Cuts the connection without a word.
    func drop() async {
        await client?.drop()
        client = nil
    }

    func leave() async {
        await client?.leave()
        client = nil
    }

    func request(_ type: String, _ fields: [(String, JSON)]) async -> Answer {
        guard let client else { return .lost }
        testimony.requests += 1
        do throws(RoomClientError) {
            return .reply(try await client.request(type, fields, withinMilliseconds: 60_000))
        } catch {
            switch error {
            case .refused(let code, _, _):
                testimony.refusals[code, default: 0] += 1
                return .refused(code)
            case .timedOut: note("\(type) was not answered within a minute")
            default: break
            }
            return .lost
        }
    }

    /// Taps; nobody answers that.
    func like() async {
        try? await client?.send(raw: #"{"type":"like","id":"like","count":3}"#)
    }

    // MARK: - Hearing

    private func hear(_ message: RoomMessage) {
        testimony.messages += 1
        switch message {
        case .event(let offset, let name, let from, let data): hear(offset, name, from, data)
        case .state(let key, let value):
            heardSinceJoin.insert(key)
            take(key, value)
        case .danmaku(let fields): look(for: .object(fields))
        case .bye, .other: break
        }
    }

    private func hear(_ offset: Int64, _ name: String, _ from: String, _ data: JSON) {
        let isFirst = epoch == nil && testimony.events.isEmpty
        if offset != testimony.lastOffset + 1, !isFirst {
            note("heard event \(offset) after \(testimony.lastOffset)")
        }
        testimony.lastOffset = offset
        testimony.events[offset] = Testimony.fingerprint(name: name, from: from, data: data)
        switch name {
        case "started", "stopped":
            guard let plugin = data["plugin"]?.stringValue else { break }
            if name == "stopped" {
                stops[plugin, default: 0] += 1
            } else {
                starts[plugin, default: 0] += 1
            }
        case "fairness": if watchesPrices, from == "plugin:price-guess" { keepSecrets(data) }
        default: break
        }
        look(for: data)
        news?(name, from, data)
    }

    private func take(_ key: String, _ value: JSON) {
        if key.hasPrefix("granted:") { heardOfPrizes(String(key.dropFirst(8)), value) }
        if key.hasPrefix("winners:") {
            testimony.grantCounts[String(key.dropFirst(8))] = value["count"]?.integerValue
        }
        let isOwn = key.hasPrefix("own:")
        guard isOwn || key.hasPrefix("panel:") || key == "plugins" || key == "seats" else { return }
        states[key] = value
        if isOwn { heardAlone(String(key.dropFirst(4)), value) }
        look(for: value)
    }

    /// Keeps what the room says to this person alone: what was granted them in this show.
    private func heardOfPrizes(_ plugin: String, _ pools: JSON) {
        let told = (pools.objectValue ?? [:]).members.compactMap { pool, units in
            units.integerValue.map { (pool, $0) }
        }
        let units = Dictionary(told) { one, _ in one }
        for (pool, before) in testimony.prizes[plugin] ?? [:] where units[pool, default: 0] < before
        {
            note("was told of \(before) of \(pool), and then of \(units[pool, default: 0])")
        }
        testimony.prizes[plugin] = units
    }

    /// Keeps what a plugin says to this person alone.
    private func heardAlone(_ plugin: String, _ own: JSON) {
        for id in ["outcome", "result", "mine", "standing"] {
            guard let text = own[id]?["text"]?.stringValue else { continue }
            let args = own[id]?["args"]
            let detail =
                args?["prize"]?["text"] ?? args?["share"]?["money"] ?? args?["amount"]?["money"]
            let spoken = detail.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? ""
            testimony.claims.insert(
                Testimony.Claim(
                    plugin: plugin, title: screen("panel:\(plugin):viewer").title, text: text,
                    detail: spoken.filter { $0 != "\"" }))
        }
    }

    // MARK: - What has to agree in the end

    static let winning: Set<String> = [
        "congratulations", "you_won", "you_got", "result_coupon", "result_share",
    ]

    /// Keeps whether this person is shown to have won when a run has ended; false as long as they have
    /// not heard that it did.
    func settle(_ plugin: String, stops count: Int) async -> Bool {
        guard await isConnected, stops(of: plugin) >= count else { return false }
        // What was sent along with the end of the run comes before the answer.
        guard case .reply = await request("ping", []) else { return false }
        let id = plugin == "lottery" ? "outcome" : "result"
        let text = states["own:\(plugin)"]?[id]?["text"]?.stringValue ?? ""
        testimony.settlements.append(
            Testimony.Settlement(
                plugin: plugin, run: count - 1, hasWon: Self.winning.contains(text)))
        return true
    }

    private func keepSecrets(_ data: JSON) {
        secrets = []
        guard data["step"] == "committed",
            let round = data["name"]?.stringValue.flatMap({ Int($0.dropFirst(6)) }),
            TrialRoom.prices.indices.contains(round - 1)
        else { return }
        let price = TrialRoom.prices[round - 1]
        secrets = [String(price.minor), price.shown]
    }

    private func look(for value: JSON) {
        guard !secrets.isEmpty else { return }
        let text = String(decoding: value.encoded(), as: UTF8.self)
        for secret in secrets where Self.holds(text, secret) {
            note("was told \(secret) while it was to be guessed: \(text.prefix(300))")
        }
    }

    /// Whether a number stands in a text by itself, and is not a part of another word.
    private static func holds(_ text: String, _ number: String) -> Bool {
        var rest = text[...]
        while let range = rest.firstRange(of: number) {
            let before = rest[..<range.lowerBound].last
            let after = rest[range.upperBound...].first
            let isPart = [before, after].contains {
                ($0?.isLetter ?? false) || ($0?.isNumber ?? false)
            }
            if !isPart { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }
}
