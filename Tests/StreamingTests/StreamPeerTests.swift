import Clockwork
import Cryptography
import Foundation
import Lanes
import Testing

@testable import Streaming

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Debian's ffmpeg publishes to a lane and reads from it, every byte checked.
@Suite(.serialized) struct StreamPeerTests {
    /// A lane with a door, on a free port.
    final class House: Sendable {
        let lane: Lane
        let listener: Listener
        let board = StreamBoard()
        let notes = Lock<[String]>([])
        let keyring: StreamKeyring

        init(change: (inout StreamPremises) -> Void = { _ in }) async throws {
            var limits = LaneLimits()
            limits.directBytesMax = 16 << 20
            lane = Lane(number: 9, limits: limits, clock: SystemClock(), slowFarewell: [])
            listener = try Listener(host: "127.0.0.1", port: 0, lanes: [lane])
            let key = try SigningKey(kid: "k1", secret: [UInt8](repeating: 1, count: 32))
            keyring = StreamKeyring(keys: [key], secondsMax: 3_600)
            let notes = notes
            var premises = StreamPremises(
                keyring: keyring, clock: SystemClock(), hasRoom: { $0 == "mall" },
                mayWatch: { _, token in token != "bad" },
                note: { message, _, words in notes.withLock { $0.append("\(message): \(words)") } })
            change(&premises)
            let (settled, board) = (premises, board)
            await lane.start { _ in StreamDoor(premises: settled, board: board) }
            listener.start()
        }

        func end() async {
            listener.stop()
            await lane.stop()
        }

        func address(room: String = "mall") throws -> String {
            let expiry = Int64(Date().timeIntervalSince1970) + 600
            let key = try #require(
                keyring.issue(room: room, user: "anna", expiresAtSeconds: expiry))
            return "rtmp://127.0.0.1:\(listener.port)/live/\(room)?token=\(key)"
        }

        var watch: String { "http://127.0.0.1:\(listener.port)/rooms/mall/live.mp4" }

        func wait(_ what: String, _ isTrue: (StreamBoard.Entry?) -> Bool) async throws {
            for _ in 0..<1_200 {
                if isTrue(board.latest["mall"]) { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("\(what) did not come; \(notes.withLock { $0 })")
        }
    }

    func process(_ tool: String, _ arguments: [String]) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(tool)")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        return (process, errors)
    }

    /// Kills a tool: threads that start processes have signals blocked, and their children inherit that.
    func end(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Runs a tool to its end.
    func run(_ tool: String, _ arguments: [String]) async throws -> (Int32, String) {
        let (process, errors) = try process(tool, arguments)
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let text = String(
                    decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, text))
            }
        }
    }

    func publish(
        _ house: House, size: String = "320x180", sound: Bool = true, codec: [String]? = nil,
        to address: String? = nil
    ) throws -> Process {
        let tone = ["-f", "lavfi", "-i", "sine=440:sample_rate=44100", "-c:a", "aac", "-ac", "2"]
        let picture =
            codec ?? [
                "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15",
                "-pix_fmt", "yuv420p",
            ]
        return try process(
            "ffmpeg",
            ["-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=30"]
                + (sound ? tone : []) + picture + ["-f", "flv", address ?? house.address()]
        ).0
    }

    @Test(arguments: [true, false])
    func `ffmpeg publishes, and ffmpeg reads without an error`(sound: Bool) async throws {
        let house = try await House()
        let publisher = try publish(house, sound: sound)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let (status, errors) = try await run(
            "ffmpeg",
            [
                "-v", "warning", "-xerror", "-err_detect", "explode", "-i", house.watch, "-t", "3",
                "-f", "null", "-",
            ])
        #expect(status == 0 && errors == "")
        try await house.wait("the viewer's end") { $0?.viewers == 0 }
        #expect(house.board.latest["mall"]?.readings.codecs.contains("mp4a") == sound)
        end(publisher)
        await house.end()
    }

    @Test func `B-frames come out in order`() async throws {
        let house = try await House()
        let publisher = try publish(
            house, codec: ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "30"])
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let (status, errors) = try await run(
            "ffmpeg",
            [
                "-v", "warning", "-xerror", "-err_detect", "explode", "-i", house.watch, "-t", "3",
                "-f", "null", "-",
            ])
        #expect(status == 0 && errors == "")
        #expect(house.board.latest["mall"]?.readings.hasReordering == true)
        end(publisher)
        await house.end()
    }

    @Test func `A publisher that is killed comes back in another size, and viewers stay`()
        async throws
    {
        let house = try await House()
        let first = try publish(house)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let (viewer, _) = try process("curl", ["-s", "-N", "-o", "/dev/null", house.watch])
        try await house.wait("a viewer") { $0?.viewers == 1 }
        end(first)
        try await house.wait("the publisher's end") { $0?.isLive == false }
        let second = try publish(house, size: "640x360")
        try await house.wait("the new size") { $0?.readings.width == 640 && $0?.isLive == true }
        #expect(house.board.latest["mall"]?.viewers == 1)
        end(second)
        end(viewer)
        await house.end()
    }

    @Test func `A second publisher with the key replaces the first`() async throws {
        let house = try await House()
        let first = try publish(house)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let second = try publish(house, size: "640x360")
        try await house.wait("the new size") { $0?.readings.width == 640 }
        #expect(house.board.latest["mall"]?.isLive == true)
        #expect(house.board.latest["mall"]?.readings.publishers == 2)
        end(second)
        end(first)
        await house.end()
    }

    @Test func `A wrong key, a wrong room and a wrong codec are refused in words`() async throws {
        let house = try await House()
        let wrong = try publish(
            house, to: "rtmp://127.0.0.1:\(house.listener.port)/live/mall?token=nonsense")
        wrong.waitUntilExit()
        #expect(wrong.terminationStatus != 0)
        let elsewhere = try publish(house, to: try house.address(room: "shop"))
        elsewhere.waitUntilExit()
        #expect(elsewhere.terminationStatus != 0)
        let old = try publish(house, codec: ["-c:v", "flv1"])
        old.waitUntilExit()
        let notes = house.notes.withLock { $0.joined(separator: "\n") }
        #expect(notes.contains("not a stream key of this server"))
        #expect(notes.contains("the room of the stream key is not here"))
        #expect(notes.contains("H.263"))
        await house.end()
    }

    @Test func `Viewers are answered in HTTP`() async throws {
        let house = try await House()
        for (path, status) in [
            ("/rooms/mall/live.mp4", 404), ("/rooms/none/live.mp4", 404), ("/", 404),
            ("/rooms/mall/live.mp4?token=bad", 401),
        ] {
            let (data, response) = try await URLSession.shared.data(
                from: try #require(URL(string: "http://127.0.0.1:\(house.listener.port)\(path)")))
            #expect((response as? HTTPURLResponse)?.statusCode == status, "\(path)")
            #expect(String(decoding: data, as: UTF8.self).contains("code"))
        }
        await house.end()
    }

    @Test func `As many strangers may wait as allowed and no more`() async throws {
        let house = try await House { $0.strangersPerAddress = 2 }
        let first = PlainConnection(port: house.listener.port)
        let second = PlainConnection(port: house.listener.port)
        #expect(!first.ends(within: 1) && !second.ends(within: 1))
        #expect(PlainConnection(port: house.listener.port).ends(within: 60))
        await house.end()
        let small = try await House { $0.strangersMax = 1 }
        let only = PlainConnection(port: small.listener.port)
        #expect(!only.ends(within: 1))
        #expect(PlainConnection(port: small.listener.port).ends(within: 60))
        await small.end()
    }

    @Test func `Who says too little is cut`() async throws {
        let house = try await House {
            $0.requestSeconds = 1
            $0.limits.strangerSeconds = 1
        }
        let silent = PlainConnection(port: house.listener.port)
        let half = PlainConnection(port: house.listener.port)
        half.write("GET /rooms/mall/live.mp4 HTTP/1.1\r\n")
        let publisher = PlainConnection(port: house.listener.port)
        publisher.write("\u{3}")
        #expect(silent.ends(within: 60) && half.ends(within: 60) && publisher.ends(within: 60))
        await house.end()
    }

    @Test func `A publisher that stops is cut, and its viewers after it`() async throws {
        let house = try await House {
            // Longer than a busy machine lets an encoder wait.
            $0.limits.silentSeconds = 5
            $0.holdSeconds = 1
            $0.viewersMax = 1
        }
        let publisher = try publish(house)
        try await house.wait("a picture") { ($0?.readings.width ?? 0) == 320 }
        let viewer = PlainConnection(port: house.listener.port)
        viewer.write("GET /rooms/mall/live.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
        try await house.wait("a viewer") { $0?.viewers == 1 }
        let (status, text) = try await run("curl", ["-s", "-f", house.watch])
        #expect(status == 22, "a viewer too many is refused \(text)")
        kill(publisher.processIdentifier, SIGSTOP)
        #expect(viewer.ends(within: 60))
        try await house.wait("the end of the stream") { $0 == nil }
        end(publisher)
        await house.end()
    }
}

/// A connection to a port, read with a time limit of the kernel's.
final class PlainConnection {
    private let descriptor: Int32

    init(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { close(descriptor) }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) { _ = send(descriptor, bytes, bytes.count, 0) }

    /// What comes until it is enough, the other side ends, or a minute has passed without a byte.
    func read(until isEnough: (String) -> Bool) -> String {
        var time = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var all: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            let text = String(decoding: all, as: UTF8.self)
            if isEnough(text) { return text }
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { return text }
            all += bytes.prefix(count)
        }
    }

    /// Whether the other side ends the connection within so many seconds.
    func ends(within seconds: Int) -> Bool {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count > 0 { continue }
            return count == 0 || errno == ECONNRESET
        }
    }
}
