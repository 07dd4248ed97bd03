import Wire

/// A `publish` request as a client's frame, whose stamp and id are written anew for each message
/// without building it anew.
struct PublishFrame {
    private static let idDigits = 10
    private static let mask: [UInt8] = [0x5A, 0x17, 0xC3, 0x88]

    private var message: [UInt8]
    private var frame: [UInt8]
    private let idOffset: Int
    private let stampOffset: Int
    private let payloadOffset: Int

    /// The `data` of the event takes `dataBytes`, at least ``LoadPlan/dataBytesMin``.
    init(dataBytes: Int) {
        precondition(dataBytes >= LoadPlan.dataBytesMin, "the stamp needs 30 bytes")
        let before = #"{"type":"publish","id":""#
        let between = #"","name":"bench","data":{"t0":"#
        let padding = String(repeating: "x", count: dataBytes - LoadPlan.dataBytesMin)
        let zeros = String(repeating: "0", count: Self.idDigits)
        let stamp = String(repeating: "0", count: Stamp.digitCount)
        message = Array((before + zeros + between + stamp + #","p":""# + padding + #""}}"#).utf8)
        idOffset = before.utf8.count
        stampOffset = idOffset + Self.idDigits + between.utf8.count
        frame = WebSocketFrame.masked(.text, message, mask: 0)
        payloadOffset = frame.count - message.count
        frame.replaceSubrange((payloadOffset - 4)..<payloadOffset, with: Self.mask)
    }

    /// Hands over the frame of one message.
    mutating func with<Result>(
        number: Int, stampNanoseconds: Int64, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        var rest = number
        for index in stride(from: idOffset + Self.idDigits - 1, through: idOffset, by: -1) {
            message[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        let stampOffset = stampOffset
        message.withUnsafeMutableBytes { bytes in
            Stamp.write(
                nanoseconds: stampNanoseconds,
                to: UnsafeMutableRawBufferPointer(rebasing: bytes[stampOffset...]))
        }
        let mask = Self.mask
        for index in message.indices {
            frame[payloadOffset + index] = message[index] ^ mask[index & 3]
        }
        return frame.withUnsafeBytes { body($0) }
    }
}
