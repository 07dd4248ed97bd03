import Clockwork
package import Staging
import Wire

/// Writes down what happens to the stage processes of a server: of those that come at the start one
/// line when all are ready, later ones as they come.
package final class StageRoll: Sendable {
    private let log: Log
    private let firstCount: Int
    private let ready = Lock(0)

    /// - Parameters:
    ///   - log: Where the lines go.
    ///   - firstCount: Processes that come at the start.
    package init(log: Log, firstCount: Int) {
        self.log = log
        self.firstCount = firstCount
    }

    /// Takes a note of any of the stages.
    package func note(_ note: StageNote) {
        guard case .started(let cage) = note else {
            log.note(note)
            return
        }
        let count = ready.withLock { count in
            count += 1
            return count
        }
        // A cage that does not hold is told of at once.
        if count > firstCount || !cage.contains(.filter) && count == 1 {
            log.note(note)
        } else if count == firstCount {
            log.info(
                "stage processes are ready",
                [
                    "count": .integer(Int64(count)),
                    "cage": .array(cage.names.map { .string($0) }),
                ])
        }
    }
}
