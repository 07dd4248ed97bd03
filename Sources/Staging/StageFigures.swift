import Foundation

/// The processes of a ``StageProcess``, and what they have done so far. Cheap to read at any time.
package struct StageFigures: Sendable, Equatable {
    /// The process that has the plays; nil while it is being started.
    package var active: Int32?
    package var spare: Int32?
    /// Each has one play that ran long.
    package var aside: [Int32] = []
    /// Processes started so far.
    package var starts = 0
    /// Processes that ended or were killed without having been set aside, and had to be replaced.
    package var restarts = 0
    /// Of these, those that a play was charged for.
    package var charges = 0
    /// Plays on a stage.
    package var plays = 0
    /// Answered requests to run calls, and the calls in them.
    package var batches = 0
    package var calls = 0
    /// Time in which processes ran requests, those that have ended included; as they say themselves.
    package var busySeconds = 0.0

    package init() {}

    /// Every process there is.
    package var processes: [Int32] { [active, spare].compactMap(\.self) + aside }

    /// Resident memory of all processes at this moment; nil where the system does not tell.
    ///
    /// Pages that processes share, such as those of the program, count once for each.
    package var residentBytes: Int? {
        #if os(Linux)
            processes.reduce(0) { sum, process in
                // Pages; the second field of proc(5), statm.
                let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
                let fields = text?.split(separator: " ") ?? []
                let pages = fields.count > 1 ? Int(fields[1]) ?? 0 : 0
                return sum + pages * Int(sysconf(Int32(_SC_PAGESIZE)))
            }
        #else
            nil
        #endif
    }
}
