import Cryptography
import Foundation
import Playhouse
import PluginContract
import PluginHosting
import Rooms
import Serving
import Wire

/// The configuration of `playhouse dev`: one room, reachable from this machine only, two things on sale,
/// and whatever the plugins need to be set to.
struct DevShow: Sendable {
    static let room = "dev"
    static let show = "dev"
    static let pools: [String: Int64] = ["coupon": 500, "prize": 50]

    private let key: SigningKey

    /// - Throws: When no key can be made.
    init() throws {
        key = try SigningKey(kid: "dev", secret: Array(Digest.hex(SecureRandom.bytes(32)).utf8))
    }

    /// The configuration of a server that plays these programs; port 0 is any free one.
    func configuration(
        of programs: [(program: PluginProgram, folder: String)], data: String, port: UInt16
    ) -> Configuration {
        var configuration = Configuration()
        // Never anywhere else: the page lets whoever opens it be the host.
        configuration.host = "127.0.0.1"
        configuration.port = port
        configuration.data = data
        configuration.keys = [key]
        configuration.rooms = [room(of: programs.map(\.program))]
        for item in programs {
            configuration.pluginFolders[item.program.manifest.id] = item.folder
        }
        configuration.lanes = 1
        configuration.drainSeconds = 2
        // Everybody comes from one address.
        configuration.limits.connectionsPerAddress = 2_000
        configuration.limits.joinsPerMinutePerAddress = 10_000
        configuration.limits.requestsPerSecondPerAddress = 1_000
        configuration.limits.requestBurstPerAddress = 10_000
        return configuration
    }

    func room(of programs: [PluginProgram]) -> RoomConfiguration {
        var settings = RoomSettings(id: Self.room, title: ["zh": "工作台", "en": "Workshop"])
        settings.anonymous = true
        var room = RoomConfiguration(settings: settings, show: Self.show)
        room.products = RehearsalPlan.products(RehearsalPlan.usualProducts)
        room.pools = Self.pools
        room.plugins = programs.map {
            PluginConfiguration(id: $0.manifest.id, config: Self.settings(of: $0.manifest))
        }
        return room
    }

    /// Values for what a plugin must be told and has no default for.
    static func settings(of manifest: Manifest) -> JSONObject {
        var settings = JSONObject()
        for field in manifest.configuration.fields
        where field.isRequired && field.defaultValue == nil {
            switch field.type {
            case .product: settings[field.name] = RehearsalPlan.usualProducts[0]["id"] ?? .null
            // The price of a product is known.
            case .money where field.priceOf != nil: break
            case .money, .integer:
                settings[field.name] = .integer(min(max(1, field.minimum), field.maximum))
            case .string:
                let length = min(max(1, field.minimum), field.maximum)
                settings[field.name] = .string(String(repeating: "x", count: Int(length)))
            case .boolean: settings[field.name] = false
            case .choice: settings[field.name] = .string(field.options.first ?? "")
            // Nobody can guess what a plugin wants to find in it.
            case .table: settings[field.name] = [:]
            }
        }
        return settings
    }

    /// Signs a token for the room, good for a week.
    func token(user: String, name: String, role: String) throws -> String {
        try TokenIssuing.token(
            Claims(
                subject: user, room: Self.room, role: role, name: name,
                expiresAt: Int64(Date().timeIntervalSince1970) + 7 * 86_400, notBefore: nil),
            keys: [key])
    }
}
