import Lanes
import Wire

/// Gives pictures to people over the connections that they have in rooms, on the lanes of the rooms.
///
/// Who is here is known by lane; a piece of a picture is framed once and crosses to each lane once,
/// however many watch there. What a slow viewer is not sent is decided on their lane
/// (`Delivery.picture`).
final class Relays {
    /// What somebody may be given.
    enum Picture: Hashable {
        case stream(room: String)
        case seat(SeatKey)
    }

    /// A picture with its sound, or the sound of it alone.
    struct Feed: Hashable {
        var picture: Picture
        var isSound: Bool
    }

    /// Pictures of one connection: the host, the seats that there may be, and a few to spare.
    static let feedsPerViewerMax = 24

    private struct Audience {
        let feed: Feed
        /// By number of the lane.
        var lanes: [Int: (lane: Lane, members: Int)] = [:]
    }

    private var numbers: [Feed: UInt32] = [:]
    private var audiences: [UInt32: Audience] = [:]
    private var feeds: [ConnectionID: [UInt32]] = [:]
    private var outbox: [Int: (lane: Lane, deliveries: [Delivery])] = [:]
    /// 0 is never given, so that a page may take it for nothing.
    private var lastNumber: UInt32 = 0

    // MARK: - Coming and going

    /// Begins to give somebody a feed, instead of another one of the same picture.
    ///
    /// `id` is a connection of that lane, and `request` what the answer is for. With `needsKey` nothing
    /// can follow the beginning before the next keyframe. `beginning` makes the frames to start with,
    /// for the number that the feed has; none while there are no tracks.
    func join(
        _ id: ConnectionID, on lane: Lane, _ feed: Feed, request: String, needsKey: Bool,
        beginning: (UInt32) -> [[UInt8]]
    ) {
        leave(id, feed.picture)
        let number = numbers[feed] ?? newNumber(of: feed)
        feeds[id, default: []].append(number)
        var place = audiences[number]?.lanes[id.lane] ?? (lane, 0)
        place.members += 1
        audiences[number]?.lanes[id.lane] = place
        let answer: JSON = [
            "type": "reply", "id": .string(request), "picture": .integer(Int64(number)),
        ]
        post(.direct(id, WebSocketFrame.text(answer.encoded())), to: lane)
        post(
            .tune(id, picture: number, beginning: beginning(number), needsKey: needsKey), to: lane)
        send()
    }

    /// How many pictures somebody has besides one.
    func others(_ id: ConnectionID, than picture: Picture) -> Int {
        feeds[id, default: []].count { audiences[$0]?.feed.picture != picture }
    }

    private func leave(_ id: ConnectionID, _ picture: Picture) {
        for number in feeds[id] ?? [] where audiences[number]?.feed.picture == picture {
            leave(id, number)
        }
    }

    /// Takes a feed away from somebody.
    ///
    /// - Returns: What it was; nil if they did not have it.
    @discardableResult
    func leave(_ id: ConnectionID, _ number: UInt32) -> Feed? {
        guard let place = feeds[id]?.firstIndex(of: number) else { return nil }
        feeds[id]?.remove(at: place)
        if feeds[id]?.isEmpty == true { feeds[id] = nil }
        if let lane = audiences[number]?.lanes[id.lane]?.lane {
            post(.detune(id, picture: number), to: lane)
            send()
        }
        return uncount(id, number)
    }

    /// Forgets a connection that has ended.
    func left(_ id: ConnectionID) {
        for number in feeds.removeValue(forKey: id) ?? [] { uncount(id, number) }
    }

    @discardableResult
    private func uncount(_ id: ConnectionID, _ number: UInt32) -> Feed? {
        guard let feed = audiences[number]?.feed else { return nil }
        audiences[number]?.lanes[id.lane]?.members -= 1
        if audiences[number]?.lanes[id.lane]?.members == 0 {
            audiences[number]?.lanes[id.lane] = nil
        }
        return feed
    }

    private func newNumber(of feed: Feed) -> UInt32 {
        lastNumber &+= 1
        if lastNumber == 0 { lastNumber = 1 }
        numbers[feed] = lastNumber
        audiences[lastNumber] = Audience(feed: feed)
        return lastNumber
    }

    // MARK: - Figures

    func feed(_ number: UInt32) -> Feed? { audiences[number]?.feed }

    /// How many have a feed.
    func count(_ feed: Feed) -> Int {
        guard let number = numbers[feed] else { return 0 }
        return audiences[number]?.lanes.values.reduce(0) { $0 + $1.members } ?? 0
    }

    /// How many have a picture, or its sound alone.
    func count(_ picture: Picture) -> Int {
        count(Feed(picture: picture, isSound: false))
            + count(Feed(picture: picture, isSound: true))
    }

    /// The share of a processor that the busiest of the lanes takes on which somebody watches.
    var busy: Double {
        var lanes: [Int: Lane] = [:]
        for audience in audiences.values {
            for (number, place) in audience.lanes { lanes[number] = place.lane }
        }
        return lanes.values.map { $0.latestStatistics.busy }.max() ?? 0
    }

    // MARK: - Giving

    /// Gives everybody who has a feed a piece of it, with the next ``send()``.
    func give(_ bytes: [UInt8], isKey: Bool, to feed: Feed) {
        guard let number = numbers[feed], let lanes = audiences[number]?.lanes, !lanes.isEmpty
        else { return }
        let frame = Self.frame(bytes, of: number)
        for place in lanes.values { post(.picture(number, frame, isKey: isKey), to: place.lane) }
    }

    /// Gives everybody who has a feed another beginning, with the next ``send()``.
    func give(opening facts: JSONObject, _ initialisation: [UInt8], to feed: Feed) {
        guard let number = numbers[feed], let lanes = audiences[number]?.lanes, !lanes.isEmpty
        else { return }
        let frames = Self.opening(facts, initialisation, of: number)
        for place in lanes.values { post(.picture(number, frames, isKey: nil), to: place.lane) }
    }

    /// Ends a picture for everybody who has it.
    func end(_ picture: Picture) {
        for isSound in [false, true] {
            let feed = Feed(picture: picture, isSound: isSound)
            guard let number = numbers.removeValue(forKey: feed),
                let audience = audiences.removeValue(forKey: number)
            else { continue }
            let farewell: JSON = [
                "type": "pictureOver", "picture": .integer(Int64(number)), "reason": "OVER",
            ]
            let frame = WebSocketFrame.text(farewell.encoded())
            for place in audience.lanes.values {
                post(.pictureOver(number, farewell: frame), to: place.lane)
            }
            for id in feeds.keys {
                feeds[id]?.removeAll { $0 == number }
                if feeds[id]?.isEmpty == true { feeds[id] = nil }
            }
        }
        send()
    }

    /// Hands the lanes what is for them.
    func send() {
        for (lane, deliveries) in outbox.values { lane.post(deliveries) }
        outbox.removeAll(keepingCapacity: true)
    }

    private func post(_ delivery: Delivery, to lane: Lane) {
        outbox[lane.number, default: (lane, [])].deliveries.append(delivery)
    }

    // MARK: - Frames

    /// A piece of a picture behind the number of its feed, as one message.
    static func frame(_ bytes: [UInt8], of number: UInt32) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(bytes.count + 4)
        withUnsafeBytes(of: number.bigEndian) { payload.append(contentsOf: $0) }
        payload += bytes
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 10)
        WebSocketFrame.encode(.binary, payload, into: &frame)
        return frame
    }

    /// What a feed is, and its initialisation segment.
    static func opening(
        _ facts: JSONObject, _ initialisation: [UInt8], of number: UInt32
    ) -> [UInt8] {
        var message = facts
        message["type"] = "picture"
        message["picture"] = .integer(Int64(number))
        return WebSocketFrame.text(JSON.object(message).encoded())
            + frame(initialisation, of: number)
    }
}
