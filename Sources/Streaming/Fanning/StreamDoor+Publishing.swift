import Clockwork
import Lanes
import Wire

extension StreamDoor {
    /// Takes bytes of a publisher as far as they go.
    func publisher(
        _ session: consuming PublishSession, room: String,
        _ bytes: UnsafeMutableRawBufferPointer, _ id: ConnectionID, on lane: isolated Lane
    ) {
        var session = session
        var room = room
        do throws(StreamRefusal) {
            try session.append(UnsafeRawBufferPointer(bytes))
            while let event = try session.next() {
                switch event {
                case .publish(let request):
                    do throws(StreamRefusal) {
                        room = try admit(request, id, room: room, on: lane)
                        session.accept()
                    } catch {
                        premises.note("publisher refused", room, error.words)
                        session.refuse(error)
                        throw error
                    }
                case .media(let message):
                    try take(message, of: room, on: lane)
                case .metadata: break
                case .unpublished:
                    setStage(.publisher(session, room: room), of: id)
                    lane.close(id, farewell: session.takeOutput())
                    return
                }
            }
        } catch {
            if !room.isEmpty { premises.note("publisher ended", room, error.words) }
            session.explain(error)
            setStage(.publisher(session, room: room), of: id)
            lane.close(id, farewell: session.takeOutput())
            return
        }
        setStage(.publisher(session, room: room), of: id)
        let output = session.takeOutput()
        if !output.isEmpty { lane.send(output, to: id) }
    }

    /// Checks the key and makes the connection the room's publisher; one that was there before goes:
    /// most often it is half open, and the same encoder is back.
    private func admit(
        _ request: PublishRequest, _ id: ConnectionID, room: String, on lane: isolated Lane
    ) throws(StreamRefusal) -> String {
        let grant = try premises.keyring.grant(
            for: request.key, nowSeconds: premises.clock.unixMilliseconds / 1_000)
        guard premises.hasRoom(grant.room) else {
            throw StreamRefusal(.key, "the room of the stream key is not here")
        }
        guard room.isEmpty else {
            throw StreamRefusal(.outOfOrder, "a second stream on one connection is not taken")
        }
        welcomed()
        // From here on its end is a publisher's, whatever becomes of the rest of its bytes.
        setStage(
            .publisher(
                PublishSession(
                    limits: premises.limits, random: [UInt8](repeating: 0, count: 3_024)),
                room: grant.room), of: id)
        let old = rooms[grant.room]?.publisher
        rooms[grant.room, default: Broadcast()].publisher = id
        rooms[grant.room]?.stream.begin()
        if let old {
            premises.note("publisher replaced", grant.room, "")
            lane.cut(old)
        } else {
            premises.note("publisher began", grant.room, "")
        }
        publishFigures(of: grant.room)
        return grant.room
    }

    func left(_ room: String, _ id: ConnectionID, on lane: isolated Lane) {
        guard rooms[room]?.publisher == id else { return }
        rooms[room]?.publisher = nil
        rooms[room]?.endedAt = lane.uptimeSeconds
        premises.note("publisher left", room, "")
        publishFigures(of: room)
    }

    private func take(
        _ message: RTMPMessage, of room: String, on lane: isolated Lane
    ) throws(StreamRefusal) {
        let now = nowMilliseconds
        let output = try rooms[room]?.stream.take(
            message, arrivalMilliseconds: now,
            unixMilliseconds: premises.clock.unixMilliseconds)
        for item in output ?? [] { fanOut(item, in: room, now, on: lane) }
    }
}
