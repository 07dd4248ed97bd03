import PluginContract
import Rooms
import Testing
import Wire

@Suite struct StateTests {
    /// A house with ana on two devices (1, 2), bo (3) and the host mei (4).
    private func house() -> House {
        var house = House()
        house.join(1, "ana")
        house.join(2, "ana")
        house.join(3, "bo")
        house.join(4, "mei", role: .host)
        return house
    }

    private func set(
        _ house: inout House, _ key: String, _ value: JSON, _ audience: Audience
    ) -> [RoomOutput] {
        house.outputs = []
        house.room.setState(key: key, value: value, audience: audience, into: &house.outputs)
        return house.outputs
    }

    @Test func `a state for everybody is told once and kept for newcomers`() {
        var house = house()
        guard
            case .state("plugins", let bytes, false)? = set(
                &house, "plugins", ["game": 1], .everyone
            ).first
        else {
            Issue.record("no state")
            return
        }
        #expect(parsed(bytes) == ["type": "state", "key": "plugins", "value": ["game": 1]])
        #expect(house.outputs.count == 1)
        house.join(9, "cy")
        #expect(house.states["plugins"] == ["game": 1])
        #expect(house.room.publicStates()["plugins"] == ["game": 1])
    }

    @Test func `the same value is not told again`() {
        var house = house()
        for audience in [Audience.everyone, .user("ana")] {
            #expect(!set(&house, "\(audience)", ["a": 1], audience).isEmpty)
            #expect(set(&house, "\(audience)", ["a": 1], audience).isEmpty)
            #expect(!set(&house, "\(audience)", .null, audience).isEmpty)
            #expect(set(&house, "\(audience)", .null, audience).isEmpty)
        }
    }

    @Test func `a state for the staff is neither told nor shown to others`() {
        var house = house()
        guard case .state(_, _, true)? = set(&house, "panel:game:host", [1], .staff).first else {
            Issue.record("not for the staff alone")
            return
        }
        house.join(9, "cy")
        #expect(house.states["panel:game:host"] == nil)
        house.join(10, "lu", role: .operator)
        #expect(house.states["panel:game:host"] == [1])
        house.join(11, "shop", role: .service)
        #expect(house.states["panel:game:host"] == nil)
        #expect(house.room.publicStates()["panel:game:host"] == nil)
    }

    @Test func `a person's own state goes to all devices of that person alone`() {
        var house = house()
        _ = set(&house, "own:game", ["guess": ["locked": 7]], .user("ana"))
        let message: JSON = [
            "type": "state", "key": "own:game", "value": ["guess": ["locked": 7]],
        ]
        #expect(house.sent(to: 1) == [message])
        #expect(house.sent(to: 2) == [message])
        #expect(house.outputs.count == 2)
        house.join(9, "ana")
        #expect(house.states["own:game"] == ["guess": ["locked": 7]])
        house.join(10, "bo")
        #expect(house.states["own:game"] == nil)
        house.leave(1)
        _ = set(&house, "own:game", .null, .user("ana"))
        #expect(house.outputs.count == 2)
        house.join(11, "ana")
        #expect(house.states["own:game"] == nil)
    }

    @Test func `somebody absent finds the own state on return`() {
        var house = house()
        #expect(set(&house, "own:game", ["won": true], .user("cy")).isEmpty)
        house.join(9, "cy")
        #expect(house.states["own:game"] == ["won": true])
        house.leave(9)
        #expect(house.ask(4, .ban(user: "cy")).isReply)
    }

    @Test func `the own state of somebody forgotten is not shown to the next one`() {
        var house = House {
            $0.sessionsMax = 1
            $0.staffSessionsExtra = 0
            $0.seenMax = 2
        }
        for user in ["ana", "bo"] { _ = set(&house, "own:game", .string(user), .user(user)) }
        house.join(1, "cy")
        #expect(house.states["own:game"] == nil)
        house.leave(1)
        house.join(2, "bo")
        #expect(house.states["own:game"] == "bo")
        house.leave(2)
        house.join(3, "ana")
        #expect(house.states["own:game"] == nil)
    }

    @Test func `whoever is present is not forgotten`() {
        var house = House {
            $0.sessionsMax = 2
            $0.staffSessionsExtra = 0
            $0.seenMax = 3
        }
        house.join(1, "ana")
        for index in 0..<10 {
            house.join(UInt64(10 + index), "user\(index)")
            house.leave(UInt64(10 + index))
        }
        house.join(2, "ana")
        #expect(house.room.presence == (1, 2))
        house.leave(2)
        house.join(3, "mei", role: .host)
        #expect(house.ask(3, .mute(user: "ana", seconds: 9)).isReply)
        #expect(house.ask(3, .mute(user: "user9", seconds: 9)).isReply)
        #expect(house.ask(3, .mute(user: "user0", seconds: 9)).code == "UNKNOWN_USER")
    }

    @Test(arguments: ["presence", "likes"])
    func `states keep no count of their own`(key: String) async {
        await #expect(processExitsWith: .failure) { [key] in
            var house = House()
            house.room.setState(key: key, value: 1, audience: .everyone, into: &house.outputs)
        }
    }

    private static func panel(_ count: Int64, texts: Int = 8) -> JSON {
        let text: JSON = ["kind": "text", "text": "what everybody reads, and nobody changes"]
        let stat: JSON = ["kind": "stat", "label": "count", "value": .integer(count)]
        return [
            "now": .integer(count),
            "elements": .array(Array(repeating: text, count: texts) + [stat]),
        ]
    }

    @Test func `a long panel is told whole once, and then by what changed`() throws {
        var house = house()
        let key = "panel:game:viewer"
        let whole = try #require(set(&house, key, Self.panel(1), .everyone).first?.state)
        #expect(whole.key == key)
        let base = try #require(whole.message["value"])
        let first = try #require(set(&house, key, Self.panel(2), .everyone).first?.state)
        #expect(first.key == "update:game:viewer")
        #expect(first.message["key"] == "update:game:viewer")
        // The second update alone is enough: it is measured from the whole panel.
        let second = try #require(set(&house, key, Self.panel(3), .everyone).first?.state)
        let update = try #require(second.message["value"])
        #expect(update["of"] == base["version"])
        #expect(
            PanelUpdate.apply(update, to: base)["elements"] == Self.panel(3)["elements"])
        // A newcomer gets both.
        house.join(9, "cy")
        #expect(house.states[key] == base)
        #expect(house.states["update:game:viewer"] == update)
        #expect(house.room.publicStates()[key] == Self.panel(3))
    }

    @Test func `a panel that has little in common is told whole, with another version`() throws {
        var house = house()
        let key = "panel:game:viewer"
        let first = try #require(set(&house, key, Self.panel(1), .everyone).first?.state)
        _ = set(&house, key, Self.panel(2), .everyone)
        let other: JSON = [
            "now": 3,
            "elements": .array(
                Array(repeating: ["kind": "title", "text": "something else altogether"], count: 9)),
        ]
        let second = try #require(set(&house, key, other, .everyone).first?.state)
        #expect(second.key == key)
        #expect(first.message["value"]?["version"] != second.message["value"]?["version"])
        house.join(9, "cy")
        #expect(house.states["update:game:viewer"] == nil)
        let gone = try #require(set(&house, key, .null, .everyone).first?.state)
        #expect(gone.key == key && gone.message["value"] == .null)
    }

    @Test func `a short panel is always told whole`() throws {
        var house = house()
        let key = "panel:game:host"
        for count in [1, 2, 3] as [Int64] {
            let told = try #require(
                set(&house, key, Self.panel(count, texts: 1), .staff).first?.state)
            #expect(told.key == key)
        }
    }
}

extension RoomOutput {
    fileprivate var state: (key: String, message: JSON)? {
        guard case .state(let key, let bytes, _) = self else { return nil }
        return (key, parsed(bytes))
    }
}
