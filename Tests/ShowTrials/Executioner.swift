import Clockwork

/// Ends the server at the moment that was drawn, whoever's thread brings the news.
final class Executioner: Sendable {
    private struct State {
        var server: TrialServer?
        var skips: Int
        var isDone = false
        /// When the cue came, if it has.
        var cuedAt: UInt64?
    }

    let moment: KillMoment
    private let clock = SystemClock()
    private let state: Lock<State>

    init(_ moment: KillMoment) {
        self.moment = moment
        var skips = 0
        if case .cue(_, let skipping) = moment.choice { skips = skipping }
        state = Lock(State(skips: skips))
    }

    func aim(at server: TrialServer) { state.withLock { $0.server = server } }

    var isDone: Bool { state.withLock { $0.isDone } }

    /// Tells of something that happens; at the cue the server ends, at once or a little later.
    func note(_ cue: KillMoment.Cue) {
        guard case .cue(cue, _) = moment.choice else { return }
        let isNow = state.withLock { state in
            guard state.cuedAt == nil else { return false }
            if state.skips > 0 {
                state.skips -= 1
                return false
            }
            state.cuedAt = clock.monotonicNanoseconds
            return moment.delayMilliseconds == 0
        }
        if isNow { strike() }
    }

    /// Waits until the moment is there, or the show would end without it.
    func wait(untilNoLaterThan seconds: Double) async throws {
        let began = clock.monotonicNanoseconds
        while !isDone {
            let elapsed = Double(clock.monotonicNanoseconds - began) / 1e9
            let cuedAt = state.withLock { $0.cuedAt }
            if let cuedAt {
                let waited = Int((clock.monotonicNanoseconds - cuedAt) / 1_000_000)
                if waited >= moment.delayMilliseconds { return strike() }
            } else if case .seconds(let due) = moment.choice, elapsed >= due {
                return strike()
            }
            if elapsed > seconds { return strike() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func strike() {
        state.withLock { state in
            guard !state.isDone else { return }
            state.isDone = true
            state.server?.kill()
        }
    }
}
