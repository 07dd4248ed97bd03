import PluginContract
import PluginHosting
import Scripting
import Wire

/// A test as its file names it.
struct TestCase: Sendable, Equatable {
    var file: String
    /// Among the tests of its file, from 1.
    var index: Int
    var name: String
    /// Such as `tests/guess.lua:12`.
    var place: String
    var isSkipped: Bool
}

/// Runs the Lua of a test: in the sandbox, like the plugin itself, but in a script of its own.
///
/// Must be called on a ``ScriptThread``, which it holds while the show goes on elsewhere.
enum TestScript {
    /// What a whole test may use up.
    private static let budget = ScriptBudget(
        instructions: 2_000_000_000, memoryBytes: 256 << 20, hostCalls: 2_000_000,
        outputBytes: 16 << 20)
    private static let cpuNanoseconds: UInt64 = 120_000_000_000

    private static let functions = HostFunctions(["perform", "look", "fail", "declare"])

    /// Lists the tests of a file.
    ///
    /// - Throws: What is wrong with the file.
    static func list(_ file: TestFile) throws(ScriptFault) -> [TestCase] {
        final class Declared { var tests: [JSON] = [] }
        let declared = Declared()
        let script = try Script(
            source: file.source, functions: functions, configuration: Array("{}".utf8),
            budget: budget, cpuNanoseconds: cpuNanoseconds
        ) { _, arguments in
            let list = (try? JSON(parsing: Array(arguments), limits: .test)) ?? .null
            declared.tests = list[0]?["tests"]?.arrayValue ?? []
            return .accepted(effect: [], value: [])
        }
        let outcome = script.call(
            ScriptCall(hook: "on_list", arguments: Array("[]".utf8), nowMilliseconds: 0, seed: 1))
        if case .fault(let fault) = outcome { throw fault }
        return declared.tests.enumerated().map { index, test in
            TestCase(
                file: file.path, index: index + 1, name: test["name"]?.stringValue ?? "",
                place: test["where"]?.stringValue ?? file.path,
                isSkipped: test["skipped"] == true)
        }
    }

    /// Runs one test; `coverage` notes which lines of the plugin's modules it runs itself.
    ///
    /// - Returns: What made it fail, if it did.
    static func run(
        _ test: TestCase, of file: TestFile, seed: UInt64, at door: TestDoor,
        coverage: LineCoverage?
    ) -> TestFailure? {
        let outcome: ScriptOutcome
        do throws(ScriptFault) {
            let script = try Script(
                source: file.source, functions: functions, configuration: Array("{}".utf8),
                budget: budget, cpuNanoseconds: cpuNanoseconds, coverage: coverage
            ) { index, arguments in
                let list = (try? JSON(parsing: Array(arguments), limits: .test)) ?? .null
                return .accepted(
                    effect: [], value: door.answer(functions.paths[index], list).encoded())
            }
            outcome = script.call(
                ScriptCall(
                    hook: "on_run", arguments: JSON.array([.integer(Int64(test.index))]).encoded(),
                    nowMilliseconds: 0, seed: seed))
        } catch {
            return TestFailure(fault: error)
        }
        guard case .fault(let fault) = outcome else { return nil }
        if let noted = door.failure, fault.message.hasPrefix(noted.place) { return noted }
        return TestFailure(fault: fault)
    }
}

extension JSONLimits {
    /// What tests and the show tell each other.
    static let test = JSONLimits(depthMax: 64, bytesMax: 16 << 20, membersMax: 2_000_000)
}
