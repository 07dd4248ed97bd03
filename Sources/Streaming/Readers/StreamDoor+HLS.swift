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
        /// Whether everybody may read this stream.
        var isPublic = true

        init(room: String, decoder: HTTPRequestDecoder?, since: UInt32) {
            self.room = room
            self.decoder = decoder
            self.since = since
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
        _ = try broadcast(of: room, for: request, token: Self.token(parts, request))
        try checkRoom(for: id)
        guard let address = guest(id)?.address else { return }
        let reader = Reader(room: room, decoder: decoder, since: lane.uptimeSeconds)
        reader.keepsAlive = request.keepAlive && decoder != nil
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
        guard let broadcast = rooms[room], broadcast.stream.initialisation != nil else {
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
        _ = try broadcast(of: reader.room, for: request, token: Self.token(parts, request))
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
            guard let stream = rooms[reader.room]?.stream else { return false }
            send(
                [desk.multivariant(of: stream)], .playlist(seconds: 1), reader, id, on: lane)
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

    private func answerWaiting(_ desk: HLSDesk, on lane: isolated Lane) {
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
    private func settle(
        _ reader: Reader, _ desk: HLSDesk, _ id: ConnectionID, on lane: isolated Lane
    ) {
        desk.waiting.remove(id)
        reader.want = nil
        reader.since = lane.uptimeSeconds
        next(reader, id, on: lane)
    }

    // MARK: - Coming to an end

    /// The stream is over: who waits gets what there is, and the end of the list.
    func dismissReaders(of broadcast: Broadcast, on lane: isolated Lane) {
        guard let desk = broadcast.hls else { return }
        desk.end()
        for id in desk.readers {
            if case .reader(let reader) = guest(id)?.stage { reader.keepsAlive = false }
        }
        answerWaiting(desk, on: lane)
        for id in desk.readers { lane.close(id, farewell: []) }
    }

    func readerEnded(_ reader: Reader, _ id: ConnectionID) {
        rooms[reader.room]?.hls?.readers.remove(id)
        rooms[reader.room]?.hls?.waiting.remove(id)
    }

    /// Time limits of a reader.
    func secondPassed(for reader: Reader, _ id: ConnectionID, on lane: isolated Lane) {
        let waited = lane.uptimeSeconds - reader.since
        guard reader.want != nil else {
            if waited > Self.idleReaderSeconds { lane.cut(id) }
            return
        }
        // Section 6.2.5.2: three target durations.
        let desk = rooms[reader.room]?.hls
        guard let desk, waited > UInt32(3 * (desk.window.targetDuration ?? 4)) else { return }
        let error = HTTPError(
            status: 503, code: "NOT_YET", detail: "the stream stands still",
            headers: [("Retry-After", "1")])
        refuse(error, reader, id, on: lane)
        settle(reader, desk, id, on: lane)
    }

    /// Gives up what nobody reads.
    func forgetIdleDesk(of room: String, on lane: isolated Lane) {
        guard let desk = rooms[room]?.hls, desk.waiting.isEmpty,
            lane.uptimeSeconds - desk.lastAsked > HLSDesk.idleSeconds
        else { return }
        rooms[room]?.hlsNumber = desk.window.open.number + 1
        rooms[room]?.hls = nil
    }

    // MARK: - Writing

    private enum Kind {
        case playlist(seconds: Int64)
        /// Bytes that never change under their name.
        case media
    }

    private func send(
        _ pieces: [[UInt8]], _ kind: Kind, _ reader: Reader, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        let type: String
        let age: String
        switch kind {
        case .playlist(let seconds):
            type = "application/vnd.apple.mpegurl"
            age = "max-age=\(seconds)"
        case .media:
            type = "video/mp4"
            age = "max-age=3600, immutable"
        }
        let head = """
            HTTP/1.1 200 OK\r
            Content-Type: \(type)\r
            Content-Length: \(pieces.reduce(0) { $0 + $1.count })\r
            Cache-Control: \(reader.isPublic ? "public" : "private"), \(age)\r
            Access-Control-Allow-Origin: *\r
            X-Content-Type-Options: nosniff\r
            Connection: \(reader.keepsAlive ? "keep-alive" : "close")\r
            \r

            """
        lane.send(Array(head.utf8), to: id)
        for piece in pieces { lane.send(piece, to: id) }
        if !reader.keepsAlive { lane.close(id, farewell: []) }
    }

    private func refuse(
        _ error: HTTPError, _ reader: Reader, _ id: ConnectionID, on lane: isolated Lane
    ) {
        var response = HTTPResponse.problem(error)
        response.headers.append(("Access-Control-Allow-Origin", "*"))
        response.headers.append(("Cache-Control", "no-store"))
        lane.send(response.encoded(keepAlive: reader.keepsAlive), to: id)
        if !reader.keepsAlive { lane.close(id, farewell: []) }
    }
}
