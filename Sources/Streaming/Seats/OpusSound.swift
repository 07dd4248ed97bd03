// Opus as seats send it (RFC 6716, RFC 7845) and as MP4 stores it ("Encapsulation of Opus in ISO Base
// Media File Format").
extension AudioConfiguration {
    /// Samples of one packet at 48 kHz: 20 ms.
    static let opusFrameSamples = 960

    /// Reads an `OpusHead` (RFC 7845, section 5.1).
    ///
    /// - Throws: ``StreamRefusal`` for anything but version 1 with one or two channels.
    package init(opusHead bytes: [UInt8]) throws(StreamRefusal) {
        guard bytes.count >= 19, bytes.prefix(8).elementsEqual("OpusHead".utf8), bytes[8] < 16
        else {
            throw StreamRefusal(.malformed, "the Opus configuration cannot be read")
        }
        guard (1...2).contains(bytes[9]), bytes[18] == 0 else {
            throw StreamRefusal(.unsupported, "the sound must have one or two channels")
        }
        // Numbers of `OpusHead` are little-endian, those of `dOps` big-endian.
        var box: [UInt8] = [0, bytes[9]]
        for field in [10..<12, 12..<16, 16..<18] { box += bytes[field].reversed() }
        box.append(0)
        self.init(
            coding: .opus, record: box, sampleRate: 48_000, channels: Int(bytes[9]),
            frameSamples: Self.opusFrameSamples)
    }
}

/// What the first byte of an Opus packet says (RFC 6716, section 3.1).
enum OpusPacket {
    /// The largest that a page sends: 510 kbit/s for 20 ms, and some.
    static let bytesMax = 1_500

    /// Samples at 48 kHz; nil for a packet that cannot be.
    static func samples(of packet: [UInt8]) -> Int? {
        guard let first = packet.first, packet.count <= bytesMax else { return nil }
        let configuration = Int(first >> 3)
        let frame: Int
        switch configuration {
        case 0..<12: frame = [480, 960, 1_920, 2_880][configuration & 3]
        case 12..<16: frame = [480, 960][configuration & 1]
        default: frame = [120, 240, 480, 960][configuration & 3]
        }
        switch first & 3 {
        case 0: return frame
        case 1, 2: return 2 * frame
        default:
            guard packet.count >= 2, packet[1] & 63 > 0 else { return nil }
            return frame * Int(packet[1] & 63)
        }
    }
}
