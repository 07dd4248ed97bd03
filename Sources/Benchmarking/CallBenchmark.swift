import CFloor
import Foundation
import Scripting
package import Wire

/// Times a call of a trivial handler with an event of three fields, in JSON as it comes through the pipe
/// of a stage, through `Script`; and the same call in plain C with the same budgets, in turns.
package struct CallBenchmark {
    private let callsPerRound = 100_000
    private let rounds = 9

    package init() {}

    /// Nanoseconds of one call: the median of the rounds.
    package struct Report {
        package var script: Double
        package var floor: Double
        package var ratio: Double { script / floor }

        package var json: JSON {
            [
                "scriptNanoseconds": .double(script), "floorNanoseconds": .double(floor),
                "ratio": .double(ratio), "ratioMax": 1.5,
            ]
        }

        package var text: String {
            "a call with three fields: \(Int(script)) ns, in plain C \(Int(floor)) ns; "
                + "ratio \(String(format: "%.2f", ratio)) of at most 1.50\n"
        }
    }

    private static let handler = "function(room, event) local seen = event.value end"
    private static let event: StaticString =
        #"{"user":"viewer-4711","name":"guess","value":12800}"#
    private static let budget = ScriptBudget()

    /// Runs on a thread of its own, whose stack is large enough for scripts.
    package func run() async throws -> Report {
        let thread = ScriptThread()
        let result = await thread.run { Result { try measure() } }
        await thread.stop()
        return try result.get()
    }

    private func measure() throws -> Report {
        let source = ScriptSource(
            name: "floor", files: ["main.lua": Array("return { on_action = \(Self.handler) }".utf8)]
        )
        let script = try Script(
            source: source, functions: [], configuration: Array("{}".utf8), budget: Self.budget
        ) { _, _ in .refused("there is none") }
        let text = Array("return \(Self.handler)".utf8)
        let floor = text.withUnsafeBytes {
            floor_create(
                $0.baseAddress, $0.count, Self.budget.instructions, Self.budget.memoryBytes)
        }
        guard let floor else { throw BenchmarkFailure("the floor does not load its handler") }
        defer { floor_destroy(floor) }
        var scriptTimes: [Double] = []
        var floorTimes: [Double] = []
        for _ in 0..<rounds {
            floorTimes.append(try time { try callFloor(floor) })
            scriptTimes.append(try time { try call(script) })
        }
        return Report(script: median(scriptTimes), floor: median(floorTimes))
    }

    private func call(_ script: Script) throws {
        let call = ScriptCall(
            hook: "on_action",
            arguments: Array("[\(Self.event)]".utf8),
            nowMilliseconds: 61_000, seed: 1)
        for _ in 0..<callsPerRound {
            guard case .done = script.call(call) else { throw BenchmarkFailure("a call failed") }
        }
    }

    private func callFloor(_ floor: OpaquePointer) throws {
        let status = Self.event.withUTF8Buffer { event in
            event.withMemoryRebound(to: CChar.self) { event in
                for _ in 0..<callsPerRound {
                    let status = floor_call(floor, event.baseAddress, event.count)
                    if status != 0 { return status }
                }
                return 0
            }
        }
        guard status == 0 else { throw BenchmarkFailure("a call of the floor failed") }
    }

    /// Nanoseconds of one call, of processor time: neighbours on the machine make it longer for both.
    private func time(_ body: () throws -> Void) rethrows -> Double {
        let start = Self.processorNanoseconds
        try body()
        return (Self.processorNanoseconds - start) / Double(callsPerRound)
    }

    private static var processorNanoseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }
}
