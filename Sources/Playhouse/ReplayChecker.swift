import Clockwork
package import PluginHosting
package import Scripting
import Wire

/// Makes a share of the live calls again in the background, on a stage of its own, and reports every
/// difference: a plugin whose calls depend on anything but the program, the state and the event would
/// spoil replay and audit unseen.
///
/// Rooms never wait for it. What comes while many checks wait is left out, and counted.
package final class ReplayChecker: Sendable {
    /// One call and what came of it.
    package struct Job: Sendable {
        package var check: ReplayCheck
        package var outcome: ScriptOutcome
        package var show: String
        package var plugin: String
        /// Of the record.
        package var sequence: Int64
    }

    /// What was done so far.
    package struct Counts: Sendable, Equatable {
        /// Calls that were made again and could be compared.
        package var checks = 0
        package var differences = 0
        /// Calls that were left out: too many waited, or one of the two was cut short.
        package var skips = 0
    }

    private struct State {
        var waiting: [Job] = []
        var isRunning = false
        var isClosed = false
        var counts = Counts()
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let stage: any Stage
    private let log: Log
    private let waitingMax: Int
    private let state = Lock(State())

    package init(stage: any Stage, log: Log, waitingMax: Int = 32) {
        self.stage = stage
        self.log = log
        self.waitingMax = waitingMax
    }

    package var counts: Counts { state.withLock { $0.counts } }

    /// Hands a call over; returns at once.
    package func post(_ job: Job) {
        let starts = state.withLock { state in
            guard state.waiting.count < waitingMax, !state.isClosed else {
                state.counts.skips += 1
                return false
            }
            state.waiting.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { Task { await run() } }
    }

    /// Leaves out what waits and what comes, and returns when the stage is no longer used.
    package func close() async {
        state.withLock { state in
            state.isClosed = true
            state.counts.skips += state.waiting.count
            state.waiting = []
        }
        await settled()
    }

    /// Returns when nothing waits.
    package func settled() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.isRunning { state.idleWaiters.append(continuation) }
                return !state.isRunning
            }
            if isIdle { continuation.resume() }
        }
    }

    private func run() async {
        while let job = next() {
            let verdict = await job.check.run(
                comparing: job.outcome, on: stage,
                as: PlayID(show: "check:" + job.show, plugin: job.plugin))
            if case .different(let difference) = verdict { report(difference, job) }
            state.withLock { state in
                switch verdict {
                case .same: state.counts.checks += 1
                case .different:
                    state.counts.checks += 1
                    state.counts.differences += 1
                case .inconclusive: state.counts.skips += 1
                }
            }
        }
    }

    private func next() -> Job? {
        var waiters: [CheckedContinuation<Void, Never>] = []
        let job = state.withLock { state -> Job? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.isRunning = false
            swap(&waiters, &state.idleWaiters)
            return nil
        }
        for waiter in waiters { waiter.resume() }
        return job
    }

    private func report(_ difference: ReplayDifference, _ job: Job) {
        log.error(
            "a plugin did not do the same again: it depends on something that is not recorded",
            [
                "show": .string(job.show), "sequence": .integer(job.sequence),
                "plugin": .string(job.plugin), "hook": .string(difference.hook),
                "difference": .string(difference.lines().joined(separator: "\n")),
            ])
    }
}
