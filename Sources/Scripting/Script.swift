internal import CSandbox

/// One Lua state with one program loaded: the only way to run a script.
///
/// A hook is a function in the table that `main.lua` returns. `room.state` is plain data whose writes
/// are tracked; a call either stands as a whole or has never been, and equal calls on equal states
/// give equal bytes. What the script can reach is an allow-list, and a budget that is used up cannot
/// be caught. The distribution's Lua is not memory-safe against every hostile source: the known ways
/// to its faults are closed here, but a stranger's script belongs in a process of its own.
///
/// JSON at this border: an integer literal is a Lua integer and every other number a float, written
/// with `.` or `e`, so both kinds survive. `null` is nil: an absent field, a hole in a list. A table
/// whose keys are exactly 1…n is an array, every other one an object, the empty table `{}`. In what a
/// script passes to a host function an integer key of an object is written in decimal. In the state and
/// in changes it is written as `#` and decimal, and a text key that begins with `#` gets a second
/// one; paths of changes hold integers and texts as they are. Data is at most 32 tables deep.
///
/// A script is used by one thread at a time, with a stack of 8 MiB or more: see ``ScriptThread``.
package final class Script {
    /// Answers a host call: the index into the functions, and the JSON array of the arguments. Must
    /// not use the script that it is called from.
    package typealias Handler = (Int, UnsafeRawBufferPointer) -> HostAnswer

    private let source: ScriptSource
    private let functions: HostFunctions
    private let configuration: [UInt8]
    private let budget: ScriptBudget
    private let cpuNanoseconds: UInt64
    private let handler: Handler
    private let coverage: LineCoverage?

    private enum Machine {
        case ready(OpaquePointer)
        /// A budget ran out in the middle of the script's own work, so its Lua state is not used
        /// again: before the next operation the program is loaded anew and given this state.
        case spent(state: [UInt8])
    }
    private var machine: Machine

    /// The functions in the returned table.
    package private(set) var hooks: Set<String> = []

    /// Loads a program and runs its top level.
    ///
    /// - Parameters:
    ///   - source: The files; `main.lua` is run.
    ///   - functions: What exists below `room`.
    ///   - configuration: JSON object, `room.config`.
    ///   - budget: Of the top level, and of each call.
    ///   - cpuNanoseconds: Processor time of a call, behind the budget: it stops what the count of
    ///     instructions does not see, such as comparing long texts. The only limit that depends on
    ///     the machine.
    ///   - coverage: Notes which lines run; for tests of plugins.
    ///   - handler: Called on the thread that calls the script.
    /// - Throws: A fault of kind `syntax`, `error`, `budget` or `memory` of the program, or `host` for a
    ///   configuration that is no JSON object.
    package init(
        source: ScriptSource, functions: HostFunctions, configuration: [UInt8],
        budget: ScriptBudget, cpuNanoseconds: UInt64 = 1_000_000_000,
        coverage: LineCoverage? = nil, handler: @escaping Handler
    ) throws(ScriptFault) {
        self.source = source
        self.functions = functions
        self.configuration = configuration
        self.budget = budget
        self.cpuNanoseconds = cpuNanoseconds
        self.handler = handler
        self.coverage = coverage
        machine = .spent(state: [])
        _ = try ready()
    }

    deinit {
        if case .ready(let box) = machine { sandbox_destroy(box) }
    }

    /// Bytes of the Lua state that are in use.
    package var memoryBytes: Int {
        guard case .ready(let box) = machine else { return 0 }
        return sandbox_memory(box)
    }

    /// Replaces `room.state` by what ``state()`` wrote.
    ///
    /// - Throws: `host` for a text that is no such state, `memory` for one that does not fit.
    package func restore(state: [UInt8]) throws(ScriptFault) {
        let box = try ready()
        let status = state.withSandboxBytes { sandbox_restore(box, $0) }
        if let fault = fault(box, status) {
            // Half a state is worse than none.
            spend(box, keeping: [])
            throw fault
        }
    }

    /// Applies the changes of a call to `room.state` without running the script; all or none.
    ///
    /// - Throws: `host` for changes that do not fit the state.
    package func apply(changes: [UInt8]) throws(ScriptFault) {
        let box = try ready()
        let status = changes.withSandboxBytes { sandbox_apply(box, $0) }
        guard let fault = fault(box, status) else { return }
        if status == SANDBOX_BUDGET || status == SANDBOX_MEMORY {
            spend(box, keeping: written(box))
        }
        throw fault
    }

    /// `room.state` as JSON text, keys in order: equal states, equal bytes.
    package func state() throws(ScriptFault) -> [UInt8] {
        if case .spent(let state) = machine, !state.isEmpty { return state }
        return written(try ready())
    }

    /// Runs a hook.
    ///
    /// A fault leaves `room.state` exactly as it was, and its effects are dropped. After a fault of kind
    /// `budget` or `memory` the program is loaded again before the next call, so variables outside
    /// `room.state` start anew.
    package func call(_ call: ScriptCall) -> ScriptOutcome {
        let box: OpaquePointer
        do throws(ScriptFault) { box = try ready() } catch { return .fault(error) }
        var name = call.hook
        let status = name.withUTF8 { name in
            call.arguments.withSandboxBytes { arguments in
                sandbox_call(
                    box, SandboxBytes(bytes: name.baseAddress, count: name.count), arguments,
                    call.nowMilliseconds, call.seed)
            }
        }
        switch status {
        case SANDBOX_DONE:
            let result = sandbox_result(box)
            return .done(
                changes: Self.list(result.changes), effects: Self.list(result.effects),
                use: ScriptUse(
                    instructions: result.instructions,
                    memoryBytes: Int64(truncatingIfNeeded: result.peakBytes),
                    hostCalls: result.hostCalls))
        case SANDBOX_ABSENT: return .absent
        default:
            let fault = ScriptFault(of: box, status)
            if status == SANDBOX_BUDGET || status == SANDBOX_MEMORY {
                spend(box, keeping: written(box))
            }
            return .fault(fault)
        }
    }

    /// Copies a JSON array; most are empty.
    private static func list(_ bytes: SandboxBytes) -> [UInt8] {
        bytes.count == emptyList.count ? emptyList : [UInt8](bytes)
    }
    // A literal, which lies in the program and is never counted.
    private static let emptyList: [UInt8] = [0x5B, 0x5D]

    /// Whether the hash seed of the Lua state is a function of the program, which makes also what
    /// depends on the layout of a table (memory, the length of a list with holes) reproducible.
    /// Needs the Lua version that the project is tested with.
    var isSeedSet: Bool {
        guard case .ready(let box) = machine else { return false }
        return sandbox_seed_is_set(box) != 0
    }

    /// A number that differs when a reference table is laid out differently.
    var keyOrder: UInt64 {
        guard case .ready(let box) = machine else { return 0 }
        return sandbox_key_order(box)
    }

    // MARK: Loading

    private func ready() throws(ScriptFault) -> OpaquePointer {
        let state: [UInt8]
        switch machine {
        case .ready(let box): return box
        case .spent(let kept): state = kept
        }
        let box = try load()
        if !state.isEmpty {
            let status = state.withSandboxBytes { sandbox_restore(box, $0) }
            if let fault = fault(box, status) {
                sandbox_destroy(box)
                throw fault
            }
        }
        machine = .ready(box)
        return box
    }

    private func load() throws(ScriptFault) -> OpaquePointer {
        let limits = SandboxBudget(
            instructions: budget.instructions, memoryBytes: budget.memoryBytes,
            hostCalls: Int64(budget.hostCalls), outputBytes: budget.outputBytes,
            cpuNanoseconds: cpuNanoseconds)
        // The script outlives the sandbox, which it alone destroys.
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard let box = sandbox_create(limits, source.hashSeed, answerHostCall, context) else {
            throw Self.outOfMemory
        }
        var isComplete = true
        for (name, text) in source.files {
            isComplete =
                isComplete
                && Array(name.utf8).withSandboxBytes { name in
                    text.withSandboxBytes { sandbox_add_file(box, name, $0) != 0 }
                }
        }
        coverage?.attach(to: box)
        functions.attach(to: box)
        guard isComplete else {
            sandbox_destroy(box)
            throw Self.outOfMemory
        }
        let status = configuration.withSandboxBytes { sandbox_load(box, $0) }
        if let fault = fault(box, status) {
            sandbox_destroy(box)
            throw fault
        }
        hooks = Set(
            (0..<sandbox_hook_count(box)).map {
                String(decoding: [UInt8](sandbox_hook(box, $0)), as: UTF8.self)
            })
        return box
    }

    private static let outOfMemory = ScriptFault(
        kind: .host, message: "no memory for another script")

    private func written(_ box: OpaquePointer) -> [UInt8] {
        sandbox_state(box)
        return [UInt8](sandbox_output(box))
    }

    private func spend(_ box: OpaquePointer, keeping state: [UInt8]) {
        sandbox_destroy(box)
        machine = .spent(state: state)
    }

    private func fault(_ box: OpaquePointer, _ status: SandboxStatus) -> ScriptFault? {
        ScriptFault(box, status)
    }

    // MARK: Host calls

    /// Runs below Lua frames, so nothing in it may raise a Lua error: it only copies bytes.
    fileprivate func answer(_ box: OpaquePointer, _ function: Int32, _ arguments: SandboxBytes) {
        let bytes = UnsafeRawBufferPointer(start: arguments.bytes, count: arguments.count)
        giveAnswer(to: box, handler(Int(function), bytes))
    }
}

private func answerHostCall(
    _ context: UnsafeMutableRawPointer?, _ box: OpaquePointer?, _ function: Int32,
    _ arguments: SandboxBytes
) {
    guard let context, let box else { return }
    Unmanaged<Script>.fromOpaque(context).takeUnretainedValue().answer(box, function, arguments)
}

/// Gives a script the host's answer to the call that is under way.
func giveAnswer(to box: OpaquePointer, _ answer: HostAnswer) {
    switch answer {
    case .accepted(let effect, let value):
        effect.withSandboxBytes { effect in
            value.withSandboxBytes { sandbox_accept(box, effect, $0) }
        }
    case .refused(let message):
        Array(message.utf8).withSandboxBytes { sandbox_refuse(box, $0) }
    }
}

extension ScriptSource {
    /// Orders the hash tables: a function of the program, so that runs agree and programs differ.
    /// FNV-1a.
    var hashSeed: UInt32 {
        var hash: UInt32 = 2_166_136_261
        func mix(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        }
        mix(name.utf8)
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            mix(name.utf8)
            mix(text)
        }
        return hash
    }
}

extension [UInt8] {
    init(_ bytes: SandboxBytes) {
        self.init(UnsafeBufferPointer(start: bytes.bytes, count: bytes.count))
    }

    func withSandboxBytes<Result>(_ body: (SandboxBytes) -> Result) -> Result {
        withUnsafeBufferPointer { body(SandboxBytes(bytes: $0.baseAddress, count: $0.count)) }
    }
}

extension ScriptFault {
    /// The fault of the last operation; nil if there was none.
    init?(_ box: OpaquePointer, _ status: SandboxStatus) {
        if status == SANDBOX_DONE || status == SANDBOX_ABSENT { return nil }
        self.init(of: box, status)
    }

    /// The fault of an operation that did not end well.
    init(of box: OpaquePointer, _ status: SandboxStatus) {
        let kind: ScriptFault.Kind =
            switch status {
            case SANDBOX_SYNTAX: .syntax
            case SANDBOX_BUDGET: .budget
            case SANDBOX_MEMORY: .memory
            case SANDBOX_HOST: .host
            default: .error
            }
        self.init(
            kind: kind,
            message: String(decoding: [UInt8](sandbox_message(box)), as: UTF8.self),
            trace: String(decoding: [UInt8](sandbox_trace(box)), as: UTF8.self))
    }
}
