@testable import Streaming

/// What encoders send, made by hand.
enum MediaFixture {
    /// Of libx264: 640 × 360, and 1920 × 1080 with its crop, two lines of which are not shown.
    static let smallRecord = bytes(
        "0142c01effe100196742c01eda0280bfe5c044000003000400000300f03c58ba8001000468ce0fc8")
    static let largeRecord = bytes(
        "0142c028ffe100196742c028da01e0089f970110000003001000000303c0f1832a01000468ce0fc8")
    /// The same size in profile high, as libx264 makes it by default.
    static let highRecord = bytes(
        "0164001effe1001a6764001eacd940a02ff970110000030001000003003c0f162d9601000668ebe3cb22c0"
            + "fdf8f800")
    /// AAC-LC, 44,100 Hz, two channels.
    static let soundRecord: [UInt8] = [0x12, 0x10]

    static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { place in
            let start = hex.index(hex.startIndex, offsetBy: place)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
        }
    }

    static func picture(
        _ time: UInt32, isKey: Bool = false, offset: Int = 0, size: Int = 100
    ) -> RTMPMessage {
        var payload: [UInt8] = [isKey ? 0x17 : 0x27, 1]
        payload.append24(offset)
        payload.append32(size)
        payload += [UInt8](repeating: isKey ? 0x65 : 0x41, count: size)
        return RTMPMessage(type: 9, timestamp: time, streamID: 1, payload: payload)
    }

    static func sound(_ time: UInt32) -> RTMPMessage {
        RTMPMessage(type: 8, timestamp: time, streamID: 1, payload: [0xAF, 1, 0x21, 0x10, 4])
    }

    static func videoConfiguration(_ record: [UInt8] = smallRecord) -> RTMPMessage {
        RTMPMessage(type: 9, streamID: 1, payload: [0x17, 0, 0, 0, 0] + record)
    }

    static func audioConfiguration(_ record: [UInt8] = soundRecord) -> RTMPMessage {
        RTMPMessage(type: 8, streamID: 1, payload: [0xAF, 0] + record)
    }
}
