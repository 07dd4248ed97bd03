/// The addresses of seats, below that of the room's own stream.
package enum SeatAddress: Equatable, Sendable {
    /// `/rooms/ROOM/live/seat`: whoever has a lease publishes here.
    case publishing(room: String)
    /// `/rooms/ROOM/live/seats/PLUGIN/LEASE`: viewers get a seat's picture here.
    case viewing(room: String, plugin: String, lease: Int64)

    /// Nil for every other path.
    package init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[0].isEmpty, parts[1] == "rooms", parts[3] == "live" else {
            return nil
        }
        let room = String(parts[2])
        if parts.count == 5, parts[4] == "seat" {
            self = .publishing(room: room)
        } else if parts.count == 7, parts[4] == "seats", let lease = Int64(parts[6]), lease > 0 {
            self = .viewing(room: room, plugin: String(parts[5]), lease: lease)
        } else {
            return nil
        }
    }

    var room: String {
        switch self {
        case .publishing(let room), .viewing(let room, _, _): room
        }
    }
}
