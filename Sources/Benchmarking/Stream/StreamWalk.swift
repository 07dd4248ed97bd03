/// Follows the messages of one viewer of a stream through bytes of which only the beginnings are kept.
///
/// Of a message it wants the first bytes, which tell when the server took the frame in (`prft`, ISO/IEC
/// 14496-12 section 8.16.5); the rest is thrown away where it lies, in the kernel.
struct StreamWalk {
    /// What a message is, once all of it has come.
    enum Message: Equatable {
        /// A fragment, and when its first sample arrived at the server, in milliseconds of Unix time.
        case fragment(unixMilliseconds: Int64)
        case other
        case close
    }

    /// A frame that a server may not send here: masked or cut in pieces.
    struct Malformed: Error {}

    /// Bytes of a message that are looked at: size, type, version, track and time of a `prft`.
    static let wanted = 24
    /// Header of a frame and what is wanted of it.
    static let headBytesMax = 10 + wanted

    /// Bytes to be thrown away before the next frame begins.
    private(set) var rest = 0
    private var pending = Message.other

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
        guard here >= min(payload, Self.wanted) else { return nil }
        pending = Self.message(
            opcode: bytes[0] & 0x0F,
            UnsafeRawBufferPointer(rebasing: bytes[header..<(header + here)]))
        rest = payload - here
        return (header + here, rest == 0 ? pending : nil)
    }

    private static func message(opcode: UInt8, _ start: UnsafeRawBufferPointer) -> Message {
        if opcode == 8 { return .close }
        guard opcode == 2, start.count >= wanted, start[4..<8].elementsEqual("prft".utf8) else {
            return .other
        }
        func number(_ from: Int) -> Int64 {
            (from..<from + 4).reduce(0) { $0 << 8 | Int64(start[$1]) }
        }
        // NTP counts from 1900.
        let seconds = number(16) - 2_208_988_800
        return .fragment(unixMilliseconds: seconds * 1_000 + (number(20) * 1_000) >> 32)
    }
}
