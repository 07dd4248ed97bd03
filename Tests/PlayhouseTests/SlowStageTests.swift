import PluginContract
import PluginHosting
import Scripting
import Testing
import Visiting
import Wire

@testable import Playhouse

/// A stage on which calls take until they are let go.
private actor HeldStage: Stage {
    private let stage = InProcessStage()
    private var isHeld = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func hold() { isHeld = true }

    func letGo() {
        isHeld = false
        for call in waiting { call.resume() }
        waiting = []
    }

    var heldCount: Int { waiting.count }

    func open(
        _ play: PlayID, program: PluginProgram, _ opening: StageOpening
    ) async throws(ScriptFault) {
        try await stage.open(play, program: program, opening)
    }

    func run(
        _ play: PlayID, _ calls: [StageCall]
    ) async throws(StageLoss) -> [ScriptOutcome] {
        if isHeld { await withCheckedContinuation { waiting.append($0) } }
        return try await stage.run(play, calls)
    }

    func state(of play: PlayID) async throws(ScriptFault) -> [UInt8] {
        try await stage.state(of: play)
    }

    func close(_ play: PlayID) async { await stage.close(play) }

    func stop() async { await stage.stop() }
}

/// A plugin that takes its time keeps nobody waiting but who waits for it.
@Suite struct SlowStageTests {
    private static let program = PluginProgram(
        manifest: Manifest(
            id: "game", version: "1.0.0", title: ["zh": "g", "en": "g"],
            capabilities: [.panel, .chat], surfaces: Manifest.surfacesUsual,
            configuration: ConfigSchema()),
        source: ScriptSource(
            name: "game",
            files: [
                "main.lua": Array(
                    """
                    return {
                      on_command = function(room) room.chat.say("done") end,
                      on_danmaku = function(room, batch) end,
                    }
                    """.utf8)
            ]), locales: [:], contentHash: "")

    @Test func `danmaku and events go on while a call of a plugin does not end`() async throws {
        let stage = HeldStage()
        let house = try await StubbornHouse(stage: stage, programs: [Self.program])
        let host = try await house.join("mei", .host)
        let viewer = try await house.join("ana")
        _ = try await host.request("start", [("plugin", "game")])
        await stage.hold()
        async let command = host.request(
            "command", [("plugin", "game"), ("name", "work")])
        try await eventually("the call is under way") { await stage.heldCount == 1 }
        for index in 0..<5 { _ = try await viewer.say("word \(index)") }
        let shop = try await house.join("shop", .service)
        _ = try await shop.publish("sale")
        try await eventually("everything was heard") {
            let heard = await (host.danmaku.count, host.events.last?.name)
            return heard == (5, "sale")
        }
        // The call was held all the time, and what it does comes after.
        #expect(await stage.heldCount == 1)
        await stage.letGo()
        _ = try await command
        try await eventually("the plugin speaks") { await host.events.last?.name == "said" }
        await house.end()
        await stage.stop()
    }
}
