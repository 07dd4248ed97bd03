/// The Lua files of a program: relative path to source text. `main.lua` is the entry.
package struct ScriptSource: Sendable, Equatable {
    /// Names the program in error messages, such as `price-guess`.
    package var name: String
    package var files: [String: [UInt8]]

    package init(name: String, files: [String: [UInt8]]) {
        self.name = name
        self.files = files
    }
}

/// What one call may use up. Exhaustion cannot be caught by the script.
package struct ScriptBudget: Sendable, Equatable {
    /// Of the virtual machine, and their equivalents inside library functions.
    package var instructions: Int64
    /// Live bytes of the whole state.
    package var memoryBytes: Int
    /// Calls of host functions.
    package var hostCalls: Int
    /// Changes and effects of one call, encoded.
    package var outputBytes: Int

    package init(
        instructions: Int64 = 5_000_000, memoryBytes: Int = 16 << 20, hostCalls: Int = 1_000,
        outputBytes: Int = 256 << 10
    ) {
        self.instructions = instructions
        self.memoryBytes = memoryBytes
        self.hostCalls = hostCalls
        self.outputBytes = outputBytes
    }
}

/// One call of a hook.
package struct ScriptCall: Sendable, Equatable {
    /// Name of the function in the returned table, such as `on_timer`.
    package var hook: String
    /// A JSON array: the arguments after `room`.
    package var arguments: [UInt8]
    /// `room.now`, milliseconds of show time.
    package var nowMilliseconds: Int64
    /// Seeds `math.random` for this call.
    package var seed: UInt64

    package init(hook: String, arguments: [UInt8], nowMilliseconds: Int64, seed: UInt64) {
        self.hook = hook
        self.arguments = arguments
        self.nowMilliseconds = nowMilliseconds
        self.seed = seed
    }
}

/// What a call has used of its budget.
package struct ScriptUse: Sendable, Equatable {
    package var instructions: Int64
    /// The most that the state of the program had in use during the call.
    package var memoryBytes: Int64
    package var hostCalls: Int64

    package init(instructions: Int64 = 0, memoryBytes: Int64 = 0, hostCalls: Int64 = 0) {
        self.instructions = instructions
        self.memoryBytes = memoryBytes
        self.hostCalls = hostCalls
    }
}

/// What came of a call.
package enum ScriptOutcome: Sendable, Equatable {
    /// `changes` is a JSON array of `[path, value]` or `[path]` for a removal, where path is an array of
    /// keys (strings and integers) from `room.state`; applying them in order to the state before
    /// gives the state after. `effects` is a JSON array of what the host function handler accepted.
    case done(changes: [UInt8], effects: [UInt8], use: ScriptUse)
    /// The program has no such hook; nothing happened.
    case absent
    /// The call was undone.
    case fault(ScriptFault)
}

/// Why a script failed, in terms of the author's file and line.
package struct ScriptFault: Error, Sendable, Equatable {
    package enum Kind: String, Sendable { case syntax, error, budget, memory, host }
    package var kind: Kind
    /// Such as `main.lua:12: attempt to index a nil value (field 'best')`.
    package var message: String
    /// Lua stack trace in the author's files and lines; may be empty.
    package var trace: String

    package init(kind: Kind, message: String, trace: String = "") {
        self.kind = kind
        self.message = message
        self.trace = trace
    }
}

/// What the host says to a call of a host function.
package enum HostAnswer: Sendable, Equatable {
    /// Accepted: `effect` (JSON text, or empty for none) is appended to the call's effects, `value`
    /// (JSON text, or empty for nil) is returned to the script.
    case accepted(effect: [UInt8], value: [UInt8])
    /// Refused: raised as a Lua error at the author's line.
    case refused(String)
}
