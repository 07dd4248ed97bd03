import Foundation
import Testing

@testable import ShowTrials

/// One show of few viewers, killed once; `make shows` plays more and larger ones.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ShowTrialTests {
    @Test func `A show with all five plugins that is killed ends with books that agree`()
        async throws
    {
    }
}
