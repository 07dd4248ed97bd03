import Clockwork
import Lanes
import Wire

extension StreamDoor {
    /// Takes bytes of a publisher as far as they go.
    func advance(
        _ publishing: Publishing, _ bytes: UnsafeMutableRawBufferPointer, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        publishing.heardMilliseconds = nowMilliseconds
        do throws(StreamRefusal) {
            try publishing.session.append(UnsafeRawBufferPointer(bytes))
            while let event = try publishing.session.next() {
                switch event {
                case .publish(let request): try admit(request, publishing, id, on: lane)
                case .media(let message): try take(message, of: publishing, id, on: lane)
                case .metadata: break
                case .unpublished:
                    left(publishing.room, id, on: lane)
                    publishing.room = ""
                    publishing.audition = nil
                    becameStranger(id, on: lane)
                }
            }
        } catch {
            refuse(publishing, error, id, on: lane)
            return
        }
        let output = publishing.session.takeOutput()
        if !output.isEmpty { lane.send(output, to: id) }
    }

    /// Sends a publisher away with a sentence, which the host of its room reads as well.
    func refuse(
        _ publishing: Publishing, _ refusal: StreamRefusal, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        let room = publishing.room
        premises.note("publisher refused", room, refusal.words)
        publishing.session.explain(refusal)
        lane.close(id, farewell: publishing.session.takeOutput())
        // Whoever has no key of the room may tell its host nothing.
        guard rooms[room] != nil, refusal.code != .key else { return }
        rooms[room]?.entry.refusal = StreamBoard.Refusal(
            words: refusal.words, unixMilliseconds: premises.clock.unixMilliseconds)
        tell(of: room)
    }

    /// Checks the key and makes the connection the room's publisher. While there is another one it
    /// becomes the candidate to replace it.
    private func admit(
        _ request: PublishRequest, _ publishing: Publishing, _ id: ConnectionID,
        on lane: isolated Lane
    ) throws(StreamRefusal) {
        let grant = try premises.keyring.grant(
            for: request.key, nowSeconds: premises.clock.unixMilliseconds / 1_000)
        guard premises.hasRoom(grant.room) else {
            throw StreamRefusal(.key, "the room of the stream key is not here")
        }
        try checkFiller(grant)
        welcomed(id)
        publishing.room = grant.room
        publishing.grant = grant
        publishing.acceptedSeconds = lane.uptimeSeconds
        publishing.isShown = false
        publishing.session.accept()
        if isHeard(rooms[grant.room]?.publisher) {
            publishing.audition = Audition(limits: premises.limits)
            replaceCandidate(in: grant.room, by: id, on: lane)
        } else {
            becomePublisher(publishing, id, on: lane)
        }
    }

    private func checkFiller(_ grant: StreamKeyring.Grant) throws(StreamRefusal) {
        if grant.isFiller, let present = rooms[grant.room]?.grant, !present.isFiller {
            throw StreamRefusal(.key, "somebody else publishes, and this key only fills the time")
        }
    }

    /// Whether there is a publisher that sends: one that was not heard for a while is most often half
    /// open, and the same encoder is back.
    private func isHeard(_ publisher: ConnectionID?) -> Bool {
        guard let publisher, case .publisher(let publishing) = guest(publisher)?.stage else {
            return false
        }
        return nowMilliseconds - publishing.heardMilliseconds
            <= premises.limits.halfOpenMilliseconds
    }

    /// One candidate a room is enough, and bounds what is kept for them.
    private func replaceCandidate(
        in room: String, by id: ConnectionID, on lane: isolated Lane
    ) {
        let before = rooms[room]?.candidate
        rooms[room]?.candidate = id
        guard let before, case .publisher(let other) = guest(before)?.stage else { return }
        refuse(other, .anotherCame, before, on: lane)
    }

    /// Makes the connection the room's publisher; one that was there before goes.
    private func becomePublisher(
        _ publishing: Publishing, _ id: ConnectionID, on lane: isolated Lane
    ) {
        let room = publishing.room
        let old = rooms[room]?.publisher
        ended[room] = nil
        if rooms[room] == nil {
            rooms[room] = Broadcast(codings: premises.limits.codings)
            rooms[room]?.entry.refusal = board.latest[room]?.refusal
        }
        if rooms[room]?.candidate == id { rooms[room]?.candidate = nil }
        rooms[room]?.publisher = id
        rooms[room]?.grant = publishing.grant
        rooms[room]?.stream.begin()
        premises.note(old == nil ? "publisher began" : "publisher replaced", room, "")
        if let old { lane.cut(old) }
        tell(of: room)
    }

    func left(_ room: String, _ id: ConnectionID, on lane: isolated Lane) {
        if rooms[room]?.candidate == id { rooms[room]?.candidate = nil }
        guard rooms[room]?.publisher == id else { return }
        rooms[room]?.publisher = nil
        rooms[room]?.grant = nil
        rooms[room]?.endedAt = lane.uptimeSeconds
        premises.note("publisher left", room, "")
        premises.advanced(room, nil)
        tell(of: room)
    }

    /// Takes media of the publisher, or of the candidate, which becomes it as soon as it can be shown.
    private func take(
        _ message: RTMPMessage, of publishing: Publishing, _ id: ConnectionID,
        on lane: isolated Lane
    ) throws(StreamRefusal) {
        guard publishing.audition != nil else {
            return try show(message, of: publishing, on: lane)
        }
        let messages = try publishing.audition?.take(
            message, arrivalMilliseconds: nowMilliseconds)
        guard let messages else { return }
        // Somebody else may have come meanwhile.
        if let grant = publishing.grant { try checkFiller(grant) }
        publishing.audition = nil
        becomePublisher(publishing, id, on: lane)
        for message in messages { try show(message, of: publishing, on: lane) }
    }

    private func show(
        _ message: RTMPMessage, of publishing: Publishing, on lane: isolated Lane
    ) throws(StreamRefusal) {
        let room = publishing.room
        let now = nowMilliseconds
        let output = try rooms[room]?.stream.take(
            message, arrivalMilliseconds: now,
            unixMilliseconds: premises.clock.unixMilliseconds)
        guard let output, !output.isEmpty else { return }
        if !publishing.isShown {
            publishing.isShown = true
            rooms[room]?.entry.refusal = nil
        }
        for item in output {
            premises.recorder?.take(item, of: room)
            fanOut(item, in: room, on: lane)
            feedHLS(item, in: room, on: lane)
            if case .fragment(let fragment) = item {
                premises.advanced(
                    room,
                    PicturePosition(
                        streamMilliseconds: fragment.milliseconds, arrivedMilliseconds: now))
            }
            if case .initialisation = item { tell(of: room) }
        }
    }
}

extension StreamRefusal {
    /// Sent by nobody who is wrong: the host need not hear of it.
    fileprivate static var anotherCame: StreamRefusal {
        StreamRefusal(.key, "another encoder came with a key for this room")
    }

    static var nothingToShow: StreamRefusal {
        StreamRefusal(
            .unsupported, "neither a picture that begins with a keyframe nor sound came in time")
    }
}
