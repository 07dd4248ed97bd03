/// The bounds of one publisher. Before its key is checked a stranger gets by with very little.
package struct IngestLimits: Sendable, Equatable {
    /// Bytes of the whole connection before the key was accepted, the handshake's 3,073 included.
    package var strangerBytesMax = 64 << 10
    /// One message before the key was accepted.
    package var strangerMessageBytesMax = 8 << 10
    /// Commands before the key was accepted.
    package var strangerCommandsMax = 32
    /// From the connection to the accepted key.
    package var strangerSeconds: UInt32 = 10
    /// One message of an accepted publisher: a keyframe, in the worst case.
    package var messageBytesMax = 4 << 20
    /// Begun messages of all chunk streams together.
    package var partialBytesMax = 8 << 20
    /// Chunk streams that one connection uses.
    package var chunkStreamsMax = 32
    /// Without a byte from the publisher; then the connection counts as half open and is cut.
    package var silentSeconds: UInt32 = 15
    /// Without a byte from the publisher, in milliseconds; then another one takes its place at once
    /// and not with its first picture.
    package var halfOpenMilliseconds: Int64 = 2_000
    /// What a publisher may send, and how long it may take, before something of it can be shown while
    /// somebody else publishes.
    package var auditionBytesMax = 8 << 20
    package var auditionSeconds: UInt32 = 15
    /// Codings of the picture that are taken beside H.264, in enhanced RTMP.
    package var codings: Set<VideoCoding> = []
    /// How far in the future a stream key may expire.
    package var keySecondsMax: Int64 = 24 * 3_600

    package init() {}
}
