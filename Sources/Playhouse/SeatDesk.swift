import Clockwork
import Cryptography
import Lanes
import PluginContract
import Rooms
import Serving
import Streaming
import Wire

/// Connects the leases that plugins grant in rooms with the lane that receives media.
enum SeatDesk {
    /// What the lane asks and tells of seats.
    static func premises(
        rooms: [LiveRoom], anonymous: Set<String>, verifier: TokenVerifier, clock: any Clock
    ) -> SeatPremises {
        let rooms = Dictionary(uniqueKeysWithValues: rooms.map { ($0.id, $0) })
        var premises = SeatPremises()
        premises.user = { room, token, visitor in
            if let token {
                let claims = try? verifier.verify(
                    token, nowSeconds: clock.unixMilliseconds / 1_000)
                return claims.flatMap { $0.room == room || $0.room == "*" ? $0.subject : nil }
            }
            guard anonymous.contains(room), let visitor else { return nil }
            return AnonymousUser.id(room: room, visitor: visitor)
        }
        premises.news = { room, grant, news in
            func signal(_ change: SeatSignal.Change) {
                rooms[room]?.post([
                    .media(SeatSignal(plugin: grant.plugin, lease: grant.lease, change))
                ])
            }
            switch news {
            case .up: signal(.up)
            case .lost: signal(.lost)
            case .level(let level):
                rooms[room]?.post([
                    .speaking(
                        SpeakingLevel(plugin: grant.plugin, seat: grant.seat, level: level))
                ])
            }
        }
        premises.shown = { room, pictures in
            rooms[room]?.post([.state(key: "seat-streams", json(of: pictures), .everyone)])
        }
        return premises
    }

    /// Tells the lane of every change of leases, in the turn in which the room tells everybody.
    static func watch(_ rooms: [LiveRoom], for lane: Lane) {
        for room in rooms {
            let id = room.id
            room.watchSeats { seats in
                let grants = (seats.arrayValue ?? []).compactMap(grant(from:))
                lane.run { lane in
                    (lane.handler as? StreamDoor)?.settle(grants, in: id, on: lane)
                }
            }
        }
    }

    /// One lease of the state `seats`.
    private static func grant(from json: JSON) -> SeatGrant? {
        guard let plugin = json["plugin"]?.stringValue, let lease = SeatLease(json: json) else {
            return nil
        }
        return SeatGrant(
            plugin: plugin, lease: lease.number, seat: lease.seat, user: lease.viewer.user,
            audio: lease.media.audio, video: lease.media.video)
    }

    /// The state `seat-streams`.
    private static func json(of pictures: [SeatPicture]) -> JSON {
        guard !pictures.isEmpty else { return .null }
        return .array(
            pictures.map {
                [
                    "plugin": .string($0.plugin), "lease": .integer($0.lease),
                    "live": .bool($0.isLive), "width": .integer(Int64($0.width)),
                    "height": .integer(Int64($0.height)),
                ]
            })
    }
}

extension LiveRoom {
    /// Calls `body` with the state `seats` whenever the room tells it, on the room's loop.
    nonisolated func watchSeats(_ body: @escaping @Sendable (JSON) -> Void) {
        seatWatch.withLock { $0 = body }
    }

    /// Hands the state `seats` to whoever receives media; `message` is what everybody is sent.
    func tellSeats(_ message: [UInt8]) {
        guard let watch = seatWatch.withLock({ $0 }) else { return }
        guard let value = try? JSON(parsing: message)["value"] else { return }
        watch(value)
    }
}
