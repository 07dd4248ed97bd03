import Cryptography
import Foundation
import Wire

/// A server as users run it, in a process of its own, with its limits lifted and its data in a
/// temporary folder that goes with it.
final class BenchmarkServer {
    private static let secret = "only-for-benchmarks-on-this-machine-0123456789"
    private static let startSecondsMax = 30.0

    let port: UInt16
    /// Where encoders come in; 0 without a stream.
    let streamPort: UInt16
    private let process: ChildProcess

    var identifier: Int32 { process.identifier }

    /// Starts a server with rooms `r0`, `r1` and so on that admit everybody, and waits until it
    /// listens; with live video if there is a section for it.
    init(rooms: Int, folder: URL, stream: JSONObject? = nil) throws(BenchmarkFailure) {
        let file = folder.appendingPathComponent("server.json")
        let data = folder.appendingPathComponent("data")
        try? FileManager.default.removeItem(at: data)
        do {
            var configuration = Self.configuration(rooms: rooms, data: data.path)
            if let stream { configuration["stream"] = .object(stream) }
            try Data(JSON.object(configuration).encoded()).write(to: file)
        } catch {
            throw BenchmarkFailure("cannot write \(file.path): \(error)")
        }
        process = try ChildProcess(
            ["serve", "--config", file.path], folder: folder, name: "server")
        let end = Date().addingTimeInterval(Self.startSecondsMax)
        while true {
            let text = process.text()
            let streamPort = stream == nil ? 0 : Self.port(inLog: text, named: "streamPort")
            if let port = Self.port(inLog: text), let streamPort {
                self.port = port
                self.streamPort = streamPort
                return
            }
            guard process.isRunning, Date() < end else {
                throw BenchmarkFailure("the server did not start: \(process.text().suffix(1000))")
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    func stop() { process.stop() }

    /// Whether a line of its log so far contains the words.
    func said(_ words: String) -> Bool { process.text().contains(words) }

    /// Finds the port in the log line that says that the server listens, or takes live video.
    static func port(inLog text: String, named name: String = "port") -> UInt16? {
        for line in text.split(separator: "\n") {
            guard let json = try? JSON(parsing: Array(line.utf8)),
                let message = json["message"]?.stringValue,
                message.hasPrefix("listening") || message.hasPrefix("live video"),
                let port = json[name]?.integerValue
            else { continue }
            return UInt16(exactly: port)
        }
        return nil
    }

    /// Makes a token of role service for all rooms, valid for a day.
    static func serviceToken(now: Date = Date()) -> String {
        let header: JSON = ["alg": "HS256", "typ": "JWT", "kid": "bench"]
        let claims: JSON = [
            "sub": "bench", "room": "*", "role": "service", "name": "Bench",
            "exp": .integer(Int64(now.timeIntervalSince1970) + 86_400),
        ]
        let signed =
            Base64URL.encode(header.encoded()) + "." + Base64URL.encode(claims.encoded())
        let signature = Digest.hmacSHA256(key: Array(secret.utf8), Array(signed.utf8))
        return signed + "." + Base64URL.encode(signature)
    }

    private static func configuration(rooms: Int, data: String) -> JSONObject {
        [
            "listen": ["host": "127.0.0.1", "port": 0], "data": .string(data),
            "keys": [["kid": "bench", "secret": .string(secret)]],
            "log": ["format": "json", "level": "info"],
            "limits": [
                "connectionsMax": 1_000_000, "connectionsPerAddress": 1_000_000,
                "joinsPerMinutePerAddress": 1_000_000, "requestsPerSecondPerAddress": 1_000_000,
                "requestBurstPerAddress": 1_000_000,
                "messagesPerSecond": 100_000, "messageBurst": 100_000,
                "bytesPerSecond": 1_000_000_000,
            ],
            "rooms": .array(
                (0..<rooms).map { number in
                    let name = JSON.string("r\(number)")
                    return [
                        "id": name, "title": ["zh": name, "en": name], "anonymous": true,
                        "show": ["id": .string("s\(number)")],
                    ]
                }),
        ]
    }
}
