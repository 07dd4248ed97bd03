import Clockwork
import Foundation
import Playhouse

/// `playhouse serve`.
enum ServeCommand {
    static let help = """
        playhouse serve: run the rooms of a configuration file

        usage: playhouse serve --config FILE [--host ADDRESS] [--port PORT] [--data FOLDER]
                               [--log-format human|json] [--log-level debug|info|warning|error]
                               [--check]

          --config FILE   JSON; SDK-docs/operating.md describes every setting
          --host, --port, --data, --log-format, --log-level   override the file
          --check         reads the file, its plugins and pictures, says what is wrong, and ends:
                          0 when a server could start with it, else 1

        The shows go on where the journal in the data folder ends, also after kill -9.
        SIGTERM or SIGINT drains: nobody is let in, everybody is told to come back, what was
        accepted is made durable, and the process ends within the drain time (exit code 0, or 1 if
        the time was not enough). A second signal ends it at once.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(
            words, options: ["config", "host", "port", "data", "log-format", "log-level"],
            flags: ["check"])
        try arguments.refusePositions("give --config FILE")
        var configuration = try Configuration(file: try arguments.required("config"))
        if let host = arguments.text("host") { configuration.host = host }
        if let port = try arguments.integer("port", in: 0...65_535) {
            configuration.port = UInt16(port)
        }
        if let data = arguments.text("data") { configuration.data = data }
        if let format = try arguments.choice("log-format", Log.Format.self) {
            configuration.logFormat = format
        }
        if let level = try arguments.choice("log-level", Log.Level.self) {
            configuration.logLevel = level
        }
        let clock = SystemClock()
        let log = Log(
            format: configuration.logFormat, level: configuration.logLevel, clock: clock)
        if arguments.has("check") {
            // Standard output has the verdict alone, for scripts.
            let notes = Log(format: configuration.logFormat, level: .warning, clock: clock) {
                try? FileHandle.standardError.write(contentsOf: Data($0))
            }
            try Server.check(configuration, log: notes)
            Command.show("good: \(try arguments.required("config"))\n")
            return
        }
        let server = try await Server(configuration: configuration, clock: clock, log: log)
        let signals = EndSignals()
        await server.open()
        await signals.first()
        exit(await server.drain() ? 0 : 1)
    }
}

/// Waits for SIGTERM and SIGINT; the second one ends the process at once.
final class EndSignals: Sendable {
    // Sendable: set by `init` and only kept alive afterwards; Dispatch sources are thread-safe.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let stream: AsyncStream<Void>

    init() {
        let (stream, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingOldest(1))
        self.stream = stream
        let count = Lock(0)
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: .global(qos: .userInitiated))
            source.setEventHandler {
                let isSecond = count.withLock { count in
                    count += 1
                    return count > 1
                }
                if isSecond { _exit(1) }
                continuation.yield()
            }
            source.resume()
            return source
        }
    }

    /// Returns when the first signal has come.
    func first() async {
        for await _ in stream { return }
    }
}
