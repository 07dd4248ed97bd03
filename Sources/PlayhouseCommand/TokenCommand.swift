import Cryptography
import Foundation
import Playhouse

/// `playhouse token`.
enum TokenCommand {
    static let help = """
        playhouse token: sign a token (JWT, HS256; SDK-docs/protocol.md, "Tokens")

        usage: playhouse token --config FILE --room ROOM --role ROLE --subject ID --name NAME
                               [--hours N] [--kid KEY]

          --room ROOM      a room's id; * for every room (role service only)
          --role ROLE      viewer, host, operator or service
          --subject ID     the user's id, 1 to 64 bytes
          --name NAME      display name, 1 to 32 characters; the subject unless given
          --hours N        until it expires, 1 to 8760; 12 unless given
          --kid KEY        which key of the configuration signs; the first unless given

        Prints the token alone, on one line.

        """

    static func run(_ words: [String]) throws {
        let arguments = try Arguments(
            words, options: ["config", "room", "role", "subject", "name", "hours", "kid"])
        try arguments.refusePositions("every value stands behind its option")
        let configuration = try Configuration(file: try arguments.required("config"))
        let subject = try arguments.required("subject")
        let room = try arguments.required("room")
        let rooms = configuration.roomIDs
        guard room == "*" || rooms.contains(room) else {
            throw UnknownRoom(
                description: "the configuration has no room \"\(room)\"; it has "
                    + rooms.joined(separator: ", "))
        }
        let hours = try arguments.integer("hours", in: 1...8_760) ?? 12
        let claims = Claims(
            subject: subject, room: room,
            role: try arguments.required("role"), name: arguments.text("name") ?? subject,
            expiresAt: Int64(Date().timeIntervalSince1970) + Int64(hours) * 3_600, notBefore: nil)
        Command.show(
            try TokenIssuing.token(claims, keys: configuration.keys, kid: arguments.text("kid"))
                + "\n")
    }

    private struct UnknownRoom: Error, CustomStringConvertible {
        var description: String
    }
}
