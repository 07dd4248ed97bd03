import Testing

@testable import Scripting

/// The parts of `room` are made when they are asked for, which no script may notice.
@Suite struct RoomTableTests {
    private static let names =
        "chat,chat.say,collect,collect.close,config,log,now,panel,panel.hide,panel.show,state"
    private let list = """
        local names = {}
        for name, part in pairs(room) do
          names[#names + 1] = name
          if name ~= "state" and name ~= "config" and type(part) == "table" then
            for inner in pairs(part) do names[#names + 1] = name .. "." .. inner end
          end
        end
        room.state.names = table.concat(names, ",")
        """

    private func script(_ body: String) throws -> Script {
        try .mock(
            "return { run = function(room)\n\(body)\nend }",
            functions: ["panel.show", "panel.hide", "log", "collect", "collect.close", "chat.say"])
    }

    private func names(_ body: String) throws -> String? {
        let script = try script(body)
        guard case .done = script.run() else { return nil }
        let text = try script.stateText()
        return text.split(separator: "\"").last { $0.contains(",") }.map(String.init)
    }

    @Test func `whoever lists room sees all of it, whatever was used before`() throws {
        #expect(try names(list) == Self.names)
        #expect(try names("room.panel.show({}) room.log('x')\n" + list) == Self.names)
        #expect(try names("local _ = room.chat\n" + list + "\n" + list) == Self.names)
    }

    @Test func `next and rawget see parts that nobody has used`() throws {
        let body = """
            local first = next(room)
            local after = next(room, "collect")
            local inner = next(rawget(room, "panel"))
            room.state.names = first .. "," .. after .. "," .. inner
            """
        #expect(try names(body) == "chat,config,hide")
    }

    @Test func `a part is the same table each time, and stays in the next call`() throws {
        let script = try script(
            "room.state.same = room.panel == room.panel and room.panel.show == room.panel.show")
        for _ in 0..<2 {
            guard case .done = script.run() else {
                Issue.record("the call failed")
                return
            }
        }
        #expect(try script.stateText() == #"{"same":true}"#)
    }

    @Test func `a name that room has not is answered with those that it has`() throws {
        for use in ["", "room.log('x') "] {
            let script = try script(use + "room.pannel.show({})")
            guard case .fault(let fault) = script.run() else {
                Issue.record("a part that does not exist was found")
                return
            }
            #expect(
                fault.message.hasSuffix(
                    "room.pannel does not exist; there are: chat, collect, config, log, now, "
                        + "panel, state"), "\(fault.message)")
        }
    }

    @Test func `neither a path nor the beginning of a name is a part`() throws {
        for name in ["panel.show", "pan", "panel.", "", ".", "chat\\0", "1"] {
            let script = try script("return room['\(name)'].x")
            guard case .fault(let fault) = script.run() else {
                Issue.record("\(name) was found")
                continue
            }
            #expect(fault.message.contains("does not exist"), "\(fault.message)")
        }
    }
}
