import Clockwork

#if os(Linux)
    import CKernel
    import Glibc
#else
    import Darwin
#endif

/// The thread of a ``Loop`` and what it looks after.
final class LoopRunner: @unchecked Sendable {
    // Sendable: `readiness`, `resident`, `isPaced`, `alarms` and `nextDue` are touched on the thread only, which
    // `start` begins after `init`; `mail` lies behind its lock, the rest does not change.

    enum Work: Sendable {
        /// The executor is held until the job is done, because the job's actor may be its last holder.
        case job(UnownedJob, Loop)
        case taskJob(UnownedJob, LoopTaskExecutor)
        case block(@Sendable () -> Void)
    }

    private struct Mail {
        var work: [Work] = []
        /// The thread is, or is about to be, in the kernel, and the bell must be rung.
        var isAsleep = false
        /// Somebody wants a round.
        var isWanted = false
        var isEnding = false
        var thread: pthread_t?
    }

    private static let bellNumber = UInt64.max

    private let name: String
    let clock: any Clock
    /// Sleeps to the next alarm whatever comes meanwhile; set on the thread.
    var isPaced = false
    let readiness = Readiness()
    weak var resident: (any LoopResident)?
    private let bell = Doorbell()
    private let mail = Lock(Mail())
    private var alarms: [LoopAlarm] = []
    /// No alarm is due before; some may have been cleared since.
    private var nextDue = UInt64.max

    init(name: String, clock: any Clock) {
        self.name = name
        self.clock = clock
        readiness.watch(bell.descriptor, number: Self.bellNumber, for: .reading)
    }

    // MARK: - From any thread

    func start() {
        #if canImport(Glibc)
            var thread: pthread_t = 0
        #else
            var thread: pthread_t?
        #endif
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(&thread, nil, runLoop, context)
        precondition(code == 0, "pthread_create failed with \(code)")
        #if canImport(Glibc)
            pthread_detach(thread)
        #else
            if let thread { pthread_detach(thread) }
        #endif
    }

    var isCurrent: Bool {
        mail.withLock { mail in mail.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
        }
    }

    func give(_ work: Work) {
        let isAsleep = mail.withLock { mail in
            mail.work.append(work)
            defer { mail.isAsleep = false }
            return mail.isAsleep
        }
        if isAsleep { bell.ring() }
    }

    func wake() {
        let isAsleep = mail.withLock { mail in
            mail.isWanted = true
            defer { mail.isAsleep = false }
            return mail.isAsleep
        }
        if isAsleep { bell.ring() }
    }

    /// Lets the thread end when it has done what it was given.
    func end() {
        mail.withLock { $0.isEnding = true }
        wake()
    }

    // MARK: - On the thread

    fileprivate func run() {
        // Signals are for the threads that wait for them.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        #if os(Linux)
            _ = kernel_name_thread(name)
        #endif
        mail.withLock { $0.thread = pthread_self() }
        var work: [Work] = []
        while true {
            let isPaced = isPaced && nextDue != .max
            let (mayRest, isEnding) = mail.withLock { mail in
                let isIdle = mail.work.isEmpty && !mail.isWanted
                // Nobody needs to ring for one that will look by itself.
                mail.isAsleep = isIdle && !isPaced
                return (isIdle, isIdle && mail.isEnding)
            }
            if isEnding { return }
            if isPaced { sleep(nanoseconds: restNanoseconds) }
            let ready = readiness.wait(nanoseconds: mayRest && !isPaced ? restNanoseconds : 0)
            mail.withLock { mail in
                mail.isAsleep = false
                mail.isWanted = false
                swap(&mail.work, &work)
            }
            for index in 0..<ready where readiness.event(index).number == Self.bellNumber {
                bell.quieten()
            }
            resident?.begin(ready: ready)
            ringAlarms()
            // What work leads to is done in the same round, within reason: whoever lives here may hand
            // it on several times.
            for _ in 0..<8 where !work.isEmpty {
                for item in work { perform(item) }
                work.removeAll(keepingCapacity: true)
                mail.withLock { swap(&$0.work, &work) }
            }
            if !work.isEmpty { mail.withLock { $0.work.insert(contentsOf: work, at: 0) } }
            work.removeAll(keepingCapacity: true)
            resident?.end()
        }
    }

    private func perform(_ work: Work) {
        switch work {
        case .job(let job, let loop): job.runSynchronously(on: loop.asUnownedSerialExecutor())
        case .taskJob(let job, let executor):
            job.runSynchronously(on: executor.asUnownedTaskExecutor())
        case .block(let body): body()
        }
    }

    private var restNanoseconds: UInt64 {
        guard nextDue != .max else { return .max }
        let now = clock.monotonicNanoseconds
        return nextDue > now ? nextDue - now : 0
    }

    private func sleep(nanoseconds: UInt64) {
        var time = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }

    func list(_ alarm: LoopAlarm) {
        nextDue = min(nextDue, alarm.dueNanoseconds)
        guard !alarm.isListed else { return }
        alarm.isListed = true
        alarms.append(alarm)
    }

    private func ringAlarms() {
        guard nextDue != .max else { return }
        let now = clock.monotonicNanoseconds
        guard now >= nextDue else { return }
        var due: [LoopAlarm] = []
        nextDue = .max
        alarms.removeAll { alarm in
            if alarm.dueNanoseconds <= now {
                due.append(alarm)
            } else if alarm.isSet {
                nextDue = min(nextDue, alarm.dueNanoseconds)
                return false
            }
            alarm.isListed = false
            return true
        }
        // A thread that is late still keeps the order.
        if due.count > 1 { due.sort { $0.dueNanoseconds < $1.dueNanoseconds } }
        for alarm in due where alarm.dueNanoseconds <= now {
            alarm.clear()
            alarm.body()
        }
    }
}

#if canImport(Glibc)
    private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        Unmanaged<LoopRunner>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
#else
    private func runLoop(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<LoopRunner>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
#endif
