import Cryptography
package import Lanes
package import Wire

extension StreamDoor {
    func request(
        _ decoder: consuming HTTPRequestDecoder, _ bytes: UnsafeMutableRawBufferPointer,
        _ id: ConnectionID, on lane: isolated Lane
    ) {
        var decoder = decoder
        decoder.append(UnsafeRawBufferPointer(bytes))
        do throws(HTTPError) {
            guard let request = try decoder.next() else {
                setStage(.request(decoder), of: id)
                return
            }
            take(request, id, keeping: decoder, on: lane)
        } catch {
            refuse(id, error, on: lane)
        }
    }

    /// Answers a request that came here, or that another lane has read and moved here.
    package func take(_ request: HTTPRequest, _ id: ConnectionID, on lane: isolated Lane) {
        take(request, id, keeping: nil, on: lane)
    }

    /// The same for a connection that may ask again, whose decoder it is.
    private func take(
        _ request: HTTPRequest, _ id: ConnectionID, keeping decoder: HTTPRequestDecoder?,
        on lane: isolated Lane
    ) {
        guard guest(id) != nil else { return }
        setStage(.closing, of: id)
        do throws(HTTPError) {
            if let address = SeatAddress(path: request.path) {
                try enter(request, address, id, on: lane)
            } else if Self.isHLS(request.path) {
                try becomeReader(request, id, keeping: decoder, on: lane)
            } else {
                try answer(request, id, on: lane)
            }
        } catch {
            refuse(id, error, headOnly: request.method == "HEAD", on: lane)
        }
    }

    private func refuse(
        _ id: ConnectionID, _ error: HTTPError, headOnly: Bool = false, on lane: isolated Lane
    ) {
        setStage(.closing, of: id)
        var response = HTTPResponse.problem(error)
        response.headers.append(Self.anyOrigin)
        lane.close(id, farewell: response.encoded(keepAlive: false, headOnly: headOnly))
    }

    /// A page of the room's own port reads from this one.
    private static var anyOrigin: (String, String) { ("Access-Control-Allow-Origin", "*") }

    /// `GET /rooms/ROOM/live.mp4` or `live.flv`, and the same as messages of a WebSocket at
    /// `/rooms/ROOM/live`.
    private func answer(
        _ request: HTTPRequest, _ id: ConnectionID, on lane: isolated Lane
    ) throws(HTTPError) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "rooms",
            let format = try Format(file: parts[3], request), premises.hasRoom(String(parts[2]))
        else {
            throw HTTPError(
                status: 404, code: "NOT_FOUND",
                detail: "there is nothing at \(request.path.prefix(200))")
        }
        let room = String(parts[2])
        let token = request.queryValue("token")
        try admit(request, to: room, token: token)
        guard let address = guest(id)?.address else { return }
        let watcher = Watcher(request, token: token, at: address, premises)
        try refuseBanned(watcher, from: room, isDirect: true)
        guard let broadcast = rooms[room] else { throw Self.notLive }
        if request.method == "HEAD", parts[3] != "live" {
            if format == .sound { _ = try SoundFeed.pace(of: broadcast.stream) }
            let head = Self.head(broadcast.stream.mediaType(of: format) ?? "video/mp4")
            lane.close(id, farewell: head)
            return
        }
        try checkRoom(for: id)
        let pace =
            format == .sound
            ? try SoundFeed.pace(of: broadcast.stream)
            : ViewerPace(
                needsKey: broadcast.stream.cache.fragments.isEmpty,
                burstBytes: broadcast.stream.cache.byteCount)
        var viewer = Viewer(room: room, pace: pace, format: format)
        viewer.watcher = watcher
        // What others still wait for is in the burst.
        release(room, on: lane)
        let head: [UInt8]
        if parts[3] == "live" {
            let response = try WebSocketHandshake.accept(request, protocols: []) {
                Digest.sha1($0)
            }
            viewer.socket = WebSocketDecoder(role: .server, messageBytesMax: 1_024)
            head = response.encoded(keepAlive: true)
        } else {
            head = Self.head(broadcast.stream.mediaType(of: format) ?? "video/mp4")
        }
        viewer.hasBegun = broadcast.stream.initialisation != nil
        welcomed(id)
        viewers += 1
        viewersByAddress[address, default: 0] += 1
        setStage(.viewer(viewer), of: id)
        rooms[room]?.viewers.insert(id)
        if format == .sound {
            lane.send(head, to: id)
            beginSound(viewer, id, on: lane)
            publishFigures(of: room)
            return
        }
        publishFigures(of: room)
        lane.send(head, to: id)
        if let initialisation = broadcast.stream.initialisation {
            lane.send(
                opening(initialisation, broadcast.stream, for: viewer), to: id)
            // The burst: a page shows the live picture at once when it has all of this.
            for fragment in broadcast.stream.cache.fragments {
                let bytes =
                    format == .flv ? rooms[room]?.flv.tags(of: fragment) ?? [] : fragment.bytes
                lane.send(viewer.frame(bytes), to: id)
            }
        }
    }

    static var notLive: HTTPError {
        HTTPError(
            status: 404, code: "NOT_LIVE", detail: "nobody publishes in this room now",
            headers: [("Retry-After", "2")])
    }

    /// Looks whether a request may read the stream of a room, whether there is one or not.
    func admit(_ request: HTTPRequest, to room: String, token: String?) throws(HTTPError) {
        guard premises.hasRoom(room) else {
            throw HTTPError(status: 404, code: "NOT_FOUND", detail: "there is no such room")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            throw HTTPError(
                status: 405, code: "METHOD_NOT_ALLOWED", detail: "this address takes GET and HEAD",
                headers: [("Allow", "GET, HEAD")])
        }
        guard premises.mayWatch(room, token) else {
            throw HTTPError(
                status: 401, code: "TOKEN_REQUIRED",
                detail: "this room wants a token: ?token=TOKEN")
        }
    }

    /// Looks whether there is room for one viewer more.
    func checkRoom() throws(HTTPError) {
        let here = rooms.keys.reduce(viewers) { $0 + relays.count(.stream(room: $1)) }
        guard here < premises.viewersMax else {
            throw HTTPError(
                status: 503, code: "SERVER_FULL",
                detail: "\(premises.viewersMax) viewers are here",
                headers: [("Retry-After", "10")])
        }
    }

    /// The same, for one more from an address.
    func checkRoom(for id: ConnectionID) throws(HTTPError) {
        try checkRoom()
        guard let address = guest(id)?.address else { return }
        guard viewersByAddress[address, default: 0] < premises.viewersPerAddress else {
            throw HTTPError(
                status: 429, code: "TOO_MANY_CONNECTIONS",
                detail: "\(premises.viewersPerAddress) viewers from one address are here",
                headers: [("Retry-After", "10")])
        }
    }

    /// The initialisation segment, for a page behind a message that says what it is.
    func opening(
        _ initialisation: [UInt8], _ stream: LiveStream, for viewer: Viewer
    ) -> [UInt8] {
        if viewer.format == .flv { return stream.flvHead }
        guard viewer.socket != nil else { return initialisation }
        let burst =
            viewer.format == .sound
            ? SoundFeed.burst(of: stream) == nil ? 0 : 1 : stream.cache.fragments.count
        var facts: JSONObject = stream.facts(of: viewer.format, burst: burst)
        facts["type"] = "stream"
        addChoice(to: &facts)
        return WebSocketFrame.text(JSON.object(facts).encoded()) + viewer.frame(initialisation)
    }

    /// The body has no end that is known, and so neither size nor chunks (RFC 9112, section 6.3).
    private static func head(_ mediaType: String) -> [UInt8] {
        Array(
            """
            HTTP/1.1 200 OK\r
            Content-Type: \(mediaType)\r
            Cache-Control: no-store\r
            Access-Control-Allow-Origin: *\r
            X-Content-Type-Options: nosniff\r
            Connection: close\r
            \r

            """.utf8)
    }

    /// What a viewer says: nothing but pings and the end.
    func heard(
        _ bytes: UnsafeMutableRawBufferPointer, from viewer: inout Viewer, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        guard viewer.socket != nil else { return }
        var answers: [[UInt8]] = []
        var isOver = false
        do throws(WebSocketError) {
            try viewer.socket?.decode(bytes) { event in
                switch event {
                case .ping(let payload):
                    var pong: [UInt8] = []
                    WebSocketFrame.encode(.pong, payload, into: &pong)
                    answers.append(pong)
                case .close: isOver = true
                default: break
                }
            }
        } catch {
            lane.close(
                id, farewell: WebSocketFrame.close(code: error.closeCode, reason: error.reason))
            return
        }
        setStage(.viewer(viewer), of: id)
        for answer in answers { lane.send(answer, to: id) }
        if isOver { lane.close(id, farewell: WebSocketFrame.close(code: 1000, reason: "")) }
    }
}

extension StreamDoor.Viewer {
    /// The bytes as they go to this viewer: as they are, or as one message.
    func frame(_ bytes: [UInt8]) -> [UInt8] {
        guard socket != nil else { return bytes }
        var frame: [UInt8] = []
        frame.reserveCapacity(bytes.count + 10)
        WebSocketFrame.encode(.binary, bytes, into: &frame)
        return frame
    }
}
