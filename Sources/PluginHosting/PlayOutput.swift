package import PluginContract
package import Scripting
package import Wire

/// What a play wants done, in this order.
package enum PlayOutput: Sendable {
    /// To be journaled. Its public events and afterwards leave when it is durable.
    case draft(Draft)
    /// Leaves as soon as every draft before it is durable; at once when there is none.
    case afterwards(Afterwards)
    /// Opens the play on its stage before the next calls run there. If that fails, say so with
    /// `stageFailed`, and do not run the calls.
    case openStage(PlayID, StageOpening)
    case closeStage(PlayID)
    /// The call of the draft before this is to be made again elsewhere, and compared.
    case check(ReplayCheck, ScriptOutcome)
}

/// What can go on now.
package struct PlayStep: Sendable {
    /// To be done first.
    package var outputs: [PlayOutput] = []
    /// To be run on the stage; the outcomes go to `finished`. Empty: nothing to run.
    package var calls: [StageCall] = []

    package init() {}
}

/// A value of class `state` as a newcomer receives it.
package struct StateValue: Sendable, Equatable {
    package var key: String
    package var value: JSON
    package var audience: Audience

    package init(key: String, value: JSON, audience: Audience) {
        self.key = key
        self.value = value
        self.audience = audience
    }
}
