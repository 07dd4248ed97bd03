import Clockwork
import Lanes

/// Counts connections, joins and HTTP requests, by address and in all, over all lanes.
///
/// An IPv6 address counts as its /64 network, which is what one customer gets. Bounds: there is an
/// entry for every address with open connections, and for ``entriesMax`` others; who comes then is
/// let in without being remembered.
package final class AddressBook: Sendable {
    /// Whether somebody who has connected may stay.
    enum Admission: Equatable { case admitted, addressFull, serverFull }

    /// Under what a connection is counted; handed back when its socket is closed.
    struct Place {
        /// Nil behind a trusted proxy, which is nobody's address.
        var address: PeerAddress?
        var isRefused: Bool
    }

    private struct Entry {
        var connections: Int32 = 0
        /// Connections that are being told why they cannot stay.
        var refused: Int32 = 0
        var joins = 0
        /// When the minute began in which `joins` are counted.
        var sinceMilliseconds: UInt32?
        var requests: RateLimit?
    }

    private struct Book {
        var entries: [PeerAddress: Entry] = [:]
        var connections = 0
        var refused = 0
        var sweptMilliseconds: UInt32 = 0
    }

    private let book = Lock(Book())
    private let limits: ServingLimits
    private let entriesMax: Int

    /// Refused connections that are told why and given time to read it, of one address and in all.
    private static let refusedPerAddress = 8
    private static let refusedMax = 64
    private static let sweepMilliseconds: Int32 = 10_000
    private static let minuteMilliseconds: Int32 = 60_000

    package init(limits: ServingLimits, entriesMax: Int = 50_000) {
        self.limits = limits
        self.entriesMax = entriesMax
    }

    /// Connections that were admitted and whose sockets are open.
    package var connectionCount: Int { book.withLock { $0.connections } }
    /// Addresses that are remembered.
    package var addressCount: Int { book.withLock { $0.entries.count } }

    // MARK: - Connections

    /// Counts a connection in.
    ///
    /// - Parameter address: Nil for a trusted proxy, which is bounded by the server's limit alone.
    /// - Returns: Whether it may stay, and its place, to be given back by ``closed(_:)``. Without a
    ///   place it is to be cut without a word: too many are being told already why they may not.
    func opened(from address: PeerAddress?) -> (Admission, Place?) {
        let address = address?.limited
        return book.withLock { book in
            var admission = Admission.admitted
            if book.connections >= limits.connectionsMax { admission = .serverFull }
            let entry = address.map { book.entries[$0] ?? Entry() }
            if let entry, entry.connections >= limits.connectionsPerAddress {
                admission = .addressFull
            }
            let isRefused = admission != .admitted
            if isRefused,
                book.refused >= Self.refusedMax
                    || entry.map({ $0.refused >= Self.refusedPerAddress }) ?? false
            {
                return (admission, nil)
            }
            if isRefused { book.refused += 1 } else { book.connections += 1 }
            if let address {
                if isRefused {
                    book.entries[address, default: Entry()].refused += 1
                } else {
                    book.entries[address, default: Entry()].connections += 1
                }
            }
            return (admission, Place(address: address, isRefused: isRefused))
        }
    }

    /// Counts a connection of a trusted proxy as one of the client that it turned out to be for.
    ///
    /// - Returns: Its place from now on; nil if the client has too many.
    func claimed(_ place: Place, by address: PeerAddress) -> Place? {
        let address = address.limited
        return book.withLock { book in
            let count = book.entries[address]?.connections ?? 0
            guard count < limits.connectionsPerAddress else { return nil }
            book.entries[address, default: Entry()].connections += 1
            return Place(address: address, isRefused: place.isRefused)
        }
    }

    /// Counts a connection out whose socket has been closed.
    func closed(_ place: Place) {
        book.withLock { book in
            if place.isRefused { book.refused -= 1 } else { book.connections -= 1 }
            guard let address = place.address, var entry = book.entries[address] else { return }
            if place.isRefused { entry.refused -= 1 } else { entry.connections -= 1 }
            // An address that left is kept for its joins and requests, unless there are too many.
            let isForgotten =
                entry.connections == 0 && entry.refused == 0 && book.entries.count > entriesMax
            book.entries[address] = isForgotten ? nil : entry
        }
    }

    // MARK: - Joins and requests

    /// Counts a join; a minute begins with the first.
    ///
    /// - Parameters:
    ///   - address: Where the join came from.
    ///   - nowMilliseconds: Of one clock for all lanes, that only goes forward and may wrap.
    /// - Returns: Whether it is within the limit of this minute.
    func joined(from address: PeerAddress, nowMilliseconds: UInt32) -> Bool {
        withEntry(address) { entry in
            // A lane that read the clock a little earlier may come a little later.
            let age = entry.sinceMilliseconds.map { Int32(bitPattern: nowMilliseconds &- $0) }
            if let age, (-10_000..<Self.minuteMilliseconds).contains(age) {
                entry.joins += 1
            } else {
                entry.sinceMilliseconds = nowMilliseconds
                entry.joins = 1
            }
            return entry.joins <= limits.joinsPerMinutePerAddress
        } ?? true
    }

    /// Counts an HTTP request.
    ///
    /// - Returns: Nil if it is within the limit, else after how many milliseconds the next one is.
    func requested(from address: PeerAddress, nowMilliseconds: UInt32) -> Int64? {
        let (perSecond, burst) = (limits.requestsPerSecondPerAddress, limits.requestBurstPerAddress)
        return withEntry(address) { entry in
            var bucket =
                entry.requests ?? RateLimit(burst: burst, nowMilliseconds: nowMilliseconds)
            let isWithin = bucket.take(
                1, perSecond: perSecond, burst: burst, nowMilliseconds: nowMilliseconds)
            entry.requests = bucket
            return isWithin ? nil : bucket.wait(for: 1, perSecond: perSecond)
        } ?? nil
    }

    /// Runs the body with the entry of an address; nil if there is no room for another one.
    private func withEntry<Result>(
        _ address: PeerAddress, _ body: (inout Entry) -> Result
    ) -> Result? {
        let address = address.limited
        return book.withLock { book in
            guard book.entries[address] != nil || book.entries.count < entriesMax else {
                return nil
            }
            return body(&book.entries[address, default: Entry()])
        }
    }

    /// Forgets addresses that have nothing open and used up nothing; for every lane to call once a
    /// second, which does something every ten.
    func sweep(nowMilliseconds: UInt32) {
        book.withLock { book in
            let sinceSweep = Int32(bitPattern: nowMilliseconds &- book.sweptMilliseconds)
            guard sinceSweep >= Self.sweepMilliseconds else { return }
            book.sweptMilliseconds = nowMilliseconds
            book.entries = book.entries.filter { !isIdle($0.value, nowMilliseconds) }
        }
    }

    private func isIdle(_ entry: Entry, _ nowMilliseconds: UInt32) -> Bool {
        guard entry.connections == 0, entry.refused == 0 else { return false }
        if let since = entry.sinceMilliseconds,
            Int32(bitPattern: nowMilliseconds &- since) < Self.minuteMilliseconds
        {
            return false
        }
        return entry.requests?.isFull(
            perSecond: limits.requestsPerSecondPerAddress, burst: limits.requestBurstPerAddress,
            nowMilliseconds: nowMilliseconds) ?? true
    }
}

extension PeerAddress {
    /// What limits count: an IPv4 address, or the /64 network of an IPv6 address.
    fileprivate var limited: PeerAddress { isIPv4 ? self : network(bits: 64) }
}
