package import Lanes
import Wire

/// What somebody in a room asks for over the connection that they have there.
package struct WatchRequest: Sendable, Equatable {
    /// A lease whose picture is wanted, and the plugin that gave it.
    package struct Seat: Sendable, Equatable {
        package var plugin: String
        package var lease: Int64

        package init(plugin: String, lease: Int64) {
            self.plugin = plugin
            self.lease = lease
        }
    }

    /// What the answer is for.
    package var id: String
    package var room: String
    /// Nil for the room's own stream.
    package var seat: Seat?
    package var soundOnly: Bool

    package init(id: String, room: String, seat: Seat?, soundOnly: Bool) {
        self.id = id
        self.room = room
        self.seat = seat
        self.soundOnly = soundOnly
    }
}

// Whoever is in a room has been let in there: nothing more is to be proved.
extension StreamDoor {
    /// Gives somebody a picture over their connection on another lane; the answer goes there.
    package func watch(
        _ request: WatchRequest, by id: ConnectionID, in home: Lane, on lane: isolated Lane
    ) {
        do throws(HTTPError) {
            try begin(request, id, in: home, on: lane)
        } catch {
            let answer: JSON = [
                "type": "error", "id": .string(request.id), "code": .string(error.code),
                "message": .string(error.detail),
            ]
            home.post([.direct(id, WebSocketFrame.text(answer.encoded()))])
        }
    }

    private func begin(
        _ request: WatchRequest, _ id: ConnectionID, in home: Lane, on lane: isolated Lane
    ) throws(HTTPError) {
        let picture = picture(of: request)
        let feed = Relays.Feed(picture: picture, isSound: request.soundOnly)
        guard relays.others(id, than: picture) < Relays.feedsPerViewerMax else {
            throw HTTPError(
                status: 429, code: "BUSY",
                detail: "\(Relays.feedsPerViewerMax) pictures are watched over this connection")
        }
        // Who changes the tracks has a place already.
        let isHere = relays.has(id, picture)
        let stream: LiveStream
        switch picture {
        case .stream(let room):
            guard let broadcast = rooms[room] else { throw Self.notLive }
            if !isHere { try checkRoom() }
            // Where nobody has it yet, what others still wait for is in the burst.
            if request.soundOnly {
                sendSound(rooms[room]?.sound.flush(), in: room, on: lane)
            } else if !relays.isWatched(feed) {
                release(room, on: lane)
            }
            stream = broadcast.stream
        case .seat(let key):
            stream = try seats.stream(
                of: key, soundOnly: request.soundOnly, isHere: isHere, on: lane)
        }
        // Refuses where there is no sound.
        if request.soundOnly { _ = try SoundFeed.pace(of: stream) }
        relays.join(
            id, on: home, feed, request: request.id, beginning(of: stream, feed))
        publishFigures(of: request.room)
    }

    private func picture(of request: WatchRequest) -> Relays.Picture {
        guard let seat = request.seat else { return .stream(room: request.room) }
        return .seat(SeatKey(room: request.room, plugin: seat.plugin, lease: seat.lease))
    }

    /// What somebody starts with; nil while there are no tracks.
    private func beginning(of stream: LiveStream, _ feed: Relays.Feed) -> Relays.Beginning? {
        let initialisation = feed.isSound ? stream.soundInitialisation : stream.initialisation
        guard let initialisation else { return nil }
        var facts = stream.facts(of: feed.isSound ? .sound : .mp4, burst: 0)
        if case .stream = feed.picture { addChoice(to: &facts) }
        return Relays.Beginning(facts: facts, initialisation: initialisation) {
            feed.isSound
                ? [SoundFeed.burst(of: stream)].compactMap { $0 }
                : stream.cache.fragments.map(\.bytes)
        }
    }

    /// When a page had better go on with the sound alone.
    func addChoice(to facts: inout JSONObject) {
        facts["soundOnlyAfter"] = .integer(Int64(premises.soundOnlyAfter))
    }

    // MARK: - Going

    /// Takes a picture away from somebody who asked for that.
    package func unwatch(_ view: UInt32, request: String, by id: ConnectionID, in home: Lane) {
        let feed = relays.leave(id, view: view)
        let answer: JSON = ["type": "reply", "id": .string(request)]
        home.post([.direct(id, WebSocketFrame.text(answer.encoded()))])
        if let feed { publishFigures(of: feed.picture.room) }
    }

    /// Somebody who may have watched has left the room.
    package func watcherLeft(_ id: ConnectionID) { relays.left(id) }

    /// Somebody was too slow for a picture for too long, and has it no more.
    package func watcherFellBehind(_ id: ConnectionID, _ view: UInt32) {
        guard case .stream(let room) = relays.leave(id, view: view)?.picture else { return }
        rooms[room]?.entry.slowClosed += 1
        publishFigures(of: room)
    }

    /// So many pieces of a picture were left out, because somebody was behind.
    package func skipped(_ count: Int, of number: UInt32) {
        guard case .stream(let room) = relays.feed(number)?.picture else { return }
        rooms[room]?.entry.skipped += count
    }
}

extension Relays.Picture {
    var room: String {
        switch self {
        case .stream(let room): room
        case .seat(let key): key.room
        }
    }
}

extension LiveStream {
    /// What viewers are told before the beginning.
    func facts(of format: StreamDoor.Format, burst: Int) -> JSONObject {
        var facts = JSONObject()
        facts["mediaType"] = .string(mediaType(of: format) ?? "")
        facts["burst"] = .integer(Int64(burst))
        return facts
    }
}
