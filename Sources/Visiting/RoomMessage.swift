package import Wire

/// What a room tells a client without being asked, in the order of arrival.
package enum RoomMessage: Sendable, Equatable {
    /// An event; offsets grow by one.
    case event(offset: Int64, name: String, from: String, data: JSON)
    /// The latest value of a state key.
    case state(key: String, value: JSON)
    /// A danmaku with the fields of the protocol.
    case danmaku(JSONObject)
    /// The server is about to close.
    case bye(code: String, isReconnectWanted: Bool, afterMilliseconds: Int64?)
    /// A message of a type that this client does not know, or an error without an id.
    case other(JSONObject)

    init(_ object: JSONObject) {
        switch object["type"]?.stringValue {
        case "event":
            self = .event(
                offset: object["offset"]?.integerValue ?? -1,
                name: object["name"]?.stringValue ?? "",
                from: object["from"]?.stringValue ?? "", data: object["data"] ?? .null)
        case "state":
            self = .state(key: object["key"]?.stringValue ?? "", value: object["value"] ?? .null)
        case "danmaku": self = .danmaku(object)
        case "bye":
            self = .bye(
                code: object["code"]?.stringValue ?? "",
                isReconnectWanted: object["reconnect"] == .bool(true),
                afterMilliseconds: object["afterMilliseconds"]?.integerValue)
        default: self = .other(object)
        }
    }
}

/// Tells why a room did not do what was asked.
package enum RoomClientError: Error, Equatable, CustomStringConvertible {
    /// The server answered with an error of the protocol.
    case refused(code: String, message: String, retryAfterMilliseconds: Int64?)
    /// The connection ended, with this close code where the server sent one, before the answer.
    case closed(UInt16?)
    /// What was waited for did not come in time.
    case timedOut(String)
    case socket(SocketError)
    /// More messages arrived than the client was told to keep.
    case overflow

    /// The code of a refusal.
    package var code: String? {
        if case .refused(let code, _, _) = self { code } else { nil }
    }

    package var description: String {
        switch self {
        case .refused(let code, let message, _): "\(code): \(message)"
        case .closed(let code): "closed with \(code.map(String.init) ?? "no code")"
        case .timedOut(let what): "timed out: \(what)"
        case .socket(let error): error.description
        case .overflow: "more messages came than are kept"
        }
    }
}
