import Foundation
import Lanes
import Testing

@testable import Streaming

/// An encoder of few words, each of which a test tells it to say.
struct ScriptedEncoder {
    let connection: PlainConnection
    private let key: String
    private var script = ChunkScript()
    private var sent = 0

    /// Connects with a key of the room `mall`.
    init(_ house: StreamPeerTests.House) throws {
        let expiry = Int64(Date().timeIntervalSince1970) + 600
        key = try #require(
            house.keyring.issue(room: "mall", user: "anna", expiresAtSeconds: expiry))
        connection = PlainConnection(port: house.listener.port)
        connection.write([3] + [UInt8](repeating: 0, count: 3_072))
        say("connect", .number(1), .object([.init("app", .string("live"))]))
        say("createStream", .number(2), .null)
    }

    mutating func say(_ name: String, _ values: AMFValue..., stream: UInt32 = 0) {
        send(
            RTMPMessage(
                type: RTMPMessage.Kind.command0, streamID: stream,
                payload: AMFValue.encode([.string(name)] + values)), on: 3)
    }

    mutating func publish() {
        say("publish", .number(3), .null, .string(key), .string("live"), stream: 1)
    }

    mutating func unpublish() {
        say("FCUnpublish", .number(0), .null, .string(key))
        say("deleteStream", .number(0), .null, .string(key))
    }

    mutating func send(_ message: RTMPMessage, on id: Int = 4) {
        script.send(message, on: id)
        connection.write(Array(script.bytes[sent...]))
        sent = script.bytes.count
    }

    /// Publishes H.264 and AAC as far as the first keyframe, with which a picture begins.
    mutating func show() {
        publish()
        send(MediaFixture.videoConfiguration())
        send(MediaFixture.audioConfiguration())
        send(MediaFixture.picture(0, isKey: true))
    }

    /// Waits until it may send.
    func waitForStart() {
        let said = connection.read { $0.contains("NetStream.Publish.Start") }
        #expect(said.contains("NetStream.Publish.Start"))
    }

    /// What it is told until its connection ends.
    func lastWords() -> String { connection.read { _ in false } }
}
