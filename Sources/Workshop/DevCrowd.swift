import Clockwork
import Playhouse
import Visiting
import Wire

/// Who comes to a show of `playhouse dev`, and what they do there.
package struct DevCrowd: Sendable {
    /// So many of each kind.
    package var kinds: [DevViewer.Kind] = DevCrowd.mixed(8)
    package var seed: UInt64 = 1
    /// What is done besides, in order of time.
    package var script: [ScriptedMove] = []

    package init() {}

    /// As many viewers, of every kind: half of them play, the others are chatty, silent, cheating and
    /// disconnecting in turn.
    package static func mixed(_ count: Int) -> [DevViewer.Kind] {
        let others: [DevViewer.Kind] = [.chatty, .silent, .cheating, .disconnecting]
        return (0..<count).map { $0 % 2 == 0 ? .player : others[$0 / 2 % others.count] }
    }

    /// Reads what `--viewers` says: a number, or `chatty=2,cheating=1`.
    ///
    /// - Returns: Nil when it says neither, or more than 500.
    package static func kinds(_ text: String) -> [DevViewer.Kind]? {
        if let count = Int(text) { return (0...500).contains(count) ? mixed(count) : nil }
        var kinds: [DevViewer.Kind] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: "=").map(String.init)
            guard words.count == 2, let kind = DevViewer.Kind(rawValue: words[0]),
                let count = Int(words[1]), (0...500).contains(count)
            else { return nil }
            kinds += Array(repeating: kind, count: count)
        }
        return kinds.count <= 500 ? kinds : nil
    }

    /// Keeps everybody going until the task is cancelled.
    ///
    /// `isAwake` says whether viewers that roll dice do anything now, `phrases` what plugins listen
    /// for in the chat.
    func run(
        port: UInt16, hostToken: String, log: Log, isAwake: @escaping @Sendable () -> Bool,
        phrases: @escaping @Sendable () -> [String]
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for (number, kind) in kinds.enumerated() {
                group.addTask {
                    await visit(number, kind, port, log, isAwake: isAwake, phrases: phrases)
                }
            }
            if !script.isEmpty {
                group.addTask {
                    await ScriptedCrowd(script, port: port, hostToken: hostToken, log: log).run()
                }
            }
        }
    }

    private func visit(
        _ number: Int, _ kind: DevViewer.Kind, _ port: UInt16, _ log: Log,
        isAwake: @Sendable () -> Bool, phrases: @Sendable () -> [String]
    ) async {
        var viewer = DevViewer(kind: kind, seed: seed &+ UInt64(number) &* 7_919)
        let entry = RoomClient.Entry(
            room: DevShow.room, name: Self.name(number, kind), visitor: "dev-viewer-\(number)")
        while !Task.isCancelled {
            var wait = 500
            do throws(RoomClientError) {
                let client = try await RoomClient.join(entry, port: port)
                wait = await watch(client, &viewer, isAwake: isAwake, phrases: phrases)
                await client.leave()
            } catch {
                log.debug("a simulated viewer was not let in", ["error": .string("\(error)")])
            }
            try? await Task.sleep(for: .milliseconds(wait))
        }
    }

    /// - Returns: Milliseconds until it comes back.
    private func watch(
        _ client: RoomClient, _ viewer: inout DevViewer, isAwake: @Sendable () -> Bool,
        phrases: @Sendable () -> [String]
    ) async -> Int {
        while !Task.isCancelled, await !client.isClosed {
            try? await Task.sleep(for: .milliseconds(viewer.pause()))
            guard !Task.isCancelled, isAwake(),
                let move = viewer.move(seeing: await client.states, phrases: phrases())
            else { continue }
            if case .drop(let milliseconds) = move {
                await client.drop()
                return milliseconds
            }
            await client.make(move)
        }
        return 500
    }

    /// What a viewer is called: players by a name, the others also by what they are.
    static func name(_ number: Int, _ kind: DevViewer.Kind) -> String {
        let names = DevViewer.names
        let name = names[number % names.count] + (number < names.count ? "" : "\(number)")
        return kind == .player ? name : "\(name) (\(kind.rawValue))"
    }
}

extension RoomClient {
    /// Does what a simulated viewer does. That it is refused is its own affair.
    func make(_ move: DevViewer.Move) async {
        switch move {
        case .say(let text): _ = try? await request("say", [("text", .string(text))])
        case .like(let count): _ = try? await request("like", [("count", .integer(count))])
        case .act(let plugin, let name, let value):
            _ = try? await request(
                "act", [("plugin", .string(plugin)), ("name", .string(name)), ("value", value)])
        case .request(let type, let fields):
            _ = try? await request(type, fields.members.map { ($0.name, $0.value) })
        case .drop: await drop()
        }
    }
}
