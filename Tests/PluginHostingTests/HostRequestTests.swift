import PluginContract
import PluginHosting
import Testing
import Wire

/// Requests to the world outside, and their answers as events.
@Suite struct HostRequestTests {
    private static let program = """
        local game = {}
        function game.on_start(room) room.state.results, room.state.ids = {}, {} end
        function game.on_command(room, command)
          local id
          if command.name == "search" then
            id = room.knowledge.search("运费", { product = "oolong" })
          elseif command.name == "send" then
            id = room.webhook.send("crm", { won = true }, { seconds = 0.5 })
          elseif command.name == "many" then
            for _ = 1, command.value do id = room.webhook.send("crm", {}) end
          else
            room.finish()
          end
          if id then table.insert(room.state.ids, id) end
        end
        function game.on_result(room, result) table.insert(room.state.results, result) end
        return game
        """

    private func bench() async -> PluginBench {
        let room = PluginBench(lua: Self.program)
        await room.start()
        return room
    }

    private func results(_ room: PluginBench) async throws -> [JSON] {
        try await room.state()["results"]?.arrayValue ?? []
    }

    @Test func `A request leaves with its record and is answered once`() async throws {
        let room = await bench()
        await room.command("search")
        #expect(
            room.requests == [
                HostRequest(
                    id: 1, service: .knowledge,
                    parameters: ["text": "运费", "limit": 3, "product": "oolong"],
                    milliseconds: 2_000)
            ])
        #expect(try await room.state()["ids"] == [1])
        await room.respond(1, .value([["entry": "shipping"]]))
        await room.respond(1, .value("again"))
        await room.respond(9, .value("unasked"))
        let answer: JSON = ["id": 1, "service": "knowledge", "value": [["entry": "shipping"]]]
        #expect(try await results(room) == [answer])
        #expect(room.kinds.last == "on_result")
        await room.advance(5)
        #expect(try await results(room).count == 1)
    }

    @Test func `An answer that does not come in time is a TIMEOUT, to the millisecond`()
        async throws
    {
        let room = await bench()
        await room.command("send")
        await room.advance(0.499)
        #expect(try await results(room) == [])
        await room.advance(0.001)
        #expect(
            try await results(room) == [
                [
                    "id": 1, "service": "webhook", "error": "TIMEOUT",
                    "message": "no answer in time",
                ]
            ])
        await room.respond(1, .value("late"))
        #expect(try await results(room).count == 1)
    }

    @Test func `After a restart what waits is made again, or was too late`() async throws {
        let room = await bench()
        await room.command("search")
        await room.command("send")
        try await room.restart(afterSeconds: 0.1)
        #expect(room.bill.waitingRequests.map(\.request.id) == [1, 2])
        #expect(room.bill.waitingRequests.map(\.request) == room.requests)
        await room.respond(2, .failure(.failed, message: "HTTP 500"))
        try await room.restart(afterSeconds: 3)
        let codes = try await results(room).map { $0["error"]?.stringValue }
        #expect(codes == ["FAILED", "TIMEOUT"])
        await room.command("search")
        #expect(room.requests.last?.id == 3)
    }

    @Test func `A run that ended waits for nothing`() async throws {
        let room = await bench()
        await room.command("search")
        await room.command("end")
        #expect(room.bill.waitingRequests.isEmpty)
        await room.start()
        await room.respond(1, .value("old"))
        #expect(try await results(room) == [])
    }

    @Test func `Requests without an answer are bounded on both sides`() async throws {
        let room = await bench()
        #expect(await room.command("many", 65) == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("more than 64 requests without an answer") == true)
        #expect(await room.command("many", 64) == .reply([:]))
        #expect(await room.command("search") == .error(.unavailable, value: nil))
        await room.respond(1, .value(nil))
        #expect(await room.command("search") == .reply([:]))
    }

    @Test func `An answer over the limit is TOO_LARGE`() {
        let request = HostRequest(id: 1, service: .knowledge, parameters: [:], milliseconds: 1)
        func error(_ count: Int) -> JSON? {
            HostResult.value(.string(String(repeating: "a", count: count))).json(for: request)[
                "error"]
        }
        #expect(error(HostRequest.Limit.resultBytes - 2) == nil)
        #expect(error(HostRequest.Limit.resultBytes - 1) == "TOO_LARGE")
    }

    @Test func `A server without services answers with an error`() async {
        let request = HostRequest(id: 1, service: .webhook, parameters: [:], milliseconds: 1)
        let result = await NoHostServices().perform(
            request, of: PlayID(show: "s", plugin: "game"))
        #expect(
            result
                == .failure(.unavailable, message: "this server has no service \"webhook\""))
    }
}
