import Clockwork
import Foundation
import PluginHosting
import Scripting
import Testing

@testable import Staging

/// With real processes, which are killed, stopped and replaced.
@Suite(.serialized) struct StageProcessTests {
    @Test func `A play behaves as it does in process`() async throws {
        let (one, other) = (Theatre(), InProcessStage())
        let lua = """
            return {
              on_start = function(room)
                room.state.list = { math.random(1000), 2, { x = 1.5 } }
                room.panel.show("viewer", { { "text", "hello" } })
              end,
              on_timer = function(room, name) room.state.list[1] = name error("after") end,
            }
            """
        let (id, program) = (Theatre.id("game"), Theatre.program("game", lua))
        let calls = [
            Theatre.call("on_start"), Theatre.call("on_timer", #"["lock"]"#),
            Theatre.call("on_action"),
        ]
        try await one.stage.open(id, program: program, Theatre.opening())
        try await other.open(id, program: program, Theatre.opening())
        let outcomes = try await one.stage.run(id, calls)
        #expect(outcomes == (try await other.run(id, calls)))
        // The call that failed ends the batch; what is left is sent again.
        #expect(outcomes.count == 2)
        let rest = try await one.stage.run(id, [calls[2]])
        #expect(rest == (try await other.run(id, [calls[2]])))
        try await eventually { one.stage.figures.calls == 3 }
        let figures = one.stage.figures
        #expect(figures.batches == 2)
        #expect(figures.busySeconds > 0 && figures.restarts == 0 && figures.charges == 0)
        #expect(try await one.stage.state(of: id) == other.state(of: id))
        await one.stage.close(id)
        await #expect(throws: StageLoss.innocent) { try await one.stage.run(id, calls) }
        await one.stage.stop()
        await other.stop()
    }

    @Test func `A program that does not load is refused with its own message`() async throws {
        let theatre = Theatre()
        await #expect(throws: ScriptFault.self) { try await theatre.open("game", "return 5") }
        do {
            try await theatre.open("game", "x = = 1")
            Issue.record("it opened")
        } catch let fault as ScriptFault {
            #expect(fault.kind == .syntax)
            #expect(fault.message.hasPrefix("main.lua:1:"))
        }
        let id = Theatre.id("game")
        await #expect(throws: StageLoss.innocent) { try await theatre.stage.run(id, []) }
        await theatre.stage.stop()
    }

    @Test func `Killed while idle, nobody is charged and every play goes on`() async throws {
        let theatre = Theatre()
        for name in ["a", "b"] {
            try await theatre.open(name)
            #expect(try await theatre.run(name).changesText == Theatre.counted(1))
        }
        for round in 2...4 {
            try await eventually { theatre.stage.figures.spare != nil }
            let process = try #require(theatre.stage.figures.active)
            kill(process, SIGKILL)
            try await eventually { theatre.stage.figures.active != process }
            for name in ["a", "b"] {
                #expect(try await theatre.run(name).changesText == Theatre.counted(round))
            }
        }
        #expect(theatre.losses == ["a": 3, "b": 3])
        await theatre.stage.stop()
    }

    #if os(Linux)
        @Test(arguments: [SIGKILL, SIGSEGV, SIGBUS])
        func `Killed in a call, the play that ran is charged and no other`(
            signal: Int32
        ) async throws {
            let theatre = Theatre()
            for name in ["a", "b"] {
                try await theatre.open(name)
                #expect(try await theatre.run(name).changesText == Theatre.counted(1))
            }
            try await eventually { theatre.stage.figures.spare != nil }
            let process = try #require(theatre.stage.figures.active)
            let stage = theatre.stage
            let charged = Task { await Theatre.loss(stage, "a", "on_command") }
            try await Theatre.busy(process)
            // Waits behind it in the pipe.
            let waiting = Task { await Theatre.loss(stage, "b", "on_timer") }
            try await Task.sleep(for: .milliseconds(50))
            kill(process, signal)
            guard case .charged(let fault) = await charged.value else {
                Issue.record("not charged")
                return
            }
            #expect(fault.kind == .host)
            #expect(fault.message.contains("signal \(signal)"), "\(fault.message)")
            #expect(await waiting.value == .innocent)
            // Both go on, with the state they had.
            #expect(try await theatre.run("b").changesText == Theatre.counted(2))
            #expect(try await theatre.run("a").changesText == Theatre.counted(2))
            await theatre.stage.stop()
        }

        @Test func `Stopped in a call, the others go on before the play is charged`() async throws {
            var limits = StageLimits.patient
            limits.patienceNanoseconds = 50_000_000
            limits.runNanoseconds = 30_000_000_000
            let theatre = Theatre(limits: limits)
            for name in ["a", "b"] { try await theatre.open(name) }
            try await eventually { theatre.stage.figures.spare != nil }
            let process = try #require(theatre.stage.figures.active)
            let stage = theatre.stage
            let charged = Task { await Theatre.loss(stage, "a", "on_command") }
            try await Theatre.busy(process)
            #expect(kill(process, SIGSTOP) == 0)
            try await eventually { Theatre.state(of: process) == "T" }
            // Long before the limit of the call; it would wait for it otherwise.
            #expect(try await theatre.run("b").changesText == Theatre.counted(1))
            #expect(theatre.stage.figures.aside == [process])
            #expect(theatre.stage.figures.active != process)
            #expect(kill(process, 0) == 0)
            kill(process, SIGKILL)
            guard case .charged = await charged.value else {
                Issue.record("not charged")
                return
            }
            #expect(try await theatre.run("a").changesText == Theatre.counted(1))
            await theatre.stage.stop()
        }

        @Test func `A slow play keeps its process until it is closed`() async throws {
            var limits = StageLimits.patient
            limits.patienceNanoseconds = 50_000_000
            let theatre = Theatre(limits: limits)
            let slow = """
                return { on_timer = function(room)
                  for i = 1, 30000000 do end
                  room.state.n = (room.state.n or 0) + 1
                end }
                """
            try await theatre.open("a", slow)
            try await theatre.open("b")
            try await eventually { theatre.stage.figures.spare != nil }
            let process = try #require(theatre.stage.figures.active)
            let stage = theatre.stage
            async let one = stage.run(Theatre.id("a"), [Theatre.call("on_timer")])
            try await Theatre.busy(process)
            #expect(try await theatre.run("b").changesText == Theatre.counted(1))
            #expect(try await one.first?.changesText == Theatre.counted(1))
            #expect(theatre.stage.figures.aside == [process])
            #expect(try await theatre.run("a").changesText == Theatre.counted(2))
            #expect(theatre.losses["a"] == nil)
            await theatre.stage.close(Theatre.id("a"))
            try await eventually { theatre.stage.figures.aside == [] }
            try await eventually { kill(process, 0) != 0 }
            await theatre.stage.stop()
        }
    #endif

    @Test func `A call that never ends is ended, and its play charged`() async throws {
        var limits = StageLimits.patient
        limits.runNanoseconds = 100_000_000
        limits.patienceNanoseconds = 50_000_000
        let theatre = Theatre(limits: limits)
        try await theatre.open("a")
        await #expect {
            _ = try await theatre.stage.run(Theatre.id("a"), [Theatre.call("on_command")])
        } throws: { error in
            guard case .charged(let fault) = error as? StageLoss else { return false }
            return fault.message == "no answer after 100 ms"
        }
        await theatre.stage.stop()
    }

    #if os(Linux)
        @Test func `Stopped while idle, a process is replaced when it is needed`() async throws {
            var limits = StageLimits.patient
            limits.patienceNanoseconds = 50_000_000
            let theatre = Theatre(limits: limits)
            try await theatre.open("a")
            try await eventually { theatre.stage.figures.spare != nil }
            let process = try #require(theatre.stage.figures.active)
            #expect(kill(process, SIGSTOP) == 0)
            // One of its threads stops the other, and that one may answer meanwhile.
            try await eventually { Theatre.state(of: process) == "T" }
            #expect(try await theatre.run("a").changesText == Theatre.counted(1))
            #expect(theatre.losses["a"] ?? 0 >= 1)
            await theatre.stage.stop()
        }

    #endif

    @Test func `A spare process that dies is replaced`() async throws {
        let theatre = Theatre()
        try await theatre.open("a")
        try await eventually { theatre.stage.figures.spare != nil }
        let figures = theatre.stage.figures
        let spare = try #require(figures.spare)
        kill(spare, SIGKILL)
        try await eventually {
            theatre.stage.figures.spare != nil && theatre.stage.figures.spare != spare
        }
        #expect(theatre.stage.figures.active == figures.active)
        #expect(try await theatre.run("a").changesText == Theatre.counted(1))
        #expect(theatre.losses == [:])
        await theatre.stage.stop()
    }

    @Test func `The end of the stage is the end of its processes`() async throws {
        let theatre = Theatre()
        try await theatre.open("a")
        try await eventually { theatre.stage.figures.spare != nil }
        let figures = theatre.stage.figures
        let stage = theatre.stage
        let lost = Task { await Theatre.loss(stage, "a", "on_command") }
        try await Task.sleep(for: .milliseconds(20))
        await theatre.stage.stop()
        #expect(await lost.value == .innocent)
        for process in [figures.active, figures.spare] {
            #expect(kill(try #require(process), 0) == -1)
        }
        await #expect(throws: StageLoss.innocent) {
            try await stage.run(Theatre.id("a"), [])
        }
        await #expect(throws: ScriptFault.self) { try await theatre.open("a") }
    }

    @Test func `A program that cannot be started is said so`() async throws {
        let theatre = Theatre(executable: "/nowhere/playhouse")
        do {
            try await theatre.open("a")
            Issue.record("it opened")
        } catch let fault as ScriptFault {
            #expect(fault.kind == .host)
            #expect(fault.message.contains("/nowhere/playhouse"))
        }
        await theatre.stage.stop()
    }

    @Test func `A process that greets in another way is not used`() async throws {
        try await Program.withFile(
            "#!/bin/sh\nprintf 'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n'\ncat > /dev/null\n",
            name: "stage.sh",
            mode: 0o700
        ) { file in
            let theatre = Theatre(executable: file)
            await #expect(throws: ScriptFault.self) { try await theatre.open("a") }
            await theatre.stage.stop()
        }
    }

    @Test func `What a process writes instead of an answer is its end`() async throws {
        // Greets as it should, and answers the first request with nonsense.
        try await Program.withFile(
            """
            #!/bin/sh
            printf '\\004\\000\\000\\000\\001\\001\\000\\000'
            printf '\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000'
            printf '\\000\\000\\000\\000'
            echo 'something is odd here' >&2
            head -c 24 > /dev/null
            printf 'abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz'
            cat > /dev/null
            """, name: "stage.sh", mode: 0o700
        ) { file in
            let notes = Lock<[StageNote]>([])
            let theatre = Theatre(executable: file) { note in notes.withLock { $0.append(note) } }
            do {
                try await theatre.open("a")
                Issue.record("it opened")
            } catch let fault as ScriptFault {
                #expect(fault.message.contains("broke the format"), "\(fault.message)")
            }
            try await eventually {
                notes.withLock { $0.contains(.said("something is odd here\n")) }
            }
            await theatre.stage.stop()
        }
    }

    #if os(Linux)
        @Test func `A process does not outlive the one that started it`() async throws {
            try await Program.withFile("while true do end") { file in
                let server = Process()
                server.executableURL = URL(fileURLWithPath: Program.path)
                server.arguments = ["lua", file, "--instructions", "10000000000"]
                server.standardError = FileHandle.nullDevice
                try server.run()
                func children() -> [Int32] {
                    let folder = "/proc/\(server.processIdentifier)/task"
                    let threads =
                        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                    return threads.flatMap { thread -> [Int32] in
                        let list = try? String(
                            contentsOfFile: "\(folder)/\(thread)/children", encoding: .utf8)
                        return (list ?? "").split(separator: " ").compactMap { Int32($0) }
                    }
                }
                try await eventually { !children().isEmpty }
                let child = try #require(children().first)
                try await Theatre.busy(child)
                kill(server.processIdentifier, SIGKILL)
                server.waitUntilExit()
                try await eventually {
                    // Whoever inherits it may be slow to notice.
                    kill(child, 0) != 0 || Theatre.state(of: child) == "Z"
                }
            }
        }
    #endif
}
