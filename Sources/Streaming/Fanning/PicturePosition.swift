/// Where a stream is: the newest that has come in, and when that was.
package struct PicturePosition: Sendable, Equatable {
    /// Stream time of the newest fragment.
    package var streamMilliseconds: Int64
    /// When it came, by a clock that never goes back.
    package var arrivedMilliseconds: Int64

    /// How far it is believed to have gone on without anything new; an encoder that pauses stands
    /// still.
    package static let pauseMilliseconds: Int64 = 500

    package init(streamMilliseconds: Int64, arrivedMilliseconds: Int64) {
        self.streamMilliseconds = streamMilliseconds
        self.arrivedMilliseconds = arrivedMilliseconds
    }

    /// Stream time of what comes in at a moment of the same clock.
    package func streamMilliseconds(atMilliseconds now: Int64) -> Int64 {
        streamMilliseconds + min(max(0, now - arrivedMilliseconds), Self.pauseMilliseconds)
    }
}
