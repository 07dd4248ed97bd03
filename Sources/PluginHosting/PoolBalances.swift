package import PluginContract

/// What is left in the prize pools of a show, moved only by ledger entries. Never negative.
package struct PoolBalances: Sendable, Equatable {
    /// Units that can be reserved, per pool.
    package private(set) var available: [String: Int64]

    package init(_ available: [String: Int64] = [:]) { self.available = available }

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
