import PluginContract
import Wire

/// The first message of a connection (protocol.md, "Connecting").
struct Hello: Equatable {
    var id: String
    var room: String
    var token: String?
    var name: String?
    var visitor: String?
    var recover: Recover?

    struct Recover: Equatable {
        var epoch: String
        var offset: Int64
    }

    /// Why a `hello` was not accepted: the close code, and a sentence.
    struct Refusal: Error, Equatable {
        var id: String?
        var code: CloseCode
        var message: String
    }

    init(_ message: JSON) throws(Refusal) {
        let (id, type, members): (String, String, JSONObject)
        do throws(RequestParser.Refusal) {
            (id, type, members) = try RequestParser.envelope(message)
        } catch {
            throw Refusal(id: error.id, code: .badHello, message: error.error.message)
        }
        guard type == "hello" else {
            throw Refusal(id: id, code: .badHello, message: "the first message must be \"hello\"")
        }
        self.id = id
        guard case .integer(let version)? = members["version"] else {
            throw Refusal(id: id, code: .badHello, message: "\"version\" must be an integer")
        }
        guard version == 1 else {
            throw Refusal(
                id: id, code: .version, message: "version \(version) is not spoken here, only 1")
        }
        let fields = Fields(members)
        do throws(RequestError) {
            room = try fields.identifier("room")
            token = try fields.optionalText("token", bytesMax: 4_096)
            name = try fields.optionalText("name", bytesMax: 256)
            visitor = try fields.optionalText("visitor", bytesMax: 64)
            switch members["recover"] {
            case nil, .null: recover = nil
            case .object(let place):
                let place = Fields(place)
                recover = Recover(
                    epoch: try place.text("epoch", bytesMax: 64),
                    offset: try place.integer("offset", 0...Int64.max))
            default: throw RequestError(.badRequest, "\"recover\" must be an object")
            }
            if let name {
                let isPlain = !name.unicodeScalars.contains {
                    $0.properties.generalCategory == .control
                }
                guard (1...32).contains(name.count), isPlain else {
                    throw RequestError(
                        .badRequest, "\"name\" must have 1 to 32 characters, none of them control")
                }
            }
            if let visitor {
                guard AnonymousUser.isVisitor(visitor) else {
                    throw RequestError(
                        .badRequest, "\"visitor\" must match [A-Za-z0-9_-]{8,64}")
                }
            }
        } catch {
            throw Refusal(id: id, code: .badHello, message: error.message)
        }
    }
}
