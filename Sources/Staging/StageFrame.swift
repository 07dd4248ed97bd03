// The pipe between the server and a stage.
//
// Both directions carry frames: a head of 24 bytes and a body. All integers are little-endian.
//
//     0  4  bytes of the body
//     4  1  version of the format, 1
//     5  1  kind
//     6  2  zero
//     8  8  number of the request; its answer has the same one
//    16  8  handle of the play; 0 for none
//    24     body
//
// A stage answers every request, in order. Its first frame is `hello` with the number 0. The server
// trusts nothing that comes from a stage: whoever escapes from Lua can write anything here.

/// One message between the server and a stage.
struct StageFrame: Sendable, Equatable {
    static let version: UInt8 = 1
    static let headBytes = 24
    /// The largest body: a state of a play with the largest memory, in JSON.
    static let bodyBytesMax = 256 << 20

    var kind: UInt8
    var number: UInt64
    /// Names a play as it was opened once; opened again, it has another one.
    var play: UInt64
    var body: [UInt8]

    init(kind: UInt8, number: UInt64, play: UInt64 = 0, body: [UInt8] = []) {
        self.kind = kind
        self.number = number
        self.play = play
        self.body = body
    }

    func encode(into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + Self.headBytes + body.count)
        var writer = PackedWriter()
        writer.integer(UInt32(body.count))
        writer.integer(Self.version)
        writer.integer(kind)
        writer.integer(UInt16(0))
        writer.integer(number)
        writer.integer(play)
        bytes += writer.bytes
        bytes += body
    }
}

/// Why bytes are no message.
struct StageFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Finds frames in a stream of bytes, however it is cut.
struct StageFrameDecoder: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { start == bytes.count }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        if start == bytes.count {
            // One large message must not keep its memory for ever.
            if bytes.capacity > 1 << 20 {
                bytes = []
            } else {
                bytes.removeAll(keepingCapacity: true)
            }
            start = 0
        } else if start > 1 << 16 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// Takes the next whole frame; nil until more bytes are there.
    ///
    /// - Parameter bodyBytesMax: A larger body is refused as soon as its head is there.
    /// - Returns: The next frame, or nil.
    /// - Throws: When what comes next is no frame; nothing behind it can be read.
    mutating func next(bodyBytesMax: Int) throws(StageFormatError) -> StageFrame? {
        guard bytes.count - start >= StageFrame.headBytes else { return nil }
        var head = PackedReader(bytes[start..<start + StageFrame.headBytes])
        let count = Int(try head.integer(UInt32.self))
        let version = try head.integer(UInt8.self)
        let kind = try head.integer(UInt8.self)
        let zero = try head.integer(UInt16.self)
        let number = try head.integer(UInt64.self)
        let play = try head.integer(UInt64.self)
        guard version == StageFrame.version else {
            throw StageFormatError("format version \(version) instead of \(StageFrame.version)")
        }
        guard zero == 0 else { throw StageFormatError("a head that is no head") }
        guard count <= bodyBytesMax else {
            throw StageFormatError("a message of \(count) bytes where \(bodyBytesMax) are allowed")
        }
        let from = start + StageFrame.headBytes
        guard bytes.count - from >= count else { return nil }
        start = from + count
        return StageFrame(
            kind: kind, number: number, play: play, body: Array(bytes[from..<from + count]))
    }
}
