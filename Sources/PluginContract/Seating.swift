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

    package init(seat: Int64, viewer: Viewer, media: SeatMedia = SeatMedia()) {
        self.seat = seat
        self.viewer = viewer
        self.media = media
    }

    /// `{"seat","user","name","audio","video","screen"}`.
    package var json: JSON {
        [
            "seat": .integer(seat), "user": .string(viewer.user), "name": .string(viewer.name),
            "audio": .bool(media.audio), "video": .bool(media.video), "screen": .bool(media.screen),
        ]
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
    }
}

/// The seats that one plugin has given away: a seat has one person, a person one seat.
package struct Seating: Sendable, Equatable {
    /// Numbers of seats.
    package static let seats: ClosedRange<Int64> = 1...16

    private var leaseBySeat: [Int64: SeatLease] = [:]

    package init() {}

    package var isEmpty: Bool { leaseBySeat.isEmpty }

    /// By number.
    package var leases: [SeatLease] { leaseBySeat.values.sorted { $0.seat < $1.seat } }

    /// Gives a seat away. Who had it loses it, and the new person loses another one.
    package mutating func grant(_ lease: SeatLease) {
        leaseBySeat = leaseBySeat.filter { $0.value.viewer.user != lease.viewer.user }
        leaseBySeat[lease.seat] = lease
    }

    package mutating func revoke(_ seat: Int64) { leaseBySeat[seat] = nil }

    /// A list of leases.
    package var json: JSON { .array(leases.map(\.json)) }

    /// Reads what ``json`` wrote; nil for anything else.
    package init?(json: JSON) {
        guard let list = json.arrayValue else { return nil }
        for value in list {
            guard let lease = SeatLease(json: value) else { return nil }
            grant(lease)
        }
    }
}
