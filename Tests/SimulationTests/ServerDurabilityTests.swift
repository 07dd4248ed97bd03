import Clockwork
import Journaling
import PluginContract
import Rooms
import Testing
import Visiting
import Wire

@testable import Playhouse

/// A whole server whose journal is not what it should be.
@Suite struct ServerDurabilityTests {
    func configuration(_ folder: TemporaryFolder) -> Configuration {
        var configuration = Configuration()
        configuration.port = 0
        configuration.data = folder.path
        configuration.lanes = 1
        configuration.stage = .inProcess
        configuration.drainSeconds = 60
        configuration.rooms = ["good", "bad"].map { id in
            var settings = RoomSettings(id: id, title: ["en": id])
            settings.anonymous = true
            return RoomConfiguration(settings: settings, show: "show-" + id)
        }
        return configuration
    }

    /// Three pins in each show; the second record of those named is not what was hashed.
    private func writeJournal(_ folder: TemporaryFolder, damaging shows: Set<String>) async throws {
        let journal = try SQLiteJournal(path: folder.file("journal.sqlite"))
        for show in ["show-good", "show-bad"] {
            _ = try await journal.open(
                ShowHeader(
                    show: show, room: show, epoch: "5f0c9a1e",
                    beganAtMilliseconds: ShowWorld.beganAt))
            var chain = RecordChain(show: show)
            let drafts = ["one", "two", "three"].map { text in
                Draft(
                    source: "room", kind: "pinned",
                    event: ["text": .string(text), "by": "mei", "at": 1],
                    events: [
                        PublicEvent(
                            name: "pinned", from: "room",
                            data: ["text": .string(text), "by": "mei"])
                    ])
            }
            var (records, _) = chain.records(of: drafts, atMilliseconds: ShowWorld.beganAt)
            if shows.contains(show) { records[1].event[10] ^= 1 }
            try await journal.append(records, [])
        }
        await journal.close()
    }

    @Test func `One damaged show keeps its own room closed`() async throws {
        let folder = try TemporaryFolder()
        try await writeJournal(folder, damaging: ["show-bad"])
        let lines = LogLines()
        let server = try await Server(
            configuration: configuration(folder), clock: SystemClock(), log: lines.log())
        await server.open()
        let errors = lines.containing("its room stays closed")
        #expect(errors.count == 1)
        let error = try JSON(parsing: Array((errors.first ?? "").utf8))
        #expect(error["show"] == "show-bad" && error["room"] == "bad" && error["sequence"] == 2)
        let metrics = try await HTTPClient.get(port: server.port, path: "/metrics").text
        #expect(metrics.contains("playhouse_room_open{room=\"good\"} 1\n"))
        #expect(metrics.contains("playhouse_room_open{room=\"bad\"} 0\n"))
        let good = try await HTTPClient.get(port: server.port, path: "/v1/rooms/good")
        #expect(good.status == 200)
        #expect(try JSON(parsing: good.body)["states"]?["pinned"]?["text"] == "three")
        let bad = try await HTTPClient.get(port: server.port, path: "/v1/rooms/bad")
        #expect(bad.status == 404)
        await server.drain()
        // Draining kept a snapshot of what is good, and touched nothing of what is not.
        let archive = try JournalArchive(path: folder.file("journal.sqlite"))
        #expect(try await archive.snapshot(show: "show-good")?.sequence == 3)
        #expect(try await archive.snapshot(show: "show-bad") == nil)
        let problems = try await archive.shows().count
        #expect(problems == 2)
    }

    @Test func `A server without any room to open does not start`() async throws {
        let folder = try TemporaryFolder()
        try await writeJournal(folder, damaging: ["show-good", "show-bad"])
        let error = await #expect(throws: ConfigurationError.self) {
            try await Server(
                configuration: configuration(folder), clock: SystemClock(),
                log: LogLines().log())
        }
        #expect(error?.description.contains("\"show-good\", record 2") == true)
        #expect(error?.description.contains("\"show-bad\", record 2") == true)
    }

    @Test(arguments: [
        ("snapshotRecords", "1", true), ("snapshotRecords", "1000000", true),
        ("snapshotRecords", "0", false), ("snapshotRecords", "1000001", false),
        ("replayOneIn", "0", true), ("replayOneIn", "1000000", true),
        ("replayOneIn", "-1", false), ("replayOneIn", "1000001", false),
        ("reload", "true", true), ("reload", "1", false),
    ])
    func `Settings have their bounds`(name: String, value: String, isGood: Bool) {
        let text = """
            { "\(name)": \(value), "rooms": [{ "id": "teahouse" }] }
            """
        let read = Result {
            try Configuration(text: Array(text.utf8), name: "config.json", folder: "/tmp")
        }
        switch read {
        case .success: #expect(isGood, "\(text)")
        case .failure(let error):
            #expect(!isGood && "\(error)".contains("$.\(name)"), "\(error)")
        }
    }
}
