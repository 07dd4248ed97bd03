import PluginContract
import Rooms
import Testing
import Wire

@Suite struct CommitTests {
    @Test func `offsets grow by one in the order of commits`() {
        var house = House()
        house.join(1, "mei", role: .host)
        house.commitsAtOnce = false
        house.ask(1, .pin(text: "one"))
        house.ask(1, .pin(text: "two"))
        house.commit(pluginDraft("a", "b"))
        #expect(house.broadcasts.map { $0["offset"] } == [1, 2])
        house.commitPending()
        #expect(house.broadcasts.compactMap { $0["offset"] } == [3, 4])
        house.commit(pluginDraft())
        #expect(house.room.offset == 4)
    }

    @Test func `events come first, then states, then answers in their order`() {
        var house = House()
        house.join(1, "ana")
        house.commit(
            pluginDraft(
                "won",
                afterwards: [
                    .reply(to: SessionID(raw: 1), id: "x", fields: ["accepted": true]),
                    .state(key: "panel:game:viewer", value: ["now": 1], audience: .everyone),
                    .refuse(to: SessionID(raw: 7), id: "y", error: RequestError(.late, "closed")),
                    .close(session: SessionID(raw: 1), code: .banned),
                ]))
        #expect(house.outputs.count == 5)
        #expect(house.broadcasts.map { $0["type"] } == ["event", "state"])
        #expect(
            house.sent(to: 1) == [
                ["type": "reply", "id": "x", "accepted": true, "offset": 1]
            ])
        #expect(
            house.sent(to: 7) == [
                ["type": "error", "id": "y", "code": "LATE", "message": "closed"]
            ])
        #expect(house.closes == [1: .banned])
        #expect(house.room.presence == (0, 0))
    }

    @Test func `a reply carries the offset of the last event of its draft`() {
        var house = House()
        let reply = Afterwards.reply(to: SessionID(raw: 1), id: "x", fields: [:])
        house.commit(pluginDraft("a", "b", afterwards: [reply]))
        #expect(house.sent(to: 1).first?["offset"] == 2)
        house.commit(pluginDraft(afterwards: [reply]))
        #expect(house.sent(to: 1) == [["type": "reply", "id": "x"]])
        let own = Afterwards.reply(to: SessionID(raw: 1), id: "x", fields: ["offset": 9])
        house.commit(pluginDraft("c", afterwards: [own]))
        #expect(house.sent(to: 1) == [["type": "reply", "id": "x", "offset": 9]])
    }

    @Test func `whoever is gone is not closed`() {
        var house = House()
        house.commit(
            pluginDraft(afterwards: [.close(session: SessionID(raw: 1), code: .banned)]))
        #expect(house.outputs.isEmpty)
    }

    @Test func `an abandoned draft of a plugin is answered and says nothing`() {
        var house = House()
        house.join(1, "ana")
        house.outputs = []
        let draft = pluginDraft(
            "won",
            afterwards: [
                .reply(to: SessionID(raw: 1), id: "x", fields: ["accepted": true]),
                .refuse(to: SessionID(raw: 1), id: "y", error: RequestError(.late, "closed")),
                .state(key: "panel:game:viewer", value: 1, audience: .everyone),
                .close(session: SessionID(raw: 1), code: .banned),
            ])
        house.room.abandoned(draft, into: &house.outputs)
        #expect(house.sent(to: 1).map { $0.code } == ["UNAVAILABLE", "UNAVAILABLE"])
        #expect(house.outputs.count == 2)
        #expect(house.room.offset == 0)
    }

    @Test func `a plugin cannot act as the room by the kind of its record`() {
        var house = House()
        house.join(1, "ana")
        var draft = pluginDraft(kind: "banned")
        draft.event = ["user": "ana", "by": "plugin:game"]
        house.commit(draft)
        #expect(house.closes.isEmpty)
    }

    @Test func `an event's bytes can be written again from its record`() {
        var house = House()
        let event = PublicEvent(name: "won", from: "plugin:game", data: ["n": 1])
        for case .event(let bytes) in house.commit(pluginDraft("won")) {
            #expect(bytes == Room.eventMessage(event, offset: 1, atMilliseconds: house.now))
        }
        #expect(house.outputs.count == 1)
    }
}
