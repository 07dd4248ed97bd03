import Lanes
import Wire

extension SeatDoor {
    /// Lets somebody watch a seat: the same messages as for the room's own stream.
    func watch(
        _ key: SeatKey, _ request: HTTPRequest, from peer: PeerAddress, _ id: ConnectionID,
        on lane: isolated Lane
    ) throws(HTTPError) {
        guard premises.mayWatch(key.room, request.queryValue("token")) else {
            throw HTTPError(
                status: 401, code: "TOKEN_REQUIRED", detail: "this room wants a token: ?token=TOKEN"
            )
        }
        guard let cast = casts[key] else {
            throw HTTPError(
                status: 404, code: "NOT_LIVE", detail: "nobody publishes from this seat now",
                headers: [("Retry-After", "2")])
        }
        guard viewerCount < limits.viewersMax else {
            throw HTTPError(
                status: 503, code: "SERVER_FULL",
                detail: "\(limits.viewersMax) viewers of seats are here",
                headers: [("Retry-After", "10")])
        }
        guard cast.viewersByAddress[peer, default: 0] < limits.viewersPerAddress else {
            throw HTTPError(
                status: 429, code: "TOO_MANY_CONNECTIONS",
                detail: "\(limits.viewersPerAddress) viewers from one address are here",
                headers: [("Retry-After", "10")])
        }
        let head = try accept(request)
        let stream = cast.feed.stream
        let pace = ViewerPace(
            needsKey: stream.cache.fragments.isEmpty, burstBytes: stream.cache.byteCount)
        guests[id] = Guest(
            peer, now: lane.uptimeSeconds, WebSocketDecoder(role: .server, messageBytesMax: 1_024),
            .viewer(key, pace, hasBegun: stream.initialisation != nil))
        viewerCount += 1
        cast.viewers.insert(id)
        cast.viewersByAddress[peer, default: 0] += 1
        lane.send(head, to: id)
        guard let initialisation = stream.initialisation else { return }
        lane.send(opening(initialisation, stream), to: id)
        for fragment in stream.cache.fragments { lane.send(Self.frame(fragment.bytes), to: id) }
    }

    private func opening(_ initialisation: [UInt8], _ stream: LiveStream) -> [UInt8] {
        let facts: JSON = [
            "type": "stream", "mediaType": .string(stream.mediaType ?? ""),
            "burst": .integer(Int64(stream.cache.fragments.count)),
        ]
        return WebSocketFrame.text(facts.encoded()) + Self.frame(initialisation)
    }

    private static func frame(_ bytes: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(bytes.count + 10)
        WebSocketFrame.encode(.binary, bytes, into: &frame)
        return frame
    }

    /// Gives every viewer of a seat the same bytes.
    func fanOut(
        _ item: LiveStream.Output, _ cast: SeatCast, _ now: Int64, on lane: isolated Lane
    ) {
        guard !cast.viewers.isEmpty else { return }
        let bytes: [UInt8]
        var isKey: Bool?
        switch item {
        case .initialisation(let initialisation): bytes = opening(initialisation, cast.feed.stream)
        case .fragment(let fragment):
            bytes = Self.frame(fragment.bytes)
            isKey = fragment.isKey
        }
        for id in cast.viewers {
            guard let guest = guests[id],
                case .viewer(let key, var pace, let hasBegun) = guest.stage
            else { continue }
            guard let isKey else {
                guest.stage = .viewer(key, pace, hasBegun: true)
                lane.send(bytes, to: id)
                continue
            }
            guard hasBegun else { continue }
            let decision = pace.decide(
                isKey: isKey, waitingBytes: lane.waitingBytes(for: id), nowMilliseconds: now)
            guest.stage = .viewer(key, pace, hasBegun: true)
            switch decision {
            case .send: lane.send(bytes, to: id)
            case .skip: break
            case .close: lane.cut(id)
            }
        }
    }

    /// What a viewer says: nothing but pings and the end.
    func heardViewer(
        _ guest: Guest, _ bytes: UnsafeMutableRawBufferPointer, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        var pongs: [UInt8] = []
        var isOver = false
        do throws(WebSocketError) {
            try guest.socket.decode(bytes) { event in
                switch event {
                case .ping(let payload): WebSocketFrame.encode(.pong, payload, into: &pongs)
                case .close: isOver = true
                default: break
                }
            }
        } catch {
            lane.close(
                id, farewell: WebSocketFrame.close(code: error.closeCode, reason: error.reason))
            return
        }
        if !pongs.isEmpty { lane.send(pongs, to: id) }
        if isOver { lane.close(id, farewell: WebSocketFrame.close(code: 1000, reason: "")) }
    }
}
