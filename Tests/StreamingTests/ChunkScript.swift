@testable import Streaming

/// Writes chunks of every type, as encoders do that save bytes or do not.
struct ChunkScript {
    struct Last {
        var timestamp: UInt32
        var delta: UInt32
        var size: Int
        var type: UInt8
        var streamID: UInt32
    }

    var chunkSize = 128
    /// Whether chunks of type 3 repeat an extended timestamp.
    var repeatsExtended = true
    private(set) var bytes: [UInt8] = []
    private var last: [Int: Last] = [:]

    /// The lowest number of header bytes that a message allows.
    func bestType(of message: RTMPMessage, on id: Int) -> Int {
        guard let last = last[id], last.streamID == message.streamID else { return 0 }
        let delta = message.timestamp &- last.timestamp
        guard delta < 0x8000_0000 else { return 0 }
        guard last.size == message.payload.count, last.type == message.type else { return 1 }
        return last.delta == delta ? 3 : 2
    }

    /// The chunks of a message, to be sent in order but not necessarily at once.
    mutating func chunks(of message: RTMPMessage, on id: Int, type: Int) -> [[UInt8]] {
        let delta = type == 0 ? message.timestamp : message.timestamp &- (last[id]?.timestamp ?? 0)
        var chunks: [[UInt8]] = []
        var header: [UInt8] = []
        basic(type, id, &header)
        let isExtended = delta >= 0xFF_FFFF
        if type < 3 { header.append24(isExtended ? 0xFF_FFFF : Int(delta)) }
        if type < 2 {
            header.append24(message.payload.count)
            header.append(message.type)
        }
        if type == 0 { header.append32(Int(message.streamID.byteSwapped)) }
        if isExtended, type < 3 || repeatsExtended { header.append32(Int(delta)) }
        var rest = message.payload[...]
        repeat {
            if !chunks.isEmpty {
                header = []
                basic(3, id, &header)
                if isExtended, repeatsExtended { header.append32(Int(delta)) }
            }
            chunks.append(header + rest.prefix(chunkSize))
            rest = rest.dropFirst(chunkSize)
        } while !rest.isEmpty
        last[id] = Last(
            timestamp: message.timestamp, delta: delta, size: message.payload.count,
            type: message.type, streamID: message.streamID)
        return chunks
    }

    mutating func send(_ message: RTMPMessage, on id: Int = 4, type: Int? = nil) {
        let type = type ?? bestType(of: message, on: id)
        bytes += chunks(of: message, on: id, type: type).flatMap { $0 }
    }

    mutating func append(_ chunk: [UInt8]) { bytes += chunk }

    /// Tells the reader of another chunk size, and uses it.
    mutating func setChunkSize(_ size: Int) {
        var payload: [UInt8] = []
        payload.append32(size)
        send(RTMPMessage(type: RTMPMessage.Kind.setChunkSize, payload: payload), on: 2, type: 0)
        chunkSize = size
    }

    private func basic(_ type: Int, _ id: Int, _ bytes: inout [UInt8]) {
        let high = UInt8(type << 6)
        switch id {
        case ..<64: bytes.append(high | UInt8(id))
        case ..<320: bytes += [high, UInt8(id - 64)]
        default: bytes += [high | 1, UInt8((id - 64) & 0xFF), UInt8((id - 64) >> 8)]
        }
    }
}

extension ChunkReader {
    /// All messages in some bytes.
    mutating func messages(in bytes: [UInt8]) throws(StreamRefusal) -> [RTMPMessage] {
        append(bytes)
        var messages: [RTMPMessage] = []
        while let message = try next() { messages.append(message) }
        return messages
    }
}
