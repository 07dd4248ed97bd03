package import Cryptography
package import Lanes
package import Outreach
import PluginContract
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
    /// Number of lanes; 0 means one for every two processors.
    package var lanes = 0
    /// Folder whose sub-folders are plugins.
    package var plugins = "Plugins"
    /// Folders of plugins that are somewhere else, by id.
    package var pluginFolders: [String: String] = [:]
    /// Where plugins run.
    package var stage = StageKind.process
    /// The program whose processes are stages; nil for the one that is running.
    package var stageExecutable: String?
    package var drainSeconds = 10
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    package var trustedProxies = TrustedProxies()
    /// Records from one snapshot of a show to the next.
    package var snapshotRecords: Int64 = 1_000
    /// One in so many plugin calls is made again in the background and compared; 0 for none.
    package var replayOneIn: UInt64 = 100
    /// Takes changed files of plugins over while shows run.
    package var reload = false
    /// Live video; nil for none.
    package var stream: StreamConfiguration?
    package var rooms: [RoomConfiguration] = []
    /// Serves `/echo`, for the Autobahn suite.
    package var echoes = false

    /// The rooms' ids, as the file lists them.
    package var roomIDs: [String] { rooms.map(\.settings.id) }

    package init() {}

    /// The folder of a plugin.
    package func folder(ofPlugin id: String) -> String { pluginFolders[id] ?? plugins + "/" + id }
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
    /// What plugins may look up; nil answers every search `UNAVAILABLE`.
    package var knowledge: KnowledgeConfiguration?

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
    /// Where the file says so; for messages.
    package var place = "products"

    package init(
        id: String, title: [String: String], image: String?, currency: String, priceMinor: Int64
    ) {
        self.id = id
        self.title = title
        self.image = image
        self.currency = currency
        self.priceMinor = priceMinor
    }
}

package struct PluginConfiguration: Sendable {
    package var id: String
    package var config: JSONObject
    /// Where the file says so, such as `config.json:12: $.rooms[0].show.plugins[0]`; for messages.
    package var place: String

    package init(id: String, config: JSONObject, place: String = "plugins") {
        self.id = id
        self.config = config
        self.place = place
    }
}

extension RoomConfiguration {
    /// The products as plugins see them.
    var hostProducts: [Product] {
        products.map {
            Product(
                id: $0.id, title: $0.title,
                image: ProductPictures.path(room: settings.id, product: $0.id),
                currency: $0.currency, priceMinor: $0.priceMinor)
        }
    }
}

/// What is wrong with a configuration: file, place and remedy, one line each.
package struct ConfigurationError: Error, CustomStringConvertible {
    package var description: String
}
