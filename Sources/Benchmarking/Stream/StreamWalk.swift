/// Follows the messages of one viewer of a stream through bytes of which only the beginnings are kept.
///
/// Of a message it wants the first bytes, which tell when the server took the frame in (`prft`, ISO/IEC
/// 14496-12 section 8.16.5); the rest is thrown away where it lies, in the kernel.
struct StreamWalk {
    /// What a message is, once all of it has come.
    enum Message: Equatable {
        /// A fragment, and when its first sample arrived at the server, in milliseconds of Unix time.
        case fragment(unixMilliseconds: Int64)
        case ping
        case other
        case close
    }

    /// A frame that a server may not send here: masked or cut in pieces.
    struct Malformed: Error {}

    /// Size, type, version, track and time of a `prft`.
    private static let stampBytes = 24
    /// The number of the picture, over the connection of a room.
    static let numberBytes = 4
    /// Header of a frame and what is wanted of it.
    static let headBytesMax = 10 + numberBytes + stampBytes

    /// Bytes of a message before the fragment.
    private let prefix: Int
    /// Bytes of a message that are looked at.
    private var wanted: Int { prefix + Self.stampBytes }
    /// Bytes to be thrown away before the next frame begins.
    private(set) var rest = 0
    private var pending = Message.other

    /// - Parameter isNumbered: Whether each fragment comes behind the number of its picture.
    init(isNumbered: Bool) { prefix = isNumbered ? Self.numberBytes : 0 }

    /// Books that bytes of the ``rest`` were thrown away; returns the message if they were the last.
    mutating func skip(_ count: Int) -> Message? {
        rest -= count
        return rest == 0 ? pending : nil
    }

    /// Looks at the beginning of a frame.
    ///
    /// - Returns: How many of the bytes belong to it, and the message if all of it is there; nil if more
    ///   bytes are needed to tell.
    mutating func begin(
        _ bytes: UnsafeRawBufferPointer
    ) throws(Malformed) -> (used: Int, message: Message?)? {
        guard bytes.count >= 2 else { return nil }
        guard bytes[0] & 0xF0 == 0x80, bytes[1] & 0x80 == 0 else { throw Malformed() }
        var payload = Int(bytes[1])
        var header = 2
        if payload == 126 {
            header = 4
            guard bytes.count >= header else { return nil }
            payload = Int(bytes[2]) << 8 | Int(bytes[3])
        } else if payload == 127 {
            header = 10
            guard bytes.count >= header else { return nil }
            guard bytes[2] == 0 else { throw Malformed() }
            payload = (2..<10).reduce(0) { $0 << 8 | Int(bytes[$1]) }
        }
        let here = min(payload, bytes.count - header)
        guard here >= min(payload, wanted) else { return nil }
        pending = message(
            opcode: bytes[0] & 0x0F,
            UnsafeRawBufferPointer(rebasing: bytes[header..<(header + here)]))
        rest = payload - here
        return (header + here, rest == 0 ? pending : nil)
    }

    private func message(opcode: UInt8, _ start: UnsafeRawBufferPointer) -> Message {
        if opcode == 8 { return .close }
        if opcode == 9 { return .ping }
        guard opcode == 2, start.count >= wanted,
            start[(prefix + 4)..<(prefix + 8)].elementsEqual("prft".utf8)
        else { return .other }
        func number(_ from: Int) -> Int64 {
            (prefix + from..<prefix + from + 4).reduce(0) { $0 << 8 | Int64(start[$1]) }
        }
        // NTP counts from 1900.
        let seconds = number(16) - 2_208_988_800
        return .fragment(unixMilliseconds: seconds * 1_000 + (number(20) * 1_000) >> 32)
    }
}
