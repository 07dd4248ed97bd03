import PluginContract
import PluginHosting
import Testing
import Wire

/// Panels that belong to a moment of the picture, and answers of those who saw them later.
@Suite struct PictureTests {
    static let game = """
        local game = {}
        function game.on_start(room)
          room.state.media = room.panel.picture()
        end
        function game.on_command(room, command)
          local elements = { { "number", id = "guess", min = 0, max = 9 }, { "stat", "count", command.value or 0 } }
          if command.name == "ask" then
            room.collect("guess", { timer = "lock", allowance = 1 })
            room.timers.set("lock", 10)
            room.panel.show("viewer", elements, { picture = true })
          elseif command.name == "with" then room.panel.show("viewer", elements, { picture = true })
          elseif command.name == "without" then room.panel.show("viewer", elements)
          elseif command.name == "extend" then room.timers.set("lock", command.value)
          elseif command.name == "host" then room.panel.show("host", elements, { picture = true })
          elseif command.name == "grace" then room.collect("other", { allowance = 1 })
          end
        end
        function game.on_collected(room, name, batch)
          room.state.delay = batch[1].delay or 0
        end
        return game
        """

    private func asked(at picture: Int64? = 61_000) async -> PluginBench {
        let room = PluginBench(lua: Self.game)
        room.setPicture(picture)
        await room.start()
        await room.command("ask")
        return room
    }

    private func mark(_ room: PluginBench) -> JSON? { room.panel()?["picture"] }

    private let late = PluginBench.Answer.error(.late, value: JSON?.none)

    private func isAccepted(_ answer: PluginBench.Answer) -> Bool {
        if case .reply(let fields) = answer { fields["accepted"] == true } else { false }
    }

    // MARK: - Marks

    @Test func `A panel carries where the picture was, and since when`() async throws {
        let room = await asked()
        #expect(
            mark(room) == [
                "at": 61_000, "since": .integer(PluginBench.beganAt), "waitMilliseconds": 3_000,
                "allowanceMilliseconds": 1_000,
            ])
        #expect(try await room.state()["media"] == .double(61))
        #expect(room.journal.last?.event["picture"] == 61_000)
    }

    @Test func `Without a picture there is no mark, and nothing in the record`() async throws {
        let room = await asked(at: nil)
        #expect(mark(room) == nil)
        #expect(room.journal.last?.event["picture"] == nil)
        #expect(try await room.state()["media"] == nil)
    }

    @Test func `What is shown again with the picture keeps the moment`() async {
        let room = await asked()
        await room.advance(5)
        room.setPicture(66_000)
        await room.command("with", 1)
        #expect(mark(room)?["at"] == 61_000)
        #expect(mark(room)?["since"] == .integer(PluginBench.beganAt))
    }

    @Test(arguments: [(3_000, true), (3_001, false)])
    func `What is shown at once waits behind it, while it may still be waiting`(
        _ milliseconds: Int64, _ waits: Bool
    ) async {
        let room = await asked()
        await room.advance(Double(milliseconds) / 1_000)
        await room.command("without", 1)
        #expect((mark(room) != nil) == waits)
        // The next one that belongs to the picture has a moment of its own.
        room.setPicture(70_000)
        await room.command("with", 2)
        #expect(mark(room)?["at"] == 70_000)
    }

    @Test func `Only viewers see things with the picture`() async {
        let room = await asked()
        #expect(await room.command("host") == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("options.picture is for the surface") == true)
    }

    @Test func `An allowance needs the timer that it is counted from`() async {
        let room = await asked()
        #expect(await room.command("grace") == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("options.allowance needs options.timer") == true)
    }

    // MARK: - Answers

    @Test func `Time is up for everybody whose page saw the question at once`() async {
        let room = await asked()
        await room.advance(9.999)
        #expect(isAccepted(await room.enter("ana", "guess", 1)))
        await room.advance(0.002)
        #expect(await room.enter("bo", "guess", 1) == late)
    }

    @Test(arguments: [(500, true), (499, false), (3_000, true), (3_001, false), (-1, false)])
    func `Half a second later an answer counts with a delay of as much`(
        _ delay: Int64, _ counts: Bool
    ) async throws {
        let room = await asked()
        await room.advance(10.5)
        let answer = await room.enter("ana", "guess", 1, delayMilliseconds: delay)
        #expect(isAccepted(answer) == counts)
        if counts {
            #expect(try await room.state()["delay"] == .double(delay > 1_000 ? 1 : 0.5))
        } else {
            #expect(answer == late)
        }
    }

    @Test(arguments: [(11_000, true), (11_001, false)])
    func `Nobody has longer than the allowance`(_ milliseconds: Int64, _ counts: Bool) async {
        let room = await asked()
        await room.advance(Double(milliseconds) / 1_000)
        let answer = await room.enter("ana", "guess", 1, delayMilliseconds: 3_000)
        #expect(isAccepted(answer) == counts)
    }

    @Test func `Nobody waited longer than the question has been open`() async throws {
        let room = await asked()
        await room.advance(0.4)
        _ = await room.enter("ana", "guess", 1, delayMilliseconds: 401)
        #expect(try await room.state()["delay"] == 0)
        _ = await room.enter("bo", "guess", 1, delayMilliseconds: 400)
        #expect(try await room.state()["delay"] == 0.4)
    }

    @Test func `Without a picture no delay is believed`() async {
        let room = await asked(at: nil)
        await room.advance(10.2)
        #expect(await room.enter("ana", "guess", 1, delayMilliseconds: 900) == late)
    }

    @Test func `Who extends the time gives it back to everybody`() async {
        let room = await asked()
        await room.advance(10.2)
        #expect(await room.enter("ana", "guess", 1) == late)
        await room.command("extend", 5)
        #expect(isAccepted(await room.enter("ana", "guess", 1)))
    }

    // MARK: - Recovery

    @Test func `Records and snapshots keep marks, delays and who is late`() async throws {
        let room = await asked()
        _ = await room.enter("ana", "guess", 1, delayMilliseconds: 0)
        await room.advance(10.3)
        _ = await room.enter("bo", "guess", 2, delayMilliseconds: 400)
        let lived = try room.play.state
        #expect(PlayState(json: try JSON(parsing: lived.json.encoded())) == lived)
        let shown = mark(room)
        try await room.restart()
        #expect(mark(room) == shown)
        #expect(try room.play.state == lived)
        #expect(await room.enter("cy", "guess", 3) == late)
        #expect(isAccepted(await room.enter("cy", "guess", 3, delayMilliseconds: 800)))
    }
}
