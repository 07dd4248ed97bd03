package import PluginContract
package import Scripting

/// Names one plugin of one show on a stage.
package struct PlayID: Hashable, Sendable {
    package var show: String
    package var plugin: String
    package init(show: String, plugin: String) {
        self.show = show
        self.plugin = plugin
    }
}

/// What a stage is given when it opens a play: JSON texts.
package struct StageOpening: Sendable, Equatable {
    /// `room.config`.
    package var configuration: [UInt8]
    /// The products of the show, which panels name by id.
    package var products: [UInt8]
    /// `room.state` to begin with.
    package var state: [UInt8]
    /// What the host functions know: surfaces of the manifest, points, values. Empty for a play
    /// that begins with nothing and may show panels anywhere.
    package var host: [UInt8]

    package init(
        configuration: [UInt8], products: [UInt8], state: [UInt8], host: [UInt8] = []
    ) {
        self.configuration = configuration
        self.products = products
        self.state = state
        self.host = host
    }
}

/// How a prize pool stands for one play when a call is made.
package struct PoolStanding: Sendable, Equatable {
    /// Units that can still be reserved.
    package var available: Int64
    /// Units that this play has reserved and not granted.
    package var reserved: Int64

    package init(available: Int64, reserved: Int64) {
        self.available = available
        self.reserved = reserved
    }
}

/// One call of a hook, with what the host functions may know while it runs.
///
/// Whatever decides an answer of a host function travels here, so that the same call has the same
/// outcome when it is replayed.
package struct StageCall: Sendable, Equatable {
    package var call: ScriptCall
    /// Per pool; empty for plugins without the capability `prizes`.
    package var pools: [String: PoolStanding]
    /// People in the room; nil for plugins without the capability `presence`.
    package var present: Int64?
    /// Where the picture is, in milliseconds of stream time; nil while there is none.
    package var picture: Int64?
    /// What others did with products; nil for plugins without the capability `products`.
    package var shelf: Shelf?
    /// The hash of the next secret; nil for plugins without the capability `fairness`.
    package var sealed: String?

    package init(
        call: ScriptCall, pools: [String: PoolStanding] = [:], present: Int64? = nil,
        picture: Int64? = nil, shelf: Shelf? = nil, sealed: String? = nil
    ) {
        self.call = call
        self.pools = pools
        self.present = present
        self.picture = picture
        self.shelf = shelf
        self.sealed = sealed
    }
}

/// Why calls were not run: the stage no longer has the play.
package enum StageLoss: Error, Sendable, Equatable {
    /// By no fault of the play: the stage died in another one's call, or was killed. Nothing of the
    /// calls has happened; open the play again from the journal and run them there.
    case innocent
    /// The stage died or hung while it ran these calls.
    case charged(ScriptFault)
}

/// Where Lua runs: a caged process, or, for tests and the author's tools, this one.
///
/// Only bytes cross this border, in batches. A stage keeps nothing that the journal does not have:
/// a play can be opened again elsewhere from its program, its configuration and its state.
package protocol Stage: Sendable {
    /// Loads a program and gives it its configuration and its state. A play that is open is
    /// opened anew.
    func open(_ play: PlayID, program: PluginProgram, _ opening: StageOpening)
        async throws(ScriptFault)
    /// Runs calls in order, up to the first one behind which the next must be judged anew
    /// (``OpenPlay/run(_:clock:)``). A call that fails is undone.
    ///
    /// - Returns: The outcomes of the calls that were run, at least one.
    func run(_ play: PlayID, _ calls: [StageCall]) async throws(StageLoss) -> [ScriptOutcome]
    /// The whole `room.state` as JSON text.
    func state(of play: PlayID) async throws(ScriptFault) -> [UInt8]
    func close(_ play: PlayID) async
    /// Ends the stage, which must not be used afterwards.
    func stop() async
}
