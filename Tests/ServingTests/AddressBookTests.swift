import Lanes
import Testing

@testable import Serving

@Suite struct AddressBookTests {
    private let here = PeerAddress(high: 0, low: 1)
    private let there = PeerAddress(high: 0, low: 2)

    private func book(connections: Int = 3, joins: Int = 3) -> AddressBook {
        var limits = ServingLimits()
        limits.connectionsPerAddress = connections
        limits.joinsPerMinutePerAddress = joins
        return AddressBook(limits: limits)
    }

    @Test func `connections are counted by address, and closing makes room`() {
        let book = book()
        for _ in 0..<3 { #expect(book.connectionOpened(from: here)) }
        #expect(!book.connectionOpened(from: here))
        #expect(book.connectionOpened(from: there))
        // The refused one is counted until it is closed too.
        book.connectionClosed(from: here)
        #expect(!book.connectionOpened(from: here))
        book.connectionClosed(from: here)
        book.connectionClosed(from: here)
        #expect(book.connectionOpened(from: here))
    }

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

    @Test func `leaving and coming back does not forget the joins`() {
        let book = book(joins: 2)
        for _ in 0..<2 {
            _ = book.connectionOpened(from: here)
            #expect(book.joined(from: here, nowMilliseconds: 0))
            book.connectionClosed(from: here)
        }
        _ = book.connectionOpened(from: here)
        #expect(!book.joined(from: here, nowMilliseconds: 0))
    }
}
