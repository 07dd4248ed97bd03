import CAllocationCounter
import Clockwork
import Foundation
import Testing
import Wire

@testable import Lanes

/// The steady path of fan-out: what is delivered to one reader more costs no allocation more.
@Suite(.serialized, .enabled(if: allocation_counter_works()), .timeLimit(.minutes(15)))
struct AllocationTests {
    enum Kind: CaseIterable {
        case event, chatter, state

        func message(_ number: Int) -> Delivery {
            let frame = WebSocketFrame.text(
                Array("\(number):".utf8) + [UInt8](repeating: 0x78, count: 200))
            return switch self {
            case .event: .event(audience: 0, frame)
            case .chatter: .chatter(audience: 0, frame)
            case .state: .state(audience: 0, key: "likes", frame, staffOnly: false)
            }
        }
    }

    /// The allocations on the lane while messages go out to all readers, one turn each.
    private func allocations(_ kind: Kind, readers: Int, messages: Int) async throws -> Int {
        // Always at once: a busy machine must not make the lane merge what is counted one by one.
        var limits = LaneLimits()
        limits.immediateShare = 1_000_000
        let fixture = await LaneFixture(limits: limits)
        var ends: [FarEnd] = []
        for _ in 0..<readers {
            let (id, far) = try await fixture.connect()
            fixture.admit(id)
            ends.append(far)
        }
        let counted = Lock(0)
        // First come some that fill what is kept from message to message.
        for number in -20..<messages {
            let deliveries = [kind.message(number)]
            fixture.lane.run { lane in
                // The turn that the posting asks for finds nothing any more.
                lane.post(deliveries)
                let before = allocation_counter_count()
                lane.takeDeliveries()
                let after = allocation_counter_count()
                if number >= 0 { counted.withLock { $0 += Int(after - before) } }
            }
            await fixture.turn()
            for far in ends { far.readOnce() }
        }
        let statistics = await fixture.lane.statistics
        #expect(statistics.writes >= readers * messages)
        let received = Set(ends.map(\.texts.count))
        #expect(received == [1 + 20 + messages])
        return counted.withLock { $0 }
    }

    @Test(arguments: Kind.allCases)
    func `fan-out allocates by the message, never by the reader`(kind: Kind) async throws {
        let messages = 60
        let few = try await allocations(kind, readers: 4, messages: messages)
        let many = try await allocations(kind, readers: 200, messages: messages)
        #expect(many <= few + messages / 4, "\(kind): \(few) with 4 readers, \(many) with 200")
        #expect(many <= 12 * messages, "\(kind): \(many) for \(messages) messages")
    }

    @Test func `the counter counts`() {
        let before = allocation_counter_count()
        var kept: [[Int]] = []
        for number in 0..<10 { kept.append([number, number]) }
        #expect(allocation_counter_count() - before >= 10)
        #expect(kept.count == 10)
    }
}
