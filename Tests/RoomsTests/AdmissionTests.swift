import Foundation
import PluginContract
import Rooms
import Testing
import Wire

@Suite struct AdmissionTests {
    @Test func `welcome says who one is and where the stream stands`() {
        var house = House { $0.slowSeconds = 3 }
        house.commit(pluginDraft("one", "two"))
        house.join(1, "ana", name: "Ana")
        let expected: JSON = [
            "type": "welcome", "id": "h", "version": 1, "user": "ana", "name": "Ana",
            "role": "viewer", "room": "teahouse", "title": ["zh": "云上茶馆", "en": "Tea house"],
            "show": "spring-tea", "epoch": "e1", "offset": 2, "recovered": false,
            "now": .integer(house.now),
            "states": [
                "presence": ["users": 1, "connections": 1], "likes": ["count": 0],
                "settings": ["slowSeconds": 3, "messageCharactersMax": 100],
            ],
            "history": [],
        ]
        #expect(house.welcome == expected)
        #expect(house.admission?.missed.isEmpty == true)
    }

    @Test func `a client that broke off receives exactly what it missed`() {
        var house = House()
        house.commit(pluginDraft("one", "two", "three"))
        for offset in 0...3 as ClosedRange<Int64> {
            house.join(UInt64(10 + offset), "ana", recover: ("e1", offset))
            #expect(house.welcome["recovered"] == true)
            #expect(house.welcome["offset"] == .integer(offset))
            let missed = house.admission?.missed.compactMap { $0["offset"]?.integerValue } ?? []
            #expect(missed == Array((offset + 1)..<4))
        }
    }

    @Test(
        arguments: [("e2", 2), ("e1", 4), ("e1", -1), ("e1", .max), ("e1", .min), ("", 0)]
            as [(String, Int64)])
    func `an epoch of another log or an offset out of reach is not recovered`(
        epoch: String, offset: Int64
    ) {
        var house = House()
        house.commit(pluginDraft("one", "two", "three"))
        house.join(1, "ana", recover: (epoch, offset))
        #expect(house.welcome["recovered"] == false)
        #expect(house.welcome["offset"] == 3)
        #expect(house.admission?.missed.isEmpty == true)
    }

    @Test func `events are recoverable up to the bound and not beyond`() {
        var house = House { $0.eventsKept = 3 }
        for _ in 0..<5 { house.commit(pluginDraft("tick")) }
        house.join(1, "ana", recover: ("e1", 2))
        #expect(house.welcome["recovered"] == true)
        #expect(house.admission?.missed.count == 3)
        house.join(2, "bo", recover: ("e1", 1))
        #expect(house.welcome["recovered"] == false)
    }

    @Test func `nothing missed is a recovery even where no events are kept`() {
        var house = House { $0.eventsKept = 0 }
        house.commit(pluginDraft("one"))
        house.join(1, "ana", recover: ("e1", 1))
        #expect(house.welcome["recovered"] == true)
        house.join(2, "bo", recover: ("e1", 0))
        #expect(house.welcome["recovered"] == false)
    }

    @Test func `missed events are the bytes that the others received`() {
        var house = House()
        var events: [[UInt8]] = []
        for case .event(let bytes) in house.commit(pluginDraft("one", "two")) {
            events.append(bytes)
        }
        house.advance(milliseconds: 60_000)
        for case .admit(_, _, _, _, let missed) in house.join(1, "ana", recover: ("e1", 0)) {
            #expect(missed == events)
            #expect(missed.count == 2)
        }
    }

    @Test func `a full room refuses viewers at its limit and staff beyond its extra`() {
        var house = House {
            $0.sessionsMax = 2
            $0.staffSessionsExtra = 1
        }
        house.join(1, "ana")
        house.join(2, "bo")
        #expect(house.closes.isEmpty)
        house.join(3, "cy")
        #expect(house.closes == [3: .roomFull])
        #expect(house.room.counters.refusals == ["ROOM_FULL": 1])
        #expect(house.admission == nil)
        house.join(4, "mei", role: .host)
        #expect(house.admission != nil)
        house.join(5, "lu", role: .operator)
        #expect(house.closes == [5: .roomFull])
        house.leave(1)
        house.leave(4)
        house.join(6, "cy")
        #expect(house.admission != nil)
    }

    @Test func `a refused session is not in the room`() {
        var house = House { $0.sessionsMax = 1 }
        house.join(1, "ana")
        house.join(2, "bo")
        #expect(house.ask(2, .ping) == .null)
        #expect(house.room.presence == (1, 1))
        house.leave(2)
        #expect(house.room.presence == (1, 1))
    }

    @Test func `admission tells the audience of staff from the others`() {
        var house = House()
        for (session, role) in Role.allCases.enumerated() {
            for case .admit(_, let staff, _, _, _) in house.join(UInt64(session), "u", role: role) {
                #expect(staff == (role == .host || role == .operator))
            }
        }
    }

    @Test func `presence counts people once and devices each`() {
        var house = House()
        let steps: [(Int64, String, users: Int, connections: Int)] = [
            (1, "ana", 1, 1), (2, "ana", 1, 2), (3, "bo", 2, 3), (4, "ana", 2, 4),
            (-1, "", 2, 3), (-4, "", 2, 2), (-4, "", 2, 2), (-3, "", 1, 1), (5, "bo", 2, 2),
            (-2, "", 1, 1), (-5, "", 0, 0),
        ]
        for (session, user, users, connections) in steps {
            if session > 0 {
                house.join(UInt64(session), user)
            } else {
                house.leave(UInt64(-session))
            }
            #expect(house.room.presence == (users, connections), "after \(session) \(user)")
        }
    }

    @Test func `users are told apart by their bytes`() {
        var house = House()
        house.join(1, "e\u{301}")
        house.join(2, "\u{E9}")
        #expect(house.room.presence == (2, 2))
    }

    @Test func `a session joins once`() async {
        await #expect(processExitsWith: .failure) {
            var house = House()
            house.join(1, "ana")
            house.join(1, "ana")
        }
    }

    @Test(
        .disabled(
            if: ProcessInfo.processInfo.environment["PLAYHOUSE_SANITIZER"] != nil,
            "a sanitizer's allocator has sizes of its own"))
    func `an idle viewer with an id of 22 bytes costs at most 300 bytes`() async {
        await #expect(processExitsWith: .success) {
            let count = 19_000
            var house = House()
            house.join(0, "first-of-the-house-0000")
            let before = residentBytes()
            for index in 1...count {
                house.join(UInt64(index), "visitor-\(10_000_000_000_000 + index)", name: "Gast")
            }
            house.outputs = []
            let each = (residentBytes() - before) / count
            precondition(house.room.presence.users == count + 1)
            precondition(each <= 300, "\(each) bytes each")
        }
    }

    @Test(arguments: [
        ("Ana", "Ana"), ("  Ana\u{3000} Li\n", "Ana Li"), ("A\u{200B}n\u{2060}a\u{FEFF}", "Ana"),
        ("\u{202E}anA\u{2066}", "anA"), ("Ana\u{200E}\u{061C}", "Ana"), ("An\u{AD}a\u{0}", "Ana"),
        ("A\u{200D}na\u{FE0F}", "Ana"), ("梅\u{200D}\u{FE00}花", "梅花"), ("❤️", "❤️"),
        ("👩\u{200D}🚀", "👩\u{200D}🚀"), ("می\u{200C}خواهم", "می\u{200C}خواهم"),
        ("🏴\u{E0067}\u{E0062}\u{E007F}", "🏴\u{E0067}\u{E0062}\u{E007F}"),
        ("A\u{E0067}na", "Ana"),
        ("e\u{301}\u{302}\u{303}\u{304}\u{305}", "e\u{301}\u{302}\u{303}"),
        ("\u{200B}\u{202E} ", "Guest ana1"), ("", "Guest ana1"), ("\u{3164}", "Guest ana1"),
        (String(repeating: "茶", count: 32), String(repeating: "茶", count: 32)),
        (String(repeating: "茶", count: 33), String(repeating: "茶", count: 32)),
        (String(repeating: "👨‍👩‍👧‍👦", count: 5), String(repeating: "👨‍👩‍👧‍👦", count: 5)),
        (String(repeating: "👨‍👩‍👧‍👦", count: 6), String(repeating: "👨‍👩‍👧‍👦", count: 5)),
    ])
    func `a name is shown without what cannot be seen, and not longer than others`(
        name: String, shown: String
    ) {
        var house = House()
        house.join(1, "~ana1", name: name)
        #expect(house.welcome["name"].map(scalars) == scalars(.string(shown)))
        house.ask(1, .say(text: "hello"))
        #expect(house.broadcasts.first?["name"].map(scalars) == scalars(.string(shown)))
    }

    /// Canonically equal texts may differ in what can be seen.
    private func scalars(_ json: JSON) -> [Unicode.Scalar] {
        Array(json.stringValue?.unicodeScalars ?? "".unicodeScalars)
    }

    @Test func `a viewer's name holds no word that is not said here, a host's may`() throws {
        let filter = try WordFilter(blocked: "加微信\nfool", allowed: "")
        var house = House { $0.wordFilter = filter }
        house.join(1, "~ana1", name: "加 微-信")
        #expect(house.welcome["name"] == "Guest ana1")
        house.join(2, "~bo", name: "F\u{200B}ool")
        #expect(house.welcome["name"] == "Guest ~bo")
        house.join(3, "fool", name: "fool")
        #expect(house.welcome["name"] == "Guest")
        house.join(4, "mei", name: "Fool's Tea", role: .host)
        #expect(house.welcome["name"] == "Fool's Tea")
    }

    @Test func `a closed room sends everybody away and takes nothing`() {
        var house = House()
        house.join(1, "ana")
        house.join(2, "mei", role: .host)
        house.outputs = []
        house.room.close(into: &house.outputs)
        #expect(house.closes == [1: .roomClosed, 2: .roomClosed])
        #expect(house.room.presence.connections == 0)
        house.join(3, "bo")
        #expect(house.closes == [3: .roomClosed])
        #expect(house.admission == nil)
        #expect(
            house.call("shop", .service, .publish(name: "sale", data: nil)).code == "UNAVAILABLE")
        #expect(house.call("mei", .host, .like(count: 1)).code == "UNAVAILABLE")
        house.advance(milliseconds: 10_000)
        house.tick()
        #expect(house.drafts.isEmpty)
    }
}
