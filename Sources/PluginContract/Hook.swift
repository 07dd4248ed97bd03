/// A function of the plugin that the host calls.
package enum Hook: String, Sendable, CaseIterable {
    /// The plugin was started.
    case start
    /// The plugin is being stopped; afterwards everything it showed and held is gone.
    case stop
    /// A viewer used an element of a panel that no collector listens to.
    case action
    /// A host or operator gave a command.
    case command
    /// A timer ran out.
    case timer
    /// A collector took answers since the last call.
    case collected

    /// The name of the function in the table that `main.lua` returns.
    package var functionName: String { "on_" + rawValue }

    package init?(functionName: String) {
        guard functionName.hasPrefix("on_") else { return nil }
        self.init(rawValue: String(functionName.dropFirst(3)))
    }
}
