import Lanes
import Wire

/// Somebody who watches, as far as bans go.
struct Watcher {
    /// Who it is; nil for somebody who does not say so, and for staff, whom nobody bans.
    var user: String?
    /// Whether no token says so.
    var isAnonymous: Bool
    var address: PeerAddress

    /// Whom a request is from. Without a token a page says which anonymous user it is: that proves
    /// nothing, and is believed against them only.
    init(
        _ request: HTTPRequest, token: String?, at address: PeerAddress, _ premises: StreamPremises
    ) {
        self.address = address
        isAnonymous = token?.isEmpty ?? true
        if isAnonymous {
            let name = request.queryValue("user") ?? ""
            user = name.hasPrefix("~") && name.utf8.count <= 64 ? name : nil
        } else {
            user = premises.user(token)
        }
    }
}

// Bans are the room's. The lane of the stream asks who is banned when somebody comes, and once a second
// for those who are here.
extension StreamDoor {
    /// Refuses somebody who is banned from the room.
    ///
    /// - Parameters:
    ///   - watcher: Whom the request is from.
    ///   - room: The room that it is about.
    ///   - isDirect: Whether the address is the person's own; a reader of HLS may have that of a cache
    ///     that many read through.
    /// - Throws: 403 for somebody who is banned.
    func refuseBanned(
        _ watcher: Watcher, from room: String, isDirect: Bool
    ) throws(HTTPError) {
        let banned = premises.banned(room)
        guard !banned.isEmpty else { return }
        var isRefused = isBanned(watcher, from: banned)
        if isDirect {
            // A name without a token may be anybody's: it marks no address.
            if isRefused, !watcher.isAnonymous { remember(watcher, in: room) }
            isRefused = isRefused || isAtBannedAddress(watcher, from: banned, room)
        }
        guard isRefused else { return }
        throw HTTPError(status: 403, code: "BANNED", detail: "you were banned from this room")
    }

    private func isBanned(_ watcher: Watcher, from banned: Set<String>) -> Bool {
        watcher.user.map { banned.contains($0) } ?? false
    }

    private func isAtBannedAddress(
        _ watcher: Watcher, from banned: Set<String>, _ room: String
    ) -> Bool {
        guard watcher.isAnonymous, let culprit = bans.user(at: watcher.address, in: room) else {
            return false
        }
        return banned.contains(culprit)
    }

    private func remember(_ watcher: Watcher, in room: String) {
        guard premises.bansAddresses, let user = watcher.user else { return }
        bans.note(user, at: watcher.address, in: room)
    }

    /// Whether somebody who is here was banned meanwhile.
    private func mustGo(_ watcher: Watcher, from room: String) -> Bool {
        let banned = premises.banned(room)
        if banned.isEmpty { return false }
        guard isBanned(watcher, from: banned) else {
            return isAtBannedAddress(watcher, from: banned, room)
        }
        remember(watcher, in: room)
        return true
    }

    /// Ends the connections of those who were banned meanwhile.
    func sendBannedAway(on lane: isolated Lane) {
        let farewell = WebSocketFrame.close(code: 4411, reason: "banned")
        bans.keep(premises.banned)
        for (room, broadcast) in rooms where !premises.banned(room).isEmpty {
            for id in broadcast.viewers {
                guard case .viewer(let viewer) = guest(id)?.stage, let watcher = viewer.watcher,
                    mustGo(watcher, from: room)
                else { continue }
                lane.close(id, farewell: viewer.socket == nil ? [] : farewell)
            }
        }
        for (id, guest) in seats.guests {
            guard case .viewer(let key, _, _) = guest.stage, let watcher = guest.watcher,
                mustGo(watcher, from: key.room)
            else { continue }
            lane.close(id, farewell: farewell)
        }
    }
}
