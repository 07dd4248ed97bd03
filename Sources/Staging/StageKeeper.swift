import Clockwork
import PluginHosting
import Scripting

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The processes of a ``StageProcess`` at a moment.
package struct StageFigures: Sendable, Equatable {
    /// The process that has the plays; nil while it is being started.
    package var active: Int32?
    package var spare: Int32?
    /// Each has one play that ran long.
    package var aside: [Int32] = []
    /// Processes started so far.
    package var starts = 0
    /// Processes that died, hung or could not be started, and had to be replaced.
    package var restarts = 0
    /// Of these, those that a play was charged for.
    package var charges = 0
    package var plays = 0
    /// Batches of calls that were answered, and the calls in them.
    package var batches = 0
    package var calls = 0
    /// Time from giving these batches to a stage to their answers.
    package var busySeconds = 0.0

    package init() {}
}

/// Performs what ``Supervision`` decides, on a thread of its own: starts processes, moves bytes,
/// watches the time.
///
/// A thread, not Dispatch: Linux kills a process that asked for it (PR_SET_PDEATHSIG) when the
/// thread ends that started it, and Dispatch ends its threads when it likes.
final class StageKeeper: @unchecked Sendable {
    // Sendable: `inbox` and `published` are locks; `wake` never changes; everything else is touched
    // by the thread alone, which `init` starts last.
    private struct Inbox: Sendable {
        var asks: [Ask] = []
        var isStopping = false
        var hasStopped = false
        var whenStopped: [CheckedContinuation<Void, Never>] = []
    }

    struct Ask: Sendable {
        var play: PlayID?
        var order: Supervision.Order
        var reply: @Sendable (Supervision.Reply) -> Void
    }

    private let inbox = Lock(Inbox())
    private let published = Lock(StageFigures())
    private let wake: (read: Int32, write: Int32)
    private let executable: String
    private let note: @Sendable (StageNote) -> Void
    private let clock: any Clock

    private var supervision: Supervision
    private var children: [Int: StageChild] = [:]
    private var replies: [UInt64: @Sendable (Supervision.Reply) -> Void] = [:]
    private var lastTicket: UInt64 = 0
    /// What is counted; the rest of the figures is filled in when they are published.
    private var counted = StageFigures()
    /// When batches that are under way were asked for, and their calls.
    private var batches: [UInt64: (sinceNanoseconds: UInt64, calls: Int)] = [:]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    /// How often busy stages are looked after.
    private static let tickMilliseconds: Int32 = 25

    init(
        executable: String, limits: StageLimits, clock: any Clock,
        note: @escaping @Sendable (StageNote) -> Void
    ) {
        self.executable = executable
        self.note = note
        self.clock = clock
        supervision = Supervision(limits: limits, now: clock.monotonicNanoseconds)
        var pair: [Int32] = [-1, -1]
        let code = pipe(&pair)
        precondition(code == 0, "pipe failed with \(errno)")
        wake = (pair[0], pair[1])
        for descriptor in pair {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        startThread()
    }

    deinit {
        buffer.deallocate()
        close(wake.read)
        close(wake.write)
    }

    // MARK: - From other threads

    var figures: StageFigures { published.withLock { $0 } }

    func post(_ ask: Ask) {
        let (isFirst, hasStopped) = inbox.withLock { inbox in
            guard !inbox.isStopping else { return (false, true) }
            inbox.asks.append(ask)
            return (inbox.asks.count == 1, false)
        }
        if hasStopped { return ask.reply(.lost) }
        if isFirst { signal() }
    }

    /// Asks the thread to end; does not wait.
    func requestStop() {
        inbox.withLock { $0.isStopping = true }
        signal()
    }

    func stop() async {
        await withCheckedContinuation { continuation in
            let hasStopped = inbox.withLock { inbox in
                inbox.isStopping = true
                if !inbox.hasStopped { inbox.whenStopped.append(continuation) }
                return inbox.hasStopped
            }
            if hasStopped { continuation.resume() } else { signal() }
        }
    }

    private func signal() {
        var byte: UInt8 = 1
        // Full means that it is awake anyway.
        _ = write(wake.write, &byte, 1)
    }

    // MARK: - The thread

    private func startThread() {
        let context = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Glibc)
            var thread: pthread_t = 0
        #else
            var thread: pthread_t?
        #endif
        let code = pthread_create(&thread, nil, runKeeper, context)
        precondition(code == 0, "pthread_create failed with \(code)")
        #if canImport(Glibc)
            pthread_detach(thread)
        #else
            if let thread { pthread_detach(thread) }
        #endif
    }

    fileprivate func loop() {
        while takeInbox() {
            perform()
            publish()
            wait()
            supervision.tick(now: clock.monotonicNanoseconds) { [children] in
                children[$0]?.running ?? 0
            }
            perform()
        }
        supervision.stop()
        perform()
        children = [:]
        publish()
        let waiting = inbox.withLock { inbox in
            inbox.hasStopped = true
            defer { inbox.whenStopped = [] }
            return inbox.whenStopped
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Hands over what was posted; false when it is time to stop.
    private func takeInbox() -> Bool {
        let (asks, isStopping) = inbox.withLock { inbox in
            defer { inbox.asks = [] }
            return (inbox.asks, inbox.isStopping)
        }
        let now = clock.monotonicNanoseconds
        for ask in asks {
            lastTicket += 1
            replies[lastTicket] = ask.reply
            if ask.order.kind == .run { batches[lastTicket] = (now, ask.order.callCount) }
            supervision.ask(lastTicket, ask.play, ask.order, now: now)
        }
        return !isStopping
    }

    private func perform() {
        while true {
            let actions = supervision.takeActions()
            if actions.isEmpty { return }
            for action in actions { perform(action) }
        }
    }

    private func perform(_ action: Supervision.Action) {
        switch action {
        case .start(let number):
            counted.starts += 1
            do throws(StageStartError) {
                children[number] = try StageChild(executable: executable)
            } catch {
                supervision.died(
                    number, running: 0, how: "the stage process cannot be started: \(error)",
                    now: clock.monotonicNanoseconds)
            }
        case .send(let number, let bytes): children[number]?.send(bytes)
        case .kill(let number): children.removeValue(forKey: number)?.end()
        case .reply(let ticket, let reply):
            count(ticket, reply)
            replies.removeValue(forKey: ticket)?(reply)
        case .note(let what):
            if case .ended(_, let play) = what {
                counted.restarts += 1
                if play != nil { counted.charges += 1 }
            }
            note(what)
        }
    }

    private func count(_ ticket: UInt64, _ reply: Supervision.Reply) {
        guard let batch = batches.removeValue(forKey: ticket), case .answer = reply else { return }
        counted.batches += 1
        counted.calls += batch.calls
        counted.busySeconds +=
            Double(clock.monotonicNanoseconds - batch.sinceNanoseconds) / 1e9
    }

    private func publish() {
        var figures = counted
        figures.active = children[supervision.active]?.process
        figures.spare = supervision.spare.flatMap { children[$0]?.process }
        figures.aside = supervision.aside.compactMap { children[$0]?.process }
        figures.plays = supervision.playCount
        published.withLock { $0 = figures }
    }

    private func wait() {
        var entries = [pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)]
        let numbers = children.keys.sorted()
        for number in numbers {
            guard let child = children[number] else { continue }
            let events = child.hasUnsent ? POLLIN | POLLOUT : POLLIN
            entries.append(pollfd(fd: child.socket, events: Int16(events), revents: 0))
            entries.append(pollfd(fd: child.complaints, events: Int16(POLLIN), revents: 0))
        }
        let timeout = supervision.isWatching ? Self.tickMilliseconds : -1
        guard poll(&entries, nfds_t(entries.count), timeout) > 0 else { return }
        if entries[0].revents != 0 {
            while read(wake.read, buffer.baseAddress, buffer.count) > 0 {}
        }
        for (index, number) in numbers.enumerated() {
            let (pipe, complaints) = (entries[1 + 2 * index], entries[2 + 2 * index])
            if complaints.revents != 0 { listen(to: number) }
            if pipe.revents & Int16(POLLOUT) != 0 { children[number]?.flush() }
            if pipe.revents & ~Int16(POLLOUT) != 0 { receive(from: number) }
        }
    }

    private func listen(to number: Int) {
        guard let child = children[number], let text = child.readComplaints(into: buffer) else {
            return
        }
        note(.said(text))
    }

    private func receive(from number: Int) {
        guard let child = children[number] else { return }
        let now = clock.monotonicNanoseconds
        switch child.read(into: buffer) {
        case .nothing: break
        case .bytes(let count):
            supervision.received(
                UnsafeRawBufferPointer(rebasing: buffer[..<count]), from: number,
                running: child.running, now: now)
        case .end:
            listen(to: number)
            let running = child.running
            supervision.died(number, running: running, how: child.end(), now: now)
        }
        perform()
    }
}

#if canImport(Glibc)
    private typealias Context = UnsafeMutableRawPointer?
#else
    private typealias Context = UnsafeMutableRawPointer
#endif

private func runKeeper(_ context: Context) -> UnsafeMutableRawPointer? {
    let optional: UnsafeMutableRawPointer? = context
    guard let optional else { return nil }
    Unmanaged<StageKeeper>.fromOpaque(optional).takeRetainedValue().loop()
    return nil
}
