import Clockwork
import Dispatch
import Testing

@Suite struct MailboxTests {
    @Test func `Only a post into an empty mailbox wakes the owner`() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.post(1))
        #expect(!mailbox.post(2))
        #expect(!mailbox.post(contentsOf: [3, 4]))
        #expect(mailbox.takeAll() == [1, 2, 3, 4])
        #expect(mailbox.post(contentsOf: [5, 6]))
        #expect(!mailbox.post(7))
    }

    @Test func `Posting nothing wakes nobody`() {
        let mailbox = Mailbox<Int>()
        #expect(!mailbox.post(contentsOf: []))
        #expect(mailbox.takeAll().isEmpty)
        #expect(mailbox.post(1))
    }

    @Test func `What is taken is gone`() {
        let mailbox = Mailbox<Int>()
        _ = mailbox.post(contentsOf: [1, 2])
        #expect(mailbox.takeAll() == [1, 2])
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test func `Every value arrives once, in its sender's order, with a wake for every batch`() {
        let mailbox = Mailbox<(sender: Int, number: Int)>()
        let wakes = Lock(0)
        let taken = Lock<[(sender: Int, number: Int)]>([])
        let owner = DispatchQueue(label: "mailbox.owner")
        let each = 2_000
        DispatchQueue.concurrentPerform(iterations: 4) { sender in
            for number in 0..<each where mailbox.post((sender, number)) {
                wakes.withLock { $0 += 1 }
                owner.async {
                    let batch = mailbox.takeAll()
                    taken.withLock { $0 += batch }
                }
            }
        }
        // The queue is serial: when this runs, every wake before it has been served.
        owner.sync {}
        let all = taken.withLock { $0 }
        #expect(all.count == 4 * each)
        for sender in 0..<4 {
            #expect(all.filter { $0.sender == sender }.map(\.number) == Array(0..<each))
        }
        #expect(mailbox.takeAll().isEmpty)
        #expect((1...4 * each).contains(wakes.withLock { $0 }))
    }
}
