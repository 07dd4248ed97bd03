/// Everything that hangs on `room` and does something: the one table of host functions.
///
/// It enforces (``check(_:hook:capabilities:arguments:)``), and what is written about the host API
/// is written from it. `room.state`, `room.config` and `room.now` are data, not functions.
package enum HostAPI {
    /// One host function.
    package struct Function: Sendable, Equatable {
        /// Below `room`, such as `panel.show`.
        package var path: String
        /// What the manifest must declare; nil for what every plugin may do.
        package var capability: Capability?
        /// Where it may be called.
        package var hooks: [Hook]
        package var parameters: [HostParameter]
        /// What it does, in one line.
        package var summary: String
    }

    /// In the order of the documentation.
    package static let functions: [Function] = [
        Function(
            path: "panel.show", capability: .panel, hooks: whileRunning,
            parameters: [surface, HostParameter("view", .table)],
            summary: "Shows a view tree on a surface, in place of what it showed."),
        Function(
            path: "panel.hide", capability: .panel, hooks: whileRunning, parameters: [surface],
            summary: "Shows nothing on a surface."),
        Function(
            path: "panel.patch", capability: .panel, hooks: whileRunning,
            parameters: [HostParameter("viewer", .viewer), HostParameter("elements", .table)],
            summary: "Overrides attributes of elements of the viewer panel for one viewer."),
        Function(
            path: "collect", capability: .collect, hooks: whileRunning,
            parameters: [
                name,
                HostParameter(
                    "options",
                    .options([
                        HostParameter("keep", .choice(["first", "last"]), isOptional: true),
                        HostParameter("staff", .boolean, isOptional: true),
                    ]), isOptional: true),
            ],
            summary: "Opens a collector: one answer per viewer to the element of this name."),
        Function(
            path: "collect.close", capability: .collect, hooks: whileRunning, parameters: [name],
            summary: "Closes a collector; what comes later is answered LATE."),
        Function(
            path: "timers.set", capability: .timers, hooks: whileRunning,
            parameters: [name, HostParameter("seconds", .number(0.1...86_400))],
            summary: "Sets a timer in show time; it calls on_timer once."),
        Function(
            path: "timers.cancel", capability: .timers, hooks: whileRunning, parameters: [name],
            summary: "Cancels a timer."),
        Function(
            path: "prizes.reserve", capability: .prizes, hooks: whileRunning,
            parameters: [pool, HostParameter("count", count)],
            summary: "Takes prizes out of a pool; returns false when there are not enough."),
        Function(
            path: "prizes.grant", capability: .prizes, hooks: Hook.allCases,
            parameters: [
                pool, HostParameter("viewer", .viewer),
                HostParameter("count", count, isOptional: true),
            ],
            summary: "Gives reserved prizes, 1 unless said otherwise, to a viewer."),
        Function(
            path: "prizes.release", capability: .prizes, hooks: Hook.allCases,
            parameters: [pool],
            summary: "Returns to a pool what is reserved and not granted."),
        Function(
            path: "chat.say", capability: .chat, hooks: Hook.allCases,
            parameters: [
                HostParameter("text", .text(charactersMax: 500)),
                HostParameter("args", .table, isOptional: true),
            ],
            summary: "Speaks in the chat: a text of the plugin's locale files."),
        Function(
            path: "log", capability: nil, hooks: Hook.allCases,
            parameters: [
                HostParameter("level", .choice(LogLevel.allCases.map(\.rawValue))),
                HostParameter("text", .text(charactersMax: 1_000)),
            ],
            summary: "Writes a line into the record of this event."),
        Function(
            path: "finish", capability: nil, hooks: whileRunning, parameters: [],
            summary: "Ends the run after this handler; panels stay until the next start or stop."),
    ]

    /// The function of a path.
    package static func function(at path: String) -> Function? {
        functions.first { $0.path == path }
    }

    /// In `on_stop` everything is cleared right afterwards, so only what outlives the run makes sense.
    private static let whileRunning = Hook.allCases.filter { $0 != .stop }
    private static let count = HostParameter.Kind.integer(1...1_000_000)
    private static let name = HostParameter("name", .name)
    private static let pool = HostParameter("pool", .name)
    private static let surface = HostParameter(
        "surface", .choice(PanelSurface.allCases.map(\.rawValue)))
}

/// How important a logged line is.
package enum LogLevel: String, Sendable, CaseIterable {
    case debug, info, warning, error
}

/// Where a panel is shown.
package enum PanelSurface: String, Sendable, CaseIterable {
    /// To everyone.
    case viewer
    /// To hosts and operators, on the host's screen, which may be on camera.
    case host
    /// To hosts and operators, on the desk of whoever runs the show.
    case `operator`
}
