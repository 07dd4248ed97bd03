import Lanes

// Listeners are viewers who get the sound alone: a set of their own, so that a frame costs nothing for them
// until there is enough sound.
extension StreamDoor {
    /// Gives somebody who joins the beginning, and what was said last.
    func beginSound(_ viewer: Viewer, _ id: ConnectionID, on lane: isolated Lane) {
        guard let room = rooms[viewer.room] else { return }
        // What others still wait for is in the burst.
        sendSound(rooms[viewer.room]?.sound.flush(), in: viewer.room, on: lane)
        rooms[viewer.room]?.listeners.insert(id)
        guard let initialisation = room.stream.soundInitialisation else { return }
        lane.send(opening(initialisation, room.stream, for: viewer), to: id)
        if let burst = SoundFeed.burst(of: room.stream) { lane.send(viewer.frame(burst), to: id) }
    }

    /// Gives listeners their share of what viewers are sent.
    func deliverSound(_ item: LiveStream.Output, in room: String, on lane: isolated Lane) {
        let feed = Relays.Feed(picture: .stream(room: room), isSound: true)
        guard let broadcast = rooms[room], !broadcast.listeners.isEmpty || relays.count(feed) > 0
        else { return }
        switch item {
        case .fragment(let fragment):
            sendSound(rooms[room]?.sound.take(fragment), in: room, on: lane)
        case .initialisation:
            sendSound(rooms[room]?.sound.flush(), in: room, on: lane)
            guard let initialisation = broadcast.stream.soundInitialisation else { return }
            var facts = broadcast.stream.facts(of: .sound, burst: 0)
            addChoice(to: &facts)
            relays.give(opening: facts, initialisation, to: feed)
            for id in broadcast.listeners {
                guard case .viewer(var viewer) = guest(id)?.stage else { continue }
                viewer.hasBegun = true
                setStage(.viewer(viewer), of: id)
                lane.send(opening(initialisation, broadcast.stream, for: viewer), to: id)
            }
        }
    }

    func sendSound(_ bytes: [UInt8]?, in room: String, on lane: isolated Lane) {
        guard let bytes, let listeners = rooms[room]?.listeners else { return }
        relays.give(
            bytes, isKey: true, to: Relays.Feed(picture: .stream(room: room), isSound: true))
        let now = nowMilliseconds
        // Made once, and only if somebody listens that way.
        var framed: [UInt8]?
        for id in listeners {
            guard case .viewer(var viewer) = guest(id)?.stage, viewer.hasBegun else { continue }
            let decision = viewer.pace.decide(
                isKey: true, waitingBytes: lane.waitingBytes(for: id), nowMilliseconds: now)
            setStage(.viewer(viewer), of: id)
            switch decision {
            case .send:
                let message = viewer.socket == nil ? bytes : framed ?? viewer.frame(bytes)
                if viewer.socket != nil { framed = message }
                lane.send(message, to: id)
            case .skip: rooms[room]?.entry.skipped += 1
            case .close:
                rooms[room]?.entry.slowClosed += 1
                lane.cut(id)
            }
        }
    }
}
