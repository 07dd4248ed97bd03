/// Decides what a viewer gets who may be slower than the stream: everything, or the next keyframe,
/// or the end. What one viewer cannot take is never kept for it beyond a bound.
package struct ViewerPace: Sendable {
    package enum Decision: Sendable, Equatable {
        case send
        /// It is left out; the next keyframe begins again.
        case skip
        /// It has been behind for too long.
        case close
    }

    /// Bytes that may wait for one viewer.
    package static let waitingBytesMax = 1 << 20
    /// From the first fragment that was left out to the end.
    package static let behindMilliseconds: Int64 = 10_000

    /// Since when fragments are left out because the viewer is behind; nil while it keeps up.
    private var behindSince: Int64?
    private var needsKey: Bool
    /// What was sent on joining and does not count, until it has been read.
    private var allowance: Int
    private let waitingMax: Int

    /// - Parameters:
    ///   - needsKey: Whether nothing was sent on joining that the next frame could follow.
    ///   - burstBytes: What was sent on joining: it may wait beyond the bound.
    ///   - waitingBytesMax: Bytes that may wait otherwise.
    package init(
        needsKey: Bool, burstBytes: Int = 0, waitingBytesMax: Int = Self.waitingBytesMax
    ) {
        self.needsKey = needsKey
        allowance = burstBytes
        waitingMax = waitingBytesMax
    }

    package mutating func decide(
        isKey: Bool, waitingBytes: Int, nowMilliseconds: Int64
    ) -> Decision {
        if waitingBytes <= waitingMax { allowance = 0 }
        if waitingBytes > waitingMax + allowance {
            needsKey = true
            let since = behindSince ?? nowMilliseconds
            behindSince = since
            return nowMilliseconds - since > Self.behindMilliseconds ? .close : .skip
        }
        guard needsKey else { return .send }
        if let behindSince, nowMilliseconds - behindSince > Self.behindMilliseconds {
            return .close
        }
        // To begin again with most of the bound still waiting would end in the same place.
        guard isKey, waitingBytes <= waitingMax / 4 else { return .skip }
        needsKey = false
        behindSince = nil
        return .send
    }
}
