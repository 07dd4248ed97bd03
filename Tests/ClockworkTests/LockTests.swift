import Clockwork
import Dispatch
import Testing

@Suite struct LockTests {
    @Test func `No addition is lost among many threads`() {
        let count = Lock(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<5_000 { count.withLock { $0 += 1 } }
        }
        #expect(count.withLock { $0 } == 40_000)
    }

    @Test func `Two fields never disagree while they are changed together`() {
        struct Pair {
            var one = 0
            var other = 0
        }
        let pair = Lock(Pair())
        let disagreements = Lock(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for _ in 0..<2_000 {
                if thread.isMultiple(of: 2) {
                    pair.withLock {
                        $0.one += 1
                        $0.other += 1
                    }
                } else if pair.withLock({ $0.one != $0.other }) {
                    disagreements.withLock { $0 += 1 }
                }
            }
        }
        #expect(disagreements.withLock { $0 } == 0)
        #expect(pair.withLock { $0.one } == 8_000)
    }

    @Test func `An error passes through and leaves the lock open`() {
        struct Refusal: Error, Equatable {}
        let value = Lock(1)
        #expect(throws: Refusal()) {
            try value.withLock { (value) throws(Refusal) in
                value = 2
                throw Refusal()
            }
        }
        // Were the lock still held, this would wait for ever.
        #expect(value.withLock { $0 } == 2)
    }

    @Test func `A value that cannot be copied can be protected`() {
        struct Seat: ~Copyable { var row = 3 }
        let seat = Lock(Seat())
        seat.withLock { $0.row += 1 }
        #expect(seat.withLock { $0.row } == 4)
    }
}
