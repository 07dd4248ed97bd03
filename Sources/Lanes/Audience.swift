/// The connections of one room that live on one lane, and what they share.
///
/// It is dealt into parts that read the same events and states, and each its own chatter.
final class Audience {
    static let partCount = 4

    /// One key of class `state` with its newest frame.
    struct StateSlot {
        var key: String
        var frame: [UInt8]
        /// The audience's version when the frame was set.
        var version: UInt64
        var staffOnly: Bool
    }

    let number: Int
    /// Slots of the lane, in no order; a connection knows its place here.
    var members: ContiguousArray<Int32> = []
    var events: ByteLog
    /// One log for each part.
    let chatter: UnsafeMutablePointer<ByteLog>
    /// Where the logs of ``chatter`` end, for the pass over the readers.
    private(set) var chatterEnds = SIMD4<UInt64>()
    private(set) var states: [StateSlot] = []
    /// Grows with every change of a state.
    private(set) var stateVersion: UInt64 = 0
    /// Members that wait for the kernel to take more.
    var blockedCount = 0
    /// Frames appended since the last observation.
    var framesSinceObservation = 0
    /// Whether it is on the lane's list of audiences with something to write.
    var isDirty = false
    /// Phases still to be visited before everybody has been written to.
    var phasesLeft = 0

    init(number: Int, limits: LaneLimits) {
        self.number = number
        events = ByteLog(window: limits.eventBacklogBytesMax)
        chatter = .allocate(capacity: Self.partCount)
        for part in 0..<Self.partCount {
            (chatter + part).initialize(to: ByteLog(window: limits.chatterBacklogBytesMax))
        }
    }

    deinit {
        chatter.deinitialize(count: Self.partCount)
        chatter.deallocate()
    }

    /// Appends a frame for the parts whose bits are set.
    func appendChatter(_ bytes: UnsafeRawBufferPointer, parts: UInt8) {
        for part in 0..<Self.partCount where parts >> UInt8(part) & 1 == 1 {
            chatter[part].append(bytes)
            chatterEnds[part] = chatter[part].end
        }
    }

    func setState(key: String, frame: [UInt8], staffOnly: Bool) {
        stateVersion += 1
        let slot = StateSlot(key: key, frame: frame, version: stateVersion, staffOnly: staffOnly)
        if let index = states.firstIndex(where: { $0.key == key && $0.staffOnly == staffOnly }) {
            states[index] = slot
        } else {
            states.append(slot)
        }
    }

    /// Gives back the memory of what everybody has read.
    func forgetWhatAllHaveRead() {
        guard blockedCount == 0 else { return }
        events.forgetAll()
        for part in 0..<Self.partCount { chatter[part].forgetAll() }
    }
}
