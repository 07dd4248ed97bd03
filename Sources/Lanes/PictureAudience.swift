import Clockwork

/// Who of a lane has a picture, and how well they keep up with it.
struct PictureAudience {
    struct Member {
        var id: ConnectionID
        /// This watching of it.
        var view: UInt32
        var pace: ViewerPace
        /// Bytes of this picture that may wait; nil for the bound of all pictures together.
        var waitingBytesMax: Int?
        /// Whether it was sent a beginning.
        var hasBegun: Bool
    }

    /// Some of them may have gone.
    private(set) var members: ContiguousArray<Member> = []
    /// Where each stands.
    private var places: [ConnectionID: Int] = [:]
    /// Pieces that were left out since the handler was told.
    var skipped = 0

    mutating func join(_ member: Member) {
        places[member.id] = members.count
        members.append(member)
    }

    /// Takes somebody out; the last one takes the place.
    mutating func leave(_ id: ConnectionID) {
        guard let place = places.removeValue(forKey: id) else { return }
        let last = members.removeLast()
        guard place < members.count else { return }
        members[place] = last
        places[last.id] = place
    }

    func has(_ id: ConnectionID) -> Bool { places[id] != nil }

    mutating func begin(_ place: Int) { members[place].hasBegun = true }

    /// What becomes of the next piece for one of them; nil if it cannot be of use.
    mutating func decide(
        _ place: Int, isKey: Bool, waitingBytes: Int, nowMilliseconds: Int64
    ) -> ViewerPace.Decision? {
        guard members[place].hasBegun else { return nil }
        return members[place].pace.decide(
            isKey: isKey, waitingBytes: waitingBytes, nowMilliseconds: nowMilliseconds)
    }
}

extension Lane {
    /// Gives somebody a picture, instead of an earlier try at the same.
    func tune(_ id: ConnectionID, _ tuning: Tuning) {
        guard let index = index(of: id), slots[index].flags.isDisjoint(with: .closing) else {
            return
        }
        detune(id, from: tuning.picture)
        if tuning.waitingBytesMax == nil { widen(slots[index].descriptor) }
        let pace = ViewerPace(
            needsKey: tuning.burst.isEmpty,
            waitingBytesMax: tuning.waitingBytesMax ?? limits.pictureBytesMax)
        pictures[tuning.picture, default: PictureAudience()].join(
            PictureAudience.Member(
                id: id, view: tuning.view, pace: pace, waitingBytesMax: tuning.waitingBytesMax,
                hasBegun: tuning.opening != nil))
        guard let opening = tuning.opening else { return }
        let waiting = waiting(at: index)
        waiting.append(opening, of: tuning.picture, isBurst: true)
        for bytes in tuning.burst { waiting.append(bytes, of: tuning.picture, isBurst: true) }
        markDirty(index)
    }

    /// Makes room for what is under way of a picture, but little for what events would wait behind.
    private func widen(_ descriptor: Int32) {
        Socket.set(
            descriptor, sendBufferOption.level, sendBufferOption.name,
            limits.pictureSendBufferBytes)
        Socket.set(
            descriptor, unsentOption.level, unsentOption.name, limits.pictureUnsentBytes)
    }

    /// Takes a picture away from somebody; the piece that is half sent is finished.
    func detune(_ id: ConnectionID, from picture: UInt32) {
        guard pictures[picture]?.has(id) == true else { return }
        pictures[picture]?.leave(id)
        if pictures[picture]?.members.isEmpty == true { forget(picture) }
        guard let index = index(of: id) else { return }
        dropPictures(of: picture, at: index)
    }

    /// Gives everybody who has a picture the same piece of it, as far as they keep up.
    func show(_ bytes: [UInt8], of picture: UInt32, isKey: Bool) {
        let now = Int64(clock.monotonicNanoseconds / 1_000_000)
        forEachViewer(of: picture) { audience, place, index in
            let member = audience.members[place]
            let waiting = waitingBytes(at: index, of: member.waitingBytesMax.map { _ in picture })
            switch audience.decide(
                place, isKey: isKey, waitingBytes: waiting, nowMilliseconds: now)
            {
            case .send:
                self.waiting(at: index).append(bytes, of: picture)
                markDirty(index)
            case .skip: audience.skipped += 1
            case .close:
                dropPictures(of: picture, at: index)
                handler?.fellBehind(member.id, picture: picture, view: member.view, on: self)
                return false
            case nil: break
            }
            return true
        }
    }

    /// Gives everybody who has a picture another beginning of it.
    func begin(_ picture: UInt32, opening: [UInt8]) {
        forEachViewer(of: picture) { audience, place, index in
            audience.begin(place)
            waiting(at: index).append(opening, of: picture)
            markDirty(index)
            return true
        }
    }

    /// Visits those who have a picture; who is gone, or for whom the body says no, has it no more.
    private func forEachViewer(
        of picture: UInt32, _ body: (inout PictureAudience, _ place: Int, _ index: Int) -> Bool
    ) {
        guard var audience = pictures[picture] else { return }
        // It is changed in place.
        pictures[picture] = nil
        var place = 0
        while place < audience.members.count {
            let id = audience.members[place].id
            if let index = index(of: id), slots[index].flags.isDisjoint(with: .closing),
                body(&audience, place, index)
            {
                place += 1
            } else {
                audience.leave(id)
            }
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

    /// Bytes that wait for a connection, of one picture or of all, but for what came at once.
    private func waitingBytes(at index: Int, of picture: UInt32?) -> Int {
        guard let waiting = slots[index].waiting?.takeUnretainedValue() else { return 0 }
        return picture.map(waiting.pictureBytes(of:)) ?? waiting.pictureBytes
    }

    private func dropPictures(of picture: UInt32, at index: Int) {
        guard let waiting = slots[index].waiting?.takeUnretainedValue() else { return }
        waiting.dropPictures(of: picture)
        if waiting.isEmpty { endWaiting(at: index) }
    }
}
