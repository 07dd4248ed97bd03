import Clockwork
import Lanes
import Wire

extension StreamDoor {
    /// Takes bytes of a publisher as far as they go.
    func advance(
        _ publishing: Publishing, _ bytes: UnsafeMutableRawBufferPointer, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        do throws(StreamRefusal) {
            try publishing.session.append(UnsafeRawBufferPointer(bytes))
            while let event = try publishing.session.next() {
                switch event {
                case .publish(let request): try admit(request, publishing, id, on: lane)
                case .media(let message): try take(message, of: publishing.room, on: lane)
                case .metadata: break
                case .unpublished:
                    left(publishing.room, id, on: lane)
                    publishing.room = ""
                    becameStranger(id, on: lane)
                }
            }
        } catch {
            premises.note("publisher refused", publishing.room, error.words)
            publishing.session.explain(error)
            lane.close(id, farewell: publishing.session.takeOutput())
            return
        }
        let output = publishing.session.takeOutput()
        if !output.isEmpty { lane.send(output, to: id) }
    }

    /// Checks the key and makes the connection the room's publisher; one that was there before goes:
    /// most often it is half open, and the same encoder is back.
    private func admit(
        _ request: PublishRequest, _ publishing: Publishing, _ id: ConnectionID,
        on lane: isolated Lane
    ) throws(StreamRefusal) {
        let grant = try premises.keyring.grant(
            for: request.key, nowSeconds: premises.clock.unixMilliseconds / 1_000)
        guard premises.hasRoom(grant.room) else {
            throw StreamRefusal(.key, "the room of the stream key is not here")
        }
        let room = grant.room
        if grant.isFiller, let present = rooms[room]?.grant, !present.isFiller {
            throw StreamRefusal(.key, "somebody else publishes, and this key only fills the time")
        }
        welcomed(id)
        publishing.room = room
        publishing.session.accept()
        let old = rooms[room]?.publisher
        ended[room] = nil
        rooms[room, default: Broadcast()].publisher = id
        rooms[room]?.grant = grant
        rooms[room]?.stream.begin()
        premises.note(old == nil ? "publisher began" : "publisher replaced", room, "")
        if let old { lane.cut(old) }
        tell(of: room)
    }

    func left(_ room: String, _ id: ConnectionID, on lane: isolated Lane) {
        guard rooms[room]?.publisher == id else { return }
        rooms[room]?.publisher = nil
        rooms[room]?.grant = nil
        rooms[room]?.endedAt = lane.uptimeSeconds
        premises.note("publisher left", room, "")
        premises.advanced(room, nil)
        tell(of: room)
    }

    private func take(
        _ message: RTMPMessage, of room: String, on lane: isolated Lane
    ) throws(StreamRefusal) {
        let now = nowMilliseconds
        let output = try rooms[room]?.stream.take(
            message, arrivalMilliseconds: now,
            unixMilliseconds: premises.clock.unixMilliseconds)
        for item in output ?? [] {
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
