import Lanes
import PluginContract
import Rooms
import Wire

extension Doorkeeper {
    func receivedFrames(
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

    func takeCollected(from id: ConnectionID) -> [RoomInput] {
        guard collecting == id else { return [] }
        defer { collected = [] }
        return collected
    }

    private func handle(
        _ event: WebSocketEvent, of id: ConnectionID, on lane: isolated Lane
    ) {
        guard let connection = connections[id.slot], connection.id == id else { return }
        switch event {
        // Free of charge, frames that are no requests would be a way to keep a lane busy.
        case .ping(let payload):
            // One that is not answered is legal (RFC 6455 §5.5.3).
            guard isPaid(payload.count, connection, on: lane) else { return }
            var frame: [UInt8] = []
            WebSocketFrame.encode(.pong, payload, into: &frame)
            lane.send(frame, to: id)
        case .pong(let payload): _ = isPaid(payload.count, connection, on: lane)
        // Its bytes are paid with the message, whose size is bounded.
        case .fragment: _ = isPaid(0, connection, on: lane)
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
            lane.close(
                id,
                farewell: ServerMessage.refusal(refusal.code, id: refusal.id, refusal.message))
        }
        guard
            premises.addresses.joined(from: connection.address, nowMilliseconds: clock())
        else {
            let most = premises.limits.joinsPerMinutePerAddress
            refuse(
                Hello.Refusal(
                    id: Self.requestID(payload), code: .tooManyJoins,
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
        if let code = overdraft(payload.count, of: id) {
            throttle(payload, id, code, on: lane)
            return
        }
        do throws(RequestParser.Refusal) {
            let message = try RequestParser.json(payload)
            if let (request, picture) = try RequestParser.picture(message) {
                try watch(picture, request, id, on: lane)
                return
            }
            let request = try RequestParser.request(message)
            collected.append(.request(SessionID(raw: id.raw), id: request.id, request.command))
        } catch {
            premises.counters.refused(error.error.code.rawValue)
            lane.send(
                WebSocketFrame.text(ServerMessage.error(id: error.id, error.error)), to: id)
        }
    }

    /// Asks for a picture, or for no more of one.
    private func watch(
        _ picture: PictureRequest, _ request: String, _ id: ConnectionID, on lane: isolated Lane
    ) throws(RequestParser.Refusal) {
        guard let connection = connections[id.slot], case .member(let door) = connection.stage
        else { return }
        guard let elsewhere = premises.elsewhere, lane.isAdmitted(id) else {
            let message =
                premises.elsewhere == nil
                ? "this server takes no live video" : "pictures come after the welcome"
            throw RequestParser.Refusal(
                id: request, error: RequestError(.notLive, message))
        }
        try payForWatching(request, id)
        connections[id.slot]?.watches = true
        elsewhere.pictures.take(picture, id: request, room: door.room, of: id, in: lane)
    }

    // MARK: - Rate limits

    /// Requests for pictures are paid for from an allowance of their own: a page that goes over to the
    /// sound alone asks anew for the host and each seat, and its viewer may still talk.
    private func payForWatching(_ request: String, _ id: ConnectionID) throws(RequestParser.Refusal)
    {
        let now = clock()
        var limit =
            connections[id.slot]?.watching
            ?? RateLimit(burst: PictureRequest.burst, nowMilliseconds: now)
        let isWithin = limit.take(
            1, perSecond: PictureRequest.perSecond, burst: PictureRequest.burst,
            nowMilliseconds: now)
        connections[id.slot]?.watching = limit
        guard isWithin else {
            let wait = limit.wait(for: 1, perSecond: PictureRequest.perSecond)
            throw RequestParser.Refusal(
                id: request,
                error: RequestError(
                    .tooManyMessages, "too many pictures: try again in \(wait) ms",
                    retryAfterMilliseconds: wait))
        }
        connections[id.slot]?.messages.giveBack(1)
    }

    /// Pays for one frame and its bytes.
    ///
    /// - Returns: Nil if it is within the limits, else which one is exceeded.
    private func overdraft(_ byteCount: Int, of id: ConnectionID) -> RequestError.Code? {
        guard var connection = connections[id.slot], connection.id == id else { return nil }
        let limits = premises.limits
        let now = clock()
        let isWithinMessages = connection.messages.take(
            1, perSecond: limits.messagesPerSecond, burst: limits.messageBurst,
            nowMilliseconds: now)
        let isWithinBytes = connection.bytes.take(
            Float(byteCount), perSecond: limits.bytesPerSecond, burst: limits.byteBurst,
            nowMilliseconds: now)
        connections[id.slot]?.messages = connection.messages
        connections[id.slot]?.bytes = connection.bytes
        if !isWithinMessages { return .tooManyMessages }
        return isWithinBytes ? nil : .tooManyBytes
    }

    /// Pays for a frame that is no request, and closes whoever goes on when nothing is left.
    private func isPaid(
        _ byteCount: Int, _ connection: Connection, on lane: isolated Lane
    ) -> Bool {
        if case .echo = connection.stage { return true }
        guard let code = overdraft(byteCount, of: connection.id) else { return true }
        premises.counters.refused(code.rawValue)
        closeIfAbused(connection.id, code, on: lane)
        return false
    }

    private func throttle(
        _ payload: UnsafeRawBufferPointer, _ id: ConnectionID, _ code: RequestError.Code,
        on lane: isolated Lane
    ) {
        guard let connection = connections[id.slot] else { return }
        let limits = premises.limits
        premises.counters.refused(code.rawValue)
        let wait =
            code == .tooManyBytes
            ? connection.bytes.wait(
                for: Float(payload.count), perSecond: limits.bytesPerSecond)
            : connection.messages.wait(for: 1, perSecond: limits.messagesPerSecond)
        lane.send(
            WebSocketFrame.text(
                ServerMessage.error(
                    id: Self.requestID(payload),
                    RequestError(
                        code, "slow down: try again in \(wait) ms", retryAfterMilliseconds: wait))),
            to: id)
        closeIfAbused(id, code, on: lane)
    }

    private func closeIfAbused(
        _ id: ConnectionID, _ code: RequestError.Code, on lane: isolated Lane
    ) {
        guard let connection = connections[id.slot], connection.id == id,
            connection.messages.isAbused(burst: premises.limits.messageBurst)
                || connection.bytes.isAbused(burst: premises.limits.byteBurst)
        else { return }
        let close: CloseCode = code == .tooManyBytes ? .tooManyBytes : .tooManyMessages
        lane.close(id, farewell: ServerMessage.farewell(close, afterMilliseconds: 5_000))
    }

    /// Reads a refused message only for its id; a flood is cut off before it costs much.
    private static func requestID(_ payload: UnsafeRawBufferPointer) -> String? {
        (try? JSON(parsing: payload))?["id"]?.stringValue
    }
}
