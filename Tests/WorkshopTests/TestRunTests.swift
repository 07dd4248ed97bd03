import Foundation
import Testing
import Wire

@testable import Workshop

/// What a run of behaviour tests says, and when it fails.
@Suite struct TestRunTests {
    private func run(
        _ tests: String, changes: [String: String] = [:],
        _ change: (inout TestRun.Options) -> Void = { _ in }
    ) async throws -> TestReport {
        var changes = changes
        changes["tests/count.lua"] = tests
        let folder = try Folder.plugin(changes)
        var options = TestRun.Options()
        change(&options)
        var report = try await TestRun(folder: folder.path, options: options).run()
        report.folder = "Plugins/counter"
        return report
    }

    private func failure(
        _ tests: String, changes: [String: String] = [:]
    ) async throws -> TestFailure {
        let report = try await run(tests, changes: changes)
        #expect(report.failures.count == 1, "\(report.text)")
        return try #require(report.failures.first?.failure)
    }

    @Test func `A failed expectation names file, line, expected and actual`() async throws {
        let failure = try await failure(
            """
            test("it counts", function(show)
              local ana = show:join("ana")
              show:start()
              ana:press("more")
              expect(show:state()).equals(expect(show:state()), { count = 2 })
            end)
            """)
        #expect(failure.kind == "expectation")
        #expect(failure.place == "tests/count.lua:5")
        #expect(failure.expected == "{ count = 2 }")
        #expect(failure.actual == "{ count = 1 }")
    }

    @Test func `An expectation about a screen shows the screen`() async throws {
        let failure = try await failure(
            """
            test("it counts", function(show)
              local ana = show:join("ana")
              show:start()
              expect(ana):shows("count", { value = 7 })
            end)
            """)
        #expect(failure.place == "tests/count.lua:4")
        #expect(failure.details == ["button #more More", "stat So far = 0"])
    }

    @Test func `A refusal that nobody looks at fails the test where it was asked for`() async throws
    {
        let failure = try await failure(
            """
            test("too early", function(show)
              local ana = show:join("ana")
              ana:press("more")
              show:start()
            end)
            """)
        #expect(failure.kind == "refused")
        #expect(failure.place == "tests/count.lua:3")
        #expect(failure.message == #"ana:press("more") was refused with NOT_RUNNING"#)
    }

    @Test func `A refusal that is expected is none`() async throws {
        let report = try await run(
            """
            test("too early", function(show)
              local ana = show:join("ana")
              expect(ana:press("more")):is_refused("NOT_RUNNING")
              local answer = ana:press("more")
              assert(answer.error == "NOT_RUNNING" and not answer.ok)
            end)
            """)
        #expect(report.isPassed, "\(report.text)")
    }

    @Test func `Another refusal than the expected one fails`() async throws {
        let failure = try await failure(
            """
            test("too early", function(show)
              local ana = show:join("ana")
              expect(ana:press("more")):is_refused("LATE")
            end)
            """)
        #expect(failure.expected == "LATE")
        #expect(failure.actual == "NOT_RUNNING: counter is not running")
    }

    @Test func `A fault of the plugin that nobody looks at fails the test`() async throws {
        let tests = """
            test("it fails", function(show)
              show:start()
              local answer = show:command("go")
              LOOK
            end)
            """
        let failure = try await failure(
            tests.replacing("LOOK", with: "show:advance(1)"))
        #expect(failure.kind == "refused")
        for look in [
            "expect(answer):is_refused(\"UNAVAILABLE\")",
            "local _ = answer.error; expect(show:faults()[1].hook):equals(\"on_command\")",
        ] {
            let report = try await run(tests.replacing("LOOK", with: look))
            #expect(report.isPassed, "\(report.text)")
        }
    }

    @Test func `A plugin that does not do the same again fails`() async throws {
        let failure = try await failure(
            """
            test("it counts", function(show)
              local ana = show:join("ana")
              show:start()
              ana:press("more")
              show:kill()
              ana:press("more")
            end)
            """,
            changes: [
                "main.lua": """
                local game, calls = {}, 0
                function game.on_start(room)
                  room.panel.show("viewer", { { "button", id = "more" } })
                end
                function game.on_action(room, action)
                  calls = calls + 1
                  room.state.count = calls
                end
                return game
                """
            ])
        #expect(failure.kind == "replay")
        #expect(failure.message.contains("on_action"))
        #expect(failure.place == "tests/count.lua:1")
    }

    @Test func `The shortest list of events is found, and its command fails alike`() async throws {
        let tests = """
            test("never three", function(show)
              local crowd = show:crowd(6)
              show:start()
              for round = 1, 4 do
                show:advance(1)
                crowd[round]:like()
                crowd[round]:press("more")
              end
              expect(show:granted("coupon")):equals {}
            end)
            """
        let report = try await run(tests)
        let outcome = try #require(report.failures.first)
        let shortest = try #require(outcome.shortest)
        // Who presses must be there, the plugin must run, and it takes three.
        #expect(outcome.deedCount == 19)
        #expect(shortest.count == 7)
        #expect(shortest.filter { $0.text.contains("presses") }.count == 3)
        let command = report.replayCommand(outcome)
        #expect(
            command.hasPrefix(
                "playhouse plugin test Plugins/counter --filter 'never three' --seed 1 --only "))
        let only = try #require(command.split(separator: " ").last.map(String.init))
        let again = try await run(tests) { $0.only = TestReport.numbers(only) }
        #expect(again.failures.first?.failure == outcome.shortestFailure)
        #expect(again.failures.first?.lines == shortest)
    }

    @Test func `The same seed gives the same report, another one another`() async throws {
        let tests = """
            test("dice", function(show)
              expect(math.random(1, 1000000)):equals(0)
            end)
            """
        let first = try await run(tests)
        #expect(try await run(tests).text == first.text)
        #expect(try await run(tests).json == first.json)
        #expect(try await run(tests) { $0.seed = 2 }.text != first.text)
    }

    @Test func `Tests are chosen by name, and some are skipped`() async throws {
        let report = try await run(
            """
            test("one apple", function() end)
            test("two pears", function() error("never") end)
            test.skip("three apples", function() error("never") end)
            """
        ) { $0.filter = "apple" }
        #expect(report.outcomes.map(\.name) == ["one apple", "three apples"])
        #expect(report.passedCount == 1 && report.skippedCount == 1 && report.isPassed)
    }

    @Test func `A run without a test is no success`() async throws {
        #expect(try await !run("").isPassed)
        #expect(try await !run("test(\"one\", function() end)") { $0.filter = "two" }.isPassed)
    }

    @Test(arguments: [
        ("test(", "tests/count.lua:1"),
        ("test(\"a\", function() end)\ntest(\"a\", function() end)", "tests/count.lua:2"),
        ("test(\"a\")", "tests/count.lua:1"),
        ("io.open(\"x\")", "tests/count.lua:1"),
    ])
    func `A file that is wrong fails with its line`(text: String, place: String) async throws {
        let failure = try await failure(text)
        #expect(failure.place == place, "\(failure)")
    }

    @Test func `Every test has a show of its own`() async throws {
        let report = try await run(
            """
            local seen = 0
            for _, name in ipairs { "one", "two" } do
              test(name, function(show)
                seen = seen + 1
                assert(seen == 1 and show:status() == "idle")
                show:start()
              end)
            end
            """)
        #expect(report.isPassed, "\(report.text)")
    }

    @Test func `JUnit XML escapes what it must`() async throws {
        let report = try await run(
            """
            test("<a> & \\"b\\"", function() expect("x < y\\0"):equals("]]>") end)
            test.skip("later")
            """)
        let xml = report.junit
        #expect(xml.contains(#"name="&lt;a&gt; &amp; &quot;b&quot;""#))
        #expect(xml.contains(#"tests="2" failures="1" skipped="1""#))
        #expect(!xml.contains("]]>") && !xml.unicodeScalars.contains("\0"))
    }

    @Test(arguments: [
        ("1", [1]), ("1,3", [1, 3]), ("2-4,9", [2, 3, 4, 9]), ("5-5", [5]),
    ])
    func `Numbers of events are written short`(text: String, numbers: [Int]) {
        #expect(TestReport.numbers(text) == numbers)
        #expect(TestReport.ranges(numbers) == text.replacing("5-5", with: "5"))
    }

    @Test(arguments: ["", "a", "1-", "-1", "1,,2", "0", "4-2", "1-2-3", "200001"])
    func `What are no numbers is refused`(text: String) {
        #expect(TestReport.numbers(text) == nil)
    }
}
