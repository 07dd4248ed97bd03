import Clockwork
import Foundation
import Testing
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import Lanes

/// How connections end, and what one connection may make wait.
@Suite(.timeLimit(.minutes(15)))
struct LaneEndingTests {
    private func wait(for isDone: () -> Bool) async throws {
        for _ in 0..<60_000 {
            if isDone() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("waited in vain")
    }

    @Test func `a peer that speaks and hangs up while the lane is busy is read and ended`()
        async throws
    {
        let fixture = await LaneFixture()
        var (id, far): (ConnectionID, FarEnd?) = try await fixture.connect()
        fixture.admit(id)
        try await far?.read { $0.texts == ["hi"] }
        // Both lie ready when the lane turns to the connection: Dispatch tells of a hang-up once.
        fixture.lane.run { _ in Thread.sleep(forTimeInterval: 0.05) }
        far?.send("last words")
        far = nil
        try await wait { fixture.endings.withLock { $0 } == [id] }
    }

    @Test func `a peer that hangs up with much unread is read to the end and ended`()
        async throws
    {
        let fixture = await LaneFixture()
        var (id, far): (ConnectionID, FarEnd?) = try await fixture.connect(receiveBuffer: 1 << 20)
        fixture.admit(id)
        fixture.lane.run { _ in Thread.sleep(forTimeInterval: 0.05) }
        for _ in 0..<4 { far?.send(String(repeating: "x", count: 60_000)) }
        far = nil
        try await wait { fixture.endings.withLock { $0 } == [id] }
    }

    /// Connects over TCP, where a connection hangs up only when both sides have ended.
    private func connectOverTCP(
        _ fixture: LaneFixture, _ port: UInt16
    ) async throws -> (id: ConnectionID, far: FarEnd) {
        let before = fixture.handler.withLock { $0.count }
        let number = try #require(connected(port))
        let far = FarEnd(descriptor: number)
        try await wait { fixture.handler.withLock { $0.count } > before }
        return (fixture.handler.withLock { $0[before] }, far)
    }

    @Test func `a connection that both sides have closed is forgotten at once`() async throws {
        var limits = LaneLimits()
        limits.lingerSeconds = 60
        let fixture = await LaneFixture(limits: limits)
        let listener = try Listener(host: "127.0.0.1", port: 0, lanes: [fixture.lane])
        listener.start()
        for isBusy in [false, true, false, true] {
            var (id, far): (ConnectionID, FarEnd?) = try await connectOverTCP(
                fixture, listener.port)
            fixture.lane.post([
                .close(id, farewell: WebSocketFrame.close(code: 1000, reason: ""))
            ])
            try await far?.read { $0.isAtEnd }
            // An answer and the end of the other side, which lie ready together.
            if isBusy { fixture.lane.run { _ in Thread.sleep(forTimeInterval: 0.05) } }
            far?.send("answer")
            far = nil
            try await wait { fixture.lane.latestStatistics.connections == 0 }
        }
        listener.stop()
    }

    @Test func `one large message for one connection arrives, a second one closes`() async throws {
        var limits = LaneLimits()
        limits.directBytesMax = 10_000
        limits.sendBufferBytes = 4_096
        let fixture = await LaneFixture(limits: limits)
        let (id, far) = try await fixture.connect()
        fixture.admit(id)
        try await far.read { $0.texts == ["hi"] }
        let large = String(repeating: "x", count: 300_000)
        fixture.lane.post([.direct(id, fixture.frame(large))])
        try await far.read { $0.texts.last == large }
        #expect(far.closeCode == nil)
        // The one after it finds it waiting and gives way to the farewell; what is half sent is
        // finished first.
        fixture.lane.post([.direct(id, fixture.frame(large))])
        await fixture.turn()
        fixture.lane.post([.direct(id, fixture.frame("more"))])
        try await far.read { $0.closeCode != nil }
        #expect(far.closeCode == 4420)
        #expect(!far.isBroken)
        #expect(far.texts.map(\.utf8.count) == [2, large.utf8.count, large.utf8.count])
    }

    @Test func `what is within the bound waits for its reader`() async throws {
        var limits = LaneLimits()
        limits.directBytesMax = 1_000_000
        limits.sendBufferBytes = 4_096
        let fixture = await LaneFixture(limits: limits)
        let (id, far) = try await fixture.connect()
        fixture.admit(id)
        let text = String(repeating: "x", count: 9_000)
        for _ in 0..<100 { fixture.lane.post([.direct(id, fixture.frame(text))]) }
        await fixture.turn()
        try await far.read { $0.texts.count == 101 }
        #expect(far.closeCode == nil)
    }

    @Test func `who sends no more is still answered, and then ended`() async throws {
        let fixture = await LaneFixture()
        let (id, far) = try await fixture.connect()
        far.send("last words")
        shutdown(far.descriptor, Int32(SHUT_WR))
        try await far.read { $0.isAtEnd }
        #expect(far.texts == ["last words"])
        #expect(far.closeCode == 1000)
        try await wait { fixture.releases.withLock { $0 } == [id] }
        #expect(fixture.endings.withLock { $0 } == [id])
        #expect(fixture.lane.latestStatistics.connections == 0)
    }

    @Test func `a connection is released when its socket is closed, not when it ends`()
        async throws
    {
        var limits = LaneLimits()
        limits.lingerSeconds = 60
        let fixture = await LaneFixture(limits: limits)
        let (id, far): (ConnectionID, FarEnd?) = try await fixture.connect()
        let (other, cut) = try await fixture.connect()
        fixture.lane.run { lane in
            lane.close(id, farewell: [])
            lane.cut(other)
        }
        try await cut.read { $0.isAtEnd }
        try await far?.read { $0.isAtEnd }
        #expect(fixture.endings.withLock { $0 } == [id, other])
        #expect(fixture.releases.withLock { $0 } == [other])
        // The other side has read to the end and closes too.
        if let far { shutdown(far.descriptor, Int32(SHUT_WR)) }
        try await wait { fixture.releases.withLock { $0 } == [other, id] }
    }

    @Test func `who is accepted while the lane drains is left to the handler`() async throws {
        let fixture = await LaneFixture()
        let (_, early) = try await fixture.connect()
        await fixture.lane.drain()
        let (late, far) = try await fixture.connect()
        #expect(fixture.handler.withLock { $0.last } == late)
        try await wait { fixture.lane.latestStatistics.connections == 2 }
        withExtendedLifetime((early, far)) {}
    }
}
