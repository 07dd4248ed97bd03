import Playhouse

/// `playhouse stream-key`.
enum StreamKeyCommand {
    static let help = """
        playhouse stream-key: sign a stream key, which an encoder publishes with (SDK-docs/streaming.md)

        usage: playhouse stream-key --config FILE --room ROOM --user ID [--lifetime HOURS]
                                    [--kid KEY]

          --room ROOM       a room's id
          --user ID         who publishes, 1 to 64 bytes
          --lifetime HOURS  until it expires, 1 to \(StreamConfiguration.keyHoursMax); \
        \(StreamConfiguration.keyHours) unless given
          --kid KEY         which key of the configuration signs; the first unless given

        Prints the key alone, on one line. The encoder sends to rtmp://HOST:PORT/live, where HOST and PORT
        are those of "stream" in the configuration.

        """

    static func run(_ words: [String]) throws {
        let arguments = try Arguments(
            words, options: ["config", "room", "user", "lifetime", "kid"])
        try arguments.refusePositions("every value stands behind its option")
        let configuration = try Configuration(file: try arguments.required("config"))
        let room = try arguments.required("room")
        let user = try arguments.required("user")
        let hours =
            try arguments.integer("lifetime", in: 1...StreamConfiguration.keyHoursMax)
            ?? StreamConfiguration.keyHours
        Command.show(
            try StreamKeyIssuing.key(
                configuration, room: room, user: user, hours: hours, kid: arguments.text("kid"))
                + "\n")
    }
}
