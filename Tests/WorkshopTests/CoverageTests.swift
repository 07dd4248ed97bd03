import Foundation
import PluginHosting
import Scripting
import Testing

@testable import Workshop

/// Which statements ran: all of them, none of them, and exactly those.
@Suite struct CoverageTests {
    private func report(_ lua: String, calling hooks: String...) async throws -> CoverageReport {
        let folder = try Folder.plugin(["main.lua": lua])
        let program = try ProgramLoader().load(folder: folder.path)
        let coverage = LineCoverage(of: program.source)
        let thread = ScriptThread()
        await thread.run {
            let script = try? Script(
                source: program.source, functions: HostCalls.functions,
                configuration: Array("{}".utf8), budget: ScriptBudget(), coverage: coverage
            ) { _, _ in .accepted(effect: [], value: []) }
            for hook in hooks {
                let call = ScriptCall(
                    hook: hook, arguments: Array("[]".utf8), nowMilliseconds: 0, seed: 1)
                _ = script?.call(call)
            }
        }
        await thread.stop()
        return CoverageReport(program: program, coverage)
    }

    /// Every kind of statement, of which on_start runs all.
    private static let everything = """
        local game, list = {}, { 1, 2 }
        local text = [[
          long
        ]]
        local LIMIT <const> = 5
        local empty
        local function double(x)
          return x * 2
        end
        function game.on_start(room)
          local sum = 0
          for index = 1, LIMIT do
            sum = sum + index
          end
          for _, value in ipairs(list) do
            sum = sum + double(value)
          end
          while sum > 10 do
            sum = sum - 10
          end
          repeat
            sum = sum + 1
          until sum > 3
          if sum > 100 then
            sum = 1
          elseif sum > 0 then
            goto done
          else
            sum = 2
          end
          ::done::
          do
            empty = function()
              return 1
            end
          end
          local view = {
            sum,
            empty(),
          }
          room.state.n = view[1]
            + view[2]
          local co = coroutine.wrap(function()
            coroutine.yield(1)
            error("never")
          end)
          co()
        end
        function game.on_stop(room)
          room.state.n = nil
        end
        return game
        """

    @Test func `What has run is told from what has not`() async throws {
        let report = try await report(Self.everything, calling: "on_start")
        let file = try #require(report.files.first)
        #expect(file.missed == [25, 29, 45, 50])
    }

    @Test func `What was only loaded has run no hook`() async throws {
        let report = try await report(Self.everything)
        let file = try #require(report.files.first)
        #expect(file.missed.first == 8)
        #expect(!file.missed.contains(1) && !file.missed.contains(2) && !file.missed.contains(52))
        #expect(file.missed.count == file.statementCount - 3)
    }

    @Test func `Noting lines changes nothing`() async throws {
        let folder = try Folder.plugin()
        var options = TestRun.Options()
        let without = try await TestRun(folder: folder.path, options: options).run()
        options.covers = true
        var with = try await TestRun(folder: folder.path, options: options).run()
        #expect(with.coverage != nil)
        with.coverage = nil
        #expect(with.json == without.json)
    }
}
