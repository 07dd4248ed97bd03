import Clockwork
import Lanes

/// Counts connections and joins per address, over all lanes.
package final class AddressBook: Sendable {
    private struct Entry {
        var connections = 0
        var joins = 0
        /// When the minute began in which `joins` are counted.
        var sinceMilliseconds: UInt32?
    }
    private let entries = Lock<[PeerAddress: Entry]>([:])
    private let connectionsMax: Int
    private let joinsPerMinuteMax: Int

    package init(limits: ServingLimits) {
        connectionsMax = limits.connectionsPerAddress
        joinsPerMinuteMax = limits.joinsPerMinutePerAddress
    }

    /// Counts a connection in; each call is matched by one of ``connectionClosed(from:)``.
    ///
    /// - Returns: Whether it is within the limit.
    func connectionOpened(from address: PeerAddress) -> Bool {
        entries.withLock { entries in
            entries[address, default: Entry()].connections += 1
            return entries[address, default: Entry()].connections <= connectionsMax
        }
    }

    func connectionClosed(from address: PeerAddress) {
        entries.withLock { entries in
            entries[address]?.connections -= 1
            // An address that left is kept for its joins of this minute, unless there are too many.
            if entries.count > 50_000, entries[address]?.connections == 0 {
                entries[address] = nil
            }
        }
    }

    /// Counts a join; a minute begins with the first.
    ///
    /// - Parameters:
    ///   - address: Where the join came from.
    ///   - nowMilliseconds: Of one clock for all lanes, that only goes forward and may wrap.
    /// - Returns: Whether it is within the limit of this minute.
    func joined(from address: PeerAddress, nowMilliseconds: UInt32) -> Bool {
        entries.withLock { entries in
            var entry = entries[address, default: Entry()]
            // A lane that read the clock a little earlier may come a little later.
            let age = entry.sinceMilliseconds.map { Int32(bitPattern: nowMilliseconds &- $0) }
            if let age, (-10_000..<60_000).contains(age) {
                entry.joins += 1
            } else {
                entry.sinceMilliseconds = nowMilliseconds
                entry.joins = 1
            }
            entries[address] = entry
            return entry.joins <= joinsPerMinuteMax
        }
    }
}
