import Foundation
import Playhouse
import Testing
import Visiting
import Wire

@testable import Workshop

/// `playhouse dev` over real sockets: a whole server, and what its page asks for.
@Suite(.serialized) struct DevHouseTests {
    /// A workshop, and who looks at it.
    private struct Bench {
        let house: DevHouse
        let port: UInt16

        func get(_ path: String) async throws -> HTTPResponse {
            try await HTTPClient.get(port: port, path: path)
        }

        func json(_ path: String) async throws -> JSON {
            try JSON(parsing: try await get(path).body)
        }

        func post(_ path: String, _ body: JSON) async throws -> Int {
            try await HTTPClient.post(
                port: port, path: path, headers: [("Content-Type", "application/json")],
                body: body.encoded()
            ).status
        }

        /// Looks at the status until something is true of it.
        func wait(
            _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
            until isTrue: (JSON) -> Bool
        ) async throws -> JSON {
            var last = JSON.null
            for _ in 0..<1_200 {
                if let status = try? await json("/dev/status") {
                    if isTrue(status) { return status }
                    last = status
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("waited in vain: \(what); \(last)", sourceLocation: sourceLocation)
            return last
        }

        func viewer(_ name: String) async throws -> RoomClient {
            try await RoomClient.join(
                RoomClient.Entry(room: "dev", name: name, visitor: "visitor-" + name), port: port)
        }

        func press(_ button: String, by client: RoomClient) async throws {
            _ = try await client.request(
                "act", [("plugin", "counter"), ("name", .string(button)), ("value", .null)])
        }

        func count(at position: Int64) async throws -> Int64? {
            try await json("/dev/at?position=\(position)")["plugins"]?["counter"]?["state"]?[
                "count"]?
                .integerValue
        }
    }

    private func withBench(
        _ folders: [Folder], viewers: Int = 0, _ body: (Bench) async throws -> Void
    ) async throws {
        var crowd = DevCrowd()
        crowd.kinds = DevCrowd.mixed(viewers)
        let house = try DevHouse(
            folders: folders.map(\.path), port: 0, crowd: crowd, log: .silent, stage: .inProcess)
        let address = try await house.open()
        let port = try #require(URL(string: address)?.port.flatMap { UInt16(exactly: $0) })
        let running = Task { await house.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(Bench(house: house, port: port)))
        } catch {
            result = .failure(error)
        }
        running.cancel()
        await running.value
        await house.close()
        #expect(!FileManager.default.fileExists(atPath: house.data))
        try result.get()
    }

    /// Counts, and holds no prizes, so that it can be exchanged while it runs.
    private static let code = """
        local game = {}
        local function show(room)
          room.panel.show("viewer", { { "button", id = "more" }, { "stat", "count", room.state.count } })
        end
        function game.on_start(room)
          room.state.count = 0
          show(room)
        end
        function game.on_action(room, action)
          room.state.count = room.state.count + 1
          show(room)
        end
        return game
        """

    private func plugin(_ code: String = code) throws -> Folder {
        try Folder.plugin([
            "main.lua": code,
            "plugin.json": """
            {"id": "counter", "version": "1.0.0", "api": 1, "title": {"zh": "计数", "en": "Counter"},
             "capabilities": ["panel"], "surfaces": ["viewer"]}
            """,
        ])
    }

    @Test func `A plugin plays at once, and every position of its journal can be seen`()
        async throws
    {
        try await withBench([try plugin()]) { bench in
            let status = try await bench.wait("it runs") {
                $0["plugins"]?[0]?["status"] == "running" && $0["last"]?.integerValue ?? 0 >= 1
            }
            #expect(status["plugins"]?[0]?["plugin"] == "counter")
            #expect(status["first"] == 0)
            let ana = try await bench.viewer("Ana")
            for _ in 0..<3 { try await bench.press("more", by: ana) }
            let last =
                try await bench.wait("three records more") {
                    $0["plugins"]?[0]?["hooks"]?["on_action"]?["calls"] == 3
                }["last"]?.integerValue ?? 0
            #expect(try await bench.count(at: last) == 3)
            #expect(try await bench.count(at: last - 1) == 2)
            #expect(try await bench.count(at: last - 2) == 1)
            #expect(try await bench.get("/dev/at?position=\(last + 1)").status == 404)
            let panel = try await bench.json("/dev/at?position=\(last - 1)")
            #expect(
                panel["plugins"]?["counter"]?["panels"]?["viewer"]?["elements"]?[1]?["value"] == 2)
            let lines = try await bench.json("/dev/records?after=\(last - 1)")["records"]
            #expect(lines?.arrayValue?.count == 1)
            #expect(lines?[0]?["kind"] == "on_action")
            await ana.leave()
        }
    }

    @Test func `A show is played on from a position`() async throws {
        try await withBench([try plugin()]) { bench in
            let ana = try await bench.viewer("Ana")
            for _ in 0..<3 { try await bench.press("more", by: ana) }
            let last =
                try await bench.wait("three presses") {
                    $0["plugins"]?[0]?["hooks"]?["on_action"]?["calls"] == 3
                }["last"]?.integerValue ?? 0
            #expect(try await bench.post("/dev/branch", ["position": .integer(last + 1)]) == 409)
            #expect(try await bench.post("/dev/branch", ["position": .integer(last - 2)]) == 202)
            _ = try await bench.wait("it is opened again") {
                $0["opening"] == 2 && $0["ready"] == true && $0["last"] == .integer(last - 2)
            }
            let bo = try await bench.viewer("Bo")
            try await bench.press("more", by: bo)
            _ = try await bench.wait("one press more") { $0["last"] == .integer(last - 1) }
            #expect(try await bench.count(at: last - 1) == 2)
            // Nobody may be told that time has gone back, or stands still.
            let records = try await bench.json("/dev/records?after=0")["records"]?.arrayValue ?? []
            let times = records.compactMap { $0["at"]?.integerValue }
            #expect(times == times.sorted())

            #expect(try await bench.post("/dev/branch", ["position": 0]) == 202)
            _ = try await bench.wait("it begins again") {
                $0["opening"] == 3 && $0["ready"] == true
                    && $0["plugins"]?[0]?["status"] == "running"
            }
            await ana.leave()
            await bo.leave()
        }
    }

    @Test func `An error is shown with its lines, and a mend plays on with the state`()
        async throws
    {
        let folder = try plugin()
        try await withBench([folder]) { bench in
            let ana = try await bench.viewer("Ana")
            for _ in 0..<2 { try await bench.press("more", by: ana) }
            try folder.write(
                Self.code.replacing("room.state.count + 1", with: "room.state.count + + 1"),
                to: "main.lua")
            let broken = try await bench.wait("the error is found") {
                $0["plugins"]?[0]?["problems"]?.arrayValue?.isEmpty == false
            }
            let problem = try #require(broken["plugins"]?[0]?["problems"]?[0])
            #expect(problem["file"] == "main.lua")
            #expect(problem["line"] == 10)
            #expect(problem["level"] == "error")
            let marked = problem["lines"]?.arrayValue?.filter { $0["marked"] == true } ?? []
            #expect(marked.map { $0["number"] } == [10])
            #expect(marked[0]["text"]?.stringValue?.contains("+ + 1") == true)
            // The old program goes on meanwhile.
            try await bench.press("more", by: ana)

            try folder.write(
                Self.code.replacing("room.state.count + 1", with: "room.state.count + 10"),
                to: "main.lua")
            _ = try await bench.wait("the mend is taken over") {
                $0["plugins"]?[0]?["problems"] == []
                    && $0["plugins"]?[0]?["hash"]
                        != broken["plugins"]?[0]?["hash"]
            }
            try await bench.press("more", by: ana)
            let last =
                try await bench.wait("four presses") {
                    $0["plugins"]?[0]?["hooks"]?["on_action"]?["calls"] == 4
                }["last"]?.integerValue ?? 0
            #expect(try await bench.count(at: last) == 13)
            await ana.leave()
        }
    }

    @Test func `A handler that fails is shown until a program without the fault is saved`()
        async throws
    {
        let failing = Self.code.replacing(
            "room.state.count = room.state.count + 1", with: "room.state.count = room.nothing.count"
        )
        let folder = try plugin(failing)
        try await withBench([folder]) { bench in
            let ana = try await bench.viewer("Ana")
            await #expect(throws: RoomClientError.self) { try await bench.press("more", by: ana) }
            let failed = try await bench.wait("the fault is known") {
                $0["plugins"]?[0]?["problems"]?[0]?["kind"] == "fault"
            }
            let problem = try #require(failed["plugins"]?[0]?["problems"]?[0])
            #expect(problem["line"] == 10)
            #expect(problem["message"]?.stringValue?.hasPrefix("on_action: main.lua:10:") == true)
            #expect(problem["lines"]?.arrayValue?.count == 5)
            try folder.write(Self.code, to: "main.lua")
            _ = try await bench.wait("it is mended") { $0["plugins"]?[0]?["problems"] == [] }
            try await bench.press("more", by: ana)
            await ana.leave()
        }
    }

    @Test func `A plugin that cannot be loaded joins when it can`() async throws {
        let folder = try plugin()
        try folder.write("{}", to: "plugin.json")
        let other = try Folder.plugin([
            "plugin.json": """
            {"id": "other", "version": "1.0.0", "api": 1, "title": {"zh": "另", "en": "Other"},
             "capabilities": ["panel", "prizes"], "surfaces": ["viewer"]}
            """
        ])
        try await withBench([folder, other]) { bench in
            let status = try await bench.wait("the other one runs") {
                $0["plugins"]?[1]?["status"] == "running"
            }
            #expect(status["plugins"]?[0]?["status"]?.isNull == true)
            #expect(status["plugins"]?[0]?["problems"]?[0]?["file"] == "plugin.json")
            try folder.write(
                """
                {"id": "counter", "version": "1.0.0", "api": 1, "title": {"zh": "计", "en": "C"},
                 "capabilities": ["panel"], "surfaces": ["viewer"]}
                """, to: "plugin.json")
            _ = try await bench.wait("it is there") {
                $0["ready"] == true && $0["plugins"]?[0]?["status"] == "idle"
                    && $0["plugins"]?[1]?["status"] == "running"
            }
        }
    }

    @Test func `Simulated viewers play along, and can be sent to sleep`() async throws {
        try await withBench([try plugin()], viewers: 6) { bench in
            _ = try await bench.wait("somebody has pressed") {
                $0["plugins"]?[0]?["hooks"]?["on_action"]?["calls"]?.integerValue ?? 0 >= 3
            }
            #expect(try await bench.post("/dev/crowd", ["awake": false]) == 200)
            let status = try await bench.json("/dev/status")
            #expect(status["crowd"]?["awake"] == false)
            #expect(status["crowd"]?["count"] == 6)
        }
    }

    @Test func `Foreign pages get nothing, and the house lets its own page frame it`()
        async throws
    {
        try await withBench([try plugin()]) { bench in
            let page = try await bench.get("/dev")
            #expect(page.status == 200)
            let policy = page.header("content-security-policy") ?? ""
            #expect(policy.contains("frame-src 'self'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            let viewer = try await bench.get("/rooms/dev")
            #expect(
                viewer.header("content-security-policy")?.contains("frame-ancestors 'self'") == true
            )
            #expect(try await bench.get("/").status == 303)
            let foreign = try await HTTPClient.exchange(
                port: bench.port,
                bytes: Array(
                    "GET /dev/status HTTP/1.1\r\nHost: evil.example:\(bench.port)\r\nConnection: close\r\n\r\n"
                        .utf8))
            #expect(foreign.status == 403)
            let simple = try await HTTPClient.post(
                port: bench.port, path: "/dev/branch", headers: [("Content-Type", "text/plain")],
                body: Array(#"{"position": 0}"#.utf8))
            #expect(simple.status == 403)
            let crossed = try await HTTPClient.post(
                port: bench.port, path: "/dev/branch",
                headers: [
                    ("Content-Type", "application/json"), ("Origin", "http://evil.example"),
                ], body: Array(#"{"position": 0}"#.utf8))
            #expect(crossed.status == 403)
            #expect(try await bench.get("/dev/files/../../main.lua").status == 404)
        }
    }
}
