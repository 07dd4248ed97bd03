package import PluginContract

/// What is left in the prize pools of a show, moved only by ledger entries. Never negative.
package struct PoolBalances: Sendable, Equatable {
    /// Units that can be reserved, per pool.
    package private(set) var available: [String: Int64]

    package init(_ available: [String: Int64] = [:]) { self.available = available }

    /// Units taken out of each pool since it stood as in `initial`; pools that stand as then are left
    /// out.
    func taken(from initial: PoolBalances) -> [String: Int64] {
        var taken: [String: Int64] = [:]
        for pool in Set(initial.available.keys).union(available.keys) {
            let count = initial.available[pool, default: 0] - available[pool, default: 0]
            if count != 0 { taken[pool] = count }
        }
        return taken
    }

    /// Takes units out, as ``taken(from:)`` counts them.
    mutating func take(_ taken: [String: Int64]) {
        for (pool, count) in taken { available[pool, default: 0] -= count }
    }

    /// Tells whether moves can be made, in their order, without a pool going below zero.
    package func allows(_ moves: [LedgerMove]) -> Bool {
        var trial = self
        for move in moves {
            trial.apply(move)
            if trial.available[move.pool, default: 0] < 0 { return false }
        }
        return true
    }

    /// Makes moves that were recorded or found possible by ``allows(_:)``.
    package mutating func apply(_ moves: [LedgerMove]) {
        for move in moves { apply(move) }
    }

    private mutating func apply(_ move: LedgerMove) {
        switch move.kind {
        case .reserve: available[move.pool, default: 0] -= move.count
        case .release: available[move.pool, default: 0] += move.count
        case .grant: break  // out of what was reserved
        }
    }
}
