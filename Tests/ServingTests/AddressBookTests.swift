import Lanes
import Testing

@testable import Serving

@Suite struct AddressBookTests {
    private let here = PeerAddress(high: 0, low: 0xFFFF_0000_0001)
    private let there = PeerAddress(high: 0, low: 0xFFFF_0000_0002)

    private func book(
        connections: Int = 3, joins: Int = 3, entriesMax: Int = 1_000,
        _ change: (inout ServingLimits) -> Void = { _ in }
    ) -> AddressBook {
        var limits = ServingLimits()
        limits.connectionsPerAddress = connections
        limits.joinsPerMinutePerAddress = joins
        change(&limits)
        return AddressBook(limits: limits, entriesMax: entriesMax)
    }

    private func network(_ number: Int) -> PeerAddress {
        PeerAddress(high: 0x2001_0DB8_0000_0000 | UInt64(number), low: 7)
    }

    // MARK: - Connections

    @Test func `connections are counted by address, and closing makes room`() {
        let book = book()
        let places = (0..<3).map { _ in book.opened(from: here) }
        #expect(places.allSatisfy { $0.0 == .admitted })
        let refused = book.opened(from: here)
        #expect(refused.0 == .addressFull)
        #expect(refused.1?.isRefused == true)
        #expect(book.opened(from: there).0 == .admitted)
        #expect(book.connectionCount == 4)
        // Who is being told takes nobody's place.
        if let place = places[0].1 { book.closed(place) }
        #expect(book.opened(from: here).0 == .admitted)
        #expect(book.opened(from: here).0 == .addressFull)
    }

    @Test func `an IPv6 address counts as its network of 64 bits`() {
        let book = book()
        let admissions = (0..<4).map {
            book.opened(from: PeerAddress(high: 0x2001_0DB8_0000_0001, low: UInt64($0) << 40)).0
        }
        #expect(admissions == [.admitted, .admitted, .admitted, .addressFull])
        let neighbour = PeerAddress(high: 0x2001_0DB8_0000_0002, low: 0)
        #expect(book.opened(from: neighbour).0 == .admitted)
        #expect(book.addressCount == 2)
    }

    @Test func `the server has a limit of its own, over all addresses and proxies`() {
        let book = book { $0.connectionsMax = 5 }
        let places = (0..<5).map { book.opened(from: $0 == 0 ? nil : network($0)) }
        #expect(places.allSatisfy { $0.0 == .admitted })
        #expect(book.opened(from: network(9)).0 == .serverFull)
        #expect(book.opened(from: nil).0 == .serverFull)
        if let place = places[0].1 { book.closed(place) }
        #expect(book.opened(from: network(9)).0 == .admitted)
        #expect(book.opened(from: network(10)).0 == .serverFull)
    }

    @Test func `so many of an address are told why, the next is cut`() {
        let book = book(connections: 1)
        _ = book.opened(from: here)
        let told = (0..<8).map { _ in book.opened(from: here).1 }
        #expect(told.allSatisfy { $0 != nil })
        let cut = book.opened(from: here)
        #expect(cut.0 == .addressFull)
        #expect(cut.1 == nil)
        if let place = told[0] { book.closed(place) }
        #expect(book.opened(from: here).1 != nil)
        #expect(book.opened(from: here).1 == nil)
    }

    @Test func `so many in all are told why, the next is cut`() {
        let book = book { $0.connectionsMax = 1 }
        _ = book.opened(from: here)
        let told = (0..<64).map { book.opened(from: network($0)).1 }
        #expect(told.allSatisfy { $0 != nil })
        #expect(book.opened(from: network(100)).1 == nil)
        if let place = told[0] { book.closed(place) }
        #expect(book.opened(from: network(100)).1 != nil)
    }

    @Test func `behind a proxy a connection counts for its client from its upgrade on`() throws {
        let book = book(connections: 1)
        let first = try #require(book.opened(from: nil).1)
        let second = try #require(book.opened(from: nil).1)
        let claimed = try #require(book.claimed(first, by: here))
        #expect(book.claimed(second, by: here) == nil)
        #expect(book.opened(from: here).0 == .addressFull)
        #expect(book.connectionCount == 2)
        book.closed(claimed)
        #expect(book.connectionCount == 1)
        #expect(book.claimed(second, by: here) != nil)
    }

    // MARK: - Joins

    @Test func `joins are counted by address within a minute`() {
        let book = book()
        for now: UInt32 in [5, 6, 59_999] { #expect(book.joined(from: here, nowMilliseconds: now)) }
        #expect(!book.joined(from: here, nowMilliseconds: 60_004))
        #expect(book.joined(from: there, nowMilliseconds: 60_004))
        #expect(book.joined(from: here, nowMilliseconds: 60_005))
    }

    @Test func `a clock that wraps lets people join`() {
        let book = book(joins: 1)
        #expect(book.joined(from: here, nowMilliseconds: .max - 10))
        #expect(!book.joined(from: here, nowMilliseconds: 10))
        #expect(book.joined(from: here, nowMilliseconds: 60_000))
    }

    @Test func `lanes whose threads are a little apart do not start minutes anew`() {
        let book = book()
        let taken = (0..<10).map { turn in
            book.joined(from: here, nowMilliseconds: turn.isMultiple(of: 2) ? 60_000 : 59_990)
        }
        #expect(taken.count { $0 } == 3)
    }

    @Test func `leaving and coming back does not forget the joins`() throws {
        let book = book(joins: 2)
        for _ in 0..<2 {
            let place = try #require(book.opened(from: here).1)
            #expect(book.joined(from: here, nowMilliseconds: 0))
            book.closed(place)
        }
        _ = book.opened(from: here)
        #expect(!book.joined(from: here, nowMilliseconds: 0))
    }

    // MARK: - Requests

    @Test func `requests have a rate and a burst, by address`() {
        let book = book {
            $0.requestsPerSecondPerAddress = 2
            $0.requestBurstPerAddress = 3
        }
        for _ in 0..<3 { #expect(book.requested(from: here, nowMilliseconds: 100) == nil) }
        let wait = book.requested(from: here, nowMilliseconds: 100) ?? 0
        #expect((500...600).contains(wait))
        #expect(book.requested(from: there, nowMilliseconds: 100) == nil)
        #expect(book.requested(from: here, nowMilliseconds: 100 + UInt32(wait)) == nil)
        #expect(book.requested(from: here, nowMilliseconds: 100 + UInt32(wait)) != nil)
    }

    // MARK: - What is remembered

    @Test func `a sweep forgets who has nothing open and used up nothing`() throws {
        let book = book {
            $0.requestsPerSecondPerAddress = 1
            $0.requestBurstPerAddress = 100
        }
        let place = try #require(book.opened(from: network(1)).1)
        _ = book.joined(from: network(2), nowMilliseconds: 20_000)
        for _ in 0..<50 { _ = book.requested(from: network(3), nowMilliseconds: 20_000) }
        book.closed(try #require(book.opened(from: network(4)).1))
        #expect(book.addressCount == 4)
        book.sweep(nowMilliseconds: 30_000)
        #expect(book.addressCount == 3)
        // Every ten seconds is enough.
        book.closed(try #require(book.opened(from: network(4)).1))
        book.sweep(nowMilliseconds: 39_999)
        #expect(book.addressCount == 4)
        // The requests are back after 50 seconds, the minute of the joins ends after 60.
        book.sweep(nowMilliseconds: 69_000)
        #expect(book.addressCount == 3)
        book.sweep(nowMilliseconds: 79_999)
        #expect(book.addressCount == 2)
        book.sweep(nowMilliseconds: 90_000)
        #expect(book.addressCount == 1)
        book.closed(place)
        book.sweep(nowMilliseconds: 100_000)
        #expect(book.addressCount == 0)
    }

    @Test func `who finds no room in the book is let in and not remembered`() throws {
        let book = book(joins: 1, entriesMax: 10)
        for number in 0..<10 { #expect(book.joined(from: network(number), nowMilliseconds: 0)) }
        for _ in 0..<2 { #expect(book.joined(from: network(10), nowMilliseconds: 0)) }
        #expect(book.requested(from: network(10), nowMilliseconds: 0) == nil)
        #expect(book.addressCount == 10)
        // An open connection is always counted, for as long as it is open.
        let place = try #require(book.opened(from: network(10)).1)
        #expect(book.addressCount == 11)
        book.closed(place)
        #expect(book.addressCount == 10)
        #expect(!book.joined(from: network(3), nowMilliseconds: 0))
    }
}
