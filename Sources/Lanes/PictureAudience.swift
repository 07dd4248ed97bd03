import Clockwork

/// Who of a lane has a picture, and how well they keep up with it.
struct PictureAudience {
    struct Member {
        var id: ConnectionID
        var pace: ViewerPace
        /// Whether it was sent a beginning.
        var hasBegun: Bool
    }

    /// Some of them may have gone.
    var members: ContiguousArray<Member> = []
    /// Pieces that were left out since the handler was told.
    var skipped = 0
}

extension Lane {
    /// Gives somebody a picture, instead of an earlier try at the same.
    func tune(
        _ id: ConnectionID, to picture: UInt32, beginning: [[UInt8]], needsKey: Bool
    ) {
        guard let index = index(of: id), slots[index].flags.isDisjoint(with: .closing) else {
            return
        }
        detune(id, from: picture)
        Socket.set(
            slots[index].descriptor, sendBufferOption.level, sendBufferOption.name,
            limits.pictureSendBufferBytes)
        let waiting = waiting(at: index)
        // Who asks faster than they read gets no second beginning on top of the first.
        let isFull = waiting.pictureBytes > limits.pictureBytesMax
        let pieces = isFull ? beginning.prefix(1) : beginning[...]
        for bytes in pieces { waiting.append(bytes, of: picture) }
        let pace = ViewerPace(
            needsKey: needsKey || isFull, burstBytes: pieces.reduce(0) { $0 + $1.count },
            waitingBytesMax: limits.pictureBytesMax)
        pictures[picture, default: PictureAudience()].members.append(
            PictureAudience.Member(id: id, pace: pace, hasBegun: !beginning.isEmpty))
        markDirty(index)
    }

    /// Takes a picture away from somebody; the piece that is half sent is finished.
    func detune(_ id: ConnectionID, from picture: UInt32) {
        guard let place = pictures[picture]?.members.firstIndex(where: { $0.id == id }) else {
            return
        }
        pictures[picture]?.members.remove(at: place)
        if pictures[picture]?.members.isEmpty == true { forget(picture) }
        guard let index = index(of: id) else { return }
        dropPictures(of: picture, at: index)
    }

    /// Gives everybody who has a picture the same piece of it, as far as they keep up.
    func show(_ bytes: [UInt8], of picture: UInt32, isKey: Bool?) {
        guard var audience = pictures[picture] else { return }
        // It is changed in place.
        pictures[picture] = nil
        let now = Int64(clock.monotonicNanoseconds / 1_000_000)
        var place = 0
        while place < audience.members.count {
            let id = audience.members[place].id
            guard let index = index(of: id), slots[index].flags.isDisjoint(with: .closing) else {
                audience.leave(place)
                continue
            }
            switch audience.members[place].decide(isKey, waitingBytes(at: index), now) {
            case .send:
                waiting(at: index).append(bytes, of: picture)
                markDirty(index)
            case .skip: audience.skipped += 1
            case .close:
                audience.leave(place)
                dropPictures(of: picture, at: index)
                handler?.fellBehind(id, picture: picture, on: self)
                continue
            case nil: break
            }
            place += 1
        }
        pictures[picture] = audience
        if audience.members.isEmpty { forget(picture) }
    }

    /// Ends a picture for everybody who has it.
    func end(_ picture: UInt32, farewell: [UInt8]) {
        for member in pictures[picture]?.members ?? [] {
            guard let index = index(of: member.id) else { continue }
            dropPictures(of: picture, at: index)
            send(farewell, to: member.id)
        }
        forget(picture)
    }

    /// Tells the handler what was left out, about once a second.
    func tellOfSkipped() {
        for (picture, audience) in pictures where audience.skipped > 0 {
            pictures[picture]?.skipped = 0
            handler?.skipped(audience.skipped, of: picture, on: self)
        }
    }

    private func forget(_ picture: UInt32) {
        let skipped = pictures.removeValue(forKey: picture)?.skipped ?? 0
        if skipped > 0 { handler?.skipped(skipped, of: picture, on: self) }
    }

    /// Bytes of pictures that wait for a connection.
    func waitingPictureBytes(for id: ConnectionID) -> Int {
        index(of: id).map(waitingBytes) ?? 0
    }

    private func waitingBytes(at index: Int) -> Int {
        slots[index].waiting?.takeUnretainedValue().pictureBytes ?? 0
    }

    private func dropPictures(of picture: UInt32, at index: Int) {
        guard let waiting = slots[index].waiting?.takeUnretainedValue() else { return }
        waiting.dropPictures(of: picture)
        guard waiting.isEmpty else { return }
        slots[index].waiting?.release()
        slots[index].waiting = nil
    }
}

extension PictureAudience {
    /// Takes out a member; the last one takes the place.
    mutating func leave(_ place: Int) {
        members.swapAt(place, members.count - 1)
        members.removeLast()
    }
}

extension PictureAudience.Member {
    /// What becomes of the next piece; nil if it cannot be of use.
    mutating func decide(
        _ isKey: Bool?, _ waitingBytes: Int, _ nowMilliseconds: Int64
    ) -> ViewerPace.Decision? {
        guard let isKey else {
            hasBegun = true
            return .send
        }
        guard hasBegun else { return nil }
        return pace.decide(
            isKey: isKey, waitingBytes: waitingBytes, nowMilliseconds: nowMilliseconds)
    }
}
