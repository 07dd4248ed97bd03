import Clockwork
import Foundation
import Playhouse

/// `playhouse demo`.
enum DemoCommand {
    static let help = """
        playhouse demo: run a seeded show with simulated viewers; nothing to prepare

        usage: playhouse demo [--port PORT] [--stream-port PORT] [--viewers N] [--seed N]
                              [--data FOLDER] [--plugins FOLDER] [--host ADDRESS] [--verbose]

          --port PORT      8080 unless given; 0 for any free port
          --stream-port PORT  where encoders send to; 1935 unless given, any free port if it is taken
          --viewers N      simulated viewers, 0 to 500; 18 unless given
          --seed N         makes the crowd say and guess the same again; 1 unless given
          --data FOLDER    journal and key; .playhouse-demo unless given
          --plugins FOLDER the plugins; those of the repository unless given
          --host ADDRESS   where to listen; 127.0.0.1 unless given, 0.0.0.0 for phones in the same network
          --verbose        logs what the server does

        Open the printed addresses: for viewers, for the host, for the operator. Kill the demo in the middle
        of a round, start it again, and the round goes on.

        With ffmpeg installed there is a moving picture. Point OBS or ffmpeg at the printed address with
        the printed key, and your picture takes its place.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(
            words, options: ["port", "stream-port", "viewers", "seed", "data", "plugins", "host"],
            flags: ["verbose"])
        try arguments.refusePositions()
        let show = try DemoShow(
            folder: arguments.text("data") ?? ".playhouse-demo",
            host: arguments.text("host") ?? "127.0.0.1",
            port: UInt16(try arguments.integer("port", in: 0...65_535) ?? 8080),
            plugins: try arguments.text("plugins") ?? DemoShow.pluginsFolder(),
            streamPort: try arguments.integer("stream-port", in: 0...65_535).map(UInt16.init))
        let viewers = try arguments.integer("viewers", in: 0...500) ?? 18
        let seed = try arguments.integer("seed", in: 0...Int.max) ?? 1
        let clock = SystemClock()
        let log = Log(
            format: .human, level: arguments.has("verbose") ? .debug : .warning, clock: clock)
        let server = try await Server(
            configuration: show.configuration, clock: clock, log: log)
        let signals = EndSignals()
        await server.open()
        let address = "http://127.0.0.1:\(server.port)"
        let host = try show.token(user: "mei", name: "小梅", role: "host")
        let picture = SyntheticStream(of: server, room: DemoShow.room, log: log)
        let staff = try show.token(user: "lu", name: "小陆", role: "operator")
        Command.show(
            """

              Playhouse demo: \(viewers) simulated viewers are on their way.

              viewers   \(address)/rooms/\(DemoShow.room)
              host      \(address)/host/\(DemoShow.room)#token=\(host)
              operator  \(address)/operator/\(DemoShow.room)#token=\(staff)

            \(picture?.invitation(user: "mei") ?? "")

              Press Ctrl-C to end it. Data: \(show.configuration.data)


            """)
        let director = try show.token(user: "director", name: "Director", role: "host")
        let crowd = DemoCrowd(
            port: server.port, viewers: viewers, seed: UInt64(seed), log: log)
        let running = Task { await crowd.run(director: director) }
        let showing = Task { await picture?.run() }
        await signals.first()
        running.cancel()
        showing.cancel()
        await showing.value
        exit(await server.drain() ? 0 : 1)
    }
}
