package import Lanes
import PluginContract
import Rooms
import Wire

/// Speaks HTTP and WebSocket with the connections of one lane and brings people into rooms.
///
/// A connection is HTTP first; an upgrade of `/v1/socket` makes it a WebSocket that must say
/// `hello`; from then on its requests go to its room. Everything a client can get wrong ends here.
package final class Doorkeeper: ConnectionHandling {
    let premises: Premises
    let clock: @Sendable () -> UInt32
    /// By slot of the lane; a connection that ends is taken out at once.
    var connections: ContiguousArray<Connection?> = []
    /// What is counted of connections that have ended, until their sockets are closed.
    private var ending: [ConnectionID: Connection.Booking] = [:]
    /// Requests of the connection whose bytes are being read, for its room, which gets them at once
    /// when all is read or when the connection ends on the way.
    var collected: [RoomInput] = []
    var collecting: ConnectionID?
    var date = DateHeader()
    private(set) var isDraining = false

    /// - Parameters:
    ///   - premises: What all lanes of the server share.
    ///   - milliseconds: A clock that only goes forward, and may wrap.
    package init(premises: Premises, milliseconds: @escaping @Sendable () -> UInt32) {
        self.premises = premises
        clock = milliseconds
    }

    // MARK: - Coming and going

    package func opened(
        _ id: ConnectionID, from address: PeerAddress, on lane: isolated Lane
    ) {
        while connections.count <= id.slot { connections.append(nil) }
        let isProxied = premises.trustedProxies.contains(address)
        let (admission, place) = premises.addresses.opened(from: isProxied ? nil : address)
        let refusal = refusal(admission)
        guard let place else {
            premises.counters.refused(refusal?.code ?? "")
            lane.cut(id)
            return
        }
        if !isDraining { premises.counters.came() }
        let now = clock()
        connections[id.slot] = Connection(
            id: id, peer: address, isProxied: isProxied, address: address,
            booking: Connection.Booking(place: place, isAwaited: !isDraining),
            stage: .http(HTTPExchange(limits: premises.limits.http)),
            decoder: WebSocketDecoder(
                role: .server, messageBytesMax: premises.limits.messageBytesMax),
            lastHeard: lane.uptimeSeconds, since: lane.uptimeSeconds,
            messages: RateLimit(burst: premises.limits.messageBurst, nowMilliseconds: now),
            bytes: RateLimit(burst: premises.limits.byteBurst, nowMilliseconds: now))
        if let refusal { refuse(id, refusal, on: lane) }
    }

    private func refusal(_ admission: AddressBook.Admission) -> HTTPError? {
        switch admission {
        case .admitted: nil
        case .addressFull: tooManyConnections
        case .serverFull:
            HTTPError(
                status: 503, code: "SERVER_FULL",
                detail: "\(premises.limits.connectionsMax) connections are open",
                headers: [("Retry-After", "10")])
        }
    }

    package func finishedSending(_ id: ConnectionID, on lane: isolated Lane) {
        guard let connection = connections[id.slot], connection.id == id else { return }
        guard case .http(let exchange) = connection.stage else {
            // Without a close frame there is nobody left to answer.
            lane.cut(id)
            return
        }
        // Whoever has asked gets the answer; the rest of a request will not come.
        exchange.isInputEnded = true
        if !exchange.isAnswering { lane.close(id, farewell: []) }
    }

    package func ended(_ id: ConnectionID, on lane: isolated Lane) {
        guard let connection = connections[id.slot], connection.id == id else { return }
        connections[id.slot] = nil
        ending[id] = connection.booking
        if case .member(let door) = connection.stage {
            door.post(takeCollected(from: id) + [.leave(SessionID(raw: id.raw))])
        }
        if connection.watches { premises.elsewhere?.pictures.left(id) }
    }

    // MARK: - Pictures

    package func fellBehind(
        _ id: ConnectionID, picture: UInt32, view: UInt32, on lane: isolated Lane
    ) {
        lane.send(WebSocketFrame.text(ServerMessage.tooSlow(picture: picture)), to: id)
        premises.elsewhere?.pictures.fellBehind(id, view: view)
    }

    package func skipped(_ count: Int, of picture: UInt32, on lane: isolated Lane) {
        premises.elsewhere?.pictures.skipped(count, of: picture)
    }

    package func released(_ id: ConnectionID, on lane: isolated Lane) {
        guard let booking = ending.removeValue(forKey: id) else { return }
        premises.addresses.closed(booking.place)
        if booking.isAwaited { premises.counters.went() }
    }

    package func received(
        _ bytes: UnsafeMutableRawBufferPointer, from id: ConnectionID, on lane: isolated Lane
    ) {
        guard let connection = connections[id.slot], connection.id == id else { return }
        connections[id.slot]?.lastHeard = lane.uptimeSeconds
        if case .http(let exchange) = connection.stage {
            exchange.decoder.append(UnsafeRawBufferPointer(bytes))
            advance(exchange, of: id, on: lane)
        } else {
            receivedFrames(bytes, from: id, on: lane)
        }
    }

    // MARK: - Ending

    /// Says goodbye to everybody. Who comes later is answered 503, so that health checks see it.
    package func drain(on lane: isolated Lane) {
        isDraining = true
        for connection in connections.compactMap({ $0 }) {
            switch connection.stage {
            // Whoever waits for an answer gets it, and then the end.
            case .http(let exchange) where exchange.isAnswering: exchange.keepsAlive = false
            case .http: lane.close(connection.id, farewell: [])
            case .greeting, .member, .echo:
                // Spread over two seconds, so that they do not all come back at once.
                let wait = Int64(connection.id.slot * 7919 % 2_000)
                lane.close(
                    connection.id,
                    farewell: ServerMessage.farewell(.draining, afterMilliseconds: wait))
            }
        }
    }

    // MARK: - Time limits

    // Whole seconds are counted, so that n ticks may come after little more than n − 1 seconds: a
    // time has passed for sure one tick later.
    package func secondPassed(on lane: isolated Lane) {
        premises.addresses.sweep(nowMilliseconds: clock())
        let now = lane.uptimeSeconds
        let limits = premises.limits
        for slot in connections.indices {
            guard let connection = connections[slot] else { continue }
            switch connection.stage {
            case .http(let exchange):
                expire(exchange, connection, now: now, on: lane)
            case .greeting:
                if now - connection.since > limits.helloSeconds {
                    premises.counters.refused(CloseCode.helloTimeout.name)
                    lane.close(connection.id, farewell: ServerMessage.farewell(.helloTimeout))
                }
            case .member:
                if now - connection.lastHeard > limits.silentSeconds {
                    premises.counters.refused(CloseCode.silent.name)
                    lane.close(connection.id, farewell: ServerMessage.farewell(.silent))
                } else if now % limits.pingSeconds == UInt32(slot) % limits.pingSeconds {
                    lane.send(Self.ping, to: connection.id)
                }
            case .echo: break
            }
        }
    }

    private static let ping: [UInt8] = {
        var frame: [UInt8] = []
        WebSocketFrame.encode(.ping, [], into: &frame)
        return frame
    }()

    private func expire(
        _ exchange: HTTPExchange, _ connection: Connection, now: UInt32, on lane: isolated Lane
    ) {
        guard !exchange.isAnswering else { return }
        let limits = premises.limits
        let (seconds, what): (UInt32, String) =
            switch exchange.decoder.phase {
            case .idle: (limits.idleSeconds, "")
            case .head: (limits.headSeconds, "head")
            case .body: (limits.bodySeconds, "body")
            }
        guard now - connection.since > seconds else { return }
        guard !what.isEmpty else {
            lane.close(connection.id, farewell: [])
            return
        }
        refuse(
            connection.id,
            HTTPError(
                status: 408, code: "REQUEST_TIMEOUT",
                detail: "the request's \(what) took longer than \(seconds) s"), on: lane)
    }
}
