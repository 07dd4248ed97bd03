import PluginContract
import Testing
import Wire

@testable import Rooms

/// Who speaks how loud: told now and then, never kept (CH-13 of the co-host rules).
@Suite struct SpeakingTests {
    private func speaking(_ seat: Int64, _ level: Int, plugin: String = "co-host") -> RoomInput {
        .speaking(SpeakingLevel(plugin: plugin, seat: seat, level: level))
    }

    private func told(_ outputs: [RoomOutput]) throws -> [JSON] {
        try outputs.compactMap {
            guard case .chatter(let message, _) = $0 else { return nil }
            return try JSON(parsing: message)
        }
    }

    @Test func `CH-13 levels are merged, and told at most every 200 ms`() throws {
        var house = House()
        house.join(1, "ana")
        house.tick()
        #expect(house.handle(speaking(1, 40), speaking(2, 7), speaking(1, 60)).isEmpty)
        #expect(house.room.nextTickMilliseconds == 0)
        #expect(
            try told(house.tick()) == [
                [
                    "type": "speaking",
                    "seats": [
                        ["plugin": "co-host", "seat": 1, "level": 60],
                        ["plugin": "co-host", "seat": 2, "level": 7],
                    ],
                ]
            ])
        house.handle(speaking(1, 10))
        #expect(house.room.nextTickMilliseconds == house.now + 200)
        house.advance(milliseconds: 199)
        #expect(house.tick().isEmpty)
        house.advance(milliseconds: 1)
        #expect(try told(house.tick()).count == 1)
        #expect(house.room.nextTickMilliseconds == nil)
    }

    @Test func `CH-13 nothing of it is journaled or kept for who comes later`() throws {
        var house = House()
        house.commitsAtOnce = false
        house.join(1, "ana")
        house.tick()
        for index in 0..<1_000 {
            house.handle(speaking(1, index % 100))
            house.advance(milliseconds: 50)
            for output in house.tick() {
                guard case .chatter = output else {
                    Issue.record("something else than chatter: \(output)")
                    continue
                }
            }
        }
        #expect(house.pending.isEmpty)
        #expect(house.room.publicStates()["speaking"] == nil)
    }

    @Test(arguments: [(-5, 0), (0, 0), (100, 100), (101, 100)])
    func `Levels go from 0 to 100`(level: Int, kept: Int) {
        #expect(SpeakingLevel(plugin: "p", seat: 1, level: level).level == kept)
    }

    @Test(arguments: [(SpeakingLevels.seatsMax, 64), (SpeakingLevels.seatsMax + 1, 64)])
    func `A level is kept of 64 seats`(seats: Int, kept: Int) {
        var levels = SpeakingLevels()
        for seat in 0..<seats {
            levels.note(SpeakingLevel(plugin: "p", seat: Int64(seat), level: 9))
        }
        #expect(levels.takeTelling(nowMilliseconds: 1).count == kept)
    }

    @Test func `Signals of media and bans are passed on`() {
        var house = House()
        house.join(1, "ana")
        house.join(2, "mei", role: .host)
        let signal = SeatSignal(plugin: "co-host", lease: 3, .up)
        let passed = house.handle(.media(signal)).contains {
            if case .media(signal) = $0 { true } else { false }
        }
        #expect(passed)
        house.ask(2, .ban(user: "ana"))
        let banned = house.outputs.contains {
            if case .moderated(.banned(user: "ana")) = $0 { true } else { false }
        }
        #expect(banned)
    }
}
