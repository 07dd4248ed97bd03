/// A message of RTMP, whole (Adobe, "RTMP 1.0", section 6.1).
package struct RTMPMessage: Sendable, Equatable {
    package var type: UInt8
    /// Milliseconds, 32 bits that wrap.
    package var timestamp: UInt32
    package var streamID: UInt32
    package var payload: [UInt8]

    package init(type: UInt8, timestamp: UInt32 = 0, streamID: UInt32 = 0, payload: [UInt8]) {
        self.type = type
        self.timestamp = timestamp
        self.streamID = streamID
        self.payload = payload
    }

    /// The types that are known here (sections 5.4, 6.2 and 7.1).
    package enum Kind {
        package static let setChunkSize: UInt8 = 1
        package static let abort: UInt8 = 2
        package static let acknowledgement: UInt8 = 3
        package static let userControl: UInt8 = 4
        package static let windowSize: UInt8 = 5
        package static let peerBandwidth: UInt8 = 6
        package static let audio: UInt8 = 8
        package static let video: UInt8 = 9
        package static let data3: UInt8 = 15
        package static let command3: UInt8 = 17
        package static let data0: UInt8 = 18
        package static let command0: UInt8 = 20
        package static let aggregate: UInt8 = 22
    }
}
