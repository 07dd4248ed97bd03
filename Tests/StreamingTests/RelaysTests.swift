import Clockwork
import Testing
import Wire

@testable import Lanes
@testable import Streaming

/// Who has which picture over the connection of a room.
@Suite struct RelaysTests {
    private let lane = Lane(
        number: 3, limits: LaneLimits(), clock: VirtualClock(), slowFarewell: [])
    private let relays = Relays()
    private let host = Relays.Picture.stream(room: "teahouse")

    private func viewer(_ number: Int) -> ConnectionID {
        ConnectionID(lane: lane.number, generation: 1, slot: number)
    }

    private func seat(_ lease: Int64) -> Relays.Picture {
        .seat(SeatKey(room: "teahouse", plugin: "co-host", lease: lease))
    }

    private func join(
        _ id: ConnectionID, _ picture: Relays.Picture, sound: Bool = false,
        pieces: @escaping () -> [[UInt8]] = { [] }
    ) {
        relays.join(
            id, on: lane, Relays.Feed(picture: picture, isSound: sound), request: "1",
            Relays.Beginning(facts: [:], initialisation: [1], pieces: pieces))
    }

    @Test func `somebody is counted once, whatever tracks they change to`() {
        let feed = Relays.Feed(picture: host, isSound: false)
        join(viewer(1), host)
        join(viewer(2), host)
        join(viewer(1), host, sound: true)
        #expect(relays.count(host) == 2 && relays.count(feed) == 1)
        join(viewer(1), host)
        join(viewer(1), host)
        #expect(relays.count(host) == 2 && relays.count(feed) == 2)
        #expect(relays.has(viewer(1), host) && !relays.has(viewer(3), host))
        relays.left(viewer(1))
        #expect(relays.count(host) == 1 && !relays.has(viewer(1), host))
        relays.end(host)
        #expect(relays.count(host) == 0 && !relays.has(viewer(2), host))
    }

    @Test func `a watching is left by its own number alone`() {
        join(viewer(1), host)
        join(viewer(1), host)
        // Numbers are given in order.
        #expect(relays.leave(viewer(1), view: 1) == nil)
        #expect(relays.leave(viewer(2), view: 2) == nil)
        #expect(relays.count(host) == 1)
        #expect(relays.leave(viewer(1), view: 2)?.picture == host)
        #expect(relays.count(host) == 0)
    }

    @Test func `other pictures of somebody are counted without the one that is asked for`() {
        for lease in 1...24 { join(viewer(1), seat(Int64(lease))) }
        #expect(relays.others(viewer(1), than: host) == Relays.feedsPerViewerMax)
        #expect(relays.others(viewer(1), than: seat(3)) == Relays.feedsPerViewerMax - 1)
        #expect(relays.others(viewer(2), than: host) == 0)
    }

    @Test func `what comes at once is made for the first, and kept while somebody watches`() {
        var asked = 0
        let pieces = {
            asked += 1
            return [[1, 2, 3], [4]] as [[UInt8]]
        }
        let feed = Relays.Feed(picture: host, isSound: false)
        #expect(!relays.isWatched(feed))
        join(viewer(1), host, pieces: pieces)
        join(viewer(2), host, pieces: pieces)
        #expect(relays.isWatched(feed) && asked == 1)
        relays.left(viewer(1))
        #expect(relays.isWatched(feed))
        relays.left(viewer(2))
        #expect(!relays.isWatched(feed))
        join(viewer(1), host, pieces: pieces)
        #expect(asked == 2)
        // The newest sound is another one each time.
        for number in 1...2 { join(viewer(number), host, sound: true, pieces: pieces) }
        #expect(asked == 4)
    }
}
