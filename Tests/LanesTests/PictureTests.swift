import Clockwork
import Testing
import Wire

@testable import Lanes

/// Pictures besides what a room says, over the same connections.
@Suite(.timeLimit(.minutes(5)))
struct PictureTests {
    private let clock = VirtualClock()

    /// A lane on which little waits before somebody is behind.
    private func narrow() async -> LaneFixture {
        var limits = LaneLimits()
        limits.pictureBytesMax = 40_000
        limits.pictureSendBufferBytes = 8 << 10
        return await LaneFixture(limits: limits, clock: clock)
    }

    private func piece(_ name: String, bytes: Int = 10_000) -> String {
        name + String(repeating: ".", count: bytes)
    }

    private func names(_ far: FarEnd) -> [String] {
        far.texts.map { String($0.prefix { $0 != "." }) }
    }

    private func join(
        _ fixture: LaneFixture, _ picture: UInt32? = 7, opening: String? = "opening",
        burst: [String] = ["group"], waitingBytesMax: Int? = nil, overTCP: Bool = false
    ) async throws -> (id: ConnectionID, far: FarEnd) {
        let (id, far) = try await fixture.connect(
            receiveBuffer: overTCP ? 32 << 10 : 4_096, overTCP: overTCP)
        fixture.admit(id)
        if let picture {
            fixture.lane.post([
                .tune(
                    id,
                    Tuning(
                        picture: picture, view: 31, opening: opening.map(fixture.frame),
                        burst: burst.map(fixture.frame), waitingBytesMax: waitingBytesMax))
            ])
        }
        return (id, far)
    }

    private func show(_ fixture: LaneFixture, _ text: String, isKey: Bool = false) {
        fixture.lane.post([.picture(7, fixture.frame(text), isKey: isKey)])
    }

    private func begin(_ fixture: LaneFixture, _ text: String) {
        fixture.lane.post([.pictureBegins(7, opening: fixture.frame(text))])
    }

    /// Shows pieces until the first is left out; returns how many were shown.
    private func fill(_ fixture: LaneFixture) async throws -> Int {
        var shown = 0
        while fixture.skipped.withLock({ $0 }) == 0 {
            try #require(shown < 200)
            show(fixture, piece("p\(shown)"))
            shown += 1
            // Told about once a second.
            clock.advance(milliseconds: 20)
            fixture.lane.run { $0.tellOfSkipped() }
            await fixture.turn()
        }
        return shown
    }

    @Test func `who has tuned in gets the picture from its beginning, and nobody else`()
        async throws
    {
        let fixture = await LaneFixture()
        let (_, ana) = try await join(fixture)
        let (_, bo) = try await join(fixture, nil)
        let (_, cy) = try await join(fixture, 8)
        show(fixture, "p1")
        fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
        try await ana.read { $0.texts.count == 5 }
        #expect(Set(ana.texts) == ["hi", "opening", "group", "p1", "event"])
        #expect(ana.texts.filter { $0 != "event" } == ["hi", "opening", "group", "p1"])
        try await bo.read { $0.texts == ["hi", "event"] }
        try await cy.read { Set($0.texts) == ["hi", "opening", "group", "event"] }
    }

    @Test func `before a beginning nothing comes, and with one for all everything`() async throws {
        let fixture = await LaneFixture()
        let (_, early) = try await join(fixture, opening: nil, burst: [])
        let (_, keyless) = try await join(fixture, burst: [])
        show(fixture, "p1")
        begin(fixture, "opening 2")
        show(fixture, "key", isKey: true)
        show(fixture, "p2")
        try await early.read { $0.texts == ["hi", "opening 2", "key", "p2"] }
        try await keyless.read { $0.texts == ["hi", "opening", "opening 2", "key", "p2"] }
    }

    @Test func `who is behind goes on with a keyframe, and events do not wait for pictures`()
        async throws
    {
        let fixture = await narrow()
        let (id, far) = try await join(fixture)
        let shown = try await fill(fixture)
        let answer = fixture.frame("answer")
        fixture.lane.run { $0.send(answer, to: id) }
        fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
        await fixture.turn()
        // It has room again, but no keyframe.
        try await far.read { names($0).contains("event") }
        try await far.read { names($0).contains("p\(shown - 2)") }
        show(fixture, piece("lost"))
        show(fixture, piece("key"), isKey: true)
        show(fixture, piece("after"))
        try await far.read { names($0).last == "after" }
        let all = names(far)
        #expect(!all.contains("lost") && !all.contains("p\(shown - 1)"))
        #expect(all.suffix(2) == ["key", "after"])
        // What the kernel had taken went first; pieces that had not been begun came after.
        let event = try #require(all.firstIndex(of: "event"))
        let last = try #require(all.firstIndex(of: "p\(shown - 2)"))
        #expect(event < last && all.firstIndex(of: "answer").map { $0 < last } == true)
        #expect(!far.isBroken)
        let pieces = all.filter { $0.hasPrefix("p") }
        #expect(pieces == (0..<(shown - 1)).map { "p\($0)" })
    }

    @Test func `who stays behind loses the picture and keeps the room`() async throws {
        let fixture = await narrow()
        let (id, far) = try await join(fixture)
        _ = try await fill(fixture)
        clock.advance(milliseconds: ViewerPace.behindMilliseconds + 1)
        #expect(fixture.behind.withLock { $0 }.isEmpty)
        show(fixture, piece("key"), isKey: true)
        await fixture.turn()
        // By the number of the watching, so that a later one is not ended for it.
        #expect(fixture.behind.withLock { $0.map(\.id) } == [id])
        #expect(fixture.behind.withLock { $0.map(\.view) } == [31])
        #expect(await fixture.lane.pictures.isEmpty)
        fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
        try await far.read { names($0).last == "event" }
        #expect(!names(far).contains("key") && !far.isBroken)
        #expect(fixture.endings.withLock { $0 }.isEmpty)
    }

    @Test func `a picture that is left or over is finished where it is half sent`() async throws {
        for isOver in [false, true] {
            let fixture = await narrow()
            let (id, far) = try await join(fixture)
            let shown = try await fill(fixture)
            let over = fixture.frame("over")
            fixture.lane.post(
                isOver ? [.pictureOver(7, farewell: over)] : [.detune(id, picture: 7)])
            show(fixture, piece("key"), isKey: true)
            fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
            try await far.read { names($0).contains("event") }
            #expect(names(far).contains("over") == isOver)
            #expect(!names(far).contains("p\(shown - 2)") && !names(far).contains("key"))
            #expect(!far.isBroken)
            #expect(await fixture.lane.pictures.isEmpty)
        }
    }

    @Test func `tuning in again begins again, and does not pile up`() async throws {
        let fixture = await narrow()
        let (id, far) = try await join(fixture)
        let burst = (0..<30).map { fixture.frame(piece("b\($0)")) }
        for view in 0..<20 {
            fixture.lane.post([
                .tune(
                    id,
                    Tuning(
                        picture: 7, view: UInt32(view), opening: fixture.frame("opening"),
                        burst: burst))
            ])
        }
        await fixture.turn()
        // One burst may wait, however often it is asked for.
        let waiting = await fixture.lane.waitingPieces(for: id)
        #expect(waiting <= 31)
        #expect(await fixture.lane.pictures[7]?.members.count == 1)
        try await far.read { names($0).contains("b29") }
        #expect(!far.isBroken)
    }

    @Test func `what comes at once does not count as waiting, of one picture or of several`()
        async throws
    {
        let fixture = await narrow()
        // Each is more than may wait.
        let burst = (0..<6).map { piece("b\($0)") }
        let (id, far) = try await join(fixture, burst: burst)
        fixture.lane.post([
            .tune(
                id,
                Tuning(
                    picture: 8, view: 32, opening: fixture.frame("other"),
                    burst: burst.map(fixture.frame)))
        ])
        show(fixture, piece("p1"))
        try await far.read { names($0).contains("p1") }
        let all = names(far)
        #expect(all.filter { $0.hasPrefix("b") }.count == 12 && all.contains("other"))
        #expect(fixture.skipped.withLock { $0 } == 0)
    }

    @Test(arguments: [(1, false), (2, true)])
    func `a picture with a bound of its own is judged by it alone`(
        pieces: Int, isSkipped: Bool
    ) async throws {
        let fixture = await narrow()
        let (id, far) = try await join(fixture, waitingBytesMax: 10_100)
        // The line is full, of another picture.
        fixture.lane.post([
            .tune(
                id,
                Tuning(
                    picture: 8, view: 32, opening: fixture.frame("other"),
                    burst: (0..<30).map { fixture.frame(piece("b\($0)")) }))
        ])
        for number in 0..<4 {
            fixture.lane.post([.picture(8, fixture.frame(piece("o\(number)")), isKey: false)])
        }
        for number in 0...pieces { show(fixture, piece("p\(number)", bytes: 9_000)) }
        await fixture.turn()
        clock.advance(milliseconds: 20)
        fixture.lane.run { $0.tellOfSkipped() }
        await fixture.turn()
        #expect((fixture.skipped.withLock { $0 } > 0) == isSkipped)
        let last = isSkipped ? pieces - 1 : pieces
        try await far.read { names($0).contains("o3") && names($0).contains("p\(last)") }
        #expect(names(far).contains("p\(pieces)") == !isSkipped)
    }

    @Test(arguments: [64 << 10, 512 << 10])
    func `little of a picture waits in the kernel in front of an answer`(unsent: Int32)
        async throws
    {
        var limits = LaneLimits()
        limits.pictureSendBufferBytes = 1 << 20
        limits.pictureUnsentBytes = unsent
        let fixture = await LaneFixture(limits: limits, clock: clock)
        let (id, far) = try await join(fixture, overTCP: true)
        for number in 0..<90 { show(fixture, piece("p\(number)")) }
        await fixture.turn()
        let answer = fixture.frame("answer")
        fixture.lane.run { $0.send(answer, to: id) }
        await fixture.turn()
        try await far.read { names($0).contains("p89") }
        let before = try #require(names(far).firstIndex(of: "answer")) * 10_000
        // More is what the other side had room for, and a piece that was begun.
        #expect(before <= Int(unsent) + 150_000, "\(before) bytes")
        #expect(before >= Int(unsent) - 20_000, "\(before) bytes")
    }

    @Test func `what somebody waits with is used again`() async throws {
        let fixture = await LaneFixture()
        let (_, far) = try await join(fixture)
        for number in 0..<20 {
            show(fixture, "p\(number)")
            await fixture.turn()
        }
        try await far.read { $0.texts.last == "p19" }
        #expect(await fixture.lane.spareCount == 1)
    }

    @Test func `who goes is forgotten`() async throws {
        let fixture = await LaneFixture()
        let (id, far) = try await join(fixture)
        await fixture.turn()
        #expect(await fixture.lane.pictures[7]?.members.count == 1)
        fixture.lane.run { $0.cut(id) }
        await fixture.turn()
        show(fixture, "p")
        await fixture.turn()
        #expect(await fixture.lane.pictures.isEmpty)
        // Nobody is here to tune in.
        fixture.lane.post([.tune(id, Tuning(picture: 7, view: 32, opening: nil))])
        await fixture.turn()
        #expect(await fixture.lane.pictures.isEmpty)
        // Open until here: who hangs up goes sooner.
        #expect(!far.isBroken)
    }

    @Test func `a closing connection says its farewell and no more pictures`() async throws {
        let fixture = await narrow()
        let (id, far) = try await join(fixture)
        _ = try await fill(fixture)
        fixture.lane.post([
            .close(id, farewell: WebSocketFrame.close(code: 1012, reason: "restart"))
        ])
        try await far.read { $0.closeCode == 1012 }
        #expect(!far.isBroken)
    }
}

extension Lane {
    /// How many objects are kept for who waits next.
    fileprivate var spareCount: Int { spareWaiting.count }

    /// How many pieces of pictures wait for a connection.
    fileprivate func waitingPieces(for id: ConnectionID) -> Int {
        index(of: id).flatMap { slots[$0].waiting?.takeUnretainedValue().pictures.count } ?? 0
    }
}
