import Clockwork
import Cryptography
package import Lanes
import Wire

/// The seats of co-hosts on the lane of the stream: who has a lease publishes, everybody watches.
///
/// It lives behind ``StreamDoor``, which hands it the connections that ask for ``SeatAddress``. A seat's
/// picture is a stream of its own over a connection of its own. Leases are told by the rooms as they
/// change; media end in the turn in which their lease does.
final class SeatDoor {
    let premises: StreamPremises
    private let board: StreamBoard
    /// Who watches over the connection that they have in a room.
    let relays: Relays
    /// By room, in the order of the state `seats`.
    private(set) var leases: [String: [SeatGrant]] = [:]
    var casts: [SeatKey: SeatCast] = [:]
    var guests: [ConnectionID: Guest] = [:]
    var strangers: [PeerAddress: Int] = [:]
    var strangerCount = 0
    var viewerCount = 0
    private var shown: [String: [SeatPicture]] = [:]

    /// One connection; an object, so that decoders work in place.
    final class Guest {
        let address: PeerAddress
        let since: UInt32
        var lastHeard: UInt32
        var socket: WebSocketDecoder
        var stage: Stage
        /// Who watches, for bans; nil for who publishes.
        var watcher: Watcher?

        init(_ address: PeerAddress, now: UInt32, _ socket: WebSocketDecoder, _ stage: Stage) {
            self.address = address
            since = now
            lastHeard = now
            self.socket = socket
            self.stage = stage
        }
    }

    enum Stage {
        /// Has not said yet who publishes.
        case stranger(room: String)
        case publisher(SeatKey)
        case viewer(SeatKey, ViewerPace, hasBegun: Bool)
        case closing
    }

    /// The picture of one lease, and who watches it. It lasts as long as the lease.
    final class SeatCast {
        var feed: SeatFeed
        var publisher: ConnectionID?
        /// Whether the room was told that media arrive.
        var isUp = false
        var viewers: Set<ConnectionID> = []
        var sound = SoundFeed()
        /// Those of the viewers who get the sound alone.
        var listeners: Set<ConnectionID> = []
        var viewersByAddress: [PeerAddress: Int] = [:]

        let picture: Relays.Picture

        init(_ feed: SeatFeed, of key: SeatKey) {
            self.feed = feed
            picture = .seat(key)
        }

        var soundFeed: Relays.Feed { Relays.Feed(picture: picture, isSound: true) }
    }

    init(premises: StreamPremises, board: StreamBoard, relays: Relays) {
        self.premises = premises
        self.board = board
        self.relays = relays
    }

    var limits: SeatLimits { premises.seats.limits }
    var nowMilliseconds: Int64 { Int64(premises.clock.monotonicNanoseconds / 1_000_000) }

    // MARK: - Leases

    /// Takes the leases of a room as they are now; what has none any more is cut.
    func settle(_ grants: [SeatGrant], in room: String, on lane: isolated Lane) {
        leases[room] = grants.isEmpty ? nil : grants
        for (key, cast) in casts where key.room == room {
            if let grant = grant(of: key) {
                cast.feed.grant = grant
            } else {
                end(key, cast, on: lane)
            }
        }
        tell(of: room)
    }

    func grant(of key: SeatKey) -> SeatGrant? {
        leases[key.room]?.first { $0.plugin == key.plugin && $0.lease == key.lease }
    }

    private func end(_ key: SeatKey, _ cast: SeatCast, on lane: isolated Lane) {
        casts[key] = nil
        relays.end(.seat(key))
        if let publisher = cast.publisher {
            guests[publisher]?.stage = .closing
            lane.close(publisher, farewell: SeatEnd.gone.farewell)
        }
        for id in cast.viewers {
            lane.close(
                id, farewell: WebSocketFrame.close(code: 1000, reason: "the seat is free"))
        }
    }

    /// Tells what there is to see in a room, if that has changed.
    func tell(of room: String) {
        let pictures = (leases[room] ?? []).compactMap { grant -> SeatPicture? in
            let key = SeatKey(room: room, plugin: grant.plugin, lease: grant.lease)
            guard let cast = casts[key], cast.feed.stream.initialisation != nil else { return nil }
            let readings = cast.feed.stream.readings
            return SeatPicture(
                plugin: grant.plugin, lease: grant.lease, isLive: cast.isUp,
                width: readings.width, height: readings.height)
        }
        guard pictures != shown[room] ?? [] else { return }
        shown[room] = pictures.isEmpty ? nil : pictures
        premises.seats.shown(room, pictures)
    }

    // MARK: - Coming and going

    /// Answers a request for one of ``SeatAddress``.
    func enter(
        _ request: HTTPRequest, _ address: SeatAddress, from peer: PeerAddress,
        _ id: ConnectionID, on lane: isolated Lane
    ) throws(HTTPError) {
        guard premises.hasRoom(address.room) else {
            throw HTTPError(status: 404, code: "NOT_FOUND", detail: "there is no such room")
        }
        switch address {
        case .publishing(let room):
            guard strangerCount < limits.strangersMax,
                strangers[peer, default: 0] < limits.strangersPerAddress
            else {
                throw HTTPError(
                    status: 429, code: "TOO_MANY_CONNECTIONS",
                    detail: "too many have not said yet who they are",
                    headers: [("Retry-After", "5")])
            }
            let head = try accept(request)
            strangerCount += 1
            strangers[peer, default: 0] += 1
            guests[id] = Guest(
                peer, now: lane.uptimeSeconds,
                WebSocketDecoder(role: .server, messageBytesMax: limits.textBytesMax),
                .stranger(room: room))
            lane.send(head, to: id)
        case .viewing(let room, let plugin, let lease):
            try watch(
                SeatKey(room: room, plugin: plugin, lease: lease), request, from: peer, id,
                on: lane)
        }
    }

    func accept(_ request: HTTPRequest) throws(HTTPError) -> [UInt8] {
        try WebSocketHandshake.accept(request, protocols: []) { Digest.sha1($0) }
            .encoded(keepAlive: true)
    }

    func received(
        _ bytes: UnsafeMutableRawBufferPointer, from id: ConnectionID, on lane: isolated Lane
    ) {
        guard let guest = guests[id] else { return }
        guest.lastHeard = lane.uptimeSeconds
        switch guest.stage {
        case .closing: break
        case .viewer: heardViewer(guest, bytes, id, on: lane)
        case .stranger, .publisher: heardPublisher(guest, bytes, id, on: lane)
        }
    }

    func ended(_ id: ConnectionID, on lane: isolated Lane) {
        guard let guest = guests.removeValue(forKey: id) else { return }
        switch guest.stage {
        case .stranger: forgetStranger(guest)
        case .publisher(let key): left(key, id)
        case .viewer(let key, _, _):
            viewerCount -= 1
            guard let cast = casts[key], cast.viewers.remove(id) != nil else { return }
            cast.listeners.remove(id)
            let others = cast.viewersByAddress[guest.address, default: 1] - 1
            cast.viewersByAddress[guest.address] = others > 0 ? others : nil
        case .closing: break
        }
    }

    func forgetStranger(_ guest: Guest) {
        strangerCount -= 1
        let left = strangers[guest.address, default: 1] - 1
        strangers[guest.address] = left > 0 ? left : nil
    }

    func drain(on lane: isolated Lane) {
        for id in guests.keys { lane.close(id, farewell: SeatEnd.restart.farewell) }
    }

    private func publishFigures() {
        var seats: [String: StreamBoard.Seats] = [:]
        for (key, cast) in casts {
            seats[key.room, default: StreamBoard.Seats()].live += cast.isUp ? 1 : 0
            seats[key.room]?.viewers += cast.viewers.count + relays.count(.seat(key))
        }
        board.set(seats: seats)
    }

    func secondPassed(on lane: isolated Lane) {
        publishFigures()
        let now = lane.uptimeSeconds
        for (id, guest) in guests {
            switch guest.stage {
            case .stranger where now - guest.since > limits.helloSeconds:
                sendAway(guest, id, .hello, on: lane)
            case .publisher(let key) where now - guest.lastHeard > limits.silentSeconds:
                premises.note("seat fell silent", key.room, "")
                lane.cut(id)
            default: break
            }
        }
    }
}

extension StreamDoor {
    /// Hands a connection over to the seats.
    func enter(
        _ request: HTTPRequest, _ address: SeatAddress, _ id: ConnectionID, on lane: isolated Lane
    ) throws(HTTPError) {
        guard let peer = guest(id)?.address else { return }
        var watcher: Watcher?
        if case .viewing(let room, _, _) = address {
            let found = Watcher(
                request, token: request.queryValue("token"), at: peer, premises)
            try refuseBanned(found, from: room, isDirect: true)
            watcher = found
        }
        try seats.enter(request, address, from: peer, id, on: lane)
        seats.guests[id]?.watcher = watcher
        welcomed(id)
        setStage(.seat, of: id)
    }

    /// Takes the leases of a room as they are now.
    package func settle(_ grants: [SeatGrant], in room: String, on lane: isolated Lane) {
        seats.settle(grants, in: room, on: lane)
    }
}
