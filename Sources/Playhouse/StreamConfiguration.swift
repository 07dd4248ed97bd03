package import Streaming

/// Where encoders bring live video, and for how many (SDK-docs/streaming.md).
package struct StreamConfiguration: Sendable, Equatable {
    /// Whether the port is opened at all.
    package var isOn = true
    /// A numeric address; nil for that of the server.
    package var host: String?
    /// 0 for any free port.
    package var port: UInt16 = 1935
    /// Whether any other port will do when that one is taken; for the demo, never from a file.
    package var mayMove = false
    /// What encoders are told to send to, such as `rtmp://live.example.com/live`; nil for the name by
    /// which the host's page reached the server, and the port.
    package var address: String?
    package var viewersMax = 5_000
    /// Milliseconds between two flushes to viewers, 0 for one per frame; nil to decide by the load.
    package var flushMilliseconds: Int?
    /// Failures of the picture within a minute after which a page goes on with the sound alone; 0 for
    /// never by itself.
    package var soundOnlyAfter = 3
    /// Whether somebody banned is kept from coming back without a name, by their address.
    package var bansAddresses = false
    /// Codings of the picture that are taken; H.264 always is.
    package var codecs: Set<VideoCoding> = [.h264]
    /// Folder that shows are recorded to; nil for no recording.
    package var record: String?

    /// How long a stream key lasts at most, and unless somebody says less, in hours.
    package static let keyHoursMax = 24
    package static let keyHours = 12

    package init() {}
}
