package import PluginContract
package import Wire

/// What reaches a room from outside, in the order in which it is judged.
package enum RoomInput: Sendable {
    /// A checked `hello`. The token was verified; the room decides on bans and its own limits.
    case join(SessionID, Guest)
    case leave(SessionID)
    /// A request of a session that has joined.
    case request(SessionID, id: String, Command)
    /// A request of a back end over HTTP, by a token and not by a session. `session` takes the answer only.
    case call(SessionID, id: String, by: Person, Command)
    /// What is sent from a seat began to arrive, or broke off; told by whoever receives media.
    case media(SeatSignal)
    /// How loud somebody on a seat speaks; the newest is told at most every 200 ms and kept nowhere.
    case speaking(SpeakingLevel)
    /// A new value of a state key that is neither the room's own nor a plugin's, such as `stream`.
    case state(key: String, JSON, PluginContract.Audience)
}

/// Somebody at the door.
package struct Guest: Sendable {
    package var person: Person
    /// The `id` of the `hello`, repeated in `welcome`.
    package var requestID: String
    /// Where the client's event stream broke off.
    package var recover: (epoch: String, offset: Int64)?

    package init(person: Person, requestID: String, recover: (epoch: String, offset: Int64)? = nil)
    {
        self.person = person
        self.requestID = requestID
        self.recover = recover
    }
}

/// A request of protocol.md after parsing: types and ranges are right, permissions are not yet checked.
package enum Command: Sendable, Equatable {
    case say(text: String)
    case like(count: Int)
    /// `delayMilliseconds`: how much later the page showed the question, as it says.
    case act(plugin: String, name: String, value: JSON, delayMilliseconds: Int64 = 0)
    case ping
    case start(plugin: String, config: JSONObject)
    case stop(plugin: String)
    case command(plugin: String, name: String, value: JSON)
    case configure(plugin: String, config: JSONObject)
    case delete(message: String)
    case mute(user: String, seconds: Int64)
    case unmute(user: String)
    case ban(user: String)
    case unban(user: String)
    case pin(text: String)
    case unpin
    case slow(seconds: Int64)
    /// `followsPicture`: whether pages act on it with the picture.
    case publish(name: String, data: JSON, followsPicture: Bool = false)
}
