import Foundation
import Testing

@testable import Staging

/// What somebody who has taken over a stage could do next.
@Suite struct CageTests {
    @Test(arguments: ["nothing", "memory"])
    func `What a script needs is allowed, so the probes work`(name: String) throws {
        let result = try Program.run(["stage", "--probe", name])
        #expect(result.code == 1)
        #expect(result.errors == "\(name): allowed\n")
    }

    #if os(Linux)
        static let forbidden = StageMain.probeNames.filter { !["nothing", "memory"].contains($0) }

        @Test func `Every forbidden thing has a probe`() {
            let names = [
                "open", "create", "socket", "unix-socket", "fork", "exec", "ptrace", "kill",
                "execute-memory", "make-executable", "read-other", "write-other",
            ]
            for name in names { #expect(Self.forbidden.contains(name)) }
        }

        @Test(arguments: forbidden)
        func `What is not on the list ends the process`(name: String) throws {
            let result = try Program.run(["stage", "--probe", name])
            // Where the kernel has no 32-bit door at all, knocking is a fault of its own.
            let signals = name == "old-call" ? [-SIGSYS, -SIGSEGV] : [-SIGSYS]
            #expect(signals.contains(result.code), "\(result)")
            #expect(result.errors == "")
        }

        @Test func `The kernel says that the cage is closed`() async throws {
            let stage = StageProcess(executable: Program.path)
            try await eventually { stage.figures.spare != nil }
            let process = try #require(stage.figures.active)
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            var fields: [String: String] = [:]
            for line in status.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                fields[String(parts[0])] = parts.last?.trimmingCharacters(in: .whitespaces)
            }
            #expect(fields["Name"] == "playhouse-stage")
            #expect(fields["Seccomp"] == "2")
            #expect(fields["NoNewPrivs"] == "1")
            #expect(fields["CapEff"] == "0000000000000000")
            #expect(fields["Uid"]?.hasPrefix("0\t") == false || geteuid() != 0)
            // The main thread, which waits, and the one that runs scripts; a sanitizer has a third.
            let sanitizer = ProcessInfo.processInfo.environment["PLAYHOUSE_SANITIZER"]
            #expect(fields["Threads"] == (sanitizer == "thread" ? "3" : "2"))
            if geteuid() == 0 {
                let folder = "/proc/\(process)"
                let files = FileManager.default
                let open = try files.contentsOfDirectory(atPath: folder + "/fd")
                #expect(Set(open) == ["0", "1", "2"])
                let root = try files.destinationOfSymbolicLink(atPath: folder + "/root")
                #expect(root.hasSuffix("(deleted)"), "\(root)")
                let limits = try String(contentsOfFile: folder + "/limits", encoding: .utf8)
                for limit in ["Max processes", "Max file size", "Max core file size"] {
                    let line = try #require(
                        limits.split(separator: "\n").first { $0.hasPrefix(limit) })
                    #expect(line.dropFirst(limit.count).split(separator: " ").first == "0")
                }
            }
            await stage.stop()
        }

        @Test func `A descriptor that leaks into the process is closed there`() async throws {
            // Not marked for closing: any program that is started inherits it.
            var ends: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0)
            let stage = StageProcess(executable: Program.path)
            try await eventually { stage.figures.spare != nil }
            close(ends[1])
            let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
            // Ends only when nobody has the other end any more; the processes still run.
            #expect(try reader.readToEnd() ?? Data() == Data())
            #expect(kill(try #require(stage.figures.active), 0) == 0)
            await stage.stop()
        }
    #endif

    @Test func `By hand it says what it is for`() throws {
        let result = try Program.run(["stage"])
        #expect(result.code == 2)
        #expect(result.errors.contains("started by the server"))
        #expect(try Program.run(["stage", "--probe", "flight"]).code == 2)
        #expect(try Program.run(["stage", "sideways"]).code == 2)
    }
}
