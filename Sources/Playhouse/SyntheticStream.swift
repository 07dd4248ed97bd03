import Foundation
import Streaming
import Wire

/// The picture of the demo while nobody else publishes: made and sent by ffmpeg, in a process that is
/// watched over and ends with the demo.
///
/// It publishes with a key that only fills the time: a real encoder takes its place, and gets it back
/// for as long as it likes. If the demo is killed, ffmpeg ends with its connection.
package struct SyntheticStream: Sendable {
    /// How long nobody else must have published before it comes back: an encoder that was started
    /// again should not have to share.
    static let quietSeconds = 3.0
    private static let restartSecondsMax = 15.0

    private let streams: StreamHouse
    private let room: String
    private let log: Log
    /// The program; nil where there is none.
    private let ffmpeg: String?

    /// Prepares the picture of a room; nil where the server takes no live video.
    package init?(
        of server: Server, room: String, log: Log,
        path: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
    ) {
        guard let streams = server.streams else { return nil }
        self.streams = streams
        self.room = room
        self.log = log
        ffmpeg = path.split(separator: ":").map { $0 + "/ffmpeg" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Lines for people: where a real encoder sends to, and with which key.
    package func invitation(user: String) -> String {
        let key =
            streams.key(room: room, user: user, hours: StreamConfiguration.keyHours) ?? ""
        let server = streams.address(forHost: "127.0.0.1")
        let rest =
            ffmpeg == nil
            ? "\n  No picture: ffmpeg is not installed (apt-get install ffmpeg, brew install ffmpeg)."
            : """
                or      ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine \
            -c:v libx264 -pix_fmt yuv420p -tune zerolatency -g 60 -c:a aac -f flv '\(server)/\(key)'
            """
        return """
              camera    point OBS at this server with this stream key; it takes the picture's place
                server  \(server)
                key     \(key)
            \(rest)
            """
    }

    /// Shows the picture whenever nobody else does, until the task is cancelled.
    package func run() async {
        guard let ffmpeg else { return }
        var failures = 0
        var quietSince = Date.distantPast
        while !Task.isCancelled {
            if isSomebodyElseThere {
                quietSince = Date()
            } else if Date().timeIntervalSince(quietSince) >= Self.quietSeconds {
                let began = Date()
                await publish(with: ffmpeg)
                failures =
                    isSomebodyElseThere || Date().timeIntervalSince(began) > 30 ? 0 : failures + 1
                if failures == 3, !Task.isCancelled {
                    log.warning("ffmpeg ends again and again; the demo goes on trying")
                }
                let wait = min(Self.restartSecondsMax, Double(failures * failures))
                try? await Task.sleep(for: .seconds(wait))
            }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    private var isSomebodyElseThere: Bool {
        streams.board.latest[room]?.publisher.map { !$0.isFiller } ?? false
    }

    /// Publishes until ffmpeg ends, or the task is cancelled.
    private func publish(with ffmpeg: String) async {
        guard
            let key = streams.key(
                room: room, user: "demo", hours: StreamConfiguration.keyHoursMax, isFiller: true)
        else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ffmpeg)
        process.arguments = Self.arguments(to: "rtmp://127.0.0.1:\(streams.port)/live/\(key)")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch {
            log.warning("ffmpeg cannot be started", ["reason": .string("\(error)")])
            return
        }
        while process.isRunning, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
        }
        // Signals that it could catch may be blocked, since threads that start processes have them so.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        while process.isRunning {
            try? await Task.sleep(for: .milliseconds(10))
            await Task.yield()
        }
    }

    /// An evening sky that turns, and a clock that drifts over it. Modest in size, so that a small
    /// machine has time for the rest of the demo: a sixth of a processor.
    static func arguments(to address: String) -> [String] {
        let picture =
            "gradients=size=640x360:rate=30:speed=0.012:c0=0x2a120a:c1=0x9c3d1b:c2=0xf0b45c"
            + ":c3=0x3a1f4a:nb_colors=4:x0=0:y0=0:x1=640:y1=360,format=yuv420p[sky];"
            + "testsrc2=size=320x180:rate=30,crop=100:34:2:2,scale=300:102:flags=neighbor,hue=s=0,"
            + "format=yuv420p[clock];"
            + "[sky][clock]overlay=x='170+110*sin(t*0.5)':y='129+70*cos(t*0.37)'"
        let sound = "sine=frequency=220:beep_factor=4:sample_rate=44100,volume=0.08"
        let quality = [
            "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", "900k",
            "-maxrate", "900k", "-bufsize", "450k", "-g", "60", "-pix_fmt", "yuv420p", "-threads",
            "1", "-c:a", "aac", "-b:a", "64k", "-ac", "2",
        ]
        return ["-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", picture]
            + ["-f", "lavfi", "-i", sound] + quality + ["-f", "flv", address]
    }
}
