import Clockwork
import Testing

@testable import Lanes

/// Connections that change their lane.
@Suite(.timeLimit(.minutes(15)))
struct LaneMovingTests {
    @Test func `a connection that was moved goes on there and has ended here`() async throws {
        let (here, there) = (await LaneFixture(), await LaneFixture())
        let (id, far) = try await here.connect()
        here.admit(id)
        try await far.read { $0.texts == ["hi"] }
        let target = there.lane
        here.lane.run { lane in
            lane.move(id, to: target, from: PeerAddress(high: 7, low: 8)) { id, lane in
                lane.send([0x81, 1, UInt8(ascii: "m")], to: id)
            }
        }
        try await far.read { $0.texts == ["hi", "m"] }
        #expect(here.endings.withLock { $0 } == [id])
        #expect(here.releases.withLock { $0 } == [id])
        #expect(here.lane.latestStatistics.connections == 0)
        #expect(there.lane.latestStatistics.connections == 1)
        // What the room says is no more for it; what it says is heard over there.
        here.lane.post([.event(audience: 0, here.frame("not for you"))])
        await here.turn()
        far.send("hello")
        try await far.read { $0.texts == ["hi", "m", "hello"] }
    }

    @Test func `what waits for a connection goes along, before anything else`() async throws {
        let (here, there) = (await LaneFixture(), await LaneFixture())
        let (id, far) = try await here.connect(receiveBuffer: 4_096)
        let texts = (0..<40).map { String(repeating: "\($0 % 10)", count: 20_000) }
        let frames = texts.map(here.frame)
        here.lane.run { lane in for frame in frames { lane.send(frame, to: id) } }
        await here.turn()
        let target = there.lane
        let last = here.frame("last")
        here.lane.run { lane in
            #expect(lane.waitingBytes(for: id) > 0)
            lane.move(id, to: target, from: PeerAddress(high: 0, low: 1)) { id, lane in
                lane.send(last, to: id)
            }
        }
        try await far.read { $0.texts == texts + ["last"] }
    }

    @Test func `a connection that is being closed is not moved`() async throws {
        let (here, there) = (await LaneFixture(), await LaneFixture())
        let (id, far) = try await here.connect()
        let target = there.lane
        let frame = here.frame("bye")
        here.lane.run { lane in
            lane.close(id, farewell: frame)
            lane.move(id, to: target, from: PeerAddress(high: 0, low: 1)) { _, _ in
                Issue.record("it was moved")
            }
        }
        try await far.read { $0.texts == ["bye"] && $0.isAtEnd }
        await there.turn()
        #expect(there.handler.withLock { $0 } == [])
    }
}
