import Foundation

/// A folder that goes when the test is over.
final class Folder: Sendable {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "playhouse-workshop-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// A plugin that counts how often its button is pressed, with what a test changes.
    static func plugin(_ changes: [String: String] = [:]) throws -> Folder {
        var files = [
            "plugin.json": """
            {"id": "counter", "version": "1.0.0", "api": 1, "title": {"zh": "计数", "en": "Counter"},
             "capabilities": ["panel", "prizes"], "surfaces": ["viewer"]}
            """,
            "main.lua": """
            local game = {}
            local function show(room)
              room.panel.show("viewer", { { "button", id = "more" }, { "stat", "count", room.state.count } })
            end
            function game.on_start(room)
              room.state.count = 0
              room.prizes.reserve("coupon", 2)
              show(room)
            end
            function game.on_action(room, action)
              room.state.count = room.state.count + 1
              if room.state.count == 3 then room.prizes.grant("coupon", action.viewer) end
              show(room)
            end
            function game.on_command(room, command)
              error("as wished")
            end
            return game
            """,
            "locales/en.json": #"{"more": "More", "count": "So far"}"#,
            "locales/zh.json": #"{"more": "更多", "count": "次数"}"#,
            "tests/count.lua": """
            test("it counts", function(show)
              local ana = show:join("ana")
              show:start()
              ana:press("more")
              expect(ana):shows("count", { value = 1 })
            end)
            """,
        ]
        for (name, text) in changes { files[name] = text }
        return try Folder(files)
    }
}
