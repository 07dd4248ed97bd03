import Clockwork
import Dispatch
import Testing

/// Lives on the queue of its executor, as lanes and rooms do.
private actor Resident {
    nonisolated let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private(set) var numbers: [Int] = []

    init(_ executor: QueueExecutor) { self.executor = executor }

    func append(_ number: Int) { numbers.append(number) }

    /// Enters from whatever thread this is called on.
    nonisolated func enter() { assumeIsolated { $0.append(1) } }

    func mark(of key: DispatchSpecificKey<String>) -> String? {
        DispatchQueue.getSpecific(key: key)
    }
}

@Suite struct QueueExecutorTests {
    @Test func `An actor's jobs run on the queue`() async {
        let executor = QueueExecutor(label: "executor.jobs")
        let key = DispatchSpecificKey<String>()
        executor.queue.setSpecific(key: key, value: "here")
        let resident = Resident(executor)
        #expect(await resident.mark(of: key) == "here")
        #expect(DispatchQueue.getSpecific(key: key) == nil)
    }

    @Test func `Work of the queue may enter the actor without waiting`() async {
        let executor = QueueExecutor(label: "executor.entering")
        let resident = Resident(executor)
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            executor.queue.async {
                resident.assumeIsolated { $0.append(1) }
                resident.assumeIsolated { $0.append(2) }
                done.resume()
            }
        }
        #expect(await resident.numbers == [1, 2])
    }

    @Test func `Many tasks and blocks take turns`() async {
        let executor = QueueExecutor(label: "executor.turns")
        let resident = Resident(executor)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        await resident.append(number)
                    } else {
                        executor.queue.async { resident.assumeIsolated { $0.append(number) } }
                    }
                }
            }
        }
        executor.queue.sync {}
        #expect(await resident.numbers.sorted() == Array(0..<500))
    }

    @Test func `Entering the actor from elsewhere ends the process`() async {
        await #expect(processExitsWith: .failure) {
            Resident(QueueExecutor(label: "executor.elsewhere")).enter()
        }
    }
}
