import Cryptography
import Foundation
import Rooms
import Serving
import Wire

/// The configuration of `playhouse demo`: a tea house with six teas, the plugins that come with
/// Playhouse, and a small shop folder.
package struct DemoShow: Sendable {
    package static let room = "teahouse"
    package let configuration: Configuration

    /// - Parameters:
    ///   - folder: Journal and signing key; made where it is missing, so that a demo that was
    ///     killed goes on where it ended, and pages that are open stay signed in.
    ///   - host: Numeric address to listen on.
    ///   - port: 0 for any free port.
    ///   - plugins: Folder of the plugins.
    ///   - streamPort: Where encoders may send to; nil for the usual port, or any other if it is taken.
    /// - Throws: When the folder or the key cannot be written.
    package init(
        folder: String, host: String, port: UInt16, plugins: String, streamPort: UInt16? = nil
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var settings = RoomSettings(
            id: Self.room, title: ["zh": "云上茶馆", "en": "Tea house above the clouds"])
        settings.anonymous = true
        settings.wordFilter = try WordFilter(blocked: "加微信\n私下交易\nscam", allowed: "")
        var room = RoomConfiguration(settings: settings, show: "spring-tea")
        room.products = Self.products
        room.pools = ["coupon": 500]
        room.plugins = [
            PluginConfiguration(
                id: "price-guess",
                config: [
                    "product": "oolong", "price": 12_800, "seconds": 45, "winners": 1,
                    "picture": true,
                ]),
            PluginConfiguration(id: "lottery", config: ["seconds": 45, "winners": 3]),
            PluginConfiguration(id: "quiz", config: DemoQuiz.configuration),
            PluginConfiguration(id: "co-host", config: [:]),
            PluginConfiguration(id: "faq-assistant", config: [:]),
        ]
        room.knowledge = try DemoKnowledge.configuration(in: folder)
        var configuration = Configuration()
        configuration.host = host
        configuration.port = port
        configuration.data = folder
        configuration.plugins = plugins
        configuration.keys = [try Self.key(in: folder)]
        configuration.rooms = [room]
        // Host, viewers and the whole crowd come from one address.
        configuration.limits.connectionsPerAddress = 2_000
        configuration.limits.joinsPerMinutePerAddress = 4_000
        configuration.drainSeconds = 3
        var stream = StreamConfiguration()
        if let streamPort { stream.port = streamPort } else { stream.mayMove = true }
        configuration.stream = stream
        // Whoever tries a plugin out changes it.
        configuration.reload = true
        self.configuration = configuration
    }

    /// Signs a token for the demo's room, good for a week.
    package func token(user: String, name: String, role: String) throws -> String {
        try TokenIssuing.token(
            Claims(
                subject: user, room: Self.room, role: role, name: name,
                expiresAt: Int64(Date().timeIntervalSince1970) + 7 * 86_400, notBefore: nil),
            keys: configuration.keys)
    }

    /// Finds the plugins beside the working directory or above the executable.
    package static func pluginsFolder() throws -> String {
        var places = [FileManager.default.currentDirectoryPath]
        var place = Bundle.main.executableURL?.deletingLastPathComponent()
        for _ in 0..<6 {
            if let path = place?.path { places.append(path) }
            place = place?.deletingLastPathComponent()
        }
        for place in places {
            let folder = place + "/Plugins"
            if FileManager.default.fileExists(atPath: folder + "/price-guess/plugin.json") {
                return folder
            }
        }
        throw ConfigurationError(
            description: "the folder Plugins was not found; run the demo in the repository, "
                + "or give it with --plugins")
    }

    private static func key(in folder: String) throws -> SigningKey {
        let file = folder + "/key"
        if let data = FileManager.default.contents(atPath: file), data.count >= 32 {
            return try SigningKey(kid: "demo", secret: [UInt8](data))
        }
        let secret = Array(Digest.hex(SecureRandom.bytes(32)).utf8)
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data(secret), attributes: [.posixPermissions: 0o600])
        else { throw ConfigurationError(description: "\(file): the key cannot be written") }
        return try SigningKey(kid: "demo", secret: secret)
    }

    private static let products: [ProductConfiguration] = [
        ("oolong", "冻顶乌龙 150 克", "Dong Ding oolong, 150 g", 12_800),
        ("longjing", "明前龙井 100 克", "Longjing, first flush, 100 g", 26_800),
        ("puer", "古树熟普 357 克", "Ripe pu'er cake, 357 g", 19_900),
        ("jasmine", "茉莉银针 80 克", "Jasmine silver needle, 80 g", 9_900),
        ("gaiwan", "白瓷盖碗", "White porcelain gaiwan", 8_800),
        ("kettle", "手工铁壶", "Hand-cast iron kettle", 88_000),
    ].map { id, zh, en, price in
        ProductConfiguration(
            id: id, title: ["zh": zh, "en": en], image: nil, currency: "CNY", priceMinor: price)
    }
}
