import Clockwork
import Lanes
import Wire

/// Low-latency HLS at `/rooms/ROOM/hls/` and, for rooms that want a token, `/rooms/ROOM/hls/TOKEN/`:
/// a step of the path goes along with the relative addresses of a playlist, so that all readers share
/// the same one.
extension StreamDoor {
    /// A connection that asks for playlists and parts, one after the other.
    final class Reader {
        let room: String
        /// What comes after the present request; nil where the answer is the connection's last.
        var decoder: HTTPRequestDecoder?
        /// What it waits for.
        var want: HLSRequest?
        /// When the present request came, or the last answer was given.
        var since: UInt32
        var keepsAlive = true
        /// Whether the present request wants the head of the answer alone.
        var isHead = false
        /// What it wants of the bytes, as it was written; nil for all of them.
        var range: String?
        /// Whether everybody may read this stream.
        var isPublic = true

        init(room: String, decoder: HTTPRequestDecoder?, since: UInt32) {
            self.room = room
            self.decoder = decoder
            self.since = since
        }

        /// Takes note of how the answer to a request is to be given.
        func note(_ request: HTTPRequest) {
            isHead = request.method == "HEAD"
            // There is nothing that If-Range could name, and so it never holds (RFC 9110, 13.1.5); of a
            // HEAD a range means nothing (14.2).
            let isPlain = request.header("if-range") == nil && !isHead
            range = isPlain ? request.header("range") : nil
        }
    }

    /// A reader that asks for nothing and takes nothing of what it asked for, in seconds.
    static var idleReaderSeconds: UInt32 { 30 }

    static func isHLS(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return (5...6).contains(parts.count) && parts[0].isEmpty && parts[1] == "rooms"
            && parts[3] == "hls"
    }

    /// Takes more of a reader's requests.
    func heard(
        _ bytes: UnsafeMutableRawBufferPointer, from reader: Reader, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        reader.decoder?.append(UnsafeRawBufferPointer(bytes))
        next(reader, id, on: lane)
    }

    /// Answers what a reader asked for meanwhile.
    private func next(_ reader: Reader, _ id: ConnectionID, on lane: isolated Lane) {
        while reader.want == nil, guest(id) != nil {
            do throws(HTTPError) {
                guard let request = try reader.decoder?.next() else { return }
                reader.keepsAlive = request.keepAlive
                reader.note(request)
                guard Self.isHLS(request.path) else {
                    reader.keepsAlive = false
                    throw HTTPError(
                        status: 421, code: "MISDIRECTED",
                        detail: "this connection reads HLS; ask on one of its own")
                }
                try ask(request, reader, id, on: lane)
            } catch {
                if error.status != 404 && error.status != 400 { reader.keepsAlive = false }
                refuse(error, reader, id, on: lane)
            }
        }
    }

    /// Makes a reader of a connection whose first request is for HLS; the decoder is the connection's,
    /// where it may ask for more.
    func becomeReader(
        _ request: HTTPRequest, _ id: ConnectionID, keeping decoder: HTTPRequestDecoder?,
        on lane: isolated Lane
    ) throws(HTTPError) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
        let room = String(parts[2])
        try admit(request, to: room, token: Self.token(parts, request))
        guard rooms[room] != nil || ended[room] != nil else { throw Self.notLive }
        try checkRoom(for: id)
        guard let address = guest(id)?.address else { return }
        let reader = Reader(room: room, decoder: decoder, since: lane.uptimeSeconds)
        reader.keepsAlive = request.keepAlive && decoder != nil
        reader.note(request)
        welcomed(id)
        viewers += 1
        viewersByAddress[address, default: 0] += 1
        setStage(.reader(reader), of: id)
        desk(of: room, on: lane)?.readers.insert(id)
        do throws(HTTPError) {
            try ask(request, reader, id, on: lane)
        } catch {
            refuse(error, reader, id, on: lane)
        }
        next(reader, id, on: lane)
    }

    private static func token(_ parts: [Substring], _ request: HTTPRequest) -> String? {
        parts.count == 6 ? String(parts[4]) : request.queryValue("token")
    }

    /// The desk of a room that has a stream with tracks, made where there was none.
    private func desk(of room: String, on lane: isolated Lane) -> HLSDesk? {
        guard let broadcast = rooms[room] else { return ended[room]?.desk }
        guard broadcast.stream.initialisation != nil else {
            return nil
        }
        if let desk = broadcast.hls { return desk }
        let now = premises.clock.unixMilliseconds
        // Numbers never come again, so that caches never have old bytes under a new name: segments last
        // longer than a second, and a server that is started again counts from the clock.
        let desk = HLSDesk(
            broadcast.stream, number: max(now / 1_000, broadcast.hlsNumber), unixMilliseconds: now,
            uptimeSeconds: lane.uptimeSeconds, limits: premises.hlsLimits)
        rooms[room]?.hls = desk
        return desk
    }

    /// Answers a request, or lets the reader wait.
    private func ask(
        _ request: HTTPRequest, _ reader: Reader, _ id: ConnectionID, on lane: isolated Lane
    ) throws(HTTPError) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts[2] == reader.room else {
            reader.keepsAlive = false
            throw HTTPError(
                status: 421, code: "MISDIRECTED",
                detail: "this connection reads \(reader.room); ask on one of its own")
        }
        try admit(request, to: reader.room, token: Self.token(parts, request))
        if rooms[reader.room] == nil {
            guard ended[reader.room] != nil else { throw Self.notLive }
            // The next stream of the room is another one.
            reader.keepsAlive = false
        }
        guard let wanted = try HLSRequest(file: String(parts[parts.count - 1]), request) else {
            throw HTTPError(
                status: 404, code: "NOT_FOUND",
                detail: "there is nothing at \(request.path.prefix(200))")
        }
        guard let desk = desk(of: reader.room, on: lane) else {
            throw HTTPError(
                status: 404, code: "NOT_LIVE", detail: "the stream has no picture yet",
                headers: [("Retry-After", "2")])
        }
        desk.lastAsked = lane.uptimeSeconds
        rooms[reader.room]?.entry.hlsRequests += 1
        reader.since = lane.uptimeSeconds
        reader.isPublic = premises.mayWatch(reader.room, nil)
        if try !answer(wanted, reader, desk, id, on: lane) {
            reader.want = wanted
            desk.waiting.insert(id)
        }
    }

    /// Answers if there is an answer by now.
    private func answer(
        _ wanted: HLSRequest, _ reader: Reader, _ desk: HLSDesk, _ id: ConnectionID,
        on lane: isolated Lane
    ) throws(HTTPError) -> Bool {
        switch wanted {
        case .multivariant:
            let text = rooms[reader.room].map { desk.multivariant(of: $0.stream) }
            send([text ?? desk.lastMultivariant], .playlist(seconds: 1), reader, id, on: lane)
        case .media(let place, let skips):
            switch desk.window.standing(of: place) {
            case .awaited: return false
            case .tooFar:
                throw HTTPError(
                    status: 400, code: "TOO_FAR",
                    detail: "that segment or part is too far ahead of the stream")
            case .ready:
                guard let text = desk.playlist(skips: skips) else { return false }
                let target = desk.window.targetDuration ?? 2
                // Appendix B.1: what was waited for never changes, what was not soon does.
                send(
                    [text], .playlist(seconds: place == nil ? target / 2 : 6 * target), reader, id,
                    on: lane)
            }
        case .map, .segment, .part:
            if let pieces = desk.window.pieces(of: wanted) {
                send(pieces, .media, reader, id, on: lane)
                return true
            }
            if case .part(let place) = wanted, desk.window.isHinted(place) { return false }
            throw HTTPError(
                status: 404, code: "NOT_FOUND", detail: "there is no such part of the stream now")
        }
        return true
    }

    /// Takes what viewers are sent, and answers who waited for it.
    func feedHLS(_ item: LiveStream.Output, in room: String, on lane: isolated Lane) {
        guard let broadcast = rooms[room], let desk = broadcast.hls,
            desk.take(item, of: broadcast.stream)
        else { return }
        answerWaiting(desk, on: lane)
    }

    func answerWaiting(_ desk: HLSDesk, on lane: isolated Lane) {
        for id in desk.waiting {
            guard case .reader(let reader) = guest(id)?.stage, let wanted = reader.want else {
                continue
            }
            do throws(HTTPError) {
                guard try answer(wanted, reader, desk, id, on: lane) else { continue }
            } catch {
                refuse(error, reader, id, on: lane)
            }
            settle(reader, desk, id, on: lane)
        }
    }

    /// A reader that waited has its answer.
    func settle(
        _ reader: Reader, _ desk: HLSDesk, _ id: ConnectionID, on lane: isolated Lane
    ) {
        desk.waiting.remove(id)
        reader.want = nil
        reader.since = lane.uptimeSeconds
        next(reader, id, on: lane)
    }
}
