/// What a plugin must name in its manifest before it may use it.
package enum Capability: String, Sendable, CaseIterable {
    /// Shows panels and overrides parts of them for one viewer.
    case panel
    /// Gathers one answer per viewer at native speed.
    case collect
    /// Sets timers in show time.
    case timers
    /// Reserves prizes from a pool of the show and grants them.
    case prizes
    /// Speaks in the chat.
    case chat
}
