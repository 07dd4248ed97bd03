package import Clockwork

/// One thread that waits for sockets, alarms and work, and the executor of the actors that live on
/// it: they may be entered from whatever runs here with `assumeIsolated`.
///
/// It goes round and round: what the sockets have, then the alarms that are due, then the work that was
/// given; and it sleeps when there is nothing of either. The thread ends when nobody holds the
/// loop any more.
package final class Loop: SerialExecutor {
    private let runner: LoopRunner

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: Shown by debuggers, which cut it after 15 bytes.
    ///   - clock: Tells when alarms are due. It must go as the system's does: the thread sleeps by that.
    package init(name: String, clock: any Clock = SystemClock()) {
        runner = LoopRunner(name: name, clock: clock)
        runner.start()
    }

    deinit { runner.end() }

    // MARK: - From any thread

    package func enqueue(_ job: consuming ExecutorJob) { runner.give(.job(UnownedJob(job), self)) }

    /// Takes a job of a task that prefers this loop.
    func give(_ job: UnownedJob, of executor: LoopTaskExecutor) {
        runner.give(.taskJob(job, executor))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(runner.isCurrent, "this is the affair of another thread")
    }

    /// Gives work, to be done in order with what was given before.
    package func post(_ body: @escaping @Sendable () -> Void) { runner.give(.block(body)) }

    /// Lets the thread go round once more, for what its resident finds by itself.
    func wake() { runner.wake() }

    /// Gives the loop the one whose sockets it watches. Held weakly.
    package func settle(_ resident: any LoopResident) {
        post { [runner, weak resident] in runner.resident = resident }
    }

    // MARK: - On the thread

    /// Nanoseconds of the clock by which alarms ring.
    var now: UInt64 { runner.clock.monotonicNanoseconds }

    /// Whether the loop goes round at its alarms only, as long as there are any, and lets everything
    /// else wait until then. A loop that has so much to do that it wakes all the time does more with its
    /// time when it wakes less often.
    var isPaced: Bool {
        get { runner.isPaced }
        set { runner.isPaced = newValue }
    }

    /// An alarm that is not set yet.
    package func alarm(_ body: @escaping () -> Void) -> LoopAlarm {
        LoopAlarm(runner: runner, body: body)
    }

    package func watch(_ socket: Int32, number: UInt64, for interest: Readiness.Interest) {
        runner.readiness.watch(socket, number: number, for: interest)
    }

    package func change(_ socket: Int32, number: UInt64, to interest: Readiness.Interest) {
        runner.readiness.change(socket, number: number, to: interest)
    }

    package func forget(_ socket: Int32) { runner.readiness.forget(socket) }

    /// One of the sockets that are ready, for ``LoopResident/begin(ready:)``.
    package func event(_ index: Int) -> Readiness.Event { runner.readiness.event(index) }
}

/// Has sockets on a loop; called on its thread.
package protocol LoopResident: AnyObject, Sendable {
    /// A round begins: so many sockets are ready, ``Loop/event(_:)`` tells which. One that is not
    /// its resident's has the number `UInt64.max`.
    func begin(ready count: Int)
    /// A round ends: work and alarms are done.
    func end()
}
