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

/// Where Lua runs: a caged process, or, for tests and the author's tools, this one.
///
/// Only bytes cross this border, in batches. A stage keeps nothing that the journal does not have:
/// a play can be opened again elsewhere from its program, its configuration and its state.
package protocol Stage: Sendable {
    /// Loads a program and gives it its configuration and its state (JSON texts).
    func open(_ play: PlayID, program: PluginProgram, configuration: [UInt8], state: [UInt8])
        async throws(ScriptFault)
    /// Runs calls in order. A call that fails is undone; the ones after it still run.
    func run(_ play: PlayID, _ calls: [ScriptCall]) async -> [ScriptOutcome]
    /// The whole `room.state` as JSON text.
    func state(of play: PlayID) async throws(ScriptFault) -> [UInt8]
    func close(_ play: PlayID) async
}
