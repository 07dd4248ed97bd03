/// Puts messages together from chunks (RTMP 1.0, section 5.3).
///
/// Bytes go in by ``append(_:)``; ``next()`` is called until it returns nil. At most one header is
/// kept undecoded: payload moves into its message as it arrives, whatever the chunk size. Abort and
/// chunk size are obeyed here, since they change how the next byte is read.
struct ChunkReader {
    /// What is known of one chunk stream between its chunks.
    private struct Stream {
        var timestamp: UInt32 = 0
        /// Added by a type 3 chunk that begins a message (section 5.3.1.2.4).
        var delta: UInt32 = 0
        var size = 0
        var type: UInt8 = 0
        var streamID: UInt32 = 0
        /// The extended timestamp of the last header, if it had one.
        var extended: UInt32?
        var payload: [UInt8] = []
        var isInMessage = false
    }

    /// One message; may be raised while the reader runs.
    var messageBytesMax: Int
    private let limits: IngestLimits
    private(set) var chunkSize = 128
    private var streams: [UInt32: Stream] = [:]
    private var buffer: [UInt8] = []
    private var position = 0
    /// The chunk whose payload is arriving.
    private var current: (id: UInt32, left: Int)?
    private var partialBytes = 0

    init(limits: IngestLimits, messageBytesMax: Int) {
        self.limits = limits
        self.messageBytesMax = messageBytesMax
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        if position > 0 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// - Returns: Nil if bytes are missing.
    mutating func next() throws(StreamRefusal) -> RTMPMessage? {
        while true {
            if current == nil, !(try header()) { return nil }
            guard let message = try payload() else {
                if current != nil { return nil }
                continue
            }
            if message.type == RTMPMessage.Kind.setChunkSize {
                try setChunkSize(message)
            } else if message.type == RTMPMessage.Kind.abort {
                try abort(message)
            } else {
                return message
            }
        }
    }

    // MARK: - Payload

    private mutating func payload() throws(StreamRefusal) -> RTMPMessage? {
        guard let (id, left) = current, let index = streams.index(forKey: id) else { return nil }
        let count = min(left, buffer.count - position)
        if count > 0 {
            streams.values[index].payload.append(contentsOf: buffer[position..<position + count])
            position += count
            partialBytes += count
            guard partialBytes <= limits.partialBytesMax else {
                throw StreamRefusal(
                    .tooLarge, "begun messages hold more than \(limits.partialBytesMax) bytes")
            }
        }
        guard count == left else {
            current = (id, left - count)
            return nil
        }
        current = nil
        let stream = streams.values[index]
        guard stream.payload.count == stream.size else { return nil }
        partialBytes -= stream.size
        streams.values[index].payload = []
        streams.values[index].isInMessage = false
        return RTMPMessage(
            type: stream.type, timestamp: stream.timestamp, streamID: stream.streamID,
            payload: stream.payload)
    }

    // MARK: - Headers

    /// Reads one chunk header; false if it is not whole yet.
    private mutating func header() throws(StreamRefusal) -> Bool {
        var at = position
        func has(_ count: Int) -> Bool { buffer.count - at >= count }
        func integer(_ offset: Int, _ size: Int) -> UInt32 {
            buffer[offset..<offset + size].reduce(0) { $0 << 8 | UInt32($1) }
        }
        guard has(1) else { return false }
        let format = buffer[at] >> 6
        var id = UInt32(buffer[at] & 0x3F)
        at += 1
        if id < 2 {
            let more = Int(id) + 1
            guard has(more) else { return false }
            let low = UInt32(buffer[at])
            id = more == 1 ? low + 64 : UInt32(buffer[at + 1]) << 8 + low + 64
            at += more
        }
        let known = streams[id]
        guard known != nil || format < 2 else {
            throw StreamRefusal(
                .malformed, "chunk stream \(id) begins with a chunk of type \(format)")
        }
        // A first chunk of type 1 is what librtmp sends for a ping: the stream is 0 then.
        guard known != nil || streams.count < limits.chunkStreamsMax else {
            throw StreamRefusal(
                .tooLarge, "more than \(limits.chunkStreamsMax) chunk streams are used")
        }
        var stream = known ?? Stream()
        guard !stream.isInMessage || format == 3 else {
            throw StreamRefusal(
                .malformed, "a message on chunk stream \(id) begins within another")
        }
        let fieldBytes = [11, 7, 3, 0][Int(format)]
        guard has(fieldBytes) else { return false }
        var field: UInt32 = 0
        if format < 3 { field = integer(at, 3) }
        if format < 2 {
            stream.size = Int(integer(at + 3, 3))
            stream.type = buffer[at + 6]
        }
        if format == 0 {
            // The only little-endian number of the protocol.
            stream.streamID = integer(at + 7, 4).byteSwapped
        }
        at += fieldBytes
        if format < 3, field == 0xFF_FFFF {
            guard has(4) else { return false }
            field = integer(at, 4)
            at += 4
            stream.extended = field
        } else if format < 3 {
            stream.extended = nil
        } else if let extended = stream.extended {
            // Most encoders repeat it in chunks of type 3, some do not: the value tells.
            guard has(4) else { return false }
            if integer(at, 4) == extended { at += 4 }
        }
        if !stream.isInMessage { begin(&stream, format: format, field: field) }
        guard stream.size <= messageBytesMax else {
            throw StreamRefusal(
                .tooLarge,
                "a message of \(stream.size) bytes is announced; \(messageBytesMax) are allowed")
        }
        position = at
        current = (id, min(chunkSize, stream.size - stream.payload.count))
        stream.isInMessage = true
        streams[id] = stream
        return true
    }

    private func begin(_ stream: inout Stream, format: UInt8, field: UInt32) {
        switch format {
        case 0:
            stream.timestamp = field
            stream.delta = field
        case 1, 2:
            stream.delta = field
            stream.timestamp &+= field
        default: stream.timestamp &+= stream.delta
        }
        stream.payload = []
    }

    // MARK: - Messages for the reader

    private mutating func setChunkSize(_ message: RTMPMessage) throws(StreamRefusal) {
        var reader = BinaryReader(message.payload)
        // A message has at most 0xFFFFFF bytes, so that larger sizes all mean the same (section 5.4.1).
        guard let size = reader.integer(4), (1...0x7FFF_FFFF).contains(size) else {
            throw StreamRefusal(.malformed, "a chunk size is not 1 to 2147483647")
        }
        chunkSize = min(Int(size), 0xFF_FFFF)
    }

    private mutating func abort(_ message: RTMPMessage) throws(StreamRefusal) {
        var reader = BinaryReader(message.payload)
        guard let number = reader.integer(4) else {
            throw StreamRefusal(.malformed, "an abort names no chunk stream")
        }
        let id = UInt32(truncatingIfNeeded: number)
        guard let index = streams.index(forKey: id) else { return }
        partialBytes -= streams.values[index].payload.count
        streams.values[index].payload = []
        streams.values[index].isInMessage = false
    }
}
