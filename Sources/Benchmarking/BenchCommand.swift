import Foundation
import Wire

/// The command `playhouse bench`.
package enum BenchCommand {
    /// What `playhouse bench --help` prints.
    package static let help = """
        usage: playhouse bench fanout [--rooms R] [--viewers N] [--rate M] [--size B]
                                      [--seconds S] [--slow K] [--turns N] [--json]
               playhouse bench fanout --cases [--json]
               playhouse bench idle [--connections N] [--rooms R] [--seconds S] [--json]
               playhouse bench stream [--viewers N] [--kbit K] [--fps F] [--seconds S]
                                      [--slow K] [--stopped K] [--flush MS] [--direct] [--json]
               playhouse bench dispatch|rooms|sandbox|recovery|takeover [--help]

        Measures a server that it starts in a process of its own, on loopback, with the load in
        another. Everything is removed at the end. Leave the machine alone meanwhile, and compare
        figures of one run only.

        fanout   publishes events to viewers and measures deliveries, beside the floor: one plain
                 send for each delivery
          --rooms R      rooms (1)
          --viewers N    viewers in each room (1000)
          --rate M       events a second in each room (50)
          --size B       size of an event's data, 30 to 16384 (200)
          --seconds S    how long deliveries are counted, in each turn (10)
          --slow K       viewers who stop reading (0)
          --turns N      server and floor in turns, 1 to 100 times: every ratio, and their median (1)
          --cases        the standard cases i to v one after the other, against their targets; case i
                         in five turns of 5 s
        idle     only joins, and measures memory
          --connections N   connections (19000)
          --rooms R         rooms (one for each hundred connections)
          --seconds S       how long they are held (4)
        stream   sends live video to viewers, beside one plain send for each frame and viewer; needs
                 ffmpeg
          --viewers N    viewers (1000)
          --kbit K       bit rate, 200 to 20000 (2000)
          --fps F        frames a second, 5 to 60 (30)
          --seconds S    how long arrivals are counted (10)
          --slow K       viewers who read half as fast as it comes (0)
          --stopped K    viewers who stop reading (0)
          --flush MS     how long frames are held to be written together, 0 to 1000 (by the load)
          --direct       each viewer has a connection for the picture alone, as tools do, and not one
                         for room and picture, as pages do
        dispatch   plugin calls: one call beside plain C, the whole path, a burst of answers
        rooms      memory of many rooms with idle plugins
        sandbox    Lua loops and patterns in the sandbox, beside the distribution's Lua
        recovery   bringing shows back from a journal
        takeover   how long plugins wait when the stage process that they share dies
        --json   prints one JSON object instead of text

        Exit codes: 0 measured, 1 could not measure, 2 wrong arguments.

        """

    /// Runs the command with the arguments after `bench` and returns the exit code.
    package static func run(_ arguments: [String]) -> Int32 {
        do {
            return try dispatch(arguments)
        } catch let error as UsageError {
            complain("bench: \(error)\n\n\(help)")
            return 2
        } catch {
            complain("bench: \(error)\n")
            return 1
        }
    }

    private static func dispatch(_ arguments: [String]) throws -> Int32 {
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case nil: throw UsageError("say what to measure")
        case _ where arguments.contains("--help") || arguments.first == "help": say(help)
        case "fanout" where rest.contains("--cases"): try runCases(rest)
        case "fanout": try show(FanoutOptions(fanout: rest))
        case "idle": try show(FanoutOptions(idle: rest))
        case "stream":
            let options = try StreamOptions(rest)
            let report = try StreamBenchmark.run(options)
            say(options.isJSON ? line(report.json) : report.text)
        // What the measurements start; not for people.
        case "stream-load" where rest.count == 1:
            guard let plan = try StreamPlan(JSON(parsing: rest[0])) else {
                throw UsageError("stream-load takes a plan")
            }
            _ = LoadSocket.raiseFileLimit()
            say(line(StreamLoad(plan).run()))
        case "load" where rest.count == 1:
            guard let plan = try LoadPlan(JSON(parsing: rest[0])) else {
                throw UsageError("load takes a plan")
            }
            _ = LoadSocket.raiseFileLimit()
            say(String(decoding: Load(plan).run().encoded(), as: UTF8.self) + "\n")
        case "floor" where rest.count == 5:
            guard let connections = Int(rest[0]), let bytes = Int(rest[1]),
                let rate = Double(rest[2]), let seconds = Double(rest[3])
            else { throw UsageError("floor takes numbers") }
            _ = LoadSocket.raiseFileLimit()
            let result = try FloorProbe.measure(
                connections: connections, bytes: bytes, rate: rate, seconds: seconds,
                folder: URL(fileURLWithPath: rest[4]))
            say(String(decoding: result.encoded(), as: UTF8.self) + "\n")
        case "floor-reader" where rest.count == 2:
            guard let connections = Int(rest[0]), let port = UInt16(rest[1]) else {
                throw UsageError("floor-reader takes numbers")
            }
            _ = LoadSocket.raiseFileLimit()
            FloorProbe.read(connections: connections, port: port)
        case let name?: throw UsageError("what is \(name)?")
        }
        return 0
    }

    private static func show(_ options: FanoutOptions) throws {
        guard options.turns == 1 else {
            let turns = try FanoutBenchmark.inTurns(options)
            return say(options.isJSON ? line(turns.json) : turns.text)
        }
        let report = try FanoutBenchmark.run(options)
        say(options.isJSON ? line(report.json) : report.text)
    }

    private static func runCases(_ arguments: [String]) throws {
        let isJSON = arguments.contains("--json")
        guard arguments.allSatisfy({ ["--cases", "--json"].contains($0) }) else {
            throw UsageError("--cases goes with --json only")
        }
        let outcomes = try BenchmarkCases.run { text in
            if !isJSON { say(text + "\n") }
        }
        say(isJSON ? line(BenchmarkCases.json(outcomes)) : BenchmarkCases.table(outcomes))
    }

    private static func line(_ object: JSONObject) -> String {
        String(decoding: object.encoded(), as: UTF8.self) + "\n"
    }

    private static func say(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    private static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
