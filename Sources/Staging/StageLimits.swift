package import PluginHosting

/// How long stages are waited for.
package struct StageLimits: Sendable {
    /// After this time in one request, the plays that wait behind it go on in another stage.
    package var patienceNanoseconds: UInt64 = 250_000_000
    /// A stage that needs longer for one request is killed, and the play charged.
    package var runNanoseconds: UInt64 = 2_000_000_000
    /// From the start of a process to its greeting.
    package var startNanoseconds: UInt64 = 10_000_000_000
    /// Whether a second process is kept ready to take over.
    package var keepsSpare = true

    package init() {}
}

/// What happened to stages, for the log.
package enum StageNote: Sendable, Equatable {
    /// A process is ready.
    case started(StageCage)
    /// A process ended or was killed; `play` is the one that is charged.
    case ended(why: String, play: PlayID?)
    /// One play runs long and keeps its process for itself; nil when it is not on the stage any more.
    case setAside(play: PlayID?)
    /// What a process wrote to its standard error, in part.
    case said(String)
}
