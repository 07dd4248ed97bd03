import Clockwork
import Wire

/// What host and operator do: every plugin is played through, several games at a time, whatever happens
/// to the server meanwhile.
struct TrialScript: Sendable {
    /// One run of a plugin.
    struct Game: Sendable {
        enum Steering { case guess, quiz, entries, none }
        var plugin: String
        var config: JSONObject
        var steering: Steering
    }

    let plan: TrialPlan
    let host: Attendee
    let operatorOfShow: Attendee
    let crowd: [Attendee]
    let executioner: Executioner
    private let clock = SystemClock()

    init(
        _ plan: TrialPlan, host: Attendee, operatorOfShow: Attendee, crowd: [Attendee],
        executioner: Executioner
    ) {
        self.plan = plan
        self.host = host
        self.operatorOfShow = operatorOfShow
        self.crowd = crowd
        self.executioner = executioner
    }

    // MARK: - What is played

    /// The games that go on beside each other: of each list one after the other.
    static func games(_ plan: TrialPlan, _ random: inout SeededRandom) -> [[Game]] {
        let lotteries = lotteries(plan).shuffled(using: &random)
        let quizzes = quizzes(plan).shuffled(using: &random)
        let ties: [JSON] = ["first", "seeded"]
        let guess: JSONObject = [
            "product": "oolong", "price": .integer(TrialRoom.prices[0].minor), "rounds": 2,
            "seconds": .integer(plan.seconds), "pause": 2,
            "winners": .integer(plan.guessWinners),
            "pool": "guess", "tie": ties.randomElement(using: &random) ?? "first",
        ]
        return [
            plan.isShort ? lotteries.dropLast() : lotteries,
            [Game(plugin: "price-guess", config: guess, steering: .guess)],
            plan.isShort ? quizzes.dropLast() : quizzes,
        ]
    }

    private static func lotteries(_ plan: TrialPlan) -> [Game] {
        let seconds = JSON.integer(plan.seconds)
        let winners = JSON.integer(plan.winners)
        let configs: [JSONObject] = [
            [
                "kind": "lottery", "seconds": seconds, "pool": "first", "winners": winners,
                "pool2": "second", "winners2": 1, "claim_seconds": .integer(plan.seconds - 1),
            ],
            [
                "kind": "lucky_bag", "seconds": seconds, "phrase": .string(TrialRoom.phrase),
                "pool": "bag", "winners": winners,
            ],
            [
                "kind": "red_packet", "seconds": seconds, "pool": "cash",
                "packets": .integer(plan.packets), "total": .integer(plan.packets * 20),
            ],
        ]
        return configs.map { Game(plugin: "lottery", config: $0, steering: .entries) }
    }

    private static func quizzes(_ plan: TrialPlan) -> [Game] {
        let modes: [JSONObject] = [
            ["mode": "elimination", "pool": "quiz", "winners": .integer(plan.couponWinners)],
            ["mode": "points", "pool": "pot", "pot": 5_000, "minimum": 3],
        ]
        return modes.enumerated().map { number, mode in
            var config: JSONObject = [
                "questions": .array(
                    TrialRoom.questions("game-\(number)", count: plan.isShort ? 2 : 3)),
                "seconds": .integer(plan.seconds - 2), "ready": 1, "pause": 1,
            ]
            for (name, value) in mode { config[name] = value }
            return Game(plugin: "quiz", config: config, steering: .quiz)
        }
    }

    /// Plays games one after the other.
    func play(_ games: [Game], staff: Attendee, random: SeededRandom) async throws {
        var random = random
        var counts: [String: Int] = [:]
        for game in games {
            counts[game.plugin, default: 0] += 1
            let count = counts[game.plugin, default: 0]
            try await start(game.plugin, game.config, count: count, staff)
            try await wait("the end of \(game.plugin)", seconds: 120) {
                await steer(game, staff, &random)
                return await staff.stops(of: game.plugin) >= count
            }
            await settle(game.plugin, count: count)
        }
    }

    /// Starts a plugin, again if need be: an answer that was lost may have been a yes.
    func start(
        _ plugin: String, _ config: JSONObject, count: Int, _ staff: Attendee
    ) async throws {
        try await wait("the start of \(plugin)", seconds: 60) {
            guard await staff.connect() else { return false }
            if await staff.starts(of: plugin) >= count { return true }
            executioner.note(.started)
            let answer = await staff.request(
                "start", [("plugin", .string(plugin)), ("config", .object(config))])
            if case .refused(let code) = answer, code != "ALREADY_RUNNING", code != "BUSY" {
                throw TrialFailure("\(plugin) cannot be started: \(code)")
            }
            return await staff.starts(of: plugin) >= count
        }
    }

    func stop(_ plugin: String, _ staff: Attendee) async throws {
        try await wait("the stop of \(plugin)", seconds: 120) {
            guard await staff.connect() else { return false }
            if await staff.stops(of: plugin) >= 1 { return true }
            _ = await staff.request("stop", [("plugin", .string(plugin))])
            return await staff.stops(of: plugin) >= 1
        }
    }

    private func wait(
        _ what: String, seconds: Double, _ isThere: () async throws -> Bool
    ) async throws {
        let end = clock.monotonicNanoseconds + UInt64(seconds * 1e9)
        while try await !isThere() {
            guard clock.monotonicNanoseconds < end else {
                throw TrialFailure("waited \(Int(seconds)) s in vain for \(what)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    // MARK: - What is done meanwhile

    private func steer(_ game: Game, _ staff: Attendee, _ random: inout SeededRandom) async {
        guard await staff.connect() else { return }
        let screen = await staff.screen("panel:\(game.plugin):viewer")
        let button: String
        switch game.steering {
        case .guess: button = "lock_now"
        case .quiz: button = "lock"
        case .entries:
            if screen.element("claim") != nil { executioner.note(.claiming) }
            if (screen.stat("grabbed") ?? 0) > 0 { executioner.note(.grabbing) }
            button = "close_now"
        case .none: return
        }
        // Now and then a game is ended early; it would end by itself.
        guard Double.random(in: 0..<1, using: &random) < plan.haste else { return }
        executioner.note(.closing)
        _ = await staff.request(
            "act", [("plugin", .string(game.plugin)), ("name", .string(button))])
    }

    /// Everybody in the room tells whether they see themselves win.
    private func settle(_ plugin: String, count: Int) async {
        let end = clock.monotonicNanoseconds + 20_000_000_000
        for person in crowd {
            while await !person.settle(plugin, stops: count) {
                guard clock.monotonicNanoseconds < end else { break }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Lets people onto seats, and answers what the assistant handed over, until the games are over.
    func attend(random: SeededRandom, until isOver: @Sendable () -> Bool) async {
        var random = random
        while !isOver() {
            try? await Task.sleep(for: .milliseconds(500))
            guard await operatorOfShow.connect() else { continue }
            let requests = await operatorOfShow.screen("panel:co-host:host").all(
                idPrefix: "accept-")
            if let request = requests.first?["id"], Bool.random(using: &random) {
                await press("co-host", request)
            }
            let desk = await operatorOfShow.screen("panel:faq-assistant:host")
            if let entry = desk.first(idPrefix: "tap-")?["id"], Bool.random(using: &random) {
                await press("faq-assistant", entry)
            } else if let button = desk.first(idPrefix: "dismiss-")?["id"],
                Int.random(in: 0..<8, using: &random) == 0
            {
                await press("faq-assistant", button)
            }
        }
    }

    private func press(_ plugin: String, _ button: JSON) async {
        _ = await operatorOfShow.request("act", [("plugin", .string(plugin)), ("name", button)])
    }

    /// Ends the evening: everybody has heard everything.
    ///
    /// - Returns: The offset of the last event.
    func bringDownTheCurtain() async throws -> Int64 {
        try await stop("faq-assistant", operatorOfShow)
        try await stop("co-host", operatorOfShow)
        var last: Int64 = 0
        try await wait("the last event", seconds: 120) {
            guard await host.connect() else { return false }
            let answer = await host.request(
                "publish", [("name", "curtain"), ("data", .null)])
            guard case .reply(let reply) = answer else { return false }
            last = reply["offset"]?.integerValue ?? 0
            return last > 0
        }
        let end = clock.monotonicNanoseconds + 120_000_000_000
        for person in crowd + [host, operatorOfShow] {
            while await person.offset < last {
                guard clock.monotonicNanoseconds < end else {
                    await person.note("was never told of events after \(await person.offset)")
                    break
                }
                _ = await person.connect()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return last
    }
}
