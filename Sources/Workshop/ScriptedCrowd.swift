import Playhouse
import Visiting
package import Wire

/// One line of a script for viewers: who does what, and when.
package struct ScriptedMove: Sendable, Equatable {
    /// After the show was opened.
    package var milliseconds: Int64
    /// The viewer's name; `host` is the host.
    package var viewer: String
    package var deed: Deed

    package enum Deed: Sendable, Equatable {
        case come
        case leave
        case say(String)
        case like(Int64)
        /// `plugin` is nil for the only one.
        case act(plugin: String?, name: String, value: JSON)
        case start(plugin: String?)
        case stop(plugin: String?)
        case command(plugin: String?, name: String, value: JSON)
    }

    /// Reads a script: a JSON array of objects such as `{"at": 2.5, "viewer": "ana", "say": "red"}`.
    ///
    /// - Throws: ``ScriptProblem`` that names the entry.
    package static func script(_ bytes: [UInt8]) throws(ScriptProblem) -> [ScriptedMove] {
        guard let list = (try? JSON(parsing: bytes))?.arrayValue, list.count <= 10_000 else {
            throw ScriptProblem(description: "a script is a JSON array of at most 10000 objects")
        }
        var moves: [ScriptedMove] = []
        for (index, json) in list.enumerated() {
            guard let move = ScriptedMove(json) else {
                throw ScriptProblem(
                    description: "entry \(index + 1) of the script must have \"at\" (seconds), "
                        + "\"viewer\", and one of \"come\", \"leave\", \"say\", \"like\", \"act\", "
                        + "\"start\", \"stop\", \"command\"")
            }
            moves.append(move)
        }
        return moves.enumerated().sorted {
            ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset)
        }.map(\.element)
    }

    private init?(_ json: JSON) {
        guard let seconds = json["at"]?.doubleValue, (0...86_400).contains(seconds),
            let viewer = json["viewer"]?.stringValue, (1...32).contains(viewer.count)
        else { return nil }
        let plugin = json["plugin"]?.stringValue
        let value = json["value"] ?? .null
        let deed: Deed
        if json["come"] == true {
            deed = .come
        } else if json["leave"] == true {
            deed = .leave
        } else if let text = json["say"]?.stringValue {
            deed = .say(text)
        } else if let count = json["like"]?.integerValue {
            deed = .like(count)
        } else if let name = json["act"]?.stringValue {
            deed = .act(plugin: plugin, name: name, value: value)
        } else if let start = json["start"] {
            deed = .start(plugin: start.stringValue)
        } else if let stop = json["stop"] {
            deed = .stop(plugin: stop.stringValue)
        } else if let name = json["command"]?.stringValue {
            deed = .command(plugin: plugin, name: name, value: value)
        } else {
            return nil
        }
        milliseconds = Int64((seconds * 1_000).rounded())
        self.viewer = viewer
        self.deed = deed
    }
}

/// What is wrong with a script.
package struct ScriptProblem: Error, Equatable, CustomStringConvertible {
    package var description: String
}

/// The people of a script, over real sockets. Each comes with its first deed.
actor ScriptedCrowd {
    private let moves: [ScriptedMove]
    private let port: UInt16
    private let hostToken: String
    private let log: Log
    private var clients: [String: RoomClient] = [:]

    init(_ moves: [ScriptedMove], port: UInt16, hostToken: String, log: Log) {
        self.moves = moves
        self.port = port
        self.hostToken = hostToken
        self.log = log
    }

    /// Plays the script once, and stays until the task is cancelled.
    func run() async {
        var passed: Int64 = 0
        for move in moves {
            let wait = move.milliseconds - passed
            if wait > 0 { try? await Task.sleep(for: .milliseconds(wait)) }
            if Task.isCancelled { break }
            passed = max(passed, move.milliseconds)
            do throws(RoomClientError) {
                try await make(move)
            } catch {
                log.warning(
                    "a line of the script was refused",
                    ["viewer": .string(move.viewer), "error": .string("\(error)")])
            }
        }
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(1)) }
        for client in clients.values { await client.leave() }
    }

    private func make(_ move: ScriptedMove) async throws(RoomClientError) {
        if move.deed == .leave {
            await clients.removeValue(forKey: move.viewer)?.leave()
            return
        }
        let client = try await client(move.viewer)
        let only = await client.states["plugins"]?.objectValue?.members.first?.name ?? ""
        func named(_ plugin: String?) -> (String, JSON) { ("plugin", .string(plugin ?? only)) }
        switch move.deed {
        case .come, .leave: break
        case .say(let text): _ = try await client.request("say", [("text", .string(text))])
        case .like(let count): _ = try await client.request("like", [("count", .integer(count))])
        case .act(let plugin, let name, let value):
            _ = try await client.request(
                "act", [named(plugin), ("name", .string(name)), ("value", value)])
        case .start(let plugin): _ = try await client.request("start", [named(plugin)])
        case .stop(let plugin): _ = try await client.request("stop", [named(plugin)])
        case .command(let plugin, let name, let value):
            _ = try await client.request(
                "command", [named(plugin), ("name", .string(name)), ("value", value)])
        }
    }

    private func client(_ viewer: String) async throws(RoomClientError) -> RoomClient {
        if let client = clients[viewer], await !client.isClosed { return client }
        let number = moves.firstIndex { $0.viewer == viewer } ?? 0
        let entry =
            viewer == "host"
            ? RoomClient.Entry(room: DevShow.room, token: hostToken)
            : RoomClient.Entry(room: DevShow.room, name: viewer, visitor: "script-viewer-\(number)")
        let client = try await RoomClient.join(entry, port: port)
        clients[viewer] = client
        return client
    }
}
