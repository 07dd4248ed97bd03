import PluginContract
import Rooms
import Testing
import Wire

@Suite struct TickTests {
    @Test func `a change of presence is told at once, further ones after 250 ms`() {
        var house = House()
        #expect(house.room.nextTickMilliseconds == nil)
        house.join(1, "ana")
        house.join(2, "bo")
        #expect(house.room.nextTickMilliseconds == 0)
        house.tick()
        #expect(
            house.broadcasts == [
                ["type": "state", "key": "presence", "value": ["users": 2, "connections": 2]]
            ])
        #expect(house.room.nextTickMilliseconds == nil)
        house.leave(1)
        #expect(house.room.nextTickMilliseconds == house.now + 250)
        house.advance(milliseconds: 249)
        #expect(house.tick().isEmpty)
        house.advance(milliseconds: 1)
        house.tick()
        #expect(house.broadcasts.map { $0["value"]?["users"] } == [1])
        #expect(house.tick().isEmpty)
    }

    @Test func `counts that changed back are told all the same`() {
        var house = House()
        house.join(1, "ana")
        house.tick()
        house.join(2, "bo")
        #expect(house.states["presence"] == ["users": 2, "connections": 2])
        house.leave(1)
        house.advance(milliseconds: 250)
        house.tick()
        #expect(house.broadcasts.map { $0["value"] } == [["users": 1, "connections": 1]])
    }

    @Test func `likes are merged into one count`() {
        var house = House()
        house.commitsAtOnce = false
        house.join(1, "ana")
        house.tick()
        for _ in 0..<10 {
            #expect(house.ask(1, .like(count: 7)).isReply)
            #expect(house.broadcasts.isEmpty)
        }
        house.advance(milliseconds: 250)
        house.tick()
        #expect(
            house.broadcasts == [["type": "state", "key": "likes", "value": ["count": 70]]])
        #expect(house.room.publicStates()["likes"] == ["count": 70])
        house.join(2, "bo")
        #expect(house.states["likes"] == ["count": 70])
    }

    @Test func `likes are recorded at most every five seconds, and only when they changed`() {
        var house = House()
        house.join(1, "ana")
        house.ask(1, .like(count: 1))
        house.tick()
        #expect(house.drafts.map(\.event) == [["count": 1]])
        #expect(house.drafts.map(\.kind) == ["liked"])
        house.ask(1, .like(count: 1))
        house.advance(milliseconds: 4_999)
        house.tick()
        #expect(house.drafts.isEmpty)
        #expect(house.room.nextTickMilliseconds == house.now + 1)
        house.advance(milliseconds: 1)
        house.tick()
        #expect(house.drafts.map(\.event) == [["count": 2]])
        house.advance(milliseconds: 60_000)
        house.tick()
        #expect(house.drafts.isEmpty)
    }

    @Test func `likes wait for the journal and are recorded again when it failed`() {
        var house = House()
        house.join(1, "ana")
        house.commitsAtOnce = false
        house.ask(1, .like(count: 3))
        house.room.refuseWrites(true)
        house.tick()
        #expect(house.drafts.isEmpty)
        #expect(house.room.nextTickMilliseconds == nil)
        house.room.refuseWrites(false)
        house.tick()
        #expect(house.drafts.map(\.event) == [["count": 3]])
        house.room.abandoned(house.pending.removeLast(), into: &house.outputs)
        house.advance(milliseconds: 5_000)
        house.tick()
        #expect(house.drafts.map(\.event) == [["count": 3]])
    }

    @Test func `a clock that is set back does not stop the counts`() {
        var house = House()
        house.join(1, "ana")
        house.ask(1, .like(count: 1))
        house.tick()
        house.advance(milliseconds: -3_600_000)
        house.ask(1, .like(count: 1))
        house.tick()
        #expect(house.broadcasts.map { $0["key"] } == ["likes"])
        #expect(house.drafts.count == 1)
    }

    @Test func `a minute is swept while somebody spoke or is moderated`() {
        var house = House()
        house.join(1, "ana")
        house.tick()
        house.ask(1, .say(text: "hello"))
        #expect(house.room.nextTickMilliseconds == house.now + 60_000)
        house.advance(milliseconds: 600_000)
        house.tick()
        #expect(house.room.nextTickMilliseconds == nil)
    }

    @Test func `likes that are not recorded yet are recorded when the server wants to stop`() {
        var house = House()
        house.join(1, "ana")
        house.ask(1, .like(count: 3))
        house.tick()
        house.ask(1, .like(count: 4))
        house.tick()
        #expect(house.drafts.isEmpty)
        house.outputs = []
        house.room.recordCounts(nowMilliseconds: house.now, into: &house.outputs)
        #expect(house.drafts.map(\.event) == [["count": 7]])
        house.outputs = []
        house.room.recordCounts(nowMilliseconds: house.now, into: &house.outputs)
        #expect(house.drafts.isEmpty)
        house.ask(1, .like(count: 1))
        house.room.refuseWrites(true)
        house.outputs = []
        house.room.recordCounts(nowMilliseconds: house.now, into: &house.outputs)
        #expect(house.drafts.isEmpty)
    }
}
