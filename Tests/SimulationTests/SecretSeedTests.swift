import Clockwork
import Cryptography
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// What is random in a show cannot be foretold from what people are told of it.
@Suite struct SecretSeedTests {
    private static let dice = """
        local game = {}
        function game.on_start(room) room.state.drawn = {} end
        function game.on_command(room)
          local drawn = room.state.drawn
          drawn[#drawn + 1] = math.random(1, 1000000000)
        end
        return game
        """

    /// A show whose room, id, epoch and beginning are those of every other one.
    private func show(in journal: any Journal, seed: SecretSeed = .none) async throws -> TestShow {
        _ = try await journal.open(
            ShowHeader(
                show: TestShow.show, room: "teahouse", epoch: "5f0c9a1e", beganAtMilliseconds: 0,
                seed: seed))
        return try await TestShow(TestShow.program(Self.dice), journal: journal)
    }

    private func drawn(_ show: TestShow) async throws -> [JSON] {
        try #require(await show.state?["drawn"]?.arrayValue)
    }

    @Test func `Two shows that look alike from outside draw differently`() async throws {
        var draws: [[JSON]] = []
        for _ in 0..<2 {
            let show = try await show(in: MemoryJournal())
            try await show.start()
            for _ in 0..<3 { try await show.command("draw") }
            draws.append(try await drawn(show))
        }
        #expect(draws.map(\.count) == [3, 3])
        #expect(Set(draws[0].map { "\($0)" }).isDisjoint(with: draws[1].map { "\($0)" }))
    }

    @Test func `A show that another process takes over draws on as if nothing had happened`()
        async throws
    {
        let folder = try TemporaryFolder()
        let file = folder.file("journal.sqlite")
        var journal = try SQLiteJournal(path: file)
        var interrupted = try await show(in: journal)
        let seed = try await journal.open(
            ShowHeader(show: TestShow.show, room: "", epoch: "", beganAtMilliseconds: 0)
        ).seed
        #expect(!seed.isNone)
        try await interrupted.start()
        for round in 0..<6 {
            if round.isMultiple(of: 2) {
                // Once from records alone, then from a snapshot.
                if round > 2 { await interrupted.room.keepSnapshot() }
                await journal.close()
                journal = try SQLiteJournal(path: file)
                interrupted = try await show(in: journal)
            }
            try await interrupted.command("draw")
        }
        let whole = try await show(in: MemoryJournal(), seed: seed)
        try await whole.start()
        for _ in 0..<6 { try await whole.command("draw") }
        let draws = try await drawn(interrupted)
        #expect(draws.count == 6)
        #expect(try await drawn(whole) == draws)
        await journal.close()
    }

    @Test func `The seed is in nothing that anybody is told`() async throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal(path: folder.file("journal.sqlite"))
        let show = try await show(in: journal)
        let header = try await journal.open(
            ShowHeader(show: TestShow.show, room: "", epoch: "", beganAtMilliseconds: 0))
        try await show.start()
        try await show.command("draw")
        await show.room.keepSnapshot()

        var recovered = try await ShowRecovery(
            configuration: TestShow.configuration(),
            programs: [TestShow.plugin: TestShow.program(Self.dice)], journal: journal,
            log: LogLines().log()
        ).recover(nowMilliseconds: 0)
        var outputs: [RoomOutput] = []
        for state in recovered.playbill.states {
            recovered.room.setState(
                key: state.key, value: state.value, audience: state.audience, into: &outputs)
        }
        for (number, role) in [Role.viewer, .host, .operator].enumerated() {
            let person = Person(user: "p\(number)", name: "P", role: role)
            recovered.room.handle(
                [.join(SessionID(raw: UInt64(number) + 1), Guest(person: person, requestID: "1"))],
                nowMilliseconds: 0, into: &outputs)
        }
        let messages = outputs.flatMap { output -> [[UInt8]] in
            switch output {
            case .admit(_, _, _, let welcome, let missed): [welcome] + missed
            case .send(_, let message), .event(let message), .chatter(let message, _): [message]
            case .state(_, let message, _): [message]
            default: []
            }
        }
        #expect(messages.contains { String(decoding: $0, as: UTF8.self).contains("5f0c9a1e") })

        let archive = try JournalArchive(path: folder.file("journal.sqlite"))
        let inspection = JournalInspection(archive)
        var shown = try await inspection.list().map { Array($0.utf8) }
        shown += try await inspection.shows().map { $0.encoded() }
        for record in try await show.records {
            shown += [JournalInspection.export(record), Array(JournalInspection.line(record).utf8)]
        }
        shown += [try #require(try await journal.snapshot(show: TestShow.show)).bytes]
        shown += show.lines.all.map { Array($0.utf8) } + [Array("\(header)".utf8)]
        shown.append(await show.room.description().encoded())
        #expect(shown.count > 8)

        let bytes = header.seed.bytes
        let forms = [
            bytes, Array(Digest.hex(bytes).utf8), Array(Data(bytes).base64EncodedString().utf8),
            Array(bytes.map(String.init).joined(separator: ",").utf8),
            Array(bytes.map(String.init).joined(separator: ", ").utf8),
        ]
        for text in messages + shown {
            for form in forms { #expect(!text.contains(form)) }
        }
        await archive.close()
        await journal.close()
    }
}
