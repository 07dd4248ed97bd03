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

    /// What somebody starts with.
    struct Beginning {
        /// What the feed is, but for how much comes at once.
        var facts: JSONObject
        var initialisation: [UInt8]
        /// What comes at once: the pieces since the last keyframe, or the newest sound.
        var pieces: () -> [[UInt8]]
    }

    /// The frames of a feed since its last keyframe, for whoever joins: all share their bytes.
    private struct Group {
        private static let frameCountMax = 600
        private(set) var frames: [[UInt8]] = []
        private var byteCount = 0

        mutating func append(_ frame: [UInt8], isKey: Bool) {
            if isKey { self = Group() } else if frames.isEmpty { return }
            frames.append(frame)
            byteCount += frame.count
            // Who joins then waits for a keyframe.
            if byteCount > GroupCache.bytesMax || frames.count > Self.frameCountMax {
                self = Group()
            }
        }
    }

    private struct Audience {
        let feed: Feed
        /// By number of the lane.
        var lanes: [Int: (lane: Lane, members: Set<ConnectionID>)] = [:]
        /// Of a picture that somebody watches.
        var group: Group?
        var count: Int { lanes.values.reduce(0) { $0 + $1.members.count } }
    }

    /// One watching of a feed; its number never comes again.
    private struct View {
        var number: UInt32
        /// Number of the feed.
        var feed: UInt32
    }

    private var numbers: [Feed: UInt32] = [:]
    private var audiences: [UInt32: Audience] = [:]
    private var views: [ConnectionID: [View]] = [:]
    private var outbox: [Int: (lane: Lane, deliveries: [Delivery])] = [:]
    /// 0 is never given, so that a page may take it for nothing.
    private var lastNumber: UInt32 = 0
    private var lastView: UInt32 = 0

    // MARK: - Coming and going

    /// Begins to give somebody a feed, instead of another one of the same picture.
    ///
    /// - Parameters:
    ///   - id: A connection of `lane`.
    ///   - lane: That of the room.
    ///   - feed: What is asked for.
    ///   - request: What the answer is for.
    ///   - beginning: Nil while there are no tracks. Its pieces are asked for only where nobody else
    ///     watches (``isWatched(_:)``), and must then be all that there are.
    func join(
        _ id: ConnectionID, on lane: Lane, _ feed: Feed, request: String, _ beginning: Beginning?
    ) {
        leave(id, feed.picture)
        let number = numbers[feed] ?? newNumber(of: feed)
        let view = next(&lastView)
        views[id, default: []].append(View(number: view, feed: number))
        audiences[number]?.lanes[id.lane, default: (lane, [])].members.insert(id)
        let answer: JSON = [
            "type": "reply", "id": .string(request), "picture": .integer(Int64(number)),
            "view": .integer(Int64(view)),
        ]
        post(.direct(id, WebSocketFrame.text(answer.encoded())), to: lane)
        let burst = burst(of: number, beginning)
        let tuning = Tuning(
            picture: number, view: view,
            opening: beginning.map {
                var facts = $0.facts
                facts["burst"] = .integer(Int64(burst.count))
                return Self.opening(facts, $0.initialisation, of: number)
            },
            burst: burst, waitingBytesMax: feed.isSound ? SoundFeed.waitingBytesMax : nil)
        post(.tune(id, tuning), to: lane)
        send()
    }

    /// What comes at once; kept for whoever comes next.
    private func burst(of number: UInt32, _ beginning: Beginning?) -> [[UInt8]] {
        if let group = audiences[number]?.group { return beginning == nil ? [] : group.frames }
        let pieces = beginning?.pieces() ?? []
        let frames = pieces.map { Self.frame($0, of: number) }
        guard audiences[number]?.feed.isSound == false else { return frames }
        var group = Group()
        for (place, frame) in frames.enumerated() { group.append(frame, isKey: place == 0) }
        audiences[number]?.group = group
        return group.frames
    }

    /// Whether somebody has a feed, so that what is given next continues what joiners get at once.
    func isWatched(_ feed: Feed) -> Bool {
        numbers[feed].flatMap { audiences[$0]?.group } != nil
    }

    /// How many pictures somebody has besides one.
    func others(_ id: ConnectionID, than picture: Picture) -> Int {
        views[id, default: []].count { audiences[$0.feed]?.feed.picture != picture }
    }

    /// Whether somebody has a picture, or its sound.
    func has(_ id: ConnectionID, _ picture: Picture) -> Bool {
        views[id, default: []].contains { audiences[$0.feed]?.feed.picture == picture }
    }

    private func leave(_ id: ConnectionID, _ picture: Picture) {
        for view in views[id] ?? [] where audiences[view.feed]?.feed.picture == picture {
            leave(id, view: view.number)
        }
    }

    /// Takes a feed away from somebody, if they have not asked for it anew since.
    ///
    /// - Returns: What it was; nil if they did not have it.
    @discardableResult
    func leave(_ id: ConnectionID, view number: UInt32) -> Feed? {
        guard let place = views[id]?.firstIndex(where: { $0.number == number }),
            let view = views[id]?.remove(at: place)
        else { return nil }
        if views[id]?.isEmpty == true { views[id] = nil }
        if let lane = audiences[view.feed]?.lanes[id.lane]?.lane {
            post(.detune(id, picture: view.feed), to: lane)
            send()
        }
        return forget(id, view.feed)
    }

    /// Forgets a connection that has ended.
    func left(_ id: ConnectionID) {
        for view in views.removeValue(forKey: id) ?? [] { forget(id, view.feed) }
    }

    @discardableResult
    private func forget(_ id: ConnectionID, _ number: UInt32) -> Feed? {
        guard let feed = audiences[number]?.feed else { return nil }
        audiences[number]?.lanes[id.lane]?.members.remove(id)
        if audiences[number]?.lanes[id.lane]?.members.isEmpty == true {
            audiences[number]?.lanes[id.lane] = nil
        }
        if audiences[number]?.lanes.isEmpty == true { audiences[number]?.group = nil }
        return feed
    }

    private func newNumber(of feed: Feed) -> UInt32 {
        let number = next(&lastNumber)
        numbers[feed] = number
        audiences[number] = Audience(feed: feed)
        return number
    }

    private func next(_ last: inout UInt32) -> UInt32 {
        last &+= 1
        if last == 0 { last = 1 }
        return last
    }

    // MARK: - Figures

    func feed(_ number: UInt32) -> Feed? { audiences[number]?.feed }

    /// How many have a feed.
    func count(_ feed: Feed) -> Int {
        numbers[feed].flatMap { audiences[$0]?.count } ?? 0
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
        audiences[number]?.group?.append(frame, isKey: isKey)
        for place in lanes.values { post(.picture(number, frame, isKey: isKey), to: place.lane) }
    }

    /// Gives everybody who has a feed another beginning, with the next ``send()``.
    func give(opening facts: JSONObject, _ initialisation: [UInt8], to feed: Feed) {
        guard let number = numbers[feed], let lanes = audiences[number]?.lanes, !lanes.isEmpty
        else { return }
        let opening = Self.opening(facts, initialisation, of: number)
        // What came before needs the segment before it.
        if audiences[number]?.group != nil { audiences[number]?.group = Group() }
        for place in lanes.values { post(.pictureBegins(number, opening: opening), to: place.lane) }
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
                for id in place.members {
                    views[id]?.removeAll { $0.feed == number }
                    if views[id]?.isEmpty == true { views[id] = nil }
                }
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
        let payload = withUnsafeBytes(of: number.bigEndian) { Array($0) } + bytes
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
