import PluginContract
import Testing
import Wire

@testable import Serving

@Suite struct ServerMessageTests {
    @Test func `an error carries code, sentence, and what is known besides`() throws {
        let bare = ServerMessage.error(id: nil, RequestError(.badJSON, "no"))
        #expect(
            try JSON(parsing: bare) == ["type": "error", "code": "BAD_JSON", "message": "no"])
        let full = ServerMessage.error(
            id: "\"7\"", RequestError(.slowMode, "wait", retryAfterMilliseconds: 4_000))
        #expect(
            try JSON(parsing: full) == [
                "type": "error", "id": "\"7\"", "code": "SLOW_MODE", "message": "wait",
                "retryAfterMilliseconds": 4000,
            ])
    }

    /// The messages of whole frames: texts as JSON, a close frame as its code and reason.
    private func messages(_ frames: [UInt8]) throws -> [JSON] {
        var messages: [JSON] = []
        var decoder = WebSocketDecoder(role: .client, messageBytesMax: 65_536)
        var bytes = frames
        try bytes.withUnsafeMutableBytes { raw in
            try decoder.decode(raw) { event in
                switch event {
                case .text(let text):
                    messages.append((try? JSON(parsing: Array(text))) ?? "not JSON")
                case .close(let code, let reason):
                    messages.append([.integer(Int64(code ?? 0)), .string(reason)])
                default: messages.append("another frame")
                }
            }
        }
        return messages
    }

    @Test(arguments: CloseCode.allCases)
    func `a farewell is bye, then the close frame of the same code`(code: CloseCode) throws {
        let messages = try messages(ServerMessage.farewell(code))
        #expect(
            messages == [
                ["type": "bye", "code": .string(code.name), "reconnect": .bool(code.reconnects)],
                [.integer(Int64(code.rawValue)), .string(code.name)],
            ])
    }

    @Test func `a farewell tells the shortest wait where there is one`() throws {
        let messages = try messages(ServerMessage.farewell(.draining, afterMilliseconds: 800))
        #expect(messages.first?["afterMilliseconds"] == 800)
    }
}
