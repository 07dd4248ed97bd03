/// A function of the plugin that the host calls.
package enum Hook: String, Sendable, CaseIterable {
    /// The plugin was started.
    case start
    /// Somebody wants to stop the plugin, which may want to end what it has promised.
    case ending
    /// The plugin is being stopped; afterwards everything it showed and held is gone.
    case stop
    /// People came.
    case join
    /// People went.
    case leave
    /// Danmaku were said.
    case danmaku
    /// Hosts deleted danmaku, muted or banned people, or took that back.
    case moderated
    /// A viewer used an element of a panel that no collector listens to.
    case action
    /// A timer ran out.
    case timer
    /// A host or operator gave a command.
    case command
    /// A collector took answers since the last call.
    case collected
    /// A request to the host was answered, or was not in time.
    case result
    /// A secret that was committed to is revealed, with the outcome of its draw.
    case revealed
    /// What is sent from a seat began, or broke off.
    case media
    /// Another version goes on with the state.
    case migrate

    /// The name of the function in the table that `main.lua` returns.
    package var functionName: String {
        // Written out: it is asked for with every call, and a literal costs nothing.
        switch self {
        case .start: "on_start"
        case .ending: "on_ending"
        case .stop: "on_stop"
        case .join: "on_join"
        case .leave: "on_leave"
        case .danmaku: "on_danmaku"
        case .moderated: "on_moderated"
        case .action: "on_action"
        case .timer: "on_timer"
        case .command: "on_command"
        case .collected: "on_collected"
        case .result: "on_result"
        case .revealed: "on_revealed"
        case .media: "on_media"
        case .migrate: "on_migrate"
        }
    }

    package init?(functionName: String) {
        guard let hook = Self.allCases.first(where: { $0.functionName == functionName }) else {
            return nil
        }
        self = hook
    }
}

extension Hook {
    /// A parameter of the function, after `room`.
    package struct Parameter: Sendable, Equatable {
        package var name: String
        /// As the Lua language server writes it.
        package var type: String
    }

    /// What stands about a hook in the reference.
    package struct Form: Sendable {
        /// What the manifest must declare, or the hook is never called.
        package var capability: Capability?
        package var parameters: [Parameter]
        /// When it is called, in one sentence.
        package var summary: String
        /// What else there is to know.
        package var details: String
    }

    /// What the manifest must declare, or the hook is never called.
    package var capability: Capability? { form.capability }

    /// Hooks with that are told of what goes by, and can be left out without a trace.
    package var isNotice: Bool { self == .join || self == .leave || self == .danmaku }

    /// What stands about it in the reference.
    package var form: Form {
        func form(
            _ capability: Capability?, _ parameters: [(String, String)], _ summary: String,
            _ details: String = ""
        ) -> Form {
            Form(
                capability: capability,
                parameters: parameters.map { Parameter(name: $0, type: $1) }, summary: summary,
                details: details)
        }
        return switch self {
        case .start:
            form(
                nil, [], "A host, an operator or a service started it.",
                "`room.state` is empty; `room.config` is the configuration of this run.")
        case .ending:
            form(
                nil, [], "Somebody wants to stop it. Once in a run, before `on_stop`.",
                "With `room.linger()` the run goes on until the plugin ends it by `room.finish()`, to draw"
                    + " what was promised for instance; without, it is stopped at once. A second stop is"
                    + " not asked about.")
        case .stop:
            form(
                nil, [], "It is being stopped.",
                "Afterwards everything it showed and held is gone; what is reserved returns to its pool."
            )
        case .join:
            form(
                .presence, [("people", "Visitor[]")], "People came.",
                "Merged: at most one call a second, with at most 1,000 people; the rest follow in the"
                    + " next. Who came and went between two calls is not told. After a restart of the"
                    + " server everybody comes again.")
        case .leave:
            form(
                .presence, [("people", "Visitor[]")], "People went: their last connection closed.",
                "Merged like `on_join`.")
        case .danmaku:
            form(
                .chat, [("batch", "Danmaku[]")], "Danmaku were said.",
                "At most four calls a second, with at most 200 danmaku. The chat never waits for a"
                    + " plugin; when one cannot follow, the oldest are not told.")
        case .moderated:
            form(
                .chat, [("acts", "ModerationAct[]")],
                "Hosts deleted danmaku, muted or banned people, or took that back.",
                "At most 200 in one call, in log order with everything else: what was done before a timer"
                    + " ran out is told before it. Whoever is muted or banned when a run begins, or when"
                    + " the server is started again, is told then. What plugins hide is not told.")
        case .action:
            form(
                nil, [("action", "Action")],
                "Somebody used an element that no collector listens to.",
                "Who did is answered when the hook has returned and its record is durable.")
        case .timer: form(nil, [("name", "string")], "A timer ran out.")
        case .command: form(nil, [("command", "Command")], "A host or operator sent a command.")
        case .collected:
            form(
                nil, [("name", "string"), ("batch", "Answer[]")], "A collector took answers.",
                "At most 1,000 in one call, in log order. Every answer that counts is told before any"
                    + " later event. If the call fails, they are told again one by one.")
        case .result:
            form(
                nil, [("result", "Result")],
                "A request to the host was answered, or was not in time.",
                "Comes exactly once for each request of a run that goes on.")
        case .revealed:
            form(
                .fairness, [("name", "string"), ("reveal", "Reveal")],
                "A secret that was committed to is revealed, with the outcome of its draw.",
                "Comes exactly once for each `fairness.draw` and `fairness.reveal` of a run that goes on,"
                    + " also after a restart of the server, and always says the same.")
        case .media:
            form(
                .seats, [("media", "Media")],
                "What is sent from a seat began to arrive, or broke off.",
                "Told of leases that hold, in log order with everything else. When it changes faster"
                    + " than the plugin is called, the newest is told. After a restart of the server all"
                    + " media that were there have broken off.")
        case .migrate:
            form(
                nil, [("from", "string")],
                "This version takes over the state of version `from`, which `migrations` names.",
                "Bring `room.state` into the form of this version. If it fails, the old version stays."
            )
        }
    }
}
