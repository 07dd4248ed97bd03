import Clockwork
import Lanes

/// Counts connections and joins per address, over all lanes.
package final class AddressBook: Sendable {
    private struct Entry {
        var connections = 0
        var joins = 0
        var minute: UInt32 = 0
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

    /// Counts a join.
    ///
    /// - Parameters:
    ///   - address: Where the join came from.
    ///   - minute: Of any clock that only goes forward.
    /// - Returns: Whether it is within the limit of this minute.
    func joined(from address: PeerAddress, minute: UInt32) -> Bool {
        entries.withLock { entries in
            var entry = entries[address, default: Entry()]
            if entry.minute != minute {
                entry.minute = minute
                entry.joins = 0
            }
            entry.joins += 1
            entries[address] = entry
            return entry.joins <= joinsPerMinuteMax
        }
    }
}
