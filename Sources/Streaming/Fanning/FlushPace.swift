/// Decides how long fragments are held so that several go to a viewer with one system call: not at all
/// while the processor has time for each frame, longer the less it has.
///
/// Sending costs by the call and hardly by the byte: half as many calls for the same stream take
/// between half and seven tenths of the time. What is held adds to the delay, so it is narrowed again as soon as the
/// narrower width would fit, and not before: going to and fro would be worse than either.
package struct FlushPace: Sendable, Equatable {
    /// Milliseconds between two flushes; 0 is a flush per frame.
    package static let widths = [0, 66, 100, 200]
    /// The share of a processor above which the next width is taken.
    package static let busyMax = 0.6
    /// For each width, the share below which the one before it fits even if all costs are by the call.
    package static let quietMax = [0, 0.25, 0.35, 0.25]
    /// Quiet seconds in a row before it is narrowed.
    package static let quietSeconds = 3

    private let fixed: Int?
    private var place = 0
    private var quiet = 0

    /// - Parameter fixed: A width that is kept, in milliseconds, instead of deciding.
    package init(fixed: Int? = nil) { self.fixed = fixed }

    package var milliseconds: Int { fixed ?? Self.widths[place] }

    /// Takes note of the share of a processor that the lane took in the last second, 0 to 1.
    package mutating func observe(busy share: Double) {
        guard share <= Self.busyMax else {
            place = min(place + 1, Self.widths.count - 1)
            quiet = 0
            return
        }
        guard share < Self.quietMax[place] else {
            quiet = 0
            return
        }
        quiet += 1
        guard quiet >= Self.quietSeconds else { return }
        place -= 1
        quiet = 0
    }
}
