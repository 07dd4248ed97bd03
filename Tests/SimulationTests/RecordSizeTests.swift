import Journaling
import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

@testable import Playhouse

/// No record of a plugin can be too large for the journal: its room would be closed for it.
@Suite struct RecordSizeTests {
    /// The longest user and name, of what takes most bytes as JSON.
    private let worst = Person(
        user: String(repeating: "\u{1}", count: 64), name: String(repeating: "\"", count: 32),
        role: .viewer)

    private func size(of draft: Draft) -> Int {
        var chain = RecordChain(show: String(repeating: "s", count: 64))
        let record = chain.records(of: [draft], atMilliseconds: 0).records[0]
        return record.event.count + record.changes.count + record.effects.count
            + record.events.count
    }

    @Test func `A full batch of the longest answers fits into a record`() {
        let name = String(repeating: "a", count: 64)
        let answers: [JSON] = (0..<PlayLimits().answersPerCallMax).map { index in
            [
                "collector": .string(name), "user": .string(worst.user),
                "name": .string(worst.name),
                // As long as an action's value may be.
                "value": .string(String(repeating: "\u{1}", count: 1_000)),
                "position": .integer(.max), "at": .integer(.max),
                "message": .string(name + name),
            ]
        }
        let draft = Draft(
            source: "plugin:" + name, kind: "answered",
            event: ["now": .integer(.max), "answers": .array(answers)])
        #expect(size(of: draft) < JournalLimits.recordBytesMax)
    }

    @Test func `A handler that fills its largest budget leaves a record that fits`() async throws {
        let lua = """
            local game = {}
            function game.on_start(room)
              for n = 1, 1800 do room.chat.say(string.rep("x", 500)) end
              room.state.text = string.rep("x", 60000)
            end
            return game
            """
        var program = TestShow.program(lua)
        program.manifest.budgets.outputBytes = 1 << 20
        program.manifest.budgets.hostCalls = 10_000
        let show = try await TestShow(program)
        let answer = try await show.start()
        #expect(answer["type"] == "reply", "\(answer)")
        let record = try #require(try await show.records.last)
        #expect(record.kind == "on_start")
        // The budget is nearly used up, and what is said of it in public comes on top.
        #expect(record.effects.count > 900 << 10)
        #expect(record.events.count > 900 << 10)
        let bytes =
            record.event.count + record.changes.count + record.effects.count + record.events.count
        #expect(bytes < JournalLimits.recordBytesMax)
    }
}
