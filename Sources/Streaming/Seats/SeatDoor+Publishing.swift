import Clockwork
import Lanes
import Wire

extension SeatDoor {
    /// What came of one piece of bytes, in order; media are taken after the decoder has let go of them.
    private enum Heard {
        case text([UInt8])
        case media(SeatMessage)
    }

    /// Takes what somebody sends who publishes, or is about to.
    func heardPublisher(
        _ guest: Guest, _ bytes: UnsafeMutableRawBufferPointer, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        var heard: [Heard] = []
        var pongs: [UInt8] = []
        var refusal: SeatEnd?
        var isOver = false
        do throws(WebSocketError) {
            try guest.socket.decode(bytes) { (event) throws(WebSocketError) in
                switch event {
                case .text(let text): heard.append(.text(Array(text)))
                case .binary(let bytes):
                    do throws(StreamRefusal) {
                        heard.append(.media(try SeatMessage(parsing: bytes)))
                    } catch {
                        refusal = .media(error)
                        throw WebSocketError(closeCode: 4442, reason: "")
                    }
                case .ping(let payload): WebSocketFrame.encode(.pong, payload, into: &pongs)
                case .close: isOver = true
                case .pong, .fragment: break
                }
            }
        } catch {
            refusal = refusal ?? SeatEnd(code: error.closeCode, words: error.reason)
        }
        if !pongs.isEmpty { lane.send(pongs, to: id) }
        do throws(SeatEnd) {
            for item in heard { try take(item, guest, id, on: lane) }
            if let refusal { throw refusal }
        } catch {
            return sendAway(guest, id, error, on: lane)
        }
        if isOver { lane.close(id, farewell: WebSocketFrame.close(code: 1000, reason: "")) }
    }

    private func take(
        _ item: Heard, _ guest: Guest, _ id: ConnectionID, on lane: isolated Lane
    ) throws(SeatEnd) {
        switch (guest.stage, item) {
        case (.stranger(let room), .text(let text)):
            try admit(try SeatHello(parsing: text), to: room, guest, id, on: lane)
        case (.publisher(let key), .text(let text)): try level(text, of: key)
        case (.publisher(let key), .media(let message)): try take(message, of: key, on: lane)
        case (.stranger, .media): throw SeatEnd.hello
        case (.viewer, _), (.closing, _): break
        }
    }

    /// Checks who it is and whether there is a lease; then the connection is the seat's publisher.
    private func admit(
        _ hello: SeatHello, to room: String, _ guest: Guest, _ id: ConnectionID,
        on lane: isolated Lane
    ) throws(SeatEnd) {
        guard let user = premises.seats.user(room, hello.token, hello.visitor) else {
            throw SeatEnd.stranger
        }
        let key = SeatKey(room: room, plugin: hello.plugin, lease: hello.lease)
        guard let grant = grant(of: key), grant.user == user else { throw SeatEnd.gone }
        forgetStranger(guest)
        guest.stage = .publisher(key)
        // Nothing more than the first message can have come before the answer.
        guest.socket = WebSocketDecoder(role: .server, messageBytesMax: limits.messageBytesMax)
        let cast = casts[key] ?? SeatCast(SeatFeed(grant: grant, limits: limits), of: key)
        casts[key] = cast
        if let old = cast.publisher, let before = guests[old] {
            before.stage = .closing
            lane.close(old, farewell: SeatEnd.elsewhere.farewell)
        }
        cast.publisher = id
        cast.feed.begin()
        let answer: JSON = ["type": "publishing", "seat": .integer(grant.seat)]
        lane.send(WebSocketFrame.text(answer.encoded()), to: id)
    }

    private func take(
        _ message: SeatMessage, of key: SeatKey, on lane: isolated Lane
    ) throws(SeatEnd) {
        guard let cast = casts[key] else { return }
        let now = nowMilliseconds
        var output: [LiveStream.Output] = []
        do throws(StreamRefusal) {
            output = try cast.feed.take(
                message, arrivalMilliseconds: now,
                unixMilliseconds: premises.clock.unixMilliseconds)
        } catch {
            premises.note("seat refused", key.room, error.words)
            throw SeatEnd.media(error)
        }
        if cast.feed.takeKeyWish(), let publisher = cast.publisher {
            let wish: JSON = ["type": "keyframe"]
            lane.send(WebSocketFrame.text(wish.encoded()), to: publisher)
        }
        guard !output.isEmpty else { return }
        var isNews = false
        for item in output {
            fanOut(item, cast, now, on: lane)
            if case .initialisation = item { isNews = true }
        }
        relays.send()
        if !cast.isUp, cast.feed.stream.initialisation != nil {
            cast.isUp = true
            isNews = true
            premises.seats.news(key.room, cast.feed.grant, .up)
        }
        if isNews { tell(of: key.room) }
    }

    /// How loud somebody speaks, by the page's own measure: `{"type":"level","level":37}`.
    private func level(_ text: [UInt8], of key: SeatKey) throws(SeatEnd) {
        guard let json = try? JSON(parsing: text), json["type"] == "level",
            let level = json["level"]?.integerValue, let cast = casts[key]
        else {
            throw SeatEnd.media(StreamRefusal(.malformed, "there are no texts but levels here"))
        }
        guard cast.isUp, cast.feed.grant.audio else { return }
        premises.seats.news(key.room, cast.feed.grant, .level(Int(min(max(level, 0), 100))))
    }

    /// The publisher of a lease went; the lease may hold.
    func left(_ key: SeatKey, _ id: ConnectionID) {
        guard let cast = casts[key], cast.publisher == id else { return }
        cast.publisher = nil
        guard cast.isUp else { return }
        cast.isUp = false
        premises.seats.news(key.room, cast.feed.grant, .lost)
        tell(of: key.room)
    }

    func sendAway(
        _ guest: Guest, _ id: ConnectionID, _ end: SeatEnd, on lane: isolated Lane
    ) {
        switch guest.stage {
        case .stranger: forgetStranger(guest)
        case .publisher(let key): left(key, id)
        case .viewer, .closing: break
        }
        guest.stage = .closing
        lane.close(id, farewell: end.farewell)
    }
}
