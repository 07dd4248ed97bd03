import Clockwork

/// Rings once at a time that is set, on the thread of its loop; to be used there only.
package final class LoopAlarm {
    private unowned let runner: LoopRunner
    let body: () -> Void
    /// `UInt64.max` while it is not set.
    private(set) var dueNanoseconds = UInt64.max
    /// Whether the loop has it on its list.
    var isListed = false

    init(runner: LoopRunner, body: @escaping () -> Void) {
        self.runner = runner
        self.body = body
    }

    /// Whether it will ring.
    package var isSet: Bool { dueNanoseconds != .max }

    /// Sets it to so long from now, instead of what it was set to.
    package func set(afterNanoseconds wait: UInt64) {
        set(atNanoseconds: runner.clock.monotonicNanoseconds &+ wait)
    }

    /// Sets it to a moment of the loop's clock, instead of what it was set to.
    package func set(atNanoseconds due: UInt64) {
        dueNanoseconds = due
        runner.list(self)
    }

    package func clear() { dueNanoseconds = .max }
}
