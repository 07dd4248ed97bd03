import PluginContract
import Wire

/// What has to be told and moved because of one record.
struct PlayConsequences {
    var moves: [LedgerMove] = []
    var events: [PublicEvent] = []
    var changedSurfaces: Set<PanelSurface> = []
    var changedUsers: Set<String> = []
    /// Who was granted something.
    var winners: Set<String> = []
    var isStatusChanged = false
    /// Danmaku that are taken off the screens.
    var hidden: [String] = []
    /// What the world outside is asked.
    var requests: [HostRequest] = []
    /// Where the picture was when the call began; what the effects of it are marked with.
    var picture: Int64?
}

/// Turns prize effects into ledger moves, and keeps a play within what it has reserved.
struct ReservationAccount {
    let plugin: String
    private(set) var reservations: [String: Int64]
    private(set) var moves: [LedgerMove] = []
    /// The first effect that cannot be: a grant beyond the reservation.
    private(set) var problem: String?

    init(plugin: String, reservations: [String: Int64]) {
        self.plugin = plugin
        self.reservations = reservations
    }

    mutating func apply(_ effect: Effect) {
        switch effect {
        case .prizeReserve(let pool, let count):
            reservations[pool, default: 0] += count
            moves.append(LedgerMove(plugin: plugin, pool: pool, kind: .reserve, count: count))
        case .prizeGrant(let pool, let viewer, let count):
            let reserved = reservations[pool, default: 0]
            guard reserved >= count else {
                problem = problem ?? "only \(reserved) of pool \"\(pool)\" are reserved"
                return
            }
            reservations[pool] = reserved == count ? nil : reserved - count
            moves.append(
                LedgerMove(
                    plugin: plugin, pool: pool, kind: .grant, user: viewer.user, count: count))
        case .prizeRelease(let pool): release(pool)
        default: break
        }
    }

    /// Returns what is reserved in all pools, in the order of their names.
    mutating func releaseAll() {
        for pool in reservations.keys.sorted() { release(pool) }
    }

    private mutating func release(_ pool: String) {
        guard let count = reservations.removeValue(forKey: pool) else { return }
        moves.append(LedgerMove(plugin: plugin, pool: pool, kind: .release, count: count))
    }
}
