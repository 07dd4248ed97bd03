/// One binary message of whoever publishes from a seat: a head of 14 bytes and what WebCodecs made.
///
/// | bytes | |
/// | --- | --- |
/// | 0 | kind: 1 configuration of the picture, 2 picture, 3 configuration of the sound, 4 sound |
/// | 1 | flags: bit 0 says that a picture is a keyframe; the others are 0 |
/// | 2 to 9 | time in microseconds, big-endian; of configurations 0 |
/// | 10 to 13 | duration in microseconds, big-endian; 0 where it is not known |
///
/// A configuration of the picture is an AVCDecoderConfigurationRecord, one of the sound an `OpusHead`
/// (RFC 7845, section 5.1). Pictures are NAL units with sizes of four bytes, sound is Opus packets.
package struct SeatMessage: Sendable, Equatable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        case videoConfiguration = 1
        case picture = 2
        case audioConfiguration = 3
        case sound = 4
    }

    package static let headBytes = 14

    package var kind: Kind
    package var isKey: Bool
    /// By the page's clock.
    package var microseconds: Int64
    package var durationMicroseconds: UInt32
    package var payload: [UInt8]

    package init(
        kind: Kind, isKey: Bool = false, microseconds: Int64 = 0,
        durationMicroseconds: UInt32 = 0, payload: [UInt8]
    ) {
        self.kind = kind
        self.isKey = isKey
        self.microseconds = microseconds
        self.durationMicroseconds = durationMicroseconds
        self.payload = payload
    }

    /// Reads a message.
    ///
    /// - Throws: ``StreamRefusal/Code/malformed`` for anything that is not one.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(StreamRefusal) {
        guard bytes.count > Self.headBytes else {
            throw StreamRefusal(.malformed, "a message of \(bytes.count) bytes holds nothing")
        }
        guard let kind = Kind(rawValue: bytes[0]), bytes[1] & 0xFE == 0 else {
            throw StreamRefusal(.malformed, "there are no messages of kind \(bytes[0])")
        }
        var head = BinaryReader(Array(bytes[2..<Self.headBytes]))
        guard let time = head.integer(8), let duration = head.integer(4),
            time <= UInt64(Self.microsecondsMax)
        else {
            throw StreamRefusal(.malformed, "the time of a message cannot be")
        }
        self.kind = kind
        isKey = bytes[1] & 1 == 1
        microseconds = Int64(time)
        durationMicroseconds = UInt32(duration)
        payload = Array(bytes[Self.headBytes...])
    }

    /// Numbers that JavaScript holds exactly.
    private static let microsecondsMax: Int64 = 1 << 53

    /// As it goes over the wire.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [kind.rawValue, isKey ? 1 : 0]
        bytes.append64(microseconds)
        bytes.append32(Int(durationMicroseconds))
        return bytes + payload
    }
}
