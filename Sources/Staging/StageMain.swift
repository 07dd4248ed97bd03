import CCage
import Clockwork
import PluginContract
import PluginHosting
import Scripting

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// In the cage there are only blocking reads and writes: neither Foundation nor Dispatch, which start
// threads and open files when they like. For the same reason everything that the Swift runtime, the C
// library and Lua do once is done before the cage closes.

/// The process that `playhouse stage` is: requests on descriptor 0, answers on 1, complaints on 2,
/// and on 3 the page in which it notes what it is running.
package enum StageMain {
    /// Exit codes.
    private enum Exit {
        static let usage: Int32 = 2
        /// The cage could not be closed where it should be possible.
        static let noCage: Int32 = 3
        /// A request could not be read or an answer not be written.
        static let pipe: Int32 = 4
    }

    static let pageDescriptor: Int32 = 3
    /// Two hundred nested C calls of the pattern matcher or of a callback take up to half a mebibyte,
    /// and Swift frames come on top.
    private static let stackBytes = 16 << 20
    /// Of address space: what all scripts of a stage may take together, and the shared libraries.
    private static let addressSpaceBytes: UInt64 = 16 << 30

    /// Enters the cage and answers requests until the server closes the pipe.
    package static func run() -> Never {
        guard let page = stage_page_map(pageDescriptor) else {
            complain("playhouse stage is started by the server; see SDK-docs/security.md")
            _exit(Exit.usage)
        }
        let context = Context(page: page, prepared: cage_prepare(2, addressSpaceBytes))
        onLargeStack(context) { context in
            warmUp()
            let cage = context.prepared | close()
            serve(context.page, cage: cage)
        }
    }

    /// Enters the cage and tries what it forbids. Ends with exit code 1 if that was possible.
    package static func probe(_ name: String) -> Never {
        guard probeNames.contains(name) else {
            complain(
                "there is no probe \"\(name)\"; there are: \(probeNames.joined(separator: ", "))")
            _exit(Exit.usage)
        }
        let context = Context(page: nil, prepared: cage_prepare(2, addressSpaceBytes), probe: name)
        onLargeStack(context) { context in
            warmUp()
            _ = close()
            let result = cage_probe(context.probe)
            complain("\(context.probe): \(result >= 0 ? "allowed" : "refused")")
            _exit(result >= 0 ? 1 : 0)
        }
    }

    /// What ``probe(_:)`` can try. `nothing` and `memory` are allowed, and show that the probes work.
    package static var probeNames: [String] {
        var names: [String] = []
        while let name = cage_probe_name(names.count) { names.append(String(cString: name)) }
        return names
    }

    // MARK: - The cage

    private final class Context {
        let page: OpaquePointer?
        let prepared: UInt32
        let probe: String
        var body: (Context) -> Never = { _ in _exit(Exit.usage) }

        init(page: OpaquePointer?, prepared: UInt32, probe: String = "") {
            self.page = page
            self.prepared = prepared
            self.probe = probe
        }
    }

    /// The thread is started before the cage is closed, because afterwards none can be.
    private static func onLargeStack(
        _ context: Context, _ body: @escaping (Context) -> Never
    ) -> Never {
        context.body = body
        let code = cage_run_with_stack(
            stackBytes,
            { pointer in
                guard let pointer else { return }
                let context = Unmanaged<Context>.fromOpaque(pointer).takeUnretainedValue()
                context.body(context)
            }, Unmanaged.passRetained(context).toOpaque())
        complain("no thread: error \(code)")
        _exit(Exit.noCage)
    }

    private static func close() -> UInt32 {
        let closed = cage_close()
        #if os(Linux)
            guard closed != 0 else {
                complain("the system-call filter was refused; untrusted plugins cannot run here")
                _exit(Exit.noCage)
            }
        #endif
        return closed
    }

    /// Runs a small program through everything that a play does.
    private static func warmUp() {
        var performer = StagePerformer()
        let opening = PlayOpening(
            source: ScriptSource(name: "warm-up", files: ["main.lua": Array(warmUpProgram.utf8)]),
            capabilities: Set(Capability.allCases),
            budget: ScriptBudget(
                instructions: 100_000, memoryBytes: 2 << 20, hostCalls: 20, outputBytes: 4_096),
            stage: StageOpening(
                configuration: Array(#"{"price":4900,"rate":0.25}"#.utf8),
                products: Array("[]".utf8), state: Array(#"{"round":1}"#.utf8)))
        let calls = ["on_start", "on_timer", "on_action", "on_command", "on_stop"].map { hook in
            StageCall(
                call: ScriptCall(
                    hook: hook, arguments: Array(#"["lock",[{"value":1.5}]]"#.utf8),
                    nowMilliseconds: 1, seed: 1),
                pools: ["coupon": PoolStanding(available: 1, reserved: 0)])
        }
        let evaluation = StageOrder.Evaluation(
            name: "warm-up.lua", text: Array("return {1, 'x', 0.5}, nil + 1".utf8),
            isHandler: true, seed: 1, budget: opening.budget)
        var decoder = StageFrameDecoder()
        for order in [.open(opening), .run(calls), .state, .close, .evaluate(evaluation)]
            as [StageOrder]
        {
            var bytes: [UInt8] = []
            StageFrame(kind: order.kind.rawValue, number: 1, play: 1, body: order.body)
                .encode(into: &bytes)
            bytes.withUnsafeBytes { decoder.append($0) }
            guard let frame = try? decoder.next(bodyBytesMax: 1 << 20) else { continue }
            bytes = []
            performer.perform(frame).encode(into: &bytes)
        }
        _ = SystemClock().monotonicNanoseconds
    }

    private static let warmUpProgram = """
        local words = {}
        for word in ("one two three"):gmatch("%a+") do words[#words + 1] = word end
        table.sort(words, function(a, b) return a > b end)
        return {
          on_start = function(room)
            room.state.words = words
            room.state.sum = math.random(10) + 0.5 + room.config.rate
            room.state.text = ("%5.2f %s"):format(math.pi, table.concat(words, ","))
            room.timers.set("lock", 5)
            room.prizes.reserve("coupon", 1)
            room.state.hash = room.fairness.hash({ text = "x" })
            room.panel.show("viewer", { { "text", "x" } })
            print(pcall(error, { 1 }), utf8.char(29468), tostring(room))
          end,
          on_timer = function(room) room.state.words = nil error("x") end,
          on_action = function(room) while true do pcall(error) end end,
          on_command = function(room) local t = {} for i = 1, 1e6 do t[i] = { i } end end,
        }
        """

    // MARK: - Requests

    private static func serve(_ page: OpaquePointer?, cage: UInt32) -> Never {
        var performer = StagePerformer()
        var decoder = StageFrameDecoder()
        var answer: [UInt8] = []
        let hello = StageAnswer.hello(StageCage(rawValue: cage))
        StageFrame(kind: hello.kind.rawValue, number: 0, body: hello.body).encode(into: &answer)
        write(answer)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        let clock = SystemClock()
        while true {
            let count = read(0, buffer.baseAddress, buffer.count)
            if count == 0 { _exit(0) }
            if count < 0 {
                if errno == EINTR { continue }
                _exit(Exit.pipe)
            }
            decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            while let frame = next(&decoder) {
                stage_page_set_running(page, frame.number)
                answer.removeAll(keepingCapacity: answer.capacity < 1 << 20)
                let start = clock.monotonicNanoseconds
                performer.perform(frame).encode(into: &answer)
                stage_page_add_busy(page, clock.monotonicNanoseconds &- start)
                // At once: the next request may be the last one.
                write(answer)
                stage_page_set_running(page, 0)
            }
        }
    }

    private static func next(_ decoder: inout StageFrameDecoder) -> StageFrame? {
        do throws(StageFormatError) {
            return try decoder.next(bodyBytesMax: StageFrame.bodyBytesMax)
        } catch {
            complain("the stage cannot read its requests: \(error)")
            _exit(Exit.pipe)
        }
    }

    private static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                #if canImport(Glibc)
                    let count = Glibc.write(1, part.baseAddress, part.count)
                #else
                    let count = Darwin.write(1, part.baseAddress, part.count)
                #endif
                if count < 0 {
                    if errno == EINTR { continue }
                    _exit(Exit.pipe)
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        #if canImport(Glibc)
            _ = Glibc.write(2, bytes, bytes.count)
        #else
            _ = Darwin.write(2, bytes, bytes.count)
        #endif
    }
}
