import Clockwork
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import Lanes

/// Lives on a loop, as lanes and rooms do.
private actor Tenant {
    nonisolated let executor: Loop
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private(set) var numbers: [Int] = []
    private let ended: Lock<Int>

    init(_ executor: Loop, ended: Lock<Int> = Lock(0)) {
        self.executor = executor
        self.ended = ended
    }

    isolated deinit { ended.withLock { $0 += 1 } }

    func append(_ number: Int) { numbers.append(number) }

    /// Enters from whatever thread this is called on.
    nonisolated func enter() { assumeIsolated { $0.append(1) } }

    var thread: Int { threadNumber() }

    private var alarms: [LoopAlarm] = []

    /// Sets alarms to so many milliseconds from now; each notes its own number.
    func setAlarms(_ milliseconds: [Int]) {
        alarms = milliseconds.map { wait in
            let alarm = executor.alarm { [weak self] in
                self?.assumeIsolated { $0.append(wait) }
            }
            alarm.set(afterNanoseconds: UInt64(wait) * 1_000_000)
            return alarm
        }
    }

    /// Sets three alarms and changes its mind about two.
    func waver() {
        setAlarms([1, 40, 2])
        alarms[0].clear()
        alarms[1].set(afterNanoseconds: 3_000_000)
    }
}

private func threadNumber() -> Int { pthread_self().hashValue }

#if os(Linux)
    /// The threads of this process that have a name.
    private func threadCount(named name: String) -> Int {
        let folder = "/proc/self/task"
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return tasks.count { task in
            let comm = try? String(contentsOfFile: "\(folder)/\(task)/comm", encoding: .utf8)
            return comm == name + "\n"
        }
    }
#endif

@Suite(.timeLimit(.minutes(15)))
struct LoopTests {
    private func wait(for isDone: () async -> Bool) async throws {
        for _ in 0..<60_000 {
            if await isDone() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("waited in vain")
    }

    @Test func `an actor's jobs and posted work run on one thread`() async {
        let loop = Loop(name: "test")
        let tenant = Tenant(loop)
        let thread = await tenant.thread
        #expect(thread != threadNumber())
        let posted = await withCheckedContinuation { done in
            loop.post { done.resume(returning: threadNumber()) }
        }
        #expect(posted == thread)
    }

    @Test func `posted work may enter the actor without waiting`() async {
        let loop = Loop(name: "test")
        let tenant = Tenant(loop)
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            loop.post {
                tenant.assumeIsolated { $0.append(1) }
                tenant.assumeIsolated { $0.append(2) }
                done.resume()
            }
        }
        #expect(await tenant.numbers == [1, 2])
    }

    @Test func `many tasks and blocks take turns, and none is lost`() async {
        let loop = Loop(name: "test")
        let tenant = Tenant(loop)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        await tenant.append(number)
                    } else {
                        loop.post { tenant.assumeIsolated { $0.append(number) } }
                    }
                }
            }
        }
        // Given after everything else.
        let numbers = await tenant.numbers
        #expect(numbers.sorted() == Array(0..<2_000))
    }

    @Test func `entering the actor from elsewhere ends the process`() async {
        await #expect(processExitsWith: .failure) { Tenant(Loop(name: "test")).enter() }
    }

    @Test func `alarms ring in the order of their times`() async throws {
        let tenant = Tenant(Loop(name: "test"))
        await tenant.setAlarms([12, 3, 7, 1])
        try await wait { await tenant.numbers.count == 4 }
        #expect(await tenant.numbers == [1, 3, 7, 12])
    }

    @Test func `an alarm that is cleared is silent, and one that is set anew rings once`()
        async throws
    {
        let tenant = Tenant(Loop(name: "test"))
        await tenant.waver()
        try await wait { await tenant.numbers.count >= 2 }
        try await Task.sleep(for: .milliseconds(60))
        #expect(await tenant.numbers.sorted() == [2, 40])
    }

    @Test func `what lives on a loop ends there, and the thread with it`() async throws {
        let ended = Lock(0)
        var tenants: [Tenant] = (0..<20).map { _ in Tenant(Loop(name: "short-lived"), ended: ended)
        }
        for tenant in tenants { await tenant.append(1) }
        #if os(Linux)
            #expect(threadCount(named: "short-lived") == 20)
        #endif
        tenants = []
        try await wait { ended.withLock { $0 } == 20 }
        #if os(Linux)
            try await wait { threadCount(named: "short-lived") == 0 }
        #endif
    }
}
