package import Wire

/// What may be sent from a seat.
package struct SeatMedia: Sendable, Equatable {
    package var audio: Bool
    package var video: Bool
    package var screen: Bool

    package init(audio: Bool = true, video: Bool = true, screen: Bool = false) {
        self.audio = audio
        self.video = video
        self.screen = screen
    }
}

/// A person's right to send media from a seat beside the host. It holds until it is taken back.
package struct SeatLease: Sendable, Equatable {
    /// Within ``Seating/seats``.
    package var seat: Int64
    package var viewer: Viewer
    package var media: SeatMedia
    /// Tells this lease from those before it, also of the same person; stays when the person moves or
    /// is muted. From 1 in a show; 0 for one that was not granted yet.
    package internal(set) var number: Int64 = 0

    package init(seat: Int64, viewer: Viewer, media: SeatMedia = SeatMedia()) {
        self.seat = seat
        self.viewer = viewer
        self.media = media
    }

    /// `{"seat","user","name","audio","video","screen"}`, once granted also `lease`.
    package var json: JSON {
        var members: JSONObject = [
            "seat": .integer(seat), "user": .string(viewer.user), "name": .string(viewer.name),
            "audio": .bool(media.audio), "video": .bool(media.video), "screen": .bool(media.screen),
        ]
        if number > 0 { members["lease"] = .integer(number) }
        return .object(members)
    }

    /// Reads what ``json`` wrote; nil for anything else.
    package init?(json: JSON) {
        guard let seat = json["seat"]?.integerValue, Seating.seats.contains(seat),
            let viewer = Viewer(json: json), let audio = json["audio"]?.boolValue,
            let video = json["video"]?.boolValue, let screen = json["screen"]?.boolValue
        else { return nil }
        self.init(
            seat: seat, viewer: viewer,
            media: SeatMedia(audio: audio, video: video, screen: screen))
        number = json["lease"]?.integerValue ?? 0
    }
}

/// What became of the media that a lease allows: told by whoever receives it.
package struct SeatSignal: Sendable, Equatable {
    /// Who granted the lease.
    package var plugin: String
    /// The number of the lease, as the state `seats` has it. A signal of a lease that is gone is
    /// left out.
    package var lease: Int64
    package var change: Change

    package enum Change: String, Sendable, CaseIterable {
        /// Media arrive.
        case up
        /// They no longer do.
        case lost
        /// The server was started again, and nothing of the media is left.
        case restart
        /// The person was banned from the room; what was sent is to be cut.
        case banned
    }

    package init(plugin: String, lease: Int64, _ change: Change) {
        self.plugin = plugin
        self.lease = lease
        self.change = change
    }
}

/// The seats that one plugin has given away: a seat has one person, a person one seat.
package struct Seating: Sendable, Equatable {
    /// Numbers of seats.
    package static let seats: ClosedRange<Int64> = 1...16

    private var leaseBySeat: [Int64: SeatLease] = [:]
    /// The number of the last lease. It outlives runs, so that no two leases of a show share one.
    package private(set) var leaseCount: Int64 = 0

    package init() {}

    package var isEmpty: Bool { leaseBySeat.isEmpty }

    /// By number.
    package var leases: [SeatLease] { leaseBySeat.values.sorted { $0.seat < $1.seat } }

    /// The lease of a number.
    package func lease(_ number: Int64) -> SeatLease? {
        leaseBySeat.values.first { $0.number == number }
    }

    /// The lease of a person.
    package func lease(of user: String) -> SeatLease? {
        leaseBySeat.values.first { $0.viewer.user == user }
    }

    /// Gives a seat away. Who had it loses it; who had another one moves, with the same lease.
    package mutating func grant(_ lease: SeatLease) {
        var lease = lease
        if let known = self.lease(of: lease.viewer.user) {
            leaseBySeat[known.seat] = nil
            lease.number = known.number
        } else {
            leaseCount += 1
            lease.number = leaseCount
        }
        leaseBySeat[lease.seat] = lease
    }

    package mutating func revoke(_ seat: Int64) { leaseBySeat[seat] = nil }

    /// Lets the people of two seats change places, with their leases; one of the seats may be empty.
    package mutating func swap(_ seat: Int64, _ other: Int64) {
        let (first, second) = (leaseBySeat[seat], leaseBySeat[other])
        leaseBySeat[seat] = second
        leaseBySeat[other] = first
        leaseBySeat[seat]?.seat = seat
        leaseBySeat[other]?.seat = other
    }

    package mutating func revokeAll() { leaseBySeat = [:] }

    /// A list of leases.
    package var json: JSON { .array(leases.map(\.json)) }

    /// Reads what ``json`` wrote and the count; nil for anything else.
    package init?(json: JSON, leaseCount: Int64) {
        guard let list = json.arrayValue else { return nil }
        for value in list {
            guard let lease = SeatLease(json: value) else { return nil }
            leaseBySeat[lease.seat] = lease
        }
        self.leaseCount = leaseCount
    }
}
