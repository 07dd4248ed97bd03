import Foundation
import Wire

/// A playhouse in a process of its own, as operators run it, with one room and one game.
final class ServedPlayhouse: Sendable {
    static let room = "teahouse"
    private static let startSecondsMax = 120.0
    private static let commandSecondsMax = 60.0

    /// Which plugins a playhouse has.
    enum Plugins: Sendable {
        /// Those that come with it.
        case house
        /// The FAQ assistant that comes with it, with a shop folder, and a game beside it.
        case assistant
        /// One that shows every element of a panel.
        case gallery
        /// The co-host seats that come with it.
        case coHost
        /// The same, and live video.
        case coHostStream
        /// The lottery that comes with it, as a lucky bag.
        case lottery
        /// The quiz that comes with it, with two questions.
        case quiz
        /// None, and live video.
        case stream
        /// The quiz, whose questions come with the live video.
        case quizOnAir
    }

    let port: UInt16
    private let plugins: Plugins
    private let process: ServedProcess
    private let folder: URL

    /// The executable beside the tests that run.
    static func executable() throws -> URL {
        // With some runners the tests are a bundle that another executable loads.
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
        var place = bundle.map { URL(fileURLWithPath: $0) } ?? Bundle.main.bundleURL
        for _ in 0..<6 {
            let file = place.appendingPathComponent("playhouse")
            if !file.hasDirectoryPath, FileManager.default.isExecutableFile(atPath: file.path) {
                return file
            }
            place = place.deletingLastPathComponent()
        }
        throw BrowserError("the executable playhouse is not beside the tests; build it first")
    }

    /// Starts a server on a free port with its data in a new folder.
    convenience init(plugins: Plugins = .house) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await self.init(folder: folder, port: 0, plugins: plugins)
    }

    private init(folder: URL, port: UInt16, plugins: Plugins) async throws {
        self.folder = folder
        self.plugins = plugins
        let file = folder.appendingPathComponent("config.json")
        try Data(Self.configuration(port: port, plugins).encoded()).write(to: file)
        process = try ServedProcess(
            Self.executable(), ["serve", "--config", file.path],
            output: folder.appendingPathComponent("server-\(UUID().uuidString).log"))
        let end = Date().addingTimeInterval(Self.startSecondsMax)
        while true {
            if let port = Self.port(in: process.text) {
                self.port = port
                return
            }
            guard process.isRunning, Date() < end else {
                throw BrowserError("the server did not start:\n\(process.text.suffix(2000))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ends the server as `kill -9` does and starts it again on the same port and data.
    func killedAndRestarted() async throws -> ServedPlayhouse {
        process.kill()
        return try await ServedPlayhouse(folder: folder, port: port, plugins: plugins)
    }

    /// Signs a token with the command that operators use.
    func token(role: String, subject: String, name: String) async throws -> String {
        let output = folder.appendingPathComponent("token-\(UUID().uuidString)")
        let command = try ServedProcess(
            Self.executable(),
            [
                "token", "--config", folder.appendingPathComponent("config.json").path,
                "--room", role == "service" ? "*" : Self.room, "--role", role,
                "--subject", subject, "--name", name,
            ], output: output)
        let end = Date().addingTimeInterval(Self.commandSecondsMax)
        while command.isRunning, Date() < end { try await Task.sleep(for: .milliseconds(10)) }
        let text = command.text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.split(separator: ".").count == 3 else {
            throw BrowserError("playhouse token said: \(text)")
        }
        return text
    }

    /// Where an encoder sends to, its key included, which the command for operators signs.
    func streamAddress() async throws -> String {
        let command = try ServedProcess(
            Self.executable(),
            [
                "stream-key", "--config", folder.appendingPathComponent("config.json").path,
                "--room", Self.room, "--user", "mei",
            ], output: folder.appendingPathComponent("stream-key"))
        let end = Date().addingTimeInterval(Self.commandSecondsMax)
        while command.isRunning, Date() < end { try await Task.sleep(for: .milliseconds(10)) }
        let key = command.text.trimmingCharacters(in: .whitespacesAndNewlines)
        for line in log.split(separator: "\n") {
            guard let entry = try? JSON(parsing: Array(line.utf8)),
                let port = entry["streamPort"]?.integerValue
            else { continue }
            return "rtmp://127.0.0.1:\(port)/live/\(key)"
        }
        throw BrowserError("the log names no port for the stream")
    }

    /// Where a viewer's page is; through another port if a proxy stands between.
    func viewerAddress(token: String? = nil, port: UInt16? = nil) -> String {
        "http://127.0.0.1:\(port ?? self.port)/rooms/\(Self.room)"
            + (token.map { "#token=\($0)" } ?? "")
    }

    func hostAddress(token: String) -> String {
        "http://127.0.0.1:\(port)/host/\(Self.room)#token=\(token)"
    }

    func operatorAddress(token: String) -> String {
        "http://127.0.0.1:\(port)/operator/\(Self.room)#token=\(token)"
    }

    /// What the server has logged.
    var log: String { process.text }

    /// Ends the server and removes its data.
    func close() {
        process.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func port(in log: String) -> UInt16? {
        for line in log.split(separator: "\n") {
            guard let entry = try? JSON(parsing: Array(line.utf8)),
                entry["message"]?.stringValue?.hasPrefix("listening") == true
            else { continue }
            return entry["port"]?.integerValue.flatMap(UInt16.init(exactly:))
        }
        return nil
    }

    private static let priceGuess: JSON = [
        "id": "price-guess", "config": ["product": "oolong", "price": 12_800, "seconds": 600],
    ]

    /// Short waits, and questions that stay open until they are closed.
    private static let quiz: JSON = [
        "seconds": 120, "ready": 1, "pause": 3, "winners": 2,
        "questions": [
            [
                "id": "oolong", "correct": "b",
                "text": ["zh": "乌龙茶属于哪一类？", "en": "What kind of tea is oolong?"],
                "options": [
                    ["id": "a", "text": ["zh": "绿茶", "en": "Green"]],
                    ["id": "b", "text": ["zh": "半发酵茶", "en": "Half fermented"]],
                    ["id": "c", "text": ["zh": "红茶", "en": "Black"]],
                ],
                "note": ["zh": "发酵度在绿茶和红茶之间", "en": "Between green and black"],
            ],
            [
                "id": "tin", "correct": "a", "image": "oolong",
                "text": ["zh": "图上是哪一种茶？", "en": "Which tea is in the picture?"],
                "image_text": ["zh": "一罐茶叶", "en": "A tin of tea"],
                "options": [
                    ["id": "a", "text": ["zh": "冻顶乌龙", "en": "Dong Ding oolong"]],
                    ["id": "b", "text": ["zh": "碧螺春", "en": "Biluochun"]],
                ],
            ],
        ],
    ]

    private static func configuration(port: UInt16, _ plugins: Plugins) -> JSON {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let package = tests.deletingLastPathComponent().deletingLastPathComponent()
        let folder = plugins == .gallery ? tests : package
        let entry: JSON =
            switch plugins {
            case .house: priceGuess
            case .gallery: ["id": "gallery"]
            case .coHost, .coHostStream:
                [
                    "id": "co-host",
                    "config": [
                        "seats": 3, "apply_seconds": 600, "invite_seconds": 600,
                        "link_seconds": 120, "hold_seconds": 300, "host_grace": 600,
                    ],
                ]
            case .lottery:
                [
                    "id": "lottery",
                    "config": [
                        "kind": "lucky_bag", "phrase": "好运茶", "seconds": 600, "winners": 2,
                    ],
                ]
            case .quiz: ["id": "quiz", "config": quiz]
            case .quizOnAir:
                [
                    "id": "quiz",
                    "config": .object((quiz.objectValue ?? [:]).with("picture", true)),
                ]
            case .assistant: ["id": "faq-assistant"]
            case .stream: .null
            }
        let shop: JSONObject =
            plugins == .assistant
            ? ["folder": .string(tests.appendingPathComponent("Shop").path)] : [:]
        var show: JSONObject = [
            "id": "spring-tea", "pools": ["coupon": 10, "cash": 1_000],
            "products": [
                [
                    "id": "oolong",
                    "title": ["zh": "冻顶乌龙 150 克", "en": "Dong Ding oolong, 150 g"],
                    "currency": "CNY", "priceMinor": 12_800,
                ]
            ],
            "plugins": .array(
                [entry].filter { !$0.isNull } + (plugins == .assistant ? [priceGuess] : [])),
        ]
        if !shop.isEmpty { show["knowledge"] = .object(shop) }
        var configuration: JSONObject = [
            "listen": ["host": "127.0.0.1", "port": .integer(Int64(port))], "data": "data",
            "plugins": .string(folder.appendingPathComponent("Plugins").path),
            "keys": [["kid": "k1", "secret": "only-for-the-tests-in-a-browser-0123456789"]],
            "log": ["format": "json", "level": "info"],
            "rooms": [
                [
                    "id": .string(room), "title": ["zh": "云上茶馆", "en": "Tea house"],
                    "anonymous": true,
                    "show": .object(show),
                ]
            ],
        ]
        if [.stream, .coHostStream, .quizOnAir].contains(plugins) {
            configuration["stream"] = ["port": 0]
        }
        return .object(configuration)
    }
}

extension JSONObject {
    fileprivate func with(_ name: String, _ value: JSON) -> JSONObject {
        var changed = self
        changed[name] = value
        return changed
    }
}

/// Runs a body with a server that ends with it, whatever happens. The body may put another server in
/// its place.
func withPlayhouse<Result: Sendable>(
    plugins: ServedPlayhouse.Plugins = .house,
    _ body: (inout ServedPlayhouse) async throws -> Result
) async throws -> Result {
    var server = try await ServedPlayhouse(plugins: plugins)
    defer { server.close() }
    do {
        return try await body(&server)
    } catch {
        throw BrowserError("\(error)\nserver log, last lines:\n\(server.log.suffix(1500))")
    }
}
