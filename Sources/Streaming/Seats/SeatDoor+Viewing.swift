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
        let cast = try cast(of: key)
        guard cast.viewersByAddress[peer, default: 0] < limits.viewersPerAddress else {
            throw HTTPError(
                status: 429, code: "TOO_MANY_CONNECTIONS",
                detail: "\(limits.viewersPerAddress) viewers from one address are here",
                headers: [("Retry-After", "10")])
        }
        let format = try StreamDoor.Format(file: "live", request) ?? .mp4
        let stream = cast.feed.stream
        let pace =
            format == .sound
            ? try SoundFeed.pace(of: stream)
            : ViewerPace(
                needsKey: stream.cache.fragments.isEmpty, burstBytes: stream.cache.byteCount)
        let head = try accept(request)
        guests[id] = Guest(
            peer, now: lane.uptimeSeconds, WebSocketDecoder(role: .server, messageBytesMax: 1_024),
            .viewer(key, pace, hasBegun: stream.initialisation != nil))
        viewerCount += 1
        cast.viewers.insert(id)
        cast.viewersByAddress[peer, default: 0] += 1
        lane.send(head, to: id)
        if format == .sound {
            send(cast.sound.flush(), of: cast, on: lane)
            cast.listeners.insert(id)
            guard let opening = soundOpening(stream) else { return }
            lane.send(opening, to: id)
            if let burst = SoundFeed.burst(of: stream) { lane.send(Self.frame(burst), to: id) }
            return
        }
        guard let initialisation = stream.initialisation else { return }
        lane.send(opening(initialisation, stream), to: id)
        for fragment in stream.cache.fragments { lane.send(Self.frame(fragment.bytes), to: id) }
    }

    /// The stream of a seat, for one viewer more, or for one who is here.
    func stream(
        of key: SeatKey, soundOnly: Bool, isHere: Bool, on lane: isolated Lane
    ) throws(HTTPError) -> LiveStream {
        let cast = try cast(of: key, isHere: isHere)
        // What others still wait for is in the burst.
        if soundOnly { send(cast.sound.flush(), of: cast, on: lane) }
        return cast.feed.stream
    }

    private func cast(of key: SeatKey, isHere: Bool = false) throws(HTTPError) -> SeatCast {
        guard let cast = casts[key] else {
            throw HTTPError(
                status: 404, code: "NOT_LIVE", detail: "nobody publishes from this seat now",
                headers: [("Retry-After", "2")])
        }
        if isHere { return cast }
        let here = casts.keys.reduce(viewerCount) { $0 + relays.count(.seat($1)) }
        guard here < limits.viewersMax else {
            throw HTTPError(
                status: 503, code: "SERVER_FULL",
                detail: "\(limits.viewersMax) viewers of seats are here",
                headers: [("Retry-After", "10")])
        }
        return cast
    }

    private func opening(_ initialisation: [UInt8], _ stream: LiveStream) -> [UInt8] {
        Self.opening(stream.facts(of: .mp4, burst: stream.cache.fragments.count), initialisation)
    }

    /// What goes before the sound alone; nil where there is none.
    private func soundOpening(_ stream: LiveStream) -> [UInt8]? {
        let burst = SoundFeed.burst(of: stream) == nil ? 0 : 1
        return stream.soundInitialisation.map {
            Self.opening(stream.facts(of: .sound, burst: burst), $0)
        }
    }

    private static func opening(_ facts: JSONObject, _ initialisation: [UInt8]) -> [UInt8] {
        var message = facts
        message["type"] = "stream"
        return WebSocketFrame.text(JSON.object(message).encoded()) + frame(initialisation)
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
        fanOutSound(item, cast, on: lane)
        relay(item, cast)
        guard cast.viewers.count > cast.listeners.count else { return }
        let bytes: [UInt8]
        var isKey: Bool?
        switch item {
        case .initialisation(let initialisation): bytes = opening(initialisation, cast.feed.stream)
        case .fragment(let fragment):
            bytes = Self.frame(fragment.bytes)
            isKey = fragment.isKey
        }
        send(
            bytes, isKey: isKey, to: cast.viewers.subtracting(cast.listeners), now, on: lane)
    }

    /// Gives some of the viewers the same message; without `isKey` it is a beginning.
    private func send(
        _ bytes: [UInt8], isKey: Bool?, to viewers: Set<ConnectionID>, _ now: Int64,
        on lane: isolated Lane
    ) {
        for id in viewers {
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

    /// Gives those who have the sound alone a piece of it.
    private func send(_ sound: [UInt8]?, of cast: SeatCast, on lane: isolated Lane) {
        guard let sound else { return }
        relays.give(sound, isKey: true, to: cast.soundFeed)
        send(Self.frame(sound), isKey: true, to: cast.listeners, nowMilliseconds, on: lane)
    }

    private func fanOutSound(
        _ item: LiveStream.Output, _ cast: SeatCast, on lane: isolated Lane
    ) {
        guard !cast.listeners.isEmpty || relays.count(cast.soundFeed) > 0 else { return }
        switch item {
        case .fragment(let fragment):
            send(cast.sound.take(fragment), of: cast, on: lane)
        case .initialisation:
            send(cast.sound.flush(), of: cast, on: lane)
            let stream = cast.feed.stream
            guard let opening = soundOpening(stream) else { return }
            send(opening, isKey: nil, to: cast.listeners, nowMilliseconds, on: lane)
            relays.give(
                opening: stream.facts(of: .sound, burst: 0), stream.soundInitialisation ?? [],
                to: cast.soundFeed)
        }
    }

    /// The same for those who watch over the connection that they have in the room.
    private func relay(_ item: LiveStream.Output, _ cast: SeatCast) {
        let feed = Relays.Feed(picture: cast.picture, isSound: false)
        let stream = cast.feed.stream
        switch item {
        case .initialisation(let bytes):
            relays.give(
                opening: stream.facts(of: .mp4, burst: stream.cache.fragments.count), bytes,
                to: feed)
        case .fragment(let fragment):
            relays.give(fragment.bytes, isKey: fragment.isKey, to: feed)
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
