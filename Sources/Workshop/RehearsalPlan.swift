package import Playhouse
import PluginContract
package import PluginHosting
import Rooms
package import Wire

/// What a rehearsed show begins with.
package struct RehearsalPlan: Sendable {
    package var program: PluginProgram
    /// What the show says about the plugin's configuration.
    package var config: JSONObject = [:]
    package var pools: [String: Int64] = ["coupon": 10]
    /// `{id, title, currency, price}`; a price is in minor units.
    package var products: [JSONObject] = RehearsalPlan.usualProducts
    /// Seconds of slow mode.
    package var slowSeconds: Int64 = 0
    /// What nobody may say.
    var wordFilter = WordFilter.none
    package var seed: UInt64 = 1

    package init(program: PluginProgram) { self.program = program }

    /// Two things on sale, for shows that do not say what they sell.
    package static let usualProducts: [JSONObject] = [
        [
            "id": "oolong", "title": ["zh": "冻顶乌龙", "en": "Oolong"], "currency": "CNY",
            "price": 8_800,
        ],
        [
            "id": "gaiwan", "title": ["zh": "白瓷盖碗", "en": "Gaiwan"], "currency": "CNY",
            "price": 12_800,
        ],
    ]

    /// When every rehearsal begins: a fixed moment, so that runs agree.
    static let beganAtMilliseconds: Int64 = 1_795_363_200_000
    static let room = "rehearsal"

    /// The epoch of the log.
    var epoch: String {
        let digits = String(seed, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Reads what a test says with `given`, and beside its name.
    ///
    /// - Throws: What it does not understand.
    init(program: PluginProgram, seed: UInt64, given: JSON) throws(DeedError) {
        self.program = program
        self.seed = seed
        for (name, value) in given.objectValue ?? [:] {
            switch name {
            case "config": config = value.objectValue ?? [:]
            case "pools":
                pools = [:]
                for (pool, count) in value.objectValue ?? [:] {
                    guard let count = count.integerValue, count >= 0 else {
                        throw DeedError("pools.\(pool) must be a number of units")
                    }
                    pools[pool] = count
                }
            case "products":
                products = try (value.arrayValue ?? []).map { product throws(DeedError) in
                    guard let product = product.objectValue,
                        product["id"]?.stringValue != nil,
                        product["price"]?.integerValue != nil
                    else {
                        throw DeedError(
                            "a product is { id = \"tea\", price = 8800 }, and may have title"
                                + " (a table per locale) and currency")
                    }
                    return product
                }
            case "slow":
                guard let seconds = value.integerValue, (0...600).contains(seconds) else {
                    throw DeedError("slow must be an integer from 0 to 600")
                }
                slowSeconds = seconds
            case "blocked":
                do throws(WordListError) {
                    wordFilter = try WordFilter(blocked: value.stringValue ?? "")
                } catch {
                    throw DeedError("blocked must be words, one a line: \(error)")
                }
            default:
                throw DeedError(
                    "given: \"\(name)\" is not known; known are config, pools, products, slow,"
                        + " blocked")
            }
        }
    }

    /// The configuration of the room, as a server would read it from a file.
    package func configuration(show: String) -> RoomConfiguration {
        var settings = RoomSettings(id: Self.room, title: ["zh": "排练", "en": "Rehearsal"])
        settings.slowSeconds = slowSeconds
        settings.wordFilter = wordFilter
        var room = RoomConfiguration(settings: settings, show: show)
        room.pools = pools
        room.products = Self.products(products)
        room.plugins = [PluginConfiguration(id: program.manifest.id, config: config)]
        return room
    }

    /// Products as a server would read them from a file.
    static func products(_ products: [JSONObject]) -> [ProductConfiguration] {
        products.map { product in
            let id = product["id"]?.stringValue ?? ""
            var titles: [String: String] = [:]
            for (locale, title) in product["title"]?.objectValue ?? [:] {
                titles[locale] = title.stringValue
            }
            if titles.isEmpty { titles = ["zh": id, "en": id] }
            return ProductConfiguration(
                id: id, title: titles, image: nil,
                currency: product["currency"]?.stringValue ?? "CNY",
                priceMinor: product["price"]?.integerValue ?? 0)
        }
    }
}
