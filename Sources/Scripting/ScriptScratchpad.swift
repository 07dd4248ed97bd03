internal import CSandbox

/// Runs one chunk of Lua on its own, in the same sandbox and with the same budgets as a plugin.
///
/// For an author's experiments and for attacks. Must be called on a thread with a stack of 8 MiB or
/// more.
package enum ScriptScratchpad {
    /// What came of the chunk.
    package struct Result: Sendable, Equatable {
        /// Nil: it ran to its end.
        package var fault: ScriptFault?
        /// The fault says that something is not allowed in the sandbox, or does not exist there.
        package var isDenied: Bool
        /// JSON text: the first result, or a text that names its type if it is no plain data.
        package var value: [UInt8]
        /// JSON array of the accepted calls of host functions.
        package var effects: [UInt8]
        package var instructions: Int64
        /// The most bytes that the Lua state ever had.
        package var peakBytes: Int
    }

    /// Runs a chunk.
    ///
    /// - Parameters:
    ///   - text: The chunk.
    ///   - name: Its file's name in messages.
    ///   - isHandler: As the body of a handler, in which `room` is known and globals are frozen; else as
    ///     the top level of a program.
    ///   - seed: Of `math.random`.
    ///   - functions: As in ``Script``.
    ///   - budget: Of the chunk.
    ///   - cpuNanoseconds: As in ``Script``.
    ///   - handler: As in ``Script``.
    /// - Returns: How it ended.
    package static func run(
        _ text: [UInt8], name: String, isHandler: Bool, seed: UInt64,
        functions: HostFunctions, budget: ScriptBudget, cpuNanoseconds: UInt64 = 1_000_000_000,
        handler: @escaping Script.Handler
    ) -> Result {
        run(
            text, name: name, isHandler: isHandler, isRelaxed: false, seed: seed,
            functions: functions, budget: budget, cpuNanoseconds: cpuNanoseconds, handler: handler)
    }

    /// The same; `isRelaxed` gives the tests of the language a `load`, and blocks of any size.
    static func run(
        _ text: [UInt8], name: String, isHandler: Bool, isRelaxed: Bool, seed: UInt64,
        functions: HostFunctions, budget: ScriptBudget, cpuNanoseconds: UInt64,
        handler: @escaping Script.Handler
    ) -> Result {
        let body = withoutHead(text)
        let isBinary = body.first == 0x1B
        // A chunk is the body of a function, so this makes it exactly the body of a handler.
        let text = isHandler && !isBinary ? Array("local room = ...; ".utf8) + body : Array(body)
        let name = String(decoding: name.utf8.prefix(100), as: UTF8.self)
        let source = ScriptSource(name: name, files: [name: text])
        let context = Context(handler)
        let limits = SandboxBudget(
            instructions: budget.instructions, memoryBytes: budget.memoryBytes,
            hostCalls: Int64(budget.hostCalls), outputBytes: budget.outputBytes,
            cpuNanoseconds: cpuNanoseconds)
        // The context outlives the sandbox, which is destroyed before this function returns.
        let pointer = Unmanaged.passUnretained(context).toOpaque()
        return withExtendedLifetime((context, functions)) {
            guard let box = sandbox_create(limits, source.hashSeed, answerHostCall, pointer) else {
                return outOfMemory
            }
            defer { sandbox_destroy(box) }
            if isRelaxed { sandbox_relax(box) }
            functions.attach(to: box)
            let isComplete = Array(name.utf8).withSandboxBytes { name in
                text.withSandboxBytes { sandbox_add_file(box, name, $0) != 0 }
            }
            guard isComplete else { return outOfMemory }
            let status = Array(name.utf8).withSandboxBytes {
                sandbox_evaluate(box, $0, isHandler ? 1 : 0, seed)
            }
            let fault = ScriptFault(box, status)
            let result = sandbox_result(box)
            return Result(
                fault: fault,
                isDenied: fault?.kind == .error
                    && (sandbox_was_denied(box) != 0 || isMissing(fault?.message ?? ""))
                    || fault?.kind == .syntax && isBinary,
                value: fault == nil ? [UInt8](sandbox_output(box)) : [],
                effects: [UInt8](result.effects), instructions: result.instructions,
                peakBytes: result.peakBytes)
        }
    }

    /// What the stock library has and the sandbox has not. These read as nil, so that a program can look
    /// whether they are there.
    private static let missing = [
        "collectgarbage", "debug", "dofile", "dump", "getfenv", "io", "load", "loadfile",
        "loadstring", "module", "newproxy", "os", "package", "setfenv", "warn",
    ]

    /// Whether a message speaks of an attempt to use one of them.
    private static func isMissing(_ message: String) -> Bool {
        guard message.hasSuffix("')"), let open = message.lastIndex(of: "(") else { return false }
        let parts = message[open...].split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 3, missing.contains(String(parts[1])) else { return false }
        let before = message[..<open]
        return before.hasSuffix("attempt to call a nil value ")
            || before.hasSuffix("attempt to index a nil value ")
    }

    /// A mark of the byte order and a first line that begins with `#` do not count, as in the stock
    /// interpreter.
    private static func withoutHead(_ text: [UInt8]) -> ArraySlice<UInt8> {
        var rest = text[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        if rest.first == UInt8(ascii: "#") { rest = rest.drop { $0 != UInt8(ascii: "\n") } }
        return rest
    }

    private static let outOfMemory = Result(
        fault: ScriptFault(kind: .host, message: "no memory for another script"), isDenied: false,
        value: [], effects: [], instructions: 0, peakBytes: 0)

    fileprivate final class Context {
        let handler: Script.Handler
        init(_ handler: @escaping Script.Handler) { self.handler = handler }
    }
}

/// Runs below Lua frames, so nothing in it may raise a Lua error: it only copies bytes.
private func answerHostCall(
    _ context: UnsafeMutableRawPointer?, _ box: OpaquePointer?, _ function: Int32,
    _ arguments: SandboxBytes
) {
    guard let context, let box else { return }
    let handler = Unmanaged<ScriptScratchpad.Context>.fromOpaque(context).takeUnretainedValue()
        .handler
    let bytes = UnsafeRawBufferPointer(start: arguments.bytes, count: arguments.count)
    giveAnswer(to: box, handler(Int(function), bytes))
}
