import Clockwork
import Cryptography
import Foundation
import PluginContract
import Rooms
import Testing
import Visiting
import Wire

@testable import Journaling
@testable import Playhouse

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Full disks, other writers, and files with holes, from end to end.
extension ServerDurabilityTests {
    private static func key() throws -> SigningKey {
        try SigningKey(kid: "k1", secret: Array(repeating: 7, count: 32))
    }

    private func withKey(_ folder: TemporaryFolder) throws -> Configuration {
        var configuration = configuration(folder)
        configuration.keys = [try Self.key()]
        return configuration
    }

    /// Publishes an event over HTTP.
    ///
    /// - Returns: The status, and the code of an error.
    @discardableResult
    private static func publish(
        _ room: String, _ port: UInt16, bytes: Int = 10
    ) async throws -> (status: Int, code: String?) {
        let token = Token.sign(
            Claims(
                subject: "shop", room: room, role: "service", name: "Shop",
                expiresAt: SystemClock().unixMilliseconds / 1_000 + 3_600), with: try key())
        let data = String(repeating: "x", count: bytes)
        let answer = try await HTTPClient.post(
            port: port, path: "/v1/rooms/\(room)/requests",
            headers: [("Authorization", "Bearer \(token)")],
            body: Array(#"{"type":"publish","id":"1","name":"sale","data":"\#(data)"}"#.utf8))
        return (Int(answer.status), try JSON(parsing: answer.body)["code"]?.stringValue)
    }

    private static func metric(_ name: String, _ port: UInt16) async throws -> String? {
        let text = try await HTTPClient.get(port: port, path: "/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .map { String($0.dropFirst(name.count + 1)) }
    }

    @Test func `A show that somebody else writes to is closed, and the other goes on`() async throws
    {
        let folder = try TemporaryFolder()
        let lines = LogLines()
        let server = try await Server(
            configuration: try withKey(folder), clock: SystemClock(), log: lines.log())
        await server.open()
        for room in ["good", "bad"] {
            #expect(try await Self.publish(room, server.port).status == 200)
        }
        try SQLiteConnection(path: folder.file("journal.sqlite")).run(
            """
            INSERT INTO records (show, sequence, "offset", source, kind, at, event, changes,
                effects, events, hash)
            SELECT id, 2, 1, 'room', 'other', 0, x'', x'', x'', x'', x'' FROM shows
            WHERE show = 'show-bad'
            """)
        let viewer = try await RoomClient.join(.init(room: "bad"), port: server.port)
        let refused = try await Self.publish("bad", server.port)
        #expect(refused.status == 503 && refused.code == "UNAVAILABLE")
        #expect(try await viewer.closed() == 4428)
        #expect(try await Self.publish("good", server.port).status == 200)
        #expect(try await Self.publish("bad", server.port).code == "UNAVAILABLE")
        #expect(try await Self.metric("playhouse_room_open{room=\"bad\"}", server.port) == "0")
        #expect(try await Self.metric("playhouse_room_open{room=\"good\"}", server.port) == "1")
        #expect(lines.containing("the journal will never take a record").count == 1)
        #expect(await server.drain())
        let archive = try JournalArchive(path: folder.file("journal.sqlite"))
        #expect(try await archive.snapshot(show: "show-good")?.sequence == 2)
        #expect(try await archive.snapshot(show: "show-bad") == nil)
    }

    @Test func `While the disk is full rooms refuse, and nothing that was taken is lost`()
        async throws
    {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            // The limit holds for the whole process, therefore one of its own.
            signal(SIGXFSZ, SIG_IGN)
            try await ServerDurabilityTests().fillTheDisk(path)
        }
        let journal = try SQLiteJournal(path: folder.file("journal.sqlite"))
        let records = try await journal.records(show: "show-good", after: 0, limit: 100)
        #expect(records.map(\.kind) == Array(repeating: "published", count: 3))
        await journal.close()
    }

    private func fillTheDisk(_ path: String) async throws {
        let folder = TemporaryFolder(existing: path)
        let server = try await Server(
            configuration: try withKey(folder), clock: SystemClock(), log: LogLines().log())
        await server.open()
        let port = server.port
        try #require(try await Self.publish("good", port).status == 200)
        // The file of the log is as large as it may become; what is full is what lies behind the limit.
        let log = try #require(FileManager.default.contents(atPath: path + "/journal.sqlite-wal"))
        let used = try #require(log.lastIndex { $0 != 0 })
        try limitFileSize(rlim_t(used + 4_096))

        // Taken before anybody knew: answered when there is room again.
        async let taken = Self.publish("good", port, bytes: 20_000)
        let name = "playhouse_room_journal_failing{room=\"good\"}"
        while try await Self.metric(name, port) != "1" {
            try await Task.sleep(for: .milliseconds(5))
        }
        for _ in 0..<3 {
            let refused = try await Self.publish("good", port)
            try #require(refused.status == 503 && refused.code == "UNAVAILABLE")
        }
        // Who is there stays there.
        let viewer = try await RoomClient.join(.init(room: "good"), port: port)
        try #require(try await Self.metric("playhouse_room_open{room=\"good\"}", port) == "1")

        try limitFileSize(rlim_t.max)
        try #require(try await taken.status == 200)
        while try await Self.metric(name, port) != "0" {
            try await Task.sleep(for: .milliseconds(5))
        }
        try #require(try await Self.publish("good", port).status == 200)
        try #require(await !viewer.isClosed)
        try #require(await server.drain())
    }

    /// One show after the other, each with pages of its own.
    private func writeLongJournal(_ folder: TemporaryFolder) async throws {
        let journal = try SQLiteJournal(path: folder.file("journal.sqlite"))
        for show in ["show-bad", "show-good"] {
            _ = try await journal.open(
                ShowHeader(show: show, room: show, epoch: "e", beganAtMilliseconds: 0))
            var chain = RecordChain(show: show)
            let drafts = (0..<200).map { index in
                Draft(
                    source: "room", kind: "published",
                    event: [
                        "name": "n", "by": .string("\(show) " + String(repeating: "x", count: 500)),
                        "index": .integer(index),
                    ])
            }
            try await journal.append(chain.records(of: drafts, atMilliseconds: 0).records, [])
        }
        await journal.close()
    }

    @Test func `A page that cannot be read keeps the rooms closed that need it`() async throws {
        let folder = try TemporaryFolder()
        try await writeLongJournal(folder)
        let file = URL(fileURLWithPath: folder.file("journal.sqlite"))
        var bytes = [UInt8](try Data(contentsOf: file))
        let pages = stride(from: 0, to: bytes.count, by: 4_096).filter { page in
            let text = String(decoding: bytes[page..<page + 4_096], as: UTF8.self)
            return text.contains("show-bad xx") && !text.contains("show-good xx")
        }
        let page = try #require(pages.dropFirst(pages.count / 2).first)
        for index in page..<page + 4_096 { bytes[index] = 0xA5 }
        try Data(bytes).write(to: file)
        let lines = LogLines()
        let server = try await Server(
            configuration: try withKey(folder), clock: SystemClock(), log: lines.log())
        await server.open()
        let errors = lines.containing("its room stays closed")
        #expect(errors.count == 1)
        #expect(errors.first?.contains("show-bad") == true)
        #expect(errors.first?.contains("cannot be read") == true)
        #expect(try await Self.metric("playhouse_room_open{room=\"bad\"}", server.port) == "0")
        #expect(try await Self.metric("playhouse_room_open{room=\"good\"}", server.port) == "1")
        #expect(try await Self.publish("good", server.port).status == 200)
        #expect(await server.drain())
    }

    @Test func `A journal that was cut off says why no room of it can be opened`() async throws {
        let folder = try TemporaryFolder()
        try await writeLongJournal(folder)
        let file = URL(fileURLWithPath: folder.file("journal.sqlite"))
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(bytes.count / 8_192 * 4_096).write(to: file)
        do {
            _ = try await Server(
                configuration: try withKey(folder), clock: SystemClock(), log: LogLines().log())
            Issue.record("a server started on half a journal")
        } catch {
            #expect("\(error)".contains("journal.sqlite"), "\(error)")
            #expect("\(error)".contains("backup"), "\(error)")
        }
    }
}

/// Sets the size from which the kernel refuses to write to a file (`setrlimit(2)`).
private func limitFileSize(_ bytes: rlim_t) throws {
    var limit = rlimit()
    #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
        let resource = RLIMIT_FSIZE
    #endif
    try #require(getrlimit(resource, &limit) == 0)
    limit.rlim_cur = min(bytes, limit.rlim_max)
    try #require(setrlimit(resource, &limit) == 0)
}
