import Foundation
import PluginContract
import PluginHosting
import Scripting
import Wire

/// Looks a plugin's folder over without playing it: manifest, Lua files, texts, tests.
package struct PluginCheck: Sendable {
    private let folder: String

    /// - Parameter folder: The plugin's.
    package init(folder: String) { self.folder = folder }

    /// - Returns: Everything there is to say, by file and place; empty for a plugin in which nothing is
    ///   amiss.
    package func run() async -> [Finding] {
        var findings = Findings()
        let program: PluginProgram
        do throws(ProgramError) {
            program = try ProgramLoader().load(folder: folder)
        } catch {
            add(error, to: &findings)
            return findings.sorted
        }
        let manifest = ManifestPlaces(folder: folder, program: program)
        let thread = ScriptThread()
        let loadFault = await thread.run { Self.loadFault(of: program) }
        if let loadFault { Self.add(loadFault, "lua", to: &findings) }
        var surveys: [String: LuaSurvey] = [:]
        for (path, text) in program.source.files {
            do throws(LuaSyntaxError) {
                surveys[path] = LuaSurvey(try LuaParser.parse(text))
            } catch {
                // Lua's own message is better known, where it has one.
                guard loadFault == nil else { continue }
                findings.add(
                    .error, "lua", path, error.position, error.message,
                    remedy: "mend the syntax (Lua 5.4 manual, 9)")
            }
        }
        for (path, survey) in surveys {
            checkGlobals(path, survey, program, &findings)
            checkUses(path, survey, manifest, &findings)
        }
        checkHooks(surveys["main.lua"], manifest, &findings)
        checkLeftovers(surveys, manifest, &findings)
        TextCheck(program: program, folder: folder).run(surveys, &findings)
        await checkTests(program, thread, &findings)
        await thread.stop()
        return findings.sorted
    }

    // MARK: - Loading

    private func add(_ error: ProgramError, to findings: inout Findings) {
        switch error {
        case .manifest(let error):
            let bytes = FileManager.default.contents(atPath: folder + "/plugin.json") ?? Data()
            let isJSON = (try? JSON(parsing: [UInt8](bytes))) != nil
            let places = isJSON ? JSONPlaces([UInt8](bytes)) : nil
            for problem in error.problems {
                var position = LuaPosition(line: problem.line, column: 1)
                if let places { position = places.position(of: problem.path) }
                findings.add(
                    .error, "manifest", problem.file, position,
                    "\(problem.path): \(problem.message)",
                    remedy: "SDK-docs/reference/manifest.md has every member")
            }
        case .file(let file, let message):
            let parts = file.split(separator: ":").map(String.init)
            findings.add(
                .error, "file", parts.first ?? file,
                LuaPosition(line: parts.count > 1 ? Int(parts[1]) ?? 1 : 1, column: 1), message,
                remedy: "SDK-docs/plugins.md says what a plugin's folder holds")
        }
    }

    /// What goes wrong when the sandbox loads the program.
    private static func loadFault(of program: PluginProgram) -> ScriptFault? {
        do throws(ScriptFault) {
            _ = try Script(
                source: program.source, functions: HostCalls.functions,
                configuration: Array("{}".utf8), budget: ScriptBudget()
            ) { _, _ in .refused("only in a hook") }
            return nil
        } catch {
            return error
        }
    }

    private static func add(_ fault: ScriptFault, _ rule: String, to findings: inout Findings) {
        let failure = TestFailure(fault: fault)
        let parts = failure.place.split(separator: ":").map(String.init)
        findings.add(
            .error, rule, parts.first ?? "main.lua",
            LuaPosition(line: parts.count > 1 ? Int(parts[1]) ?? 1 : 1, column: 1),
            failure.message,
            remedy: "the program must load: playhouse lua FILE runs a piece of Lua in the sandbox")
    }

    private func checkTests(
        _ program: PluginProgram, _ thread: ScriptThread, _ findings: inout Findings
    ) async {
        let files = (try? TestFile.all(in: folder, of: program)) ?? []
        if files.isEmpty {
            findings.add(
                .warning, "tests", "plugin.json", LuaPosition(line: 1, column: 1),
                "the plugin has no tests",
                remedy: "write tests/NAME.lua; SDK-docs/guides/testing.md")
        }
        for file in files {
            let listed = await thread.run { () -> Result<[TestCase], ScriptFault> in
                do throws(ScriptFault) {
                    return .success(try TestScript.list(file))
                } catch {
                    return .failure(error)
                }
            }
            if case .failure(let fault) = listed { Self.add(fault, "tests", to: &findings) }
        }
    }
}

/// The manifest, and where in its file something stands.
struct ManifestPlaces {
    let program: PluginProgram
    let json: JSON
    private let places: JSONPlaces

    init(folder: String, program: PluginProgram) {
        self.program = program
        let bytes = [UInt8](FileManager.default.contents(atPath: folder + "/plugin.json") ?? Data())
        json = (try? JSON(parsing: bytes)) ?? .null
        places = JSONPlaces((try? JSON(parsing: bytes)) == nil ? [] : bytes)
    }

    var manifest: Manifest { program.manifest }

    func position(of path: String) -> LuaPosition { places.position(of: path) }

    /// The place of an element of a list.
    func position(of text: String, in list: String) -> LuaPosition {
        let index = json[list]?.arrayValue?.firstIndex { $0.stringValue == text }
        return places.position(of: index.map { "$.\(list)[\($0)]" } ?? "$.\(list)")
    }
}
