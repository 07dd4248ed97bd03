import PluginContract
import Rooms
import Testing
import Wire

@Suite struct ModerationTests {
    /// A house with the host mei (1), the viewers ana (2) and bo (3), and one danmaku of ana, m1.
    private func house(_ change: (inout RoomSettings) -> Void = { _ in }) -> House {
        var house = House(change)
        house.join(1, "mei", role: .host)
        house.join(2, "ana")
        house.join(3, "bo")
        house.ask(2, .say(text: "buy elsewhere"))
        return house
    }

    @Test func `a deleted danmaku is announced and leaves the history`() {
        var house = house()
        let reply = house.ask(1, .delete(message: "m1"))
        #expect(reply == ["type": "reply", "id": "r2", "offset": 1])
        #expect(
            house.broadcasts == [
                [
                    "type": "event", "offset": 1, "name": "deleted", "at": .integer(house.now),
                    "from": "room", "data": ["message": "m1", "by": "mei"],
                ]
            ])
        house.join(9, "cy")
        #expect(house.welcome["history"] == [])
    }

    @Test func `a deletion counts when it is durable`() {
        var house = house()
        house.commitsAtOnce = false
        #expect(house.ask(1, .delete(message: "m1")) == .null)
        #expect(house.ask(1, .delete(message: "m1")).code == "UNKNOWN_MESSAGE")
        house.join(9, "cy")
        #expect(house.welcome["history"]?.arrayValue?.count == 1)
        house.commitPending()
        #expect(house.sent(to: 1).map(\.isReply) == [true])
        house.join(10, "di")
        #expect(house.welcome["history"] == [])
    }

    @Test(arguments: [
        "m2", "m0", "m01", "m+1", "m-1", "1", "", "m", "M1", "mx-1", "m1 ", "m１",
        "m99999999999999999999",
    ])
    func `what is no message cannot be deleted`(id: String) {
        var house = house()
        #expect(house.ask(1, .delete(message: id)).code == "UNKNOWN_MESSAGE")
        #expect(house.drafts.isEmpty)
    }

    @Test func `the last danmaku can be deleted, as many as are set, once`() {
        var house = house { $0.deletableCount = 3 }
        for index in 2...5 { house.ask(2, .say(text: "text \(index)")) }
        #expect(house.ask(1, .delete(message: "m2")).code == "UNKNOWN_MESSAGE")
        #expect(house.ask(1, .delete(message: "m3")).isReply)
        #expect(house.ask(1, .delete(message: "m3")).code == "UNKNOWN_MESSAGE")
        #expect(house.ask(1, .delete(message: "m5")).isReply)
        house.ask(2, .say(text: "text 6"))
        #expect(house.ask(1, .delete(message: "m3")).code == "UNKNOWN_MESSAGE")
    }

    /// The list that a host is given who comes now.
    private func list(of house: House) -> JSON {
        var house = house
        house.tick()
        house.join(99, "lu", role: .operator)
        return house.welcome["states"]?["moderation"] ?? .null
    }

    @Test func `the staff is told who is muted and banned, the last decision first`() throws {
        var house = house()
        #expect(list(of: house) == .null)
        house.ask(1, .mute(user: "ana", seconds: 300))
        house.ask(1, .ban(user: "bo"))
        house.tick()
        let expected: JSON = [
            "count": 2,
            "people": [
                ["user": "bo", "name": "bo", "banned": true],
                ["user": "ana", "name": "ana", "mutedUntil": .integer(house.now + 300_000)],
            ],
        ]
        let told = house.outputs.compactMap {
            if case .state("moderation", let bytes, let staffOnly) = $0 {
                (try? JSON(parsing: bytes)["value"], staffOnly)
            } else {
                nil
            }
        }
        #expect(told.map(\.0) == [expected])
        #expect(told.map(\.1) == [true])
        #expect(list(of: house) == expected)
        house.join(4, "cy")
        #expect(house.welcome["states"]?["moderation"] == nil)
        #expect(house.room.publicStates()["moderation"] == nil)

        house.ask(1, .unban(user: "bo"))
        house.advance(milliseconds: 300_000)
        house.tick()
        house.advance(milliseconds: 250)
        #expect(list(of: house) == .null)
    }

    @Test(arguments: [100, 101])
    func `so many people are listed, and all are counted`(count: Int) {
        var house = house()
        for number in 0..<count {
            house.call("guest-\(number)", .service, .ping)
            house.ask(1, .mute(user: "guest-\(number)", seconds: 60))
        }
        let list = list(of: house)
        #expect(list["count"] == .integer(Int64(count)))
        let people = list["people"]?.arrayValue ?? []
        #expect(people.count == 100)
        #expect(people.first?["user"] == .string("guest-\(count - 1)"))
        #expect(people.last?["user"] == .string("guest-\(count - 100)"))
    }

    @Test func `the list survives a restart, by records and by a summary of them`() {
        var house = house()
        var records: [Draft] = []
        for command in [
            Command.ban(user: "bo"), .mute(user: "ana", seconds: 300),
            .mute(user: "bo", seconds: 9),
        ] {
            house.ask(1, command)
            records += house.drafts
        }
        var replayed = House()
        for record in records { replayed.room.recover(kind: record.kind, event: record.event) }
        #expect(list(of: replayed) == list(of: house))
        var summed = House()
        for fact in house.room.summary { summed.room.recover(kind: fact.kind, event: fact.event) }
        #expect(list(of: summed) == list(of: house))
        // Records of older versions name nobody.
        var older = House()
        older.room.recover(kind: "banned", event: ["user": "bo", "by": "mei"])
        #expect(list(of: older)["people"]?[0]?["name"] == "")
    }

    @Test func `a muted viewer may watch, like and play, and speaks again when it ends`() {
        var house = house()
        #expect(house.ask(1, .mute(user: "ana", seconds: 300)) == ["type": "reply", "id": "r2"])
        #expect(house.broadcasts.isEmpty)
        house.advance(milliseconds: 299_999)
        let error = house.ask(2, .say(text: "please"))
        #expect(error.code == "MUTED")
        #expect(error.wait == 1)
        #expect(house.ask(2, .like(count: 1)).isReply)
        house.ask(2, .act(plugin: "game", name: "guess", value: 1))
        #expect(house.pluginRequests.count == 1)
        #expect(house.ask(3, .say(text: "hello")).isReply)
        house.advance(milliseconds: 1)
        #expect(house.ask(2, .say(text: "please")).isReply)
    }

    @Test func `a mute counts at once and is undone when the journal refuses it`() {
        var house = house()
        house.commitsAtOnce = false
        house.ask(1, .mute(user: "ana", seconds: 300))
        #expect(house.ask(2, .say(text: "one")).code == "MUTED")
        house.ask(1, .unmute(user: "ana"))
        #expect(house.ask(2, .say(text: "one")).isReply)
        let drafts = house.pending
        #expect(drafts.map(\.kind) == ["muted", "unmuted"])
        house.commit(drafts[0])
        #expect(house.ask(2, .say(text: "two")).isReply)
        house.outputs = []
        house.room.abandoned(drafts[1], into: &house.outputs)
        #expect(house.sent(to: 1).map(\.code) == ["UNAVAILABLE"])
        #expect(house.ask(2, .say(text: "three")).code == "MUTED")
    }

    @Test func `an abandoned deletion can be tried again`() {
        var house = house()
        house.commitsAtOnce = false
        house.ask(1, .delete(message: "m1"))
        house.room.abandoned(house.pending[0], into: &house.outputs)
        house.pending = []
        house.commitsAtOnce = true
        #expect(house.ask(1, .delete(message: "m1")).isReply)
    }

    @Test func `a mute for ever does not overflow`() {
        var house = house()
        #expect(house.ask(1, .mute(user: "ana", seconds: .max)).isReply)
        #expect(house.ask(2, .say(text: "please")).code == "MUTED")
    }

    @Test func `a banned viewer is closed on every device when it is durable and stays out`() {
        var house = house()
        house.join(4, "ana")
        house.commitsAtOnce = false
        house.ask(1, .ban(user: "ana"))
        #expect(house.closes.isEmpty)
        #expect(house.ask(2, .say(text: "why")).code == "FORBIDDEN")
        #expect(house.ask(2, .like(count: 1)).code == "FORBIDDEN")
        #expect(house.ask(2, .act(plugin: "game", name: "a", value: .null)).code == "FORBIDDEN")
        #expect(house.ask(2, .ping).isReply)
        house.join(5, "ana")
        #expect(house.closes == [5: .banned])
        house.commitPending()
        #expect(house.closes == [2: .banned, 4: .banned])
        #expect(house.sent(to: 1).map(\.isReply) == [true])
        #expect(house.room.presence == (2, 2))
        #expect(house.ask(2, .ping) == .null)
        house.join(6, "ana")
        #expect(house.closes == [6: .banned])
        house.commitsAtOnce = true
        house.ask(1, .unban(user: "ana"))
        house.join(7, "ana")
        #expect(house.admission != nil)
    }

    @Test func `an abandoned ban leaves the viewer in the room`() {
        var house = house()
        house.commitsAtOnce = false
        house.ask(1, .ban(user: "ana"))
        house.room.abandoned(house.pending[0], into: &house.outputs)
        #expect(house.ask(2, .say(text: "here")).isReply)
        house.join(5, "ana")
        #expect(house.admission != nil)
    }

    @Test(arguments: [Role.host, .operator])
    func `hosts and operators cannot be muted or banned`(role: Role) {
        var house = house()
        house.join(4, "lu", role: role)
        house.leave(4)
        for target in ["lu", "mei"] {
            #expect(house.ask(1, .mute(user: target, seconds: 1)).code == "FORBIDDEN")
            #expect(house.ask(1, .ban(user: target)).code == "FORBIDDEN")
        }
        #expect(house.drafts.isEmpty)
        house.call("zoe", role, .ping)
        #expect(house.ask(1, .ban(user: "zoe")).code == "FORBIDDEN")
    }

    @Test func `a token of a host lets a banned viewer in and speak`() {
        var house = house()
        house.ask(1, .ban(user: "ana"))
        house.ask(1, .mute(user: "ana", seconds: 60))
        house.join(5, "ana", role: .host)
        #expect(house.admission != nil)
        #expect(house.ask(5, .say(text: "promoted")).isReply)
    }

    @Test func `people never seen in the show are unknown`() {
        var house = house()
        for command in [
            Command.mute(user: "cy", seconds: 1), .unmute(user: "cy"), .ban(user: "cy"),
            .unban(user: "cy"),
        ] {
            #expect(house.ask(1, command).code == "UNKNOWN_USER")
        }
        house.join(9, "cy")
        house.leave(9)
        #expect(house.ask(1, .ban(user: "cy")).isReply)
    }

    @Test func `the number of moderated people is bounded`() {
        var house = house { $0.moderatedMax = 1 }
        #expect(house.ask(1, .mute(user: "ana", seconds: 60)).isReply)
        #expect(house.ask(1, .ban(user: "bo")).code == "BUSY")
        #expect(house.ask(1, .ban(user: "ana")).isReply)
        #expect(house.ask(1, .unban(user: "bo")).isReply)
        house.ask(1, .unban(user: "ana"))
        house.ask(1, .unmute(user: "ana"))
        #expect(house.ask(1, .ban(user: "bo")).isReply)
    }

    @Test func `mutes that ended are forgotten`() {
        var house = house { $0.moderatedMax = 1 }
        house.ask(1, .mute(user: "ana", seconds: 60))
        house.advance(milliseconds: 59_999)
        house.tick()
        #expect(house.ask(1, .ban(user: "bo")).code == "BUSY")
        house.advance(milliseconds: 1)
        house.tick()
        #expect(house.ask(1, .ban(user: "bo")).isReply)
    }

    @Test func `a pinned announcement is an event and a state until it is unpinned`() {
        var house = house()
        let reply = house.ask(1, .pin(text: " 八点整抽奖\n"))
        #expect(reply["offset"] == 1)
        let value: JSON = ["text": "八点整抽奖", "by": "mei", "at": .integer(house.now)]
        #expect(
            house.broadcasts == [
                [
                    "type": "event", "offset": 1, "name": "pinned", "at": .integer(house.now),
                    "from": "room", "data": ["text": "八点整抽奖", "by": "mei"],
                ],
                ["type": "state", "key": "pinned", "value": value],
            ])
        house.join(9, "cy")
        #expect(house.states["pinned"] == value)
        #expect(house.room.publicStates()["pinned"] == value)
        house.ask(1, .unpin)
        #expect(house.broadcasts.map { $0["name"] ?? $0["key"] } == ["unpinned", "pinned"])
        #expect(house.broadcasts.first?["data"] == ["by": "mei"])
        #expect(house.broadcasts.last?["value"] == .null)
        house.join(10, "di")
        #expect(house.states["pinned"] == nil)
    }

    @Test func `an announcement that shows nothing is refused`() {
        var house = house()
        #expect(house.ask(1, .pin(text: " \u{200B}")).code == "EMPTY")
    }

    @Test func `slow mode is told to everybody and counts from then on`() {
        var house = house()
        house.commitsAtOnce = false
        house.ask(1, .slow(seconds: 600))
        #expect(house.ask(3, .say(text: "before")).isReply)
        house.commitPending()
        #expect(
            house.broadcasts == [
                [
                    "type": "state", "key": "settings",
                    "value": ["slowSeconds": 600, "messageCharactersMax": 100],
                ]
            ])
        let error = house.ask(3, .say(text: "after"))
        #expect(error.code == "SLOW_MODE")
        #expect(error.wait == 600_000)
        house.commitsAtOnce = true
        house.ask(1, .slow(seconds: 0))
        #expect(house.ask(3, .say(text: "after")).isReply)
    }

    @Test func `who spoke is remembered as long as slow mode can be`() {
        var house = house()
        house.ask(1, .slow(seconds: 600))
        house.advance(milliseconds: 599_999)
        house.tick()
        #expect(house.ask(2, .say(text: "again")).wait == 1)
        house.advance(milliseconds: 1)
        house.tick()
        #expect(house.ask(2, .say(text: "again")).isReply)
    }

    @Test func `an announcement has at most 500 characters, and no tower of marks`() {
        var house = House()
        house.join(1, "mei", role: .host)
        let most = String(repeating: "茶", count: 500)
        #expect(house.ask(1, .pin(text: most)).isReply)
        #expect(house.ask(1, .pin(text: most + "茶")).code == "TOO_LONG")
        let tower = "a" + String(repeating: "\u{302}", count: 3_999)
        #expect(house.ask(1, .pin(text: tower)).isReply)
        #expect(house.ask(1, .pin(text: tower + "\u{302}")).code == "TOO_LONG")
    }
}
