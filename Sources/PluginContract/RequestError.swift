package import Wire

/// Why a request was not carried out: a stable code, and a sentence for developers.
package struct RequestError: Error, Sendable, Equatable {
    package var code: Code
    package var message: String
    /// The shortest time after which trying again makes sense.
    package var retryAfterMilliseconds: Int64?
    /// The recorded answer, with `ALREADY_ANSWERED`, or the plugin's reason, with `REFUSED`; the field
    /// `value` of the error message.
    package var value: JSON?

    package init(
        _ code: Code, _ message: String, retryAfterMilliseconds: Int64? = nil, value: JSON? = nil
    ) {
        self.code = code
        self.message = message
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.value = value
    }

    /// The error codes of protocol.md.
    package enum Code: String, Sendable, CaseIterable {
        case badJSON = "BAD_JSON"
        case badRequest = "BAD_REQUEST"
        case unknownType = "UNKNOWN_TYPE"
        case forbidden = "FORBIDDEN"
        case muted = "MUTED"
        case slowMode = "SLOW_MODE"
        case tooLong = "TOO_LONG"
        case empty = "EMPTY"
        case duplicate = "DUPLICATE"
        case blockedWord = "BLOCKED_WORD"
        case tooManyMessages = "TOO_MANY_MESSAGES"
        case tooManyBytes = "TOO_MANY_BYTES"
        case unknownMessage = "UNKNOWN_MESSAGE"
        case unknownUser = "UNKNOWN_USER"
        case unknownPlugin = "UNKNOWN_PLUGIN"
        case notRunning = "NOT_RUNNING"
        case alreadyRunning = "ALREADY_RUNNING"
        case paused = "PAUSED"
        case badConfig = "BAD_CONFIG"
        case noSuchAction = "NO_SUCH_ACTION"
        case late = "LATE"
        case alreadyAnswered = "ALREADY_ANSWERED"
        case refused = "REFUSED"
        case busy = "BUSY"
        case unavailable = "UNAVAILABLE"
        case notLive = "NOT_LIVE"
        case noSound = "NO_SOUND"
        case serverFull = "SERVER_FULL"

        /// When it happens, in a few words.
        package var summary: String {
            switch self {
            case .badJSON: "The message is not a JSON object."
            case .badRequest: "A field is missing, of the wrong type or out of range."
            case .unknownType: "No request has this name."
            case .forbidden: "The role may not do this."
            case .muted: "The viewer is muted."
            case .slowMode: "The room is in slow mode."
            case .tooLong: "The danmaku is too long."
            case .empty: "There is nothing to show."
            case .duplicate: "The same was said a moment ago."
            case .blockedWord: "It holds a word that is not said in this room."
            case .tooManyMessages: "Too many requests; this one was not carried out."
            case .tooManyBytes: "Too many bytes; this request was not carried out."
            case .unknownMessage: "There is no such danmaku to delete."
            case .unknownUser: "Nobody of this id was seen in this show."
            case .unknownPlugin: "The show has no such plugin."
            case .notRunning: "The plugin is not running."
            case .alreadyRunning: "The plugin is running."
            case .paused: "The plugin failed too often and is paused."
            case .badConfig: "The configuration does not fit the plugin's schema or breaks a rule."
            case .noSuchAction: "The panel has no such element, or it cannot be used now."
            case .late: "The collector had closed, by log order."
            case .alreadyAnswered: "The first answer counts."
            case .refused: "The plugin refused; `value` is its reason, a key of its texts."
            case .busy: "A queue is full; try again."
            case .unavailable:
                "Nothing was taken: the journal cannot be written, or the plugin failed."
            case .notLive: "Nobody publishes this picture now."
            case .noSound: "The picture has no sound."
            case .serverFull: "As many watch as may."
            }
        }
    }
}

/// Why a connection was closed by the server: the close codes of protocol.md.
package enum CloseCode: UInt16, Sendable, CaseIterable {
    case draining = 1012
    case badHello = 4400
    case tokenRequired = 4401
    case tokenMalformed = 4402
    case tokenAlgorithm = 4403
    case tokenKey = 4404
    case tokenSignature = 4405
    case tokenExpired = 4406
    case tokenNotYet = 4407
    case tokenRoom = 4408
    case roomUnknown = 4410
    case banned = 4411
    case version = 4412
    case slowViewer = 4420
    case tooManyMessages = 4422
    case tooManyBytes = 4423
    case tooManyJoins = 4424
    case helloTimeout = 4425
    case silent = 4426
    case roomFull = 4427
    case roomClosed = 4428

    /// The name in protocol.md, as it stands in `bye` and in problem JSON.
    package var name: String {
        switch self {
        case .draining: "DRAINING"
        case .badHello: "BAD_HELLO"
        case .tokenRequired: "TOKEN_REQUIRED"
        case .tokenMalformed: "TOKEN_MALFORMED"
        case .tokenAlgorithm: "TOKEN_ALGORITHM"
        case .tokenKey: "TOKEN_KEY"
        case .tokenSignature: "TOKEN_SIGNATURE"
        case .tokenExpired: "TOKEN_EXPIRED"
        case .tokenNotYet: "TOKEN_NOT_YET"
        case .tokenRoom: "TOKEN_ROOM"
        case .roomUnknown: "ROOM_UNKNOWN"
        case .banned: "BANNED"
        case .version: "VERSION"
        case .slowViewer: "SLOW_VIEWER"
        case .tooManyMessages: "TOO_MANY_MESSAGES"
        case .tooManyBytes: "TOO_MANY_BYTES"
        case .tooManyJoins: "TOO_MANY_JOINS"
        case .helloTimeout: "HELLO_TIMEOUT"
        case .silent: "SILENT"
        case .roomFull: "ROOM_FULL"
        case .roomClosed: "ROOM_CLOSED"
        }
    }

    /// Whether the client should come back after back-off.
    package var reconnects: Bool {
        self == .draining || rawValue >= 4420
    }
}
