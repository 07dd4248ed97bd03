/// Everything that hangs on `room` and does something: the one table of host functions.
///
/// It enforces (``check(_:hook:capabilities:arguments:)``), and reference and stubs are written from
/// it. `room.state`, `room.config` and `room.now` are data, not functions.
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
        /// What it returns at once; nil for nothing.
        package var returns: Return?
        /// Whether it only reads what was delivered, and asks for nothing.
        package var isRead: Bool
        /// What it does, in one line.
        package var summary: String
        /// What else there is to know; may be empty.
        package var details: String

        init(
            _ path: String, _ capability: Capability?, in hooks: [Hook],
            _ parameters: [HostParameter] = [], returns: Return? = nil, isRead: Bool = false,
            _ summary: String, _ details: String = ""
        ) {
            self.path = path
            self.capability = capability
            self.hooks = hooks
            self.parameters = parameters
            self.returns = returns
            self.isRead = isRead
            self.summary = summary
            self.details = details
        }
    }

    /// What a function returns.
    package struct Return: Sendable, Equatable {
        /// As the Lua language server writes it.
        package var type: String
        package var summary: String

        init(_ type: String, _ summary: String) {
            self.type = type
            self.summary = summary
        }
    }

    /// In the order of the documentation.
    package static let functions: [Function] =
        panelFunctions + collectorFunctions + timerFunctions + prizeFunctions + chatFunctions
        + presenceFunctions + productFunctions + leaderboardFunctions + valueFunctions
        + seatFunctions + fairnessFunctions + requestFunctions + generalFunctions

    /// The function of a path.
    package static func function(at path: String) -> Function? { byPath[path] }

    private static let byPath = Dictionary(uniqueKeysWithValues: functions.map { ($0.path, $0) })
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
