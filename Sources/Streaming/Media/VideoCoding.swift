/// A way in which pictures are coded. H.264 is taken always, the others where a server is configured
/// so: not every browser plays them.
package enum VideoCoding: String, Sendable, CaseIterable {
    case h264, hevc, av1

    /// For people.
    package var name: String {
        switch self {
        case .h264: "H.264"
        case .hevc: "HEVC (H.265)"
        case .av1: "AV1"
        }
    }

    /// The sample entry of MP4, and the FourCC of enhanced RTMP.
    var sampleEntry: String {
        switch self {
        case .h264: "avc1"
        case .hevc: "hvc1"
        case .av1: "av01"
        }
    }

    /// The box within it that holds the configuration.
    var configurationBox: String {
        switch self {
        case .h264: "avcC"
        case .hevc: "hvcC"
        case .av1: "av1C"
        }
    }

    /// Whether its frames in enhanced RTMP say when they are shown. Those of AV1 are shown in order.
    var hasOffsets: Bool { self != .av1 }
}
