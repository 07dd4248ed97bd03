package import PluginContract
package import Rooms
package import Wire

/// Reads the requests of protocol.md: shape, types and ranges; permissions are the room's affair.
package enum RequestParser {
    /// A request with its correlation id.
    package struct Request: Sendable, Equatable {
        package var id: String
        package var command: Command
    }

    /// A message that was refused, with the correlation id where one could be read.
    package struct Refusal: Error {
        package var id: String?
        package var error: RequestError
    }

    /// Reads any request but `hello`.
    package static func request(_ message: JSON) throws(Refusal) -> Request {
        let (id, type, fields) = try envelope(message)
        do throws(RequestError) {
            guard let command = try command(type, Fields(fields)) else {
                throw RequestError(.unknownType, "no request is called \"\(type.prefix(64))\"")
            }
            return Request(id: id, command: command)
        } catch {
            throw Refusal(id: id, error: error)
        }
    }

    /// Reads what is asked of live video; nil for any other request.
    package static func picture(
        _ message: JSON
    ) throws(Refusal) -> (id: String, request: PictureRequest)? {
        guard message["type"] == "watch" || message["type"] == "unwatch" else { return nil }
        let (id, type, members) = try envelope(message)
        let fields = Fields(members)
        do throws(RequestError) {
            if type == "unwatch" {
                let number = try fields.integer("view", 1...Int64(UInt32.max))
                return (id, .unwatch(view: UInt32(number)))
            }
            let tracks = try fields.optionalText("tracks", bytesMax: 64)
            guard tracks == nil || tracks == "sound" else {
                throw RequestError(.badRequest, "\"tracks\" may be \"sound\", or be left out")
            }
            guard members["plugin"] != nil || members["lease"] != nil else {
                return (id, .watch(plugin: nil, lease: 0, soundOnly: tracks != nil))
            }
            let plugin = try fields.identifier("plugin")
            let lease = try fields.integer("lease", 1...Int64.max)
            return (id, .watch(plugin: plugin, lease: lease, soundOnly: tracks != nil))
        } catch {
            throw Refusal(id: id, error: error)
        }
    }

    /// Reads the JSON text of a message.
    package static func json(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            throw Refusal(id: nil, error: RequestError(.badJSON, "\(error)"))
        }
    }

    /// Reads the JSON text of a request body.
    static func json(_ bytes: [UInt8]) throws(Refusal) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            throw Refusal(id: nil, error: RequestError(.badJSON, "\(error)"))
        }
    }

    /// Reads what all requests have: an object with `id` and `type`.
    static func envelope(_ message: JSON) throws(Refusal) -> (
        id: String, type: String, fields: JSONObject
    ) {
        guard case .object(let fields) = message else {
            throw Refusal(id: nil, error: RequestError(.badJSON, "a message is a JSON object"))
        }
        guard case .string(let id)? = fields["id"], (1...64).contains(id.unicodeScalars.count)
        else {
            throw Refusal(
                id: nil,
                error: RequestError(.badRequest, "\"id\" must be a string of 1 to 64 characters"))
        }
        guard case .string(let type)? = fields["type"] else {
            throw Refusal(
                id: id, error: RequestError(.badRequest, "\"type\" must be a string"))
        }
        return (id, type, fields)
    }

    private static func command(_ type: String, _ fields: Fields) throws(RequestError) -> Command? {
        switch type {
        case "say": .say(text: try fields.text("text", bytesMax: 4_096))
        case "like": .like(count: Int(try fields.integer("count", 1...100)))
        case "act":
            .act(
                plugin: try fields.identifier("plugin"), name: try fields.identifier("name"),
                value: try fields.actionValue("value"),
                delayMilliseconds: fields.claim("delay"))
        case "ping": .ping
        case "start":
            .start(plugin: try fields.identifier("plugin"), config: try fields.object("config"))
        case "stop": .stop(plugin: try fields.identifier("plugin"))
        case "command":
            .command(
                plugin: try fields.identifier("plugin"), name: try fields.identifier("name"),
                value: try fields.actionValue("value"))
        case "configure":
            .configure(
                plugin: try fields.identifier("plugin"), config: try fields.object("config"))
        case "delete": .delete(message: try fields.text("message", bytesMax: 64))
        case "mute":
            .mute(
                user: try fields.user("user"), seconds: try fields.integer("seconds", 1...604_800))
        case "unmute": .unmute(user: try fields.user("user"))
        case "ban": .ban(user: try fields.user("user"))
        case "unban": .unban(user: try fields.user("user"))
        case "pin": .pin(text: try fields.text("text", characters: 1...500))
        case "unpin": .unpin
        case "slow": .slow(seconds: try fields.integer("seconds", 0...600))
        case "publish":
            .publish(
                name: try fields.identifier("name"),
                data: try fields.json("data", bytesMax: 32 << 10),
                followsPicture: try fields.flag("picture"))
        default: nil
        }
    }
}

/// The members of a message, read by type and range.
struct Fields {
    private let members: JSONObject

    init(_ members: JSONObject) { self.members = members }

    func text(_ name: String, bytesMax: Int) throws(RequestError) -> String {
        guard case .string(let text)? = members[name], text.utf8.count <= bytesMax else {
            throw RequestError(
                .badRequest, "\"\(name)\" must be a string of at most \(bytesMax) bytes")
        }
        return text
    }

    /// A text by the characters that people count; the bytes of each are bounded by the message.
    func text(_ name: String, characters: ClosedRange<Int>) throws(RequestError) -> String {
        guard case .string(let text)? = members[name], characters.contains(text.count) else {
            throw RequestError(
                .badRequest,
                "\"\(name)\" must be a string of \(characters.lowerBound) to "
                    + "\(characters.upperBound) characters")
        }
        return text
    }

    func optionalText(_ name: String, bytesMax: Int) throws(RequestError) -> String? {
        members[name] == nil || members[name] == .null ? nil : try text(name, bytesMax: bytesMax)
    }

    func integer(_ name: String, _ range: ClosedRange<Int64>) throws(RequestError) -> Int64 {
        guard case .integer(let value)? = members[name], range.contains(value) else {
            throw RequestError(
                .badRequest,
                "\"\(name)\" must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// What a client says of itself; 0 for whatever cannot be, which is as good as nothing said.
    func claim(_ name: String) -> Int64 {
        guard case .integer(let value)? = members[name], value > 0 else { return 0 }
        return value
    }

    func flag(_ name: String) throws(RequestError) -> Bool {
        switch members[name] {
        case nil, .null: false
        case .bool(let value): value
        default: throw RequestError(.badRequest, "\"\(name)\" must be true or false")
        }
    }

    func identifier(_ name: String) throws(RequestError) -> String {
        guard case .string(let text)? = members[name], isIdentifier(text) else {
            throw RequestError(
                .badRequest, "\"\(name)\" must match [a-z0-9][a-z0-9_-]{0,63}")
        }
        return text
    }

    func user(_ name: String) throws(RequestError) -> String {
        let user = try text(name, bytesMax: 64)
        guard !user.isEmpty else {
            throw RequestError(.badRequest, "\"\(name)\" must not be empty")
        }
        return user
    }

    func object(_ name: String) throws(RequestError) -> JSONObject {
        switch members[name] {
        case nil, .null: JSONObject()
        case .object(let object): object
        default: throw RequestError(.badRequest, "\"\(name)\" must be an object")
        }
    }

    /// An integer, a string of at most 1,000 bytes, a boolean, null, or a list of 1 to 10 integers
    /// and strings.
    func actionValue(_ name: String) throws(RequestError) -> JSON {
        switch members[name] ?? .null {
        case .string(let text) where text.utf8.count <= 1_000: return .string(text)
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .array(let list) where (1...10).contains(list.count) && list.allSatisfy(isPicked):
            return .array(list)
        default:
            throw RequestError(
                .badRequest,
                "\"\(name)\" must be an integer, a string of at most 1,000 bytes, a boolean, null"
                    + " or a list of at most 10 integers and strings")
        }
    }

    private func isPicked(_ value: JSON) -> Bool {
        value.integerValue != nil || value.stringValue.map { $0.utf8.count <= 1_000 } ?? false
    }

    func json(_ name: String, bytesMax: Int) throws(RequestError) -> JSON {
        let value = members[name] ?? .null
        guard value.encoded().count <= bytesMax else {
            throw RequestError(.badRequest, "\"\(name)\" is over \(bytesMax) bytes")
        }
        return value
    }
}

/// Whether a text may name a room, a plugin, an action, a timer or an event.
package func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...64).contains(bytes.count), let first = bytes.first else { return false }
    func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    return isPlain(first)
        && bytes.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
}
