/// The connections of one room that live on one lane, and what they share.
final class Audience {
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
    var chatter: ByteLog
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
        chatter = ByteLog(window: limits.chatterBacklogBytesMax)
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
        chatter.forgetAll()
    }
}
