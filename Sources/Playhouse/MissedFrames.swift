import Wire

/// The events that the last newcomer had missed, as frames: when a network comes back, many come who
/// missed the same, and share one copy.
struct MissedFrames {
    private var messages: [[UInt8]] = []
    private var frames: [UInt8] = []

    /// The messages as complete frames, in order.
    ///
    /// - Parameter messages: Events of one room that follow each other. Each holds its offset, so that
    ///   the first and the last say which they are.
    /// - Returns: What to send; the same bytes in the same place as long as the messages are the same.
    mutating func frames(of messages: [[UInt8]]) -> [UInt8] {
        guard !messages.isEmpty else { return [] }
        if messages.count == self.messages.count, messages.first == self.messages.first,
            messages.last == self.messages.last
        {
            return frames
        }
        self.messages = messages
        frames = []
        for message in messages {
            message.withUnsafeBytes { WebSocketFrame.encode(.text, $0, into: &frames) }
        }
        return frames
    }
}
