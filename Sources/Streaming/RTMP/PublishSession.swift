/// One publisher's connection, from the first byte to the last: bytes in, events and bytes out.
///
/// Bytes go in by ``append(_:)``; ``next()`` is called until it returns nil, and after each call
/// ``takeOutput()`` has what is to be sent. An ``Event/publish(_:)`` must be answered by
/// ``accept()`` before the next call, or refused by ``explain(_:)`` and the end. After an error the
/// connection ends.
package struct PublishSession {
    package enum Event: Sendable, Equatable {
        /// The publisher names its key and waits for an answer.
        case publish(PublishRequest)
        /// The body of a message of the accepted stream.
        case media(RTMPMessage)
        /// What the encoder says of itself: hints, never facts.
        case metadata(AMFValue)
        /// The publisher ends its stream; it may publish again.
        case unpublished
    }

    private enum Stage { case handshake, connecting, connected, asking, publishing }

    private let limits: IngestLimits
    private var stage = Stage.handshake
    private var handshake: RTMPHandshake
    private var chunks: ChunkReader
    private var output: [UInt8] = []
    private var waiting: [RTMPMessage] = []
    private var commands: Int = 0
    private var streamIDs: Set<UInt32> = []
    private var publishing: (streamID: UInt32, request: PublishRequest)?
    private var app = ""
    /// Whether a key was accepted at any time: then the wider bounds hold.
    package private(set) var isTrusted = false
    /// Bytes received in all.
    package private(set) var bytesReceived: UInt64 = 0
    private var window: UInt64 = 2_500_000
    private var acknowledged: UInt64 = 0

    /// - Parameters:
    ///   - limits: The bounds of this publisher.
    ///   - random: 3,024 bytes, for the handshake.
    package init(limits: IngestLimits, random: [UInt8]) {
        self.limits = limits
        handshake = RTMPHandshake(random: random)
        chunks = ChunkReader(limits: limits, messageBytesMax: limits.strangerMessageBytesMax)
    }

    /// Whether the handshake took a digest; for the log.
    package var hasDigest: Bool { handshake.hasDigest }

    /// Takes bytes of the connection.
    package mutating func append(_ bytes: some Collection<UInt8>) throws(StreamRefusal) {
        bytesReceived += UInt64(bytes.count)
        guard isTrusted || bytesReceived <= UInt64(limits.strangerBytesMax) else {
            throw StreamRefusal(
                .tooLarge, "more than \(limits.strangerBytesMax) bytes came before a stream key")
        }
        guard !handshake.isDone else {
            chunks.append(bytes)
            acknowledge()
            return
        }
        let (answer, rest) = try handshake.receive(bytes)
        output += answer
        if handshake.isDone {
            stage = .connecting
            chunks.append(rest)
        }
    }

    /// What is to be sent now.
    package mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Goes on to the next event.
    ///
    /// - Returns: Nil if bytes are missing, or a publish request waits for its answer.
    package mutating func next() throws(StreamRefusal) -> Event? {
        while stage != .handshake, stage != .asking {
            let message: RTMPMessage
            if !waiting.isEmpty {
                message = waiting.removeFirst()
            } else if let read = try chunks.next() {
                message = read
            } else {
                return nil
            }
            if let event = try take(message) { return event }
        }
        return nil
    }

    /// Lets the publisher send.
    package mutating func accept() {
        precondition(stage == .asking, "nobody asks to publish")
        guard let publishing else { return }
        stage = .publishing
        isTrusted = true
        chunks.messageBytesMax = limits.messageBytesMax
        status(
            "status", "NetStream.Publish.Start", "\(publishing.request.app) is live",
            on: publishing.streamID)
    }

    /// Says why a key is refused or a stream ends, to whoever is at the encoder; the connection is to
    /// end once the output is sent.
    package mutating func explain(_ refusal: StreamRefusal) {
        guard stage != .handshake, stage != .connecting else { return }
        let code =
            refusal.code == .key ? "NetStream.Publish.Denied" : "NetStream.Publish.BadName"
        status(
            "error", publishing == nil || stage == .asking ? code : "NetStream.Publish.Failed",
            refusal.words, on: publishing?.streamID ?? 1)
    }

    // MARK: - Messages

    private mutating func take(_ message: RTMPMessage) throws(StreamRefusal) -> Event? {
        switch message.type {
        case RTMPMessage.Kind.command0: return try command(message, from: 0)
        // AMF3 commands of Flash begin with a zero and go on in AMF0.
        case RTMPMessage.Kind.command3: return try command(message, from: 1)
        case RTMPMessage.Kind.data0: return try data(message, from: 0)
        case RTMPMessage.Kind.data3: return try data(message, from: 1)
        case RTMPMessage.Kind.audio, RTMPMessage.Kind.video:
            guard stage == .publishing else { return nil }
            return message.payload.isEmpty ? nil : .media(message)
        case RTMPMessage.Kind.aggregate:
            guard stage == .publishing else { return nil }
            waiting.insert(contentsOf: try Self.parts(of: message), at: 0)
            return nil
        case RTMPMessage.Kind.windowSize:
            var reader = BinaryReader(message.payload)
            if let size = reader.integer(4), size > 0 { window = size }
            return nil
        case RTMPMessage.Kind.userControl:
            var reader = BinaryReader(message.payload)
            // A ping is answered with its own time (section 6.2).
            if reader.integer(2) == 6, let time = reader.take(4) {
                send(RTMPMessage.Kind.userControl, [0, 7] + time)
            }
            return nil
        // Acknowledgements, bandwidth, and what manufacturers add.
        default: return nil
        }
    }

    /// Cuts an aggregate into its messages; their times count from the aggregate's (section 7.1.6).
    private static func parts(
        of aggregate: RTMPMessage
    ) throws(StreamRefusal) -> [RTMPMessage] {
        var reader = BinaryReader(aggregate.payload)
        var parts: [RTMPMessage] = []
        var first: UInt32?
        while reader.count > 0 {
            guard let type = reader.byte(), let size = reader.integer(3),
                let low = reader.integer(3), let high = reader.byte(), reader.take(3) != nil,
                let body = reader.take(Int(size))
            else { throw StreamRefusal(.malformed, "an aggregate message is cut off") }
            // The pointer back is missing after the last message of some encoders.
            _ = reader.integer(4)
            guard type == RTMPMessage.Kind.audio || type == RTMPMessage.Kind.video else { continue }
            let time = UInt32(high) << 24 | UInt32(low)
            let base = first ?? time
            first = base
            if !body.isEmpty {
                parts.append(
                    RTMPMessage(
                        type: type, timestamp: aggregate.timestamp &+ (time &- base),
                        streamID: aggregate.streamID, payload: Array(body)))
            }
        }
        return parts
    }

    private mutating func data(
        _ message: RTMPMessage, from position: Int
    ) throws(StreamRefusal) -> Event? {
        guard stage == .publishing else { return nil }
        let values = try AMFValue.decode(message.payload, from: position)
        guard let place = values.firstIndex(of: .string("onMetaData")), place + 1 < values.count
        else { return nil }
        return .metadata(values[place + 1])
    }

    // MARK: - Commands

    private mutating func command(
        _ message: RTMPMessage, from position: Int
    ) throws(StreamRefusal) -> Event? {
        if !isTrusted {
            commands += 1
            guard commands <= limits.strangerCommandsMax else {
                throw StreamRefusal(
                    .tooLarge,
                    "more than \(limits.strangerCommandsMax) commands came before a stream key")
            }
        }
        let values = try AMFValue.decode(message.payload, from: position)
        guard let name = values.first?.text else {
            throw StreamRefusal(.malformed, "a command has no name")
        }
        let transaction = values.count > 1 ? values[1].double ?? 0 : 0
        guard stage != .connecting || name == "connect" else {
            throw StreamRefusal(.outOfOrder, "\(name.prefix(32)) came before connect")
        }
        switch name {
        case "connect":
            try connect(values, transaction)
        case "createStream":
            guard streamIDs.count < 8 else {
                throw StreamRefusal(.tooLarge, "more than 8 streams were created")
            }
            let id = UInt32(streamIDs.count + 1)
            streamIDs.insert(id)
            result(transaction, [.null, .number(Double(id))])
        case "releaseStream", "getStreamLength", "_checkbw":
            if transaction != 0 { result(transaction, [.null, .null]) }
        case "FCPublish":
            if transaction != 0 { result(transaction, [.null, .null]) }
            command(
                "onFCPublish", 0,
                [.null, .object(Self.information("status", "NetStream.Publish.Start", ""))])
        case "publish": return try publish(values, on: message.streamID)
        // rtmp2sink gives deleteStream the name of the stream: whatever it names, one is published.
        case "deleteStream", "closeStream", "FCUnpublish":
            guard stage == .publishing else { return nil }
            if name == "FCUnpublish" { command("onFCUnpublish", 0, [.null]) }
            status(
                "status", "NetStream.Unpublish.Success", "the stream has ended",
                on: publishing?.streamID ?? 1)
            publishing = nil
            stage = .connected
            return .unpublished
        case "play", "play2":
            throw StreamRefusal(
                .unsupported, "this port takes streams; watch at the address of the room")
        default: break
        }
        return nil
    }

    private mutating func connect(
        _ values: [AMFValue], _ transaction: Double
    ) throws(StreamRefusal) {
        guard stage == .connecting else {
            throw StreamRefusal(.outOfOrder, "connect came twice")
        }
        app = values.count > 2 ? String((values[2]["app"]?.text ?? "").prefix(256)) : ""
        stage = .connected
        var size: [UInt8] = []
        size.append32(2_500_000)
        send(RTMPMessage.Kind.windowSize, size)
        send(RTMPMessage.Kind.peerBandwidth, size + [2])
        result(
            transaction,
            [
                .object(
                    [
                        AMFValue.Member("fmsVer", .string("FMS/3,5,7,7009")),
                        AMFValue.Member("capabilities", .number(31)),
                    ] + enhancements(values.count > 2 ? values[2] : .null)),
                .object(
                    Self.information("status", "NetConnection.Connect.Success", "connected")
                        + [AMFValue.Member("objectEncoding", .number(0))]),
            ])
    }

    /// What is told to a client that says which codecs it has (Enhanced RTMP v2, "Enhancing NetConnection
    /// connect command"): those of this server. Nothing is known of one that does not say so.
    private func enhancements(_ command: AMFValue) -> [AMFValue.Member] {
        guard !limits.codings.isEmpty,
            command["fourCcList"] != nil || command["videoFourCcInfoMap"] != nil
        else { return [] }
        let codecs = ([.h264] + VideoCoding.allCases.filter { limits.codings.contains($0) })
            .map(\.sampleEntry)
        // Each is handed on as it came (4), and neither decoded (1) nor encoded (2).
        return [
            AMFValue.Member("fourCcList", .array(codecs.map { .string($0) })),
            AMFValue.Member(
                "videoFourCcInfoMap",
                .object(codecs.map { AMFValue.Member($0, .number(4)) })),
        ]
    }

    private mutating func publish(
        _ values: [AMFValue], on streamID: UInt32
    ) throws(StreamRefusal) -> Event? {
        guard stage == .connected else {
            throw StreamRefusal(.outOfOrder, "publish came while a stream is published")
        }
        guard values.count > 3, let key = values[3].text else {
            throw StreamRefusal(.malformed, "publish names no stream key")
        }
        let request = PublishRequest(app: app, key: key)
        publishing = (streamID, request)
        stage = .asking
        return .publish(request)
    }

    // MARK: - Answers

    private static func information(
        _ level: String, _ code: String, _ description: String
    ) -> [AMFValue.Member] {
        [
            AMFValue.Member("level", .string(level)), AMFValue.Member("code", .string(code)),
            AMFValue.Member("description", .string(description)),
        ]
    }

    private mutating func status(
        _ level: String, _ code: String, _ description: String, on streamID: UInt32
    ) {
        command(
            "onStatus", 0, [.null, .object(Self.information(level, code, description))],
            on: streamID)
    }

    private mutating func result(_ transaction: Double, _ values: [AMFValue]) {
        command("_result", transaction, values)
    }

    private mutating func command(
        _ name: String, _ transaction: Double, _ values: [AMFValue], on streamID: UInt32 = 0
    ) {
        let payload = AMFValue.encode([.string(name), .number(transaction)] + values)
        ChunkWriter().write(
            RTMPMessage(
                type: RTMPMessage.Kind.command0, streamID: streamID, payload: payload),
            on: streamID == 0 ? 3 : 5, into: &output)
    }

    private mutating func send(_ type: UInt8, _ payload: [UInt8]) {
        ChunkWriter().write(RTMPMessage(type: type, payload: payload), on: 2, into: &output)
    }

    /// Confirms what came; a publisher may stop when it waits for this (section 5.4.3).
    private mutating func acknowledge() {
        guard bytesReceived - acknowledged >= window else { return }
        acknowledged = bytesReceived
        var count: [UInt8] = []
        count.append(bytesReceived, size: 4)
        send(RTMPMessage.Kind.acknowledgement, count)
    }
}

/// What a publisher asks for.
package struct PublishRequest: Sendable, Equatable {
    /// The first part of the address's path; any will do.
    package var app: String
    /// What the encoder calls the stream key, as it was sent.
    package var key: String
}
