package import Cryptography
import Foundation
package import Lanes
package import Outreach
package import Rooms
package import Serving
package import Wire

/// What `playhouse serve --config FILE` reads (SDK-docs/operating.md).
package struct Configuration: Sendable {
    package var host = "127.0.0.1"
    package var port: UInt16 = 8080
    /// Folder of the journal.
    package var data = "playhouse-data"
    package var keys: [SigningKey] = []
    package var logFormat = Log.Format.human
    package var logLevel = Log.Level.info
    package var limits = ServingLimits()
    package var laneLimits = LaneLimits()
    /// Number of lanes; 0 means one per processor.
    package var lanes = 0
    /// Folder whose sub-folders are plugins.
    package var plugins = "Plugins"
    /// Where plugins run.
    package var stage = StageKind.process
    /// The program whose processes are stages; nil for the one that is running.
    package var stageExecutable: String?
    package var drainSeconds = 10
    /// Records from one snapshot of a show to the next.
    package var snapshotRecords: Int64 = 1_000
    /// One in so many plugin calls is made again in the background and compared; 0 for none.
    package var replayOneIn: UInt64 = 100
    /// Takes changed files of plugins over while shows run.
    package var reload = false
    package var rooms: [RoomConfiguration] = []
    /// Serves `/echo`, for the Autobahn suite.
    package var echoes = false

    package init() {}
}

/// Where plugins run: in caged processes, or, for plugins that are trusted, in the server's own.
package enum StageKind: String, Sendable, CaseIterable { case process, inProcess }

/// One room and its present show.
package struct RoomConfiguration: Sendable {
    package var settings: RoomSettings
    package var show: String
    package var products: [ProductConfiguration] = []
    /// Units in each pool of coupons or prizes.
    package var pools: [String: Int64] = [:]
    package var plugins: [PluginConfiguration] = []
    /// Where plugins may send messages.
    package var webhooks: [Webhook] = []

    package init(settings: RoomSettings, show: String) {
        self.settings = settings
        self.show = show
    }
}

package struct ProductConfiguration: Sendable {
    package var id: String
    package var title: [String: String]
    /// A file beside the configuration; nil draws a picture of its name.
    package var image: String?
    package var currency: String
    package var priceMinor: Int64
}

package struct PluginConfiguration: Sendable {
    package var id: String
    package var config: JSONObject
}

/// What is wrong with a configuration: file, place and remedy, one line each.
package struct ConfigurationError: Error, CustomStringConvertible {
    package var description: String
}

extension Configuration {
    /// Reads a file; relative paths in it are relative to its folder.
    package init(file: String) throws(ConfigurationError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ConfigurationError(
                description: "\(file): cannot be read; give an existing file with --config")
        }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try self.init(text: [UInt8](data), name: file, folder: folder)
    }

    /// Reads a text; `name` stands in messages, `folder` is where relative paths begin.
    package init(text: [UInt8], name: String, folder: String) throws(ConfigurationError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: text)
        } catch {
            throw ConfigurationError(description: "\(name): \(error)")
        }
        var reader = ConfigurationReader(file: name, path: "$", value: json)
        self.init()
        read(&reader, folder: folder)
        if !reader.problems.isEmpty {
            throw ConfigurationError(description: reader.problems.joined(separator: "\n"))
        }
    }

    private mutating func read(_ reader: inout ConfigurationReader, folder: String) {
        func path(_ name: String) -> String {
            name.hasPrefix("/") ? name : URL(fileURLWithPath: folder + "/" + name).standardized.path
        }
        reader.object("listen") { listen in
            listen.text("host") { host = $0 }
            listen.integer("port", 0...65_535) { port = UInt16($0) }
        }
        data = path(data)
        plugins = path(plugins)
        reader.text("data") { data = path($0) }
        reader.text("plugins") { plugins = path($0) }
        reader.integer("lanes", 0...64) { lanes = Int($0) }
        reader.choice("stage", StageKind.allCases) { stage = $0 }
        reader.integer("drainSeconds", 0...600) { drainSeconds = Int($0) }
        reader.integer("snapshotRecords", 1...1_000_000) { snapshotRecords = $0 }
        reader.integer("replayOneIn", 0...1_000_000) { replayOneIn = UInt64($0) }
        reader.bool("reload") { reload = $0 }
        reader.list("keys") { key in
            var kid = ""
            var secret = ""
            key.text("kid") { kid = $0 }
            key.text("secret") { secret = $0 }
            key.text("secretFile") { name in
                let bytes = FileManager.default.contents(atPath: path(name)) ?? Data()
                secret = String(decoding: bytes, as: UTF8.self)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            do {
                keys.append(try SigningKey(kid: kid, secret: Array(secret.utf8)))
            } catch {
                key.problem(
                    "",
                    "a key needs a \"kid\" and a \"secret\" (or \"secretFile\") of at least 32 bytes"
                )
            }
        }
        reader.object("log") { log in
            log.choice("format", Log.Format.allCases) { logFormat = $0 }
            log.choice("level", Log.Level.allCases) { logLevel = $0 }
        }
        reader.object("limits") { readLimits(&$0) }
        reader.object("testing") { testing in testing.bool("echo") { echoes = $0 } }
        if echoes { laneLimits.directBytesMax = 64 << 20 }
        reader.list("rooms") { room in
            if let read = Self.readRoom(&room, path: path) { rooms.append(read) }
        }
        if rooms.isEmpty { reader.problem("rooms", "list at least one room") }
        let ids = rooms.map(\.settings.id)
        for id in Set(ids) where ids.filter({ $0 == id }).count > 1 {
            reader.problem("rooms", "room \"\(id)\" is listed twice")
        }
        let shows = rooms.map(\.show)
        for show in Set(shows) where shows.filter({ $0 == show }).count > 1 {
            reader.problem("rooms", "show \"\(show)\" is listed for two rooms")
        }
        reader.finish()
    }

    private mutating func readLimits(_ reader: inout ConfigurationReader) {
        reader.integer("connectionsPerAddress", 1...1_000_000) {
            limits.connectionsPerAddress = Int($0)
        }
        reader.integer("joinsPerMinutePerAddress", 1...10_000_000) {
            limits.joinsPerMinutePerAddress = Int($0)
        }
        reader.integer("messagesPerSecond", 1...1_000_000) { limits.messagesPerSecond = Float($0) }
        reader.integer("messageBurst", 1...1_000_000) { limits.messageBurst = Float($0) }
        reader.integer("bytesPerSecond", 1...10_000_000_000) { limits.bytesPerSecond = Float($0) }
        reader.integer("byteBurst", 1...10_000_000_000) { limits.byteBurst = Float($0) }
        reader.integer("headSeconds", 1...600) { limits.headSeconds = UInt32($0) }
        reader.integer("bodySeconds", 1...600) { limits.bodySeconds = UInt32($0) }
        reader.integer("idleSeconds", 1...3_600) { limits.idleSeconds = UInt32($0) }
        reader.integer("helloSeconds", 1...600) { limits.helloSeconds = UInt32($0) }
        reader.integer("pingSeconds", 1...3_600) { limits.pingSeconds = UInt32($0) }
        reader.integer("silentSeconds", 2...7_200) { limits.silentSeconds = UInt32($0) }
        reader.integer("eventBacklogBytes", 16_384...(64 << 20)) {
            laneLimits.eventBacklogBytesMax = Int($0)
        }
        reader.integer("sendBufferBytes", 4_096...(4 << 20)) {
            laneLimits.sendBufferBytes = Int32($0)
        }
        reader.integer("tickMilliseconds", 20...1_000) {
            laneLimits.tickMillisecondsMax = Int($0)
        }
    }

    private static func readRoom(
        _ reader: inout ConfigurationReader, path: (String) -> String
    ) -> RoomConfiguration? {
        var id = ""
        var title: [String: String] = [:]
        reader.identifier("id") { id = $0 }
        reader.texts("title") { title = $0 }
        guard !id.isEmpty else {
            reader.problem("id", "a room needs an \"id\" that matches [a-z0-9][a-z0-9_-]{0,63}")
            return nil
        }
        var settings = RoomSettings(id: id, title: title.isEmpty ? ["zh": id, "en": id] : title)
        reader.bool("anonymous") { settings.anonymous = $0 }
        reader.integer("slowSeconds", 0...600) { settings.slowSeconds = $0 }
        reader.integer("messageCharactersMax", 1...1_000) {
            settings.messageCharactersMax = Int($0)
        }
        reader.integer("sessionsMax", 1...1_000_000) { settings.sessionsMax = Int($0) }
        reader.integer("chatterPerSecondMax", 1...10_000) {
            settings.chatterPerSecondMax = Int($0)
        }
        readWords(&reader, &settings, path: path)
        var configuration = RoomConfiguration(settings: settings, show: id)
        reader.object("show") { show in
            show.identifier("id") { configuration.show = $0 }
            show.list("products") { product in
                configuration.products.append(readProduct(&product, path: path))
            }
            show.integers("pools", 0...1_000_000_000) { configuration.pools = $0 }
            show.list("plugins") { plugin in
                var read = PluginConfiguration(id: "", config: [:])
                plugin.identifier("id") { read.id = $0 }
                plugin.json("config") { if case .object(let config) = $0 { read.config = config } }
                configuration.plugins.append(read)
            }
            show.list("webhooks") { webhook in
                if let read = Webhook(&webhook, path: path) { configuration.webhooks.append(read) }
            }
            let webhooks = configuration.webhooks.map(\.id)
            for id in Set(webhooks) where webhooks.filter({ $0 == id }).count > 1 {
                show.problem("webhooks", "webhook \"\(id)\" is listed twice")
            }
        }
        return configuration
    }

    private static func readWords(
        _ reader: inout ConfigurationReader, _ settings: inout RoomSettings,
        path: (String) -> String
    ) {
        var texts = ["words": "", "allowedWords": ""]
        for name in ["words", "allowedWords"] {
            var file: String?
            reader.text(name) { file = path($0) }
            guard let file else { continue }
            guard let data = FileManager.default.contents(atPath: file) else {
                reader.problem(name, "\(file) cannot be read")
                continue
            }
            texts[name] = String(decoding: data, as: UTF8.self)
        }
        do throws(WordListError) {
            settings.wordFilter = try WordFilter(
                blocked: texts["words"] ?? "", allowed: texts["allowedWords"] ?? "")
        } catch {
            reader.problem("words", "\(error)")
        }
    }

    private static func readProduct(
        _ reader: inout ConfigurationReader, path: (String) -> String
    ) -> ProductConfiguration {
        var product = ProductConfiguration(
            id: "", title: [:], image: nil, currency: "CNY", priceMinor: 0)
        reader.identifier("id") { product.id = $0 }
        reader.texts("title") { product.title = $0 }
        reader.text("image") { product.image = path($0) }
        reader.text("currency") { product.currency = $0 }
        reader.integer("priceMinor", 0...1_000_000_000_000) { product.priceMinor = $0 }
        return product
    }
}
