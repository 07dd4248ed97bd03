import Clockwork
import Cryptography
import Fairness
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// Draws in a room with a journal: in which order things become known, and what remains of them.
@Suite struct DrawTests {
    /// Opens a draw, fixes the list, draws; a command each.
    private static let lua = """
        local game = {}
        function game.on_start(room) room.state.drawn = 0 end
        function game.on_command(room, command)
          local s, name = room.state, command.name
          if name == "open" then s.commitment = room.fairness.commit("draw", { prize = "tea" }) end
          if name == "twice" then
            room.fairness.commit("one", {})
            room.fairness.commit("two", {})
          end
          if name == "freeze" then
            local entrants = {}
            for index = 1, 500 do entrants["u" .. index] = 1 end
            s.list = room.fairness.freeze("draw", entrants)
          end
          if name == "draw" then room.fairness.draw("draw", { count = 3, sides = 6, input = "7" }) end
          if name == "spoil" then
            room.fairness.draw("draw")
            error("I do not like it")
          end
          if name == "reveal" then room.fairness.reveal("draw") end
          s.abandoned = room.fairness.abandoned()
          s.hash = room.fairness.hash("abc")
        end
        function game.on_revealed(room, name, reveal)
          room.state.drawn = room.state.drawn + 1
          room.state.ranking, room.state.rolls = reveal.ranking, reveal.rolls
          room.state.secret = reveal.secret
        end
        return game
        """

    private func begin(_ journal: any Journal = MemoryJournal()) async throws -> TestShow {
        let show = try await TestShow(TestShow.program(Self.lua), journal: journal)
        try await show.start()
        return show
    }

    private func member(_ show: TestShow, _ name: String) async -> JSON? {
        await show.state?[name]
    }

    /// Waits for reveals, which come by themselves behind the command that asked.
    private func revealed(_ show: TestShow, _ count: Int64) async throws {
        for _ in 0..<12_000 {
            // The stage knows it before the journal does.
            let isRecorded =
                try await show.records.count { $0.kind == "on_revealed" } >= Int(count)
            if isRecorded, await member(show, "drawn") == .integer(count) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("there is no reveal no. \(count)")
    }

    private func fairnessEvents(_ show: TestShow) async throws -> [JSON] {
        try await show.records.flatMap(\.publicEvents).map(\.event)
            .filter { $0.name == "fairness" }.map(\.data)
    }

    @Test func `Commitment, list and reveal are told in this order, by the host`() async throws {
        let show = try await begin()
        for name in ["open", "freeze", "draw"] { try await show.command(name) }
        try await revealed(show, 1)
        let events = try await fairnessEvents(show)
        try #require(events.count == 3)
        #expect(events.map { $0["step"] } == ["committed", "frozen", "revealed"])
        #expect(await member(show, "drawn") == 1)
        let commitment = await member(show, "commitment")
        #expect(events[0]["commitment"] == commitment && events[2]["commitment"] == commitment)
        #expect(events[1]["hash"] == events[2]["hash"])
        let secret = try #require(
            events[2]["secret"]?.stringValue.flatMap(Digest.bytes(hexadecimal:)))
        #expect(
            .string(Commitment.text(secret: secret, rules: #"{"prize":"tea"}"#)) == commitment)
        #expect(
            await member(show, "hash")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        // The record that asked is there before the one that holds the secret.
        let records = try await show.records
        let asked = try #require(
            records.firstIndex {
                String(decoding: $0.effects, as: UTF8.self).contains("fairness.draw")
            })
        let text = Digest.hex(secret)
        for record in records.prefix(asked + 1) {
            let line = String(decoding: JournalInspection.export(record), as: UTF8.self)
            #expect(!line.contains(text))
        }
        #expect(records[asked + 1].kind == "on_revealed")
    }

    @Test func `A bundle from the journal holds, and comes from the archive alike`() async throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal(path: folder.file("journal.sqlite"))
        let show = try await begin(journal)
        try await show.command("open")
        try await show.ask(.stop(plugin: TestShow.plugin))
        try await show.start()
        for name in ["open", "freeze", "draw"] { try await show.command(name) }
        try await revealed(show, 1)
        let archive = try JournalArchive(path: folder.file("journal.sqlite"))
        let draws = DrawInspection(archive)
        let list = try await draws.list(show: TestShow.show)
        try #require(list.count == 2)
        #expect(list.map(\.step) == ["abandoned", "revealed"])
        #expect(list.map(\.number) == [1, 2])
        #expect(list[0].commitment != list[1].commitment)
        let found = try await draws.bundle(
            show: TestShow.show, plugin: TestShow.plugin, number: 2)
        let bundle = try #require(found)
        #expect(bundle.problems(commitment: list[1].commitment) == [])
        #expect(bundle.abandonedBefore == 1 && bundle.input == "7" && bundle.sides == 6)
        #expect(bundle.ranking.count == 3 && bundle.entrants.arrayValue?.count == 500)
        #expect(
            await member(show, "ranking") == .array(bundle.ranking.map { .string($0) }))
        #expect(try await draws.bundle(show: TestShow.show, plugin: "game", number: 1) == nil)
        await archive.close()
        await journal.close()
    }

    @Test func `A call that fails after it asked for a draw has not asked`() async throws {
        let show = try await begin()
        for name in ["open", "freeze", "spoil"] { try await show.command(name) }
        #expect(try await fairnessEvents(show).count == 2)
        #expect(await member(show, "drawn") == 0)
        // Nothing was learnt by that: the draw is the one it would have been.
        try await show.command("draw")
        try await revealed(show, 1)
    }

    @Test func `What is given up is counted and told`() async throws {
        let show = try await begin()
        try await show.command("open")
        try await show.ask(.stop(plugin: TestShow.plugin))
        try await show.start()
        try await show.command("open")
        #expect(await member(show, "abandoned") == 1)
        let events = try await fairnessEvents(show)
        try #require(events.count == 3)
        #expect(events.map { $0["step"] } == ["committed", "abandoned", "committed"])
        #expect(events.map { $0["number"] } == [1, 1, 2])
        #expect(events[1]["secret"] == nil)
    }

    @Test(arguments: ["freeze", "draw", "reveal", "twice"])
    func `What cannot be is a fault, and nothing happens`(command: String) async throws {
        let show = try await begin()
        try await show.command(command)
        #expect(try await show.records.last?.kind == "fault")
        #expect(try await fairnessEvents(show).isEmpty)
    }

    @Test func `Who may reveal may not draw any more, and the other way round`() async throws {
        let show = try await begin()
        for name in ["open", "freeze", "reveal"] { try await show.command(name) }
        #expect(try await show.records.last?.kind == "fault")
        try await show.command("draw")
        try await revealed(show, 1)
        try await show.command("draw")
        #expect(try await show.records.last?.kind == "fault")
        try await show.command("open")
        try await show.command("reveal")
        try await revealed(show, 2)
        #expect(await member(show, "ranking") == nil)
    }

    @Test func `Another process draws what this one would have drawn`() async throws {
        let seed = SecretSeed(fixed: 5)
        func header(_ journal: any Journal) async throws {
            _ = try await journal.open(
                ShowHeader(
                    show: TestShow.show, room: "teahouse", epoch: "e", beganAtMilliseconds: 0,
                    seed: seed))
        }
        let whole = MemoryJournal()
        try await header(whole)
        let show = try await begin(whole)
        for name in ["open", "freeze", "draw"] { try await show.command(name) }
        try await revealed(show, 1)
        let records = try await show.records

        // Cut behind each record: whoever takes over comes to the same.
        for count in 1..<records.count {
            let journal = MemoryJournal()
            try await header(journal)
            try await journal.append(Array(records.prefix(count)), [])
            let other = try await TestShow(TestShow.program(Self.lua), journal: journal)
            for name in ["open", "freeze", "draw"].dropFirst(count - 1) {
                try await other.command(name)
            }
            // The reveal is due on its own, when the request was the last record.
            try await revealed(other, 1)
            #expect(await member(other, "ranking") == (await member(show, "ranking")))
            #expect(await member(other, "secret") == (await member(show, "secret")))
        }
    }
}
