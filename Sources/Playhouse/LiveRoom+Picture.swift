import Clockwork
import PluginContract
import PluginHosting
import Rooms
import Streaming

extension LiveRoom {
    /// Notes where the room's live video is; nil for nowhere. Wakes nobody: it is looked at when
    /// something is judged.
    nonisolated func notePicture(_ position: PicturePosition?) {
        picturePosition.withLock { $0 = position }
    }

    /// Tells the room and its plays where the picture is now; what they make of it is recorded.
    func lookAtPicture() {
        let now = Int64(clock.monotonicNanoseconds / 1_000_000)
        let picture = picturePosition.withLock { $0 }?.streamMilliseconds(atMilliseconds: now)
        room.picture = picture
        playbill.picture = picture
    }
}

// Who may not see the picture.
extension LiveRoom {
    /// Notes what hosts decided, for the lane of the stream.
    nonisolated func noteBan(_ act: ModerationAct) {
        switch act {
        case .banned(let user): _ = banned.withLock { $0.insert(user) }
        case .unbanned(let user): _ = banned.withLock { $0.remove(user) }
        default: break
        }
    }

    /// Everybody who is banned from the room.
    nonisolated var bannedUsers: Set<String> { banned.withLock { $0 } }
}
