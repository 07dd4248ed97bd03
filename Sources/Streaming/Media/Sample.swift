/// A frame as MP4 stores it: NAL units with their sizes in front, or OBUs of AV1.
package struct VideoSample: Sendable, Equatable {
    /// Milliseconds of stream time at which it is decoded.
    package var decodeMilliseconds: Int64
    /// From decoding to presentation, in milliseconds; signed 24 bits.
    package var offsetMilliseconds: Int32
    package var isKey: Bool
    package var bytes: [UInt8]
}

/// A frame of AAC.
package struct AudioSample: Sendable, Equatable {
    /// In samples of the sound, since stream time 0.
    package var position: Int64
    package var bytes: [UInt8]
}
