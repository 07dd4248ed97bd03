/// The media of a publisher while somebody else is shown: whether they become a picture is found out
/// before anybody is sent away for them.
///
/// They are packaged as those of a stream of their own, which nobody sees, up to its initialisation
/// segment: then the tracks are known, and the first keyframe has come. What was taken until then is
/// kept, so that the room's stream begins with it.
struct Audition {
    private var stream: LiveStream
    private var messages: [RTMPMessage] = []
    private var byteCount = 0
    private let bytesMax: Int

    init(limits: IngestLimits) {
        bytesMax = limits.auditionBytesMax
        stream = LiveStream(codings: limits.codings)
    }

    /// Takes one message of the publisher.
    ///
    /// - Returns: All that came, as soon as something of it can be shown; nil before.
    /// - Throws: ``StreamRefusal`` for what could not be shown, and for more than
    ///   ``IngestLimits/auditionBytesMax`` without a beginning.
    mutating func take(
        _ message: RTMPMessage, arrivalMilliseconds: Int64
    ) throws(StreamRefusal) -> [RTMPMessage]? {
        // Small messages cost more than their bytes.
        byteCount += message.payload.count + 64
        guard byteCount <= bytesMax else {
            throw StreamRefusal(
                .tooLarge,
                "no keyframe came within \(bytesMax) bytes; set the keyframe interval to 2 s")
        }
        messages.append(message)
        let output = try stream.take(
            message, arrivalMilliseconds: arrivalMilliseconds, unixMilliseconds: 0)
        return output.isEmpty ? nil : messages
    }
}
