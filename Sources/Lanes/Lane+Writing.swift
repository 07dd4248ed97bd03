import Clockwork
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A piece of what a connection is sent in one system call.
private struct Segment {
    enum Source { case direct, events, states, chatter, picture }
    var source: Source
    var bytes: UnsafeRawBufferPointer
    /// Where the reader stands once the piece is written: a position, or a state version.
    var reaches: UInt64
}

/// The pieces of one system call, in room that the caller has.
private struct SegmentList {
    private let room: UnsafeMutableBufferPointer<Segment>
    private(set) var count = 0

    init(room: UnsafeMutableBufferPointer<Segment>) { self.room = room }

    func hasRoom(for more: Int) -> Bool { count + more <= room.count }

    mutating func add(
        _ source: Segment.Source, _ bytes: UnsafeRawBufferPointer, _ reaches: UInt64
    ) {
        guard bytes.count > 0 else { return }
        room.initializeElement(
            at: count, to: Segment(source: source, bytes: bytes, reaches: reaches))
        count += 1
    }
}

extension Lane {
    /// Visits every `step`th member. The hot loop of the server: no allocation, no reference counts
    /// beyond the audience's own.
    func pass(over audience: Audience, from first: Int, step: Int) {
        let members = audience.members
        let slots = slots
        let eventStart = audience.events.start
        let eventEnd = audience.events.end
        let chatterEnds = audience.chatterEnds
        let version = audience.stateVersion
        let busy = Slot.Flags.busy
        var gone: ContiguousArray<Int32> = []
        var behind: ContiguousArray<Int32> = []
        let writesBefore = statistics.writes
        var writes = 0
        var bytesSent = 0
        var place = first
        while place < members.count {
            let index = Int(members[place])
            place += step
            let slot = slots + index
            guard slot.pointee.flags.isDisjoint(with: busy) else { continue }
            guard slot.pointee.waiting == nil, slot.pointee.stateVersion == version,
                slot.pointee.chatterCursor == chatterEnds[Int(slot.pointee.part)]
            else {
                if !flush(index, removing: false) { gone.append(Int32(index)) }
                continue
            }
            let cursor = slot.pointee.eventCursor
            guard cursor != eventEnd else { continue }
            guard cursor >= eventStart else {
                behind.append(Int32(index))
                continue
            }
            let bytes = audience.events.bytes(from: cursor)
            guard let start = bytes.baseAddress else { continue }
            writes += 1
            switch Socket.send(slot.pointee.descriptor, start, bytes.count) {
            case .bytes(bytes.count):
                slot.pointee.eventCursor = eventEnd
                bytesSent += bytes.count
            case .bytes(let count):
                bytesSent += count
                var segment = Segment(source: .events, bytes: bytes, reaches: eventEnd)
                taken(count, of: &segment, index)
                block(index)
            case .wouldBlock: block(index)
            case .ended: gone.append(Int32(index))
            }
        }
        statistics.writes &+= UInt64(writes)
        observation.writes += Int(statistics.writes &- writesBefore)
        statistics.bytesSent &+= UInt64(bytesSent)
        for index in gone { remove(Int(index)) }
        for index in behind { closeSlow(Int(index)) }
    }

    /// Writes all that one connection has not read yet.
    ///
    /// - Returns: False if the peer is gone; the connection is removed unless `removing` is false.
    @discardableResult
    func flush(_ index: Int, removing: Bool = true) -> Bool {
        let slot = slots + index
        while slot.pointee.flags.isDisjoint(with: .stuck) {
            let sent: (wanted: Int, result: Transfer) = withUnsafeTemporaryAllocation(
                of: Segment.self, capacity: segmentsMax
            ) { segments in
                var list = SegmentList(room: segments)
                gather(index, into: &list)
                let count = list.count
                guard count > 0 else { return (0, .bytes(0)) }
                var wanted = 0
                let result: Transfer = withUnsafeTemporaryAllocation(
                    of: iovec.self, capacity: count
                ) { parts in
                    for position in 0..<count {
                        let bytes = segments[position].bytes
                        parts[position] = iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                            iov_len: bytes.count)
                        wanted += bytes.count
                    }
                    return Socket.send(slot.pointee.descriptor, parts)
                }
                if case .bytes(var rest) = result {
                    for position in 0..<count where rest > 0 {
                        let taking = min(rest, segments[position].bytes.count)
                        taken(taking, of: &segments[position], index)
                        rest -= taking
                    }
                }
                return (wanted, result)
            }
            switch sent.result {
            case .bytes(let count):
                guard sent.wanted > 0 else {
                    if slot.pointee.flags.contains(.closing) { finish(index) }
                    return true
                }
                statistics.writes &+= 1
                statistics.bytesSent &+= UInt64(count)
                if count < sent.wanted { block(index) }
            case .wouldBlock:
                block(index)
            case .ended:
                if removing { remove(index) }
                return false
            }
        }
        return true
    }

    /// Lists what a connection is to be sent next, in order. The pieces stay valid until the lane
    /// changes.
    private func gather(_ index: Int, into list: inout SegmentList) {
        let slot = slots + index
        let isClosing = slot.pointee.flags.contains(.closing)
        let audience = isClosing ? nil : audience(at: slot.pointee.audience)
        var cursor = slot.pointee.eventCursor
        if let waiting = slot.pointee.waiting?.takeUnretainedValue() {
            for part in waiting.parts {
                guard list.hasRoom(for: 2) else { return }
                if let audience, part.after > cursor, cursor >= audience.events.start {
                    let bytes = audience.events.bytes(from: cursor)
                    let length = min(Int(part.after &- cursor), bytes.count)
                    let events = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                    list.add(.events, events, part.after)
                    cursor = part.after
                }
                // The array's bytes stay where they are: nothing changes it before the write.
                let bytes = part.bytes.withUnsafeBytes { $0 }
                list.add(.direct, UnsafeRawBufferPointer(rebasing: bytes[part.sent...]), 0)
            }
        }
        guard let audience, list.hasRoom(for: 3) else { return }
        if cursor >= audience.events.start {
            list.add(.events, audience.events.bytes(from: cursor), audience.events.end)
        }
        if slot.pointee.stateVersion != audience.stateVersion {
            let frames = stateScratch.frames(
                of: audience, after: slot.pointee.stateVersion,
                staff: slot.pointee.flags.contains(.staff))
            if frames.isEmpty {
                slot.pointee.stateVersion = audience.stateVersion
            } else {
                list.add(.states, frames, audience.stateVersion)
            }
        }
        let chatter = audience.chatter + Int(slot.pointee.part)
        if slot.pointee.chatterCursor < chatter.pointee.start {
            slot.pointee.chatterCursor = chatter.pointee.start
            statistics.chatterSkips &+= 1
        }
        let danmaku = chatter.pointee.bytes(from: slot.pointee.chatterCursor)
        list.add(.chatter, danmaku, chatter.pointee.end)
        guard let waiting = slot.pointee.waiting?.takeUnretainedValue() else { return }
        // Last, so that nobody's answer waits behind a keyframe that was not begun.
        for piece in waiting.pictures.prefix(segmentsMax) where list.hasRoom(for: 1) {
            list.add(.picture, piece.bytes.withUnsafeBytes { $0 }, 0)
        }
    }

    /// Books that the kernel took the first `count` bytes of a piece.
    ///
    /// Cursors always stand between frames: the rest of a half-written frame is kept for this
    /// connection alone and goes first next time.
    private func taken(_ count: Int, of segment: inout Segment, _ index: Int) {
        let slot = slots + index
        let whole = count == segment.bytes.count
        switch segment.source {
        case .direct, .picture: return taken(count, ofPicture: segment.source == .picture, index)
        case .events, .states, .chatter: break
        }
        var boundary = count
        if !whole, let start = segment.bytes.baseAddress {
            boundary = 0
            while boundary < count,
                let length = WebSocketFrame.length(
                    ofFrameAt: start + boundary, available: segment.bytes.count - boundary)
            {
                boundary += length
            }
            boundary = min(boundary, segment.bytes.count)
            if boundary > count { keepRest(segment.bytes[count..<boundary], index) }
        }
        let missing = UInt64(segment.bytes.count - boundary)
        switch segment.source {
        case .events: slot.pointee.eventCursor = segment.reaches &- missing
        case .chatter: slot.pointee.chatterCursor = segment.reaches &- missing
        // Partly written states are sent again as a whole: newest wins, so repeating is harmless.
        case .states: if whole { slot.pointee.stateVersion = segment.reaches }
        case .direct, .picture: break
        }
    }

    private func keepRest(_ bytes: Slice<UnsafeRawBufferPointer>, _ index: Int) {
        waiting(at: index).prepend([UInt8](bytes))
    }

    /// What waits for one connection alone; begun if nothing does.
    func waiting(at index: Int) -> Waiting {
        if let present = slots[index].waiting { return present.takeUnretainedValue() }
        // Who keeps up with a picture needs one for a moment, thirty times a second.
        let waiting = spareWaiting.popLast() ?? Waiting()
        slots[index].waiting = Unmanaged.passRetained(waiting)
        return waiting
    }

    /// Nothing waits any more for one connection alone.
    func endWaiting(at index: Int) {
        guard let waiting = slots[index].waiting?.takeRetainedValue() else { return }
        slots[index].waiting = nil
        if spareWaiting.count < spareWaitingMax { spareWaiting.append(waiting) }
    }

    /// Books what was taken of that which waits for this connection alone.
    private func taken(_ count: Int, ofPicture: Bool, _ index: Int) {
        guard let waiting = slots[index].waiting?.takeUnretainedValue() else { return }
        if ofPicture { waiting.sentPicture(count) } else { waiting.sent(count) }
        if waiting.isEmpty { endWaiting(at: index) }
    }
}

/// Objects that are kept for who waits next.
private let spareWaitingMax = 4_096
/// Pieces of one system call; what is more goes in the next.
private let segmentsMax = 16
