import Lanes
import Wire

// Bans are the room's. The lane of the stream asks who is banned when somebody comes, and once a second
// for those who are here.
extension StreamDoor {
    /// Refuses somebody who is banned from the room, by the token that they come with.
    func refuseBanned(_ token: String?, from room: String) throws(HTTPError) {
        guard let user = premises.user(token), premises.banned(room).contains(user) else { return }
        throw HTTPError(status: 403, code: "BANNED", detail: "you were banned from this room")
    }

    /// Ends the connections of those who were banned meanwhile.
    func sendBannedAway(on lane: isolated Lane) {
        for (room, broadcast) in rooms {
            let banned = premises.banned(room)
            if banned.isEmpty { continue }
            for id in broadcast.viewers {
                guard case .viewer(let viewer) = guest(id)?.stage, let user = viewer.user,
                    banned.contains(user)
                else { continue }
                lane.close(
                    id,
                    farewell: viewer.socket == nil
                        ? [] : WebSocketFrame.close(code: 4411, reason: "banned"))
            }
        }
    }
}
