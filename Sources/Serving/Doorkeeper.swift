package import Lanes
import PluginContract
import Rooms
import Wire

/// Speaks HTTP and WebSocket with the connections of one lane and brings people into rooms.
///
/// A connection is HTTP first; an upgrade of `/v1/socket` makes it a WebSocket that must say
/// `hello`; from then on its requests go to its room. Everything a client can get wrong ends here.
package final class Doorkeeper: ConnectionHandling {
    private let premises: Premises
    private let clock: @Sendable () -> UInt32
    /// By slot of the lane.
    private var connections: ContiguousArray<Connection?> = []
    /// Requests of the connection whose bytes are being read, for its room, which gets them at once
    /// when all is read or when the connection ends on the way.
    private var collected: [RoomInput] = []
    private var collecting: ConnectionID?

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
        let now = clock()
        connections[id.slot] = Connection(
            id: id, address: address,
            stage: .http(HTTPExchange(limits: premises.limits.http)),
            decoder: WebSocketDecoder(
                role: .server, messageBytesMax: premises.limits.messageBytesMax),
            lastHeard: lane.uptimeSeconds, since: lane.uptimeSeconds,
            messages: RateLimit(burst: premises.limits.messageBurst, nowMilliseconds: now),
            bytes: RateLimit(burst: premises.limits.byteBurst, nowMilliseconds: now))
        if !premises.addresses.connectionOpened(from: address) {
            premises.counters.refused(CloseCode.tooManyConnections.name)
            let problem = HTTPResponse.problem(
                status: 429, code: CloseCode.tooManyConnections.name,
                detail:
                    "\(premises.limits.connectionsPerAddress) connections from one address are open",
                headers: [("Retry-After", "10")])
            lane.close(id, farewell: problem.encoded(keepAlive: false))
        }
    }

    package func ended(_ id: ConnectionID, on lane: isolated Lane) {
        guard let connection = connections[id.slot], connection.id == id else { return }
        connections[id.slot] = nil
        premises.addresses.connectionClosed(from: connection.address)
        if case .member(let door) = connection.stage {
            door.post(takeCollected(from: id) + [.leave(SessionID(raw: id.raw))])
        }
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

    // MARK: - HTTP

    private func advance(_ exchange: HTTPExchange, of id: ConnectionID, on lane: isolated Lane) {
        while !exchange.isAnswering, let connection = connections[id.slot], connection.id == id {
            let request: HTTPRequest?
            do throws(HTTPError) {
                request = try exchange.decoder.next()
            } catch {
                premises.counters.refused(error.code)
                lane.close(id, farewell: HTTPResponse.problem(error).encoded(keepAlive: false))
                return
            }
            if exchange.decoder.phase != exchange.phase || request != nil {
                exchange.phase = exchange.decoder.phase
                connections[id.slot]?.since = lane.uptimeSeconds
            }
            guard let request else {
                if exchange.decoder.wantsContinue, !exchange.saidContinue {
                    exchange.saidContinue = true
                    lane.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), to: id)
                }
                return
            }
            exchange.saidContinue = false
            premises.counters.count(\.httpRequests)
            if WebSocketHandshake.isUpgrade(request),
                request.path == "/v1/socket" || isEcho(request)
            {
                upgrade(request, exchange, id, on: lane)
                return
            }
            answer(request, exchange, id, on: lane)
        }
    }

    private func isEcho(_ request: HTTPRequest) -> Bool {
        premises.echoes && request.path == "/echo"
    }

    private func answer(
        _ request: HTTPRequest, _ exchange: HTTPExchange, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        exchange.isAnswering = true
        exchange.keepsAlive = request.keepAlive
        let keepAlive = request.keepAlive
        let headOnly = request.method == "HEAD"
        premises.answer(request) { [weak lane] response in
            // Answers may come from any thread, even before the call returns.
            let bytes = response.encoded(keepAlive: keepAlive, headOnly: headOnly)
            lane?.run { lane in
                (lane.handler as? Doorkeeper)?.answered(id, with: bytes, on: lane)
            }
        }
    }

    private func answered(_ id: ConnectionID, with bytes: [UInt8], on lane: isolated Lane) {
        guard let connection = connections[id.slot], connection.id == id,
            case .http(let exchange) = connection.stage
        else { return }
        exchange.isAnswering = false
        guard exchange.keepsAlive else {
            lane.close(id, farewell: bytes)
            return
        }
        lane.send(bytes, to: id)
        connections[id.slot]?.since = lane.uptimeSeconds
        advance(exchange, of: id, on: lane)
    }

    private func upgrade(
        _ request: HTTPRequest, _ exchange: HTTPExchange, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        do throws(HTTPError) {
            let response = try WebSocketHandshake.accept(
                request, protocols: isEcho(request) ? [] : ["playhouse.v1"], sha1: premises.sha1)
            lane.send(response.encoded(keepAlive: true), to: id)
        } catch {
            lane.close(id, farewell: HTTPResponse.problem(error).encoded(keepAlive: false))
            return
        }
        premises.counters.count(\.upgrades)
        connections[id.slot]?.since = lane.uptimeSeconds
        if isEcho(request) {
            connections[id.slot]?.stage = .echo
            connections[id.slot]?.decoder = WebSocketDecoder(
                role: .server, messageBytesMax: 32 << 20)
        } else {
            connections[id.slot]?.stage = .greeting
        }
        var early = exchange.decoder.takeRemainder()
        if !early.isEmpty {
            early.withUnsafeMutableBytes { receivedFrames($0, from: id, on: lane) }
        }
    }

    // MARK: - WebSocket

    private func receivedFrames(
        _ bytes: UnsafeMutableRawBufferPointer, from id: ConnectionID, on lane: isolated Lane
    ) {
        // Taken out while it runs, because handling a message changes `connections`.
        guard var decoder = connections[id.slot]?.decoder else { return }
        connections[id.slot]?.decoder = WebSocketDecoder(role: .server, messageBytesMax: 0)
        collecting = id
        var failure: WebSocketError?
        do throws(WebSocketError) {
            try decoder.decode(bytes) { event in
                self.handle(event, of: id, on: lane)
            }
        } catch {
            failure = error
        }
        if connections[id.slot]?.id == id { connections[id.slot]?.decoder = decoder }
        let inputs = takeCollected(from: id)
        if !inputs.isEmpty, case .member(let door)? = connections[id.slot]?.stage {
            door.post(inputs)
        }
        if let failure, connections[id.slot]?.id == id {
            premises.counters.refused("WS_\(failure.closeCode)")
            lane.close(
                id,
                farewell: WebSocketFrame.close(code: failure.closeCode, reason: failure.reason))
        }
    }

    private func takeCollected(from id: ConnectionID) -> [RoomInput] {
        guard collecting == id else { return [] }
        defer { collected = [] }
        return collected
    }

    private func handle(
        _ event: WebSocketEvent, of id: ConnectionID, on lane: isolated Lane
    ) {
        guard let connection = connections[id.slot], connection.id == id else { return }
        switch event {
        case .ping(let payload):
            // Free of charge a ping would be a way to keep a lane busy; an unanswered one is legal.
            let isWithin = connections[id.slot]?.messages.take(
                1, perSecond: premises.limits.messagesPerSecond,
                burst: premises.limits.messageBurst, nowMilliseconds: clock())
            if case .echo = connection.stage {} else if isWithin == false { return }
            var frame: [UInt8] = []
            WebSocketFrame.encode(.pong, payload, into: &frame)
            lane.send(frame, to: id)
        case .pong:
            break
        case .close(let code, _):
            let answer =
                code.map { WebSocketFrame.close(code: $0, reason: "") }
                ?? WebSocketFrame.close(code: 1000, reason: "")
            lane.close(id, farewell: answer)
        case .text(let payload), .binary(let payload):
            let isText = if case .text = event { true } else { false }
            switch connection.stage {
            case .http: break
            case .echo:
                var frame: [UInt8] = []
                WebSocketFrame.encode(isText ? .text : .binary, payload, into: &frame)
                lane.send(frame, to: id)
            case .greeting, .member:
                guard isText else {
                    lane.close(
                        id,
                        farewell: WebSocketFrame.close(
                            code: 1003, reason: "messages are JSON in text frames"))
                    return
                }
                if case .member = connection.stage {
                    request(payload, of: id, on: lane)
                } else {
                    greet(payload, connection, on: lane)
                }
            }
        }
    }

    private func greet(
        _ payload: UnsafeRawBufferPointer, _ connection: Connection, on lane: isolated Lane
    ) {
        let id = connection.id
        func refuse(_ refusal: Hello.Refusal) {
            premises.counters.refused(refusal.code.name)
            let error = ServerMessage.error(
                id: refusal.id, code: refusal.code.name, refusal.message)
            lane.close(
                id,
                farewell: WebSocketFrame.text(error) + ServerMessage.farewell(refusal.code))
        }
        guard
            premises.addresses.joined(from: connection.address, nowMilliseconds: clock())
        else {
            let most = premises.limits.joinsPerMinutePerAddress
            refuse(
                Hello.Refusal(
                    id: nil, code: .tooManyJoins,
                    message: "more than \(most) joins a minute from one address"))
            return
        }
        do throws(RequestParser.Refusal) {
            let message = try RequestParser.json(payload)
            let hello: Hello
            do throws(Hello.Refusal) {
                hello = try Hello(message)
            } catch {
                refuse(error)
                return
            }
            switch premises.guest(for: hello) {
            case .failure(let refusal): refuse(refusal)
            case .success(let (door, guest)):
                premises.counters.count(\.joins)
                connections[id.slot]?.stage = .member(door)
                door.post([.join(SessionID(raw: id.raw), guest)])
            }
        } catch {
            refuse(Hello.Refusal(id: nil, code: .badHello, message: error.error.message))
        }
    }

    private func request(
        _ payload: UnsafeRawBufferPointer, of id: ConnectionID, on lane: isolated Lane
    ) {
        premises.counters.count(\.messages)
        let limits = premises.limits
        let now = clock()
        let isWithinMessages =
            connections[id.slot]?.messages.take(
                1, perSecond: limits.messagesPerSecond, burst: limits.messageBurst,
                nowMilliseconds: now) ?? false
        let isWithinBytes =
            connections[id.slot]?.bytes.take(
                Float(payload.count), perSecond: limits.bytesPerSecond, burst: limits.byteBurst,
                nowMilliseconds: now) ?? false
        guard isWithinMessages, isWithinBytes else {
            throttle(payload, id, isWithinMessages: isWithinMessages, on: lane)
            return
        }
        do throws(RequestParser.Refusal) {
            let request = try RequestParser.request(try RequestParser.json(payload))
            collected.append(.request(SessionID(raw: id.raw), id: request.id, request.command))
        } catch {
            premises.counters.refused(error.error.code.rawValue)
            lane.send(
                WebSocketFrame.text(ServerMessage.error(id: error.id, error.error)), to: id)
        }
    }

    private func throttle(
        _ payload: UnsafeRawBufferPointer, _ id: ConnectionID, isWithinMessages: Bool,
        on lane: isolated Lane
    ) {
        guard let connection = connections[id.slot] else { return }
        let limits = premises.limits
        let code: RequestError.Code = isWithinMessages ? .tooManyBytes : .tooManyMessages
        premises.counters.refused(code.rawValue)
        if connection.messages.isAbused(burst: limits.messageBurst)
            || connection.bytes.isAbused(burst: limits.byteBurst)
        {
            let close: CloseCode = isWithinMessages ? .tooManyBytes : .tooManyMessages
            lane.close(
                id, farewell: ServerMessage.farewell(close, afterMilliseconds: 5_000))
            return
        }
        let wait =
            isWithinMessages
            ? connection.bytes.wait(
                for: Float(payload.count), perSecond: limits.bytesPerSecond)
            : connection.messages.wait(for: 1, perSecond: limits.messagesPerSecond)
        // Read only for its id; a flood is cut off before it costs much.
        let requestID = (try? JSON(parsing: payload))?["id"]?.stringValue
        lane.send(
            WebSocketFrame.text(
                ServerMessage.error(
                    id: requestID,
                    RequestError(
                        code, "slow down: try again in \(wait) ms", retryAfterMilliseconds: wait))),
            to: id)
    }

    // MARK: - Ending

    package func drain(on lane: isolated Lane) {
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
        premises.counters.refused("REQUEST_TIMEOUT")
        let problem = HTTPResponse.problem(
            status: 408, code: "REQUEST_TIMEOUT",
            detail: "the request's \(what) took longer than \(seconds) s", headers: [])
        lane.close(connection.id, farewell: problem.encoded(keepAlive: false))
    }
}
