import Lanes

extension StreamDoor {
    /// Gives everybody in a room the same bytes, at once or with what comes next.
    func fanOut(_ item: LiveStream.Output, in room: String, on lane: isolated Lane) {
        let width = flush.milliseconds
        guard case .fragment = item, width > 0 else {
            release(room, on: lane)
            deliver(item, in: room, on: lane)
            relays.send()
            return
        }
        rooms[room]?.held.append(item)
        holding.insert(room)
        let alarm =
            flushAlarm
            ?? lane.loop.alarm { [weak lane] in
                lane?.assumeIsolated { lane in
                    (lane.handler as? StreamDoor)?.releaseAll(on: lane)
                }
            }
        flushAlarm = alarm
        if !alarm.isSet { alarm.set(afterNanoseconds: UInt64(width) * 1_000_000) }
    }

    private func releaseAll(on lane: isolated Lane) {
        for room in holding { release(room, on: lane) }
    }

    /// Gives the viewers of a room what is held; each gets it with one system call.
    func release(_ room: String, on lane: isolated Lane) {
        guard holding.remove(room) != nil, let items = rooms[room]?.held else { return }
        rooms[room]?.held.removeAll(keepingCapacity: true)
        for item in items { deliver(item, in: room, on: lane) }
        relays.send()
    }

    private func deliver(_ item: LiveStream.Output, in room: String, on lane: isolated Lane) {
        deliverSound(item, in: room, on: lane)
        relay(item, in: room)
        guard let broadcast = rooms[room] else { return }
        let now = nowMilliseconds
        let plain: [UInt8]
        var isKey = true
        var isFragment = true
        switch item {
        case .initialisation(let bytes):
            plain = bytes
            isFragment = false
        case .fragment(let fragment):
            plain = fragment.bytes
            isKey = fragment.isKey
        }
        // Made once, and only if somebody watches that way.
        var framed: [UInt8]?
        var tags: [UInt8]?
        for id in broadcast.viewers {
            guard case .viewer(var viewer) = guest(id)?.stage, viewer.format != .sound else {
                continue
            }
            let hadBegun = viewer.hasBegun
            if isFragment {
                guard viewer.hasBegun else { continue }
                let waiting = lane.waitingBytes(for: id)
                let decision = viewer.pace.decide(
                    isKey: isKey, waitingBytes: waiting, nowMilliseconds: now)
                setStage(.viewer(viewer), of: id)
                guard decision == .send else {
                    if decision == .skip {
                        rooms[room]?.entry.skipped += 1
                    } else {
                        rooms[room]?.entry.slowClosed += 1
                        lane.cut(id)
                    }
                    continue
                }
            } else {
                viewer.hasBegun = true
                setStage(.viewer(viewer), of: id)
            }
            if viewer.format == .flv {
                let bytes = tags ?? flv(item, in: room, hadBegun: hadBegun)
                // Who joined before there was anything gets another beginning.
                if hadBegun { tags = bytes }
                lane.send(bytes, to: id)
            } else if viewer.socket == nil {
                lane.send(plain, to: id)
            } else {
                let bytes =
                    framed
                    ?? (isFragment
                        ? viewer.frame(plain) : opening(plain, broadcast.stream, for: viewer))
                framed = bytes
                lane.send(bytes, to: id)
            }
        }
        if isFragment, tags == nil { broadcast.flv.forget() }
    }

    /// The same for those who watch over the connection that they have in the room.
    private func relay(_ item: LiveStream.Output, in room: String) {
        guard let stream = rooms[room]?.stream else { return }
        let feed = Relays.Feed(picture: .stream(room: room), isSound: false)
        switch item {
        case .initialisation(let bytes):
            var facts = stream.facts(of: .mp4, burst: stream.cache.fragments.count)
            addChoice(to: &facts)
            relays.give(opening: facts, bytes, to: feed)
        case .fragment(let fragment):
            relays.give(fragment.bytes, isKey: fragment.isKey, to: feed)
        }
    }

    private func flv(
        _ item: LiveStream.Output, in room: String, hadBegun: Bool
    ) -> [UInt8] {
        switch item {
        case .fragment(let fragment): rooms[room]?.flv.tags(of: fragment) ?? []
        case .initialisation:
            hadBegun
                ? rooms[room]?.stream.flvConfigurations ?? [] : rooms[room]?.stream.flvHead ?? []
        }
    }
}
