import Cryptography
import Foundation
import Lanes
import Outreach
import PluginContract
import Rooms
import Serving
import Wire

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
        var reader = ConfigurationReader(file: name, locator: JSONLocator(text), value: json)
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
        readProxies(&reader)
        readKeys(&reader, path: path)
        reader.object("log") { log in
            log.choice("format", Log.Format.allCases) { logFormat = $0 }
            log.choice("level", Log.Level.allCases) { logLevel = $0 }
        }
        reader.object("limits") { readLimits(&$0) }
        reader.object("stream") { stream = StreamConfiguration(&$0, path: path) }
        stream?.check(self, &reader)
        reader.object("testing") { testing in testing.bool("echo") { echoes = $0 } }
        if echoes { laneLimits.directBytesMax = 64 << 20 }
        var roomCount = 0
        reader.list("rooms") { room in
            roomCount += 1
            if let read = Self.readRoom(&room, path: path) { rooms.append(read) }
        }
        if roomCount == 0 { reader.problem("rooms", "list at least one room") }
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

    private mutating func readProxies(_ reader: inout ConfigurationReader) {
        var ranges: [TrustedProxies.Range] = []
        reader.list("trustedProxies", of: "an address or a network such as 10.0.0.0/8") { value in
            let range = value.stringValue.flatMap { TrustedProxies.Range($0) }
            if let range { ranges.append(range) }
            return range != nil
        }
        trustedProxies = TrustedProxies(ranges)
    }

    private mutating func readKeys(
        _ reader: inout ConfigurationReader, path: (String) -> String
    ) {
        reader.list("keys") { key in
            var kid = ""
            var secret: String?
            key.text("kid") { kid = $0 }
            key.text("secret") { secret = $0 }
            var file: String?
            key.text("secretFile") { file = path($0) }
            if let file {
                guard secret == nil else {
                    return key.problem("secretFile", "give either this or \"secret\", not both")
                }
                guard let data = FileManager.default.contents(atPath: file) else {
                    return key.problem(
                        "secretFile",
                        "\(file) cannot be read; give an existing file that the "
                            + "server's user may read")
                }
                secret = String(decoding: data, as: UTF8.self)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            guard !keys.contains(where: { $0.kid == kid }) else {
                return key.problem("kid", "is that of another key; give each its own")
            }
            do {
                keys.append(try SigningKey(kid: kid, secret: Array((secret ?? "").utf8)))
            } catch {
                key.problem(
                    "",
                    "a key needs a \"kid\" and a \"secret\" (or \"secretFile\") of at least 32 bytes"
                )
            }
        }
    }

    private mutating func readLimits(_ reader: inout ConfigurationReader) {
        reader.integer("connectionsMax", 1...1_000_000) { limits.connectionsMax = Int($0) }
        reader.integer("connectionsPerAddress", 1...1_000_000) {
            limits.connectionsPerAddress = Int($0)
        }
        reader.integer("joinsPerMinutePerAddress", 1...10_000_000) {
            limits.joinsPerMinutePerAddress = Int($0)
        }
        reader.integer("requestsPerSecondPerAddress", 1...1_000_000) {
            limits.requestsPerSecondPerAddress = Float($0)
        }
        reader.integer("requestBurstPerAddress", 1...1_000_000) {
            limits.requestBurstPerAddress = Float($0)
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
        let largest = limits.messageBytesMax
        if limits.byteBurst < Float(largest) {
            reader.problem(
                "byteBurst",
                "must be at least \(largest), the size of the largest message, which could not be "
                    + "sent otherwise")
        }
        if limits.pingSeconds >= limits.silentSeconds {
            reader.problem(
                "pingSeconds",
                "must be less than silentSeconds (\(limits.silentSeconds)): who only listens would "
                    + "be closed before the next ping")
        }
    }

    private static func readRoom(
        _ reader: inout ConfigurationReader, path: (String) -> String
    ) -> RoomConfiguration? {
        var id = ""
        var title: [String: String] = [:]
        reader.identifier("id", isRequired: true) { id = $0 }
        reader.texts("title") { title = $0 }
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
                guard let read = readProduct(&product, path: path) else { return }
                guard !configuration.products.contains(where: { $0.id == read.id }) else {
                    return product.problem("id", "\"\(read.id)\" is listed twice in this show")
                }
                configuration.products.append(read)
            }
            show.integers("pools", 0...1_000_000_000) { configuration.pools = $0 }
            show.list("webhooks") { webhook in
                guard let read = Webhook(&webhook, path: path) else { return }
                guard !configuration.webhooks.contains(where: { $0.id == read.id }) else {
                    return webhook.problem("id", "\"\(read.id)\" is listed twice in this show")
                }
                configuration.webhooks.append(read)
            }
            show.object("knowledge") {
                configuration.knowledge = KnowledgeConfiguration(&$0, path: path)
            }
            show.list("plugins") { plugin in
                guard let read = readPlugin(&plugin) else { return }
                guard !configuration.plugins.contains(where: { $0.id == read.id }) else {
                    return plugin.problem("id", "\"\(read.id)\" is listed twice in this show")
                }
                configuration.plugins.append(read)
            }
        }
        return id.isEmpty ? nil : configuration
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

    private static func readPlugin(
        _ reader: inout ConfigurationReader
    ) -> PluginConfiguration? {
        var id: String?
        var config: JSONObject = [:]
        reader.identifier("id", isRequired: true) { id = $0 }
        reader.json("config") { config = $0 }
        return id.map { PluginConfiguration(id: $0, config: config, place: reader.place) }
    }

    private static func readProduct(
        _ reader: inout ConfigurationReader, path: (String) -> String
    ) -> ProductConfiguration? {
        var id: String?
        var product = ProductConfiguration(
            id: "", title: [:], image: nil, currency: "CNY", priceMinor: 0)
        reader.identifier("id", isRequired: true) { id = $0 }
        reader.texts("title") { product.title = $0 }
        reader.text("image") { product.image = path($0) }
        product.place = reader.place
        reader.text("currency") { product.currency = $0 }
        reader.integer("priceMinor", 0...1_000_000_000_000) { product.priceMinor = $0 }
        guard let id else { return nil }
        product.id = id
        return product
    }
}
