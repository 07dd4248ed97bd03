import PluginContract
import Rooms
import Wire

/// One thing that a test does to a show: somebody acts, time passes, the server dies.
enum Deed: Sendable, Equatable {
    /// A device connects. `device` names it for later deeds; several may be of one person.
    case join(device: String, Person)
    case leave(device: String)
    /// The live video is here, in stream time, and goes on; nil ends it.
    case picture(milliseconds: Int64?)
    /// A device begins to send from its person's seat.
    case publish(device: String)
    /// What a device sends breaks off.
    case drop(device: String)
    /// A request of a device that has joined.
    case request(device: String, Command)
    case advance(milliseconds: Int64)
    /// The process is killed, and another one takes over after a while.
    case kill(downMilliseconds: Int64)
    /// The process is killed as soon as so many more records are durable, before anybody is told.
    case killAfter(records: Int64)
    /// A service of the host answers a request of the plugin.
    case respond(request: Int64, HostResult)
    /// The show ends, and the next one of the same room begins.
    case nextShow
}

extension Deed {
    /// Reads what the test library asks for.
    ///
    /// - Throws: Why this is no deed, for the author of the test.
    init(kind: String, _ fields: JSON, plugin: String) throws(DeedError) {
        let device = fields["device"]?.stringValue ?? ""
        func text(_ name: String) throws(DeedError) -> String {
            guard let text = fields[name]?.stringValue else {
                throw DeedError("\(name) must be a text")
            }
            return text
        }
        func milliseconds(_ name: String) throws(DeedError) -> Int64 {
            guard let seconds = fields[name]?.doubleValue, (0...8_640_000).contains(seconds)
            else { throw DeedError("\(name) must be a number of seconds from 0 to 8640000") }
            return Int64((seconds * 1_000).rounded())
        }
        func request(_ command: Command) -> Deed { .request(device: device, command) }
        switch kind {
        case "join":
            guard let role = Role(rawValue: try text("role")) else {
                throw DeedError("role must be viewer, host, operator or service")
            }
            let user = try text("user")
            let name = try text("name")
            guard (1...64).contains(user.utf8.count), (1...32).contains(name.count) else {
                throw DeedError("a user has 1 to 64 bytes, a name 1 to 32 characters")
            }
            self = .join(device: device, Person(user: user, name: name, role: role))
        case "leave": self = .leave(device: device)
        case "picture":
            let isOver = fields["seconds"] == nil
            self = .picture(milliseconds: isOver ? nil : try milliseconds("seconds"))
        case "publish": self = .publish(device: device)
        case "drop": self = .drop(device: device)
        case "act":
            self = request(
                .act(
                    plugin: plugin, name: try text("name"), value: fields["value"] ?? .null,
                    delayMilliseconds: fields["delay"] == nil ? 0 : try milliseconds("delay")))
        case "say": self = request(.say(text: try text("text")))
        case "like":
            guard let count = fields["count"]?.integerValue, (1...1_000).contains(count) else {
                throw DeedError("count must be an integer from 1 to 1000")
            }
            self = request(.like(count: Int(count)))
        case "start":
            self = request(.start(plugin: plugin, config: Self.object(fields["config"])))
        case "stop": self = request(.stop(plugin: plugin))
        case "command":
            self = request(
                .command(plugin: plugin, name: try text("name"), value: fields["value"] ?? .null))
        case "configure":
            self = request(.configure(plugin: plugin, config: Self.object(fields["config"])))
        case "delete": self = request(.delete(message: try text("message")))
        case "mute":
            self = request(
                .mute(user: try text("user"), seconds: try milliseconds("seconds") / 1_000))
        case "unmute": self = request(.unmute(user: try text("user")))
        case "ban": self = request(.ban(user: try text("user")))
        case "unban": self = request(.unban(user: try text("user")))
        case "advance": self = .advance(milliseconds: try milliseconds("seconds"))
        case "kill": self = .kill(downMilliseconds: try milliseconds("seconds"))
        case "kill_after":
            guard let count = fields["records"]?.integerValue, (1...1_000_000).contains(count)
            else { throw DeedError("records must be an integer from 1 to 1000000") }
            self = .killAfter(records: count)
        case "respond":
            guard let id = fields["request"]?.integerValue else {
                throw DeedError("request must be the id of a request")
            }
            if let error = fields["error"]?.stringValue {
                guard let code = HostResult.Code(rawValue: error) else {
                    let codes = HostResult.Code.allCases.map(\.rawValue).joined(separator: ", ")
                    throw DeedError("the error must be one of \(codes), not \(error)")
                }
                self = .respond(request: id, .failure(code, message: "as the test wishes"))
            } else {
                self = .respond(request: id, .value(fields["value"] ?? .null))
            }
        case "next_show": self = .nextShow
        default: throw DeedError("there is no deed \"\(kind)\"")
        }
    }

    /// An empty table of Lua arrives as an object, and nothing as null.
    private static func object(_ value: JSON?) -> JSONObject { value?.objectValue ?? [:] }
}

/// Why something cannot be done to a show.
struct DeedError: Error, Equatable {
    var message: String
    init(_ message: String) { self.message = message }
}

extension Deed: CustomStringConvertible {
    var description: String {
        switch self {
        case .join(let device, let person): "\(device) joins as \(person.role.rawValue)"
        case .leave(let device): "\(device) leaves"
        case .picture(nil): "the picture ends"
        case .picture(let milliseconds?): "the picture is at \(Self.seconds(milliseconds))"
        case .publish(let device): "\(device) begins to send"
        case .drop(let device): "what \(device) sends breaks off"
        case .request(let device, let command): "\(device) \(Self.words(command))"
        case .advance(let milliseconds): "\(Self.seconds(milliseconds)) pass"
        case .kill(let milliseconds):
            "the server is killed, and is back after \(Self.seconds(milliseconds))"
        case .killAfter(let records):
            "the server will be killed after \(records) more record\(records == 1 ? "" : "s")"
        case .respond(let request, .value(let value)):
            "request \(request) is answered \(Self.text(value))"
        case .respond(let request, .failure(let code, _)):
            "request \(request) fails with \(code.rawValue)"
        case .nextShow: "the next show begins"
        }
    }

    static func seconds(_ milliseconds: Int64) -> String {
        milliseconds % 1_000 == 0
            ? "\(milliseconds / 1_000) s" : "\(Double(milliseconds) / 1_000) s"
    }

    private static func text(_ value: JSON) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }

    private static func words(_ command: Command) -> String {
        switch command {
        case .act(_, let name, let value, _):
            value.isNull ? "presses \(name)" : "enters \(name) \(text(value))"
        case .say(let words): "says \(text(.string(words)))"
        case .like(let count): "likes \(count) times"
        case .start(_, let config): "starts with \(text(.object(config)))"
        case .stop: "stops the plugin"
        case .command(_, let name, let value): "commands \(name) \(text(value))"
        case .configure(_, let config): "configures \(text(.object(config)))"
        case .delete(let message): "deletes \(message)"
        case .mute(let user, let seconds): "mutes \(user) for \(seconds) s"
        case .unmute(let user): "unmutes \(user)"
        case .ban(let user): "bans \(user)"
        case .unban(let user): "unbans \(user)"
        case .pin(let words): "pins \(text(.string(words)))"
        case .unpin: "unpins"
        case .slow(let seconds): "sets slow mode to \(seconds) s"
        case .publish(let name, let data, _): "publishes \(name) \(text(data))"
        case .ping: "pings"
        }
    }
}
