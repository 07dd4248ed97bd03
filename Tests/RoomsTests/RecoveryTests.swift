import PluginContract
import Rooms
import Testing
import Wire

@Suite struct RecoveryTests {
    /// A room that has been through everything, and its records.
    private func lived() -> (house: House, records: [Draft], events: [[UInt8]]) {
        var house = House()
        var records: [Draft] = []
        var events: [[UInt8]] = []
        house.join(1, "mei", role: .host)
        for (index, user) in ["ana", "bo", "cy", "di", "eve"].enumerated() {
            house.join(UInt64(10 + index), user)
        }
        for command in [
            Command.mute(user: "ana", seconds: 300), .ban(user: "bo"),
            .mute(user: "cy", seconds: 60),
            .unmute(user: "cy"), .ban(user: "di"), .unban(user: "di"),
            .mute(user: "bo", seconds: 9),
            .pin(text: "first"), .unpin, .pin(text: "second"), .slow(seconds: 7),
            .publish(name: "sale", data: ["left": 1]), .ping,
        ] {
            house.ask(1, command)
            records += house.drafts
            for case .event(let bytes) in house.outputs { events.append(bytes) }
        }
        house.ask(14, .like(count: 40))
        house.tick()
        records += house.drafts
        return (house, records, events)
    }

    private func expectSame(_ house: House, as original: House) {
        var (house, original) = (house, original)
        var originals = original.room.publicStates()
        var copies = house.room.publicStates()
        originals["presence"] = nil
        copies["presence"] = nil
        #expect(copies == originals)
        for (session, user) in [(101, "ana"), (102, "bo"), (103, "cy"), (104, "di")]
            as [(UInt64, String)]
        {
            original.leave(session)
            original.join(session, user)
            let wasClosed = original.closes
            let said = original.ask(session, .say(text: "hello"))
            house.join(session, user)
            #expect(house.closes == wasClosed, "\(user)")
            let says = house.ask(session, .say(text: "hello"))
            #expect(says.code == said.code, "\(user)")
            #expect(says.wait == said.wait, "\(user)")
        }
    }

    @Test func `the fold of all records gives the same state and the same moderation`() {
        var (original, records, _) = lived()
        #expect(records.count == 13)
        var house = House()
        for record in records { house.room.recover(kind: record.kind, event: record.event) }
        expectSame(house, as: original)
        original.join(201, "ana")
        #expect(original.ask(201, .say(text: "still muted")).code == "MUTED")
        original.join(202, "bo")
        #expect(original.closes == [202: .banned])
    }

    @Test func `records read back from JSON text fold to the same`() {
        let (original, records, _) = lived()
        var house = House()
        for record in records {
            house.room.recover(kind: record.kind, event: parsed(record.event.encoded()))
        }
        expectSame(house, as: original)
    }

    @Test func `the summary replaces the records before it`() {
        let (original, records, _) = lived()
        for cut in 0...records.count {
            var first = House()
            for record in records[..<cut] {
                first.room.recover(kind: record.kind, event: record.event)
            }
            var house = House()
            let summary = first.room.summary
            #expect(summary.count <= 8)
            for fact in summary { house.room.recover(kind: fact.kind, event: fact.event) }
            for record in records[cut...] {
                house.room.recover(kind: record.kind, event: record.event)
            }
            expectSame(house, as: original)
        }
    }

    @Test func `people moderated before the restart are known after it`() {
        let (_, records, _) = lived()
        var house = House()
        for record in records { house.room.recover(kind: record.kind, event: record.event) }
        house.join(1, "mei", role: .host)
        #expect(house.ask(1, .unban(user: "bo")).isReply)
        #expect(house.ask(1, .unmute(user: "eve")).code == "UNKNOWN_USER")
        house.join(12, "bo")
        #expect(house.admission != nil)
    }

    @Test func `recovered likes are counted on and not recorded again`() {
        let (_, records, _) = lived()
        var house = House()
        for record in records { house.room.recover(kind: record.kind, event: record.event) }
        house.join(1, "ana")
        house.tick()
        #expect(house.drafts.isEmpty)
        #expect(house.states == .null)
        house.ask(1, .like(count: 2))
        #expect(house.room.publicStates()["likes"] == ["count": 42])
    }

    @Test func `events go on where they stood, and clients recover across the restart`() {
        let (original, _, events) = lived()
        #expect(original.room.offset == Int64(events.count))
        var house = House()
        house.room.recover(
            events: events.enumerated().map { (Int64($0.offset + 1), $0.element) },
            lastOffset: original.room.offset)
        for offset in 0...original.room.offset {
            for case .admit(_, _, _, let welcome, let missed) in house.join(
                UInt64(50 + offset), "ana", recover: ("e1", offset))
            {
                #expect(parsed(welcome)["recovered"] == true)
                #expect(missed == Array(events[Int(offset)...]))
            }
        }
        house.commit(pluginDraft("next"))
        #expect(house.broadcasts.map { $0["offset"] } == [.integer(original.room.offset + 1)])
    }

    @Test func `a gap in the recovered events is not offered`() {
        var house = House { $0.eventsKept = 3 }
        let message: [UInt8] = Array("{}".utf8)
        house.room.recover(
            events: [(4, message), (6, message), (7, message)], lastOffset: 7)
        house.join(1, "ana", recover: ("e1", 5))
        #expect(house.admission?.missed.count == 2)
        house.join(2, "ana", recover: ("e1", 4))
        #expect(house.welcome["recovered"] == false)
        house.room.recover(events: [(6, message)], lastOffset: 7)
        house.join(3, "ana", recover: ("e1", 6))
        #expect(house.welcome["recovered"] == false)
        house.join(4, "ana", recover: ("e1", 7))
        #expect(house.welcome["recovered"] == true)
    }

    @Test func `no more events are taken back than are kept`() {
        var house = House { $0.eventsKept = 2 }
        let messages = (1...5).map { (offset: Int64($0), message: Array("\($0)".utf8)) }
        house.room.recover(events: messages, lastOffset: 5)
        house.commit(pluginDraft("six"))
        for case .admit(_, _, _, _, let missed) in house.join(1, "ana", recover: ("e1", 4)) {
            #expect(missed.first == Array("5".utf8))
            #expect(missed.count == 2)
        }
        house.join(2, "ana", recover: ("e1", 3))
        #expect(house.welcome["recovered"] == false)
    }

    @Test(
        arguments: [
            ("teleported", ["by": "mei"]), ("muted", ["by": "mei", "user": "ana"]), ("banned", [:]),
            ("pinned", "text"), ("slowed", ["seconds": "5", "by": "mei"]),
            ("liked", ["count": 1.5]),
        ] as [(String, JSON)])
    func `records that this version cannot read change nothing`(kind: String, event: JSON) {
        var house = House()
        let before = house.room.publicStates()
        house.room.recover(kind: kind, event: event)
        #expect(house.room.publicStates() == before)
        house.join(1, "ana")
        #expect(house.ask(1, .say(text: "hello")).isReply)
    }

    @Test func `without a record of it the slow mode is that of today's settings`() {
        let before = House { $0.slowSeconds = 5 }
        var now = House { $0.slowSeconds = 9 }
        for fact in before.room.summary { now.room.recover(kind: fact.kind, event: fact.event) }
        #expect(now.room.publicStates()["settings"]?["slowSeconds"] == 9)
        var slowed = House { $0.slowSeconds = 5 }
        slowed.join(1, "mei", role: .host)
        slowed.ask(1, .slow(seconds: 5))
        for fact in slowed.room.summary { now.room.recover(kind: fact.kind, event: fact.event) }
        #expect(now.room.publicStates()["settings"]?["slowSeconds"] == 5)
    }
}
