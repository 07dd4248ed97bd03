import Wire

/// Why somebody who publishes from a seat is sent away: a close code and words.
struct SeatEnd: Error, Equatable {
    var code: UInt16
    var words: String

    /// The first message is none, or none came in time.
    static let hello = SeatEnd(code: 4400, words: "say first who publishes, and by which lease")
    /// Neither token nor visitor's value proves anybody.
    static let stranger = SeatEnd(code: 4401, words: "a token or the visitor's value is needed")
    static let restart = SeatEnd(code: 1012, words: "restart")
    /// There is no such lease, it is somebody else's, or it is over.
    static let gone = SeatEnd(code: 4440, words: "the seat is not yours any more")
    /// The same person publishes from another page.
    static let elsewhere = SeatEnd(code: 4441, words: "another page of yours has the seat now")

    /// What was sent cannot be shown.
    static func media(_ refusal: StreamRefusal) -> SeatEnd {
        SeatEnd(code: 4442, words: refusal.words)
    }

    /// Complete frames.
    var farewell: [UInt8] { WebSocketFrame.close(code: code, reason: String(words.prefix(100))) }
}

/// The first message of whoever publishes from a seat.
struct SeatHello: Equatable {
    var plugin: String
    var lease: Int64
    var token: String?
    var visitor: String?

    init(parsing text: [UInt8]) throws(SeatEnd) {
        guard let json = try? JSON(parsing: text), json["type"] == "publish",
            let plugin = json["plugin"]?.stringValue, let lease = json["lease"]?.integerValue
        else { throw SeatEnd.hello }
        self.plugin = plugin
        self.lease = lease
        token = json["token"]?.stringValue
        visitor = json["visitor"]?.stringValue
    }
}
