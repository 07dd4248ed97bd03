import Clockwork
import Wire

/// One show with all five plugins, killed once at a moment that its seed draws, and looked into
/// afterwards.
package struct ShowTrial: Sendable {
    private let plan: TrialPlan
    private let moment: KillMoment
    private let clock = SystemClock()

    package init(_ plan: TrialPlan) {
        self.plan = plan
        moment = KillMoment.drawn(plan)
    }

    /// Plays the show to its end and judges it.
    ///
    /// - Throws: ``TrialFailure`` when it could not be played to its end, which is as bad as a problem.
    package func run() async throws -> TrialReport {
        let began = clock.monotonicNanoseconds
        let folder = try TrialFolder(isKept: plan.keepsFolder)
        try TrialRoom.prepare(folder, plan, port: 0)
        let executioner = Executioner(moment)
        let first = try await TrialServer.start(plan.executable, in: folder)
        executioner.aim(at: first)
        try TrialRoom.prepare(folder, plan, port: first.port)
        let cast = try Cast(plan, port: first.port, executioner)
        let script = TrialScript(
            plan, host: cast.host, operatorOfShow: cast.operatorOfShow, crowd: cast.crowd,
            executioner: executioner)
        let second = try await withTrialFailure(folder, first) {
            try await perform(script, cast, executioner, first, folder)
        }
        let exitCode = try await second.drain()
        var evidence = ShowEvidence(plan, try await cast.testimonies())
        if exitCode != 0 { evidence.problems.append("the server drained with \(exitCode ?? -1)") }
        for line in first.lines(level: "error") + second.lines(level: "error") {
            evidence.problems.append("the server logged: \(line)")
        }
        try await evidence.read(folder)
        return TrialReport(
            evidence, ShowAudit(evidence).problems, moment: moment,
            milliseconds: Int((clock.monotonicNanoseconds - began) / 1_000_000))
    }

    /// Runs a body; when it fails, what the server said last goes with the error.
    private func withTrialFailure(
        _ folder: TrialFolder, _ server: TrialServer,
        _ body: () async throws -> TrialServer
    ) async throws -> TrialServer {
        do {
            return try await body()
        } catch {
            folder.keep()
            throw TrialFailure("\(error)\nseed \(plan.seed), \(moment), folder \(folder.path)")
        }
    }

    /// - Returns: The server that the show ended with.
    private func perform(
        _ script: TrialScript, _ cast: Cast, _ executioner: Executioner, _ first: TrialServer,
        _ folder: TrialFolder
    ) async throws -> TrialServer {
        var random = SeededRandom(seed: plan.seed &+ 1)
        let games = TrialScript.games(plan, &random)
        let seeds = (0...games.count).map { _ in random.next() }
        let isOver = Lock(false)
        let isAttended = Lock(true)
        return try await withThrowingTaskGroup(of: TrialServer?.self) { group in
            for person in cast.crowd {
                group.addTask {
                    await person.live(slow: plan.viewers) { isOver.withLock { $0 } }
                    return nil
                }
            }
            group.addTask {
                defer {
                    isOver.withLock { $0 = true }
                    isAttended.withLock { $0 = false }
                }
                try await script.start("faq-assistant", [:], count: 1, script.operatorOfShow)
                try await script.start(
                    "co-host", ["seats": 3, "link_seconds": 4], count: 1, script.operatorOfShow)
                // Everybody is in before the games begin.
                try await Task.sleep(for: .milliseconds(plan.viewers + 300))
                try await withThrowingTaskGroup(of: Void.self) { plays in
                    for (index, list) in games.enumerated() {
                        let staff = index == 0 ? script.host : script.operatorOfShow
                        let chance = SeededRandom(seed: seeds[index])
                        plays.addTask { try await script.play(list, staff: staff, random: chance) }
                    }
                    for try await _ in plays {}
                }
                // One that was not killed during its games is killed now.
                try await executioner.wait(untilNoLaterThan: 0)
                isAttended.withLock { $0 = false }
                _ = try await script.bringDownTheCurtain()
                return nil
            }
            group.addTask {
                await script.attend(random: SeededRandom(seed: seeds[games.count])) {
                    !isAttended.withLock { $0 }
                }
                return nil
            }
            group.addTask {
                try await executioner.wait(untilNoLaterThan: 60)
                _ = try await first.ended(withinSeconds: 60)
                try await Task.sleep(for: .milliseconds(moment.downMilliseconds))
                return try await TrialServer.start(plan.executable, in: folder)
            }
            var second: TrialServer?
            for try await result in group { second = result ?? second }
            guard let second else { throw TrialFailure("the server was not killed") }
            return second
        }
    }
}
