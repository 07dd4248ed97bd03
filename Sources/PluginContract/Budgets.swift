/// What one call of a plugin may use up, within the platform's limits.
package struct Budgets: Sendable, Equatable {
    /// Of the Lua machine, 10,000 to 50,000,000.
    package var instructions: Int64 = 5_000_000
    /// Live bytes of the whole Lua state, 1 MiB to 64 MiB.
    package var memoryBytes: Int64 = 16 << 20
    /// Calls of host functions, 10 to 10,000.
    package var hostCalls: Int64 = 1_000
    /// Changes and effects of one call, encoded, 1 KiB to 1 MiB.
    package var outputBytes: Int64 = 256 << 10

    package init() {}

    /// One budget: its name in the manifest, where it is kept, and what the platform allows.
    struct Limit {
        var name: String
        var keyPath: any WritableKeyPath<Budgets, Int64> & Sendable
        var range: ClosedRange<Int64>
    }

    static let limits: [Limit] = [
        Limit(name: "instructions", keyPath: \.instructions, range: 10_000...50_000_000),
        Limit(name: "memoryBytes", keyPath: \.memoryBytes, range: (1 << 20)...(64 << 20)),
        Limit(name: "hostCalls", keyPath: \.hostCalls, range: 10...10_000),
        Limit(name: "outputBytes", keyPath: \.outputBytes, range: (1 << 10)...(1 << 20)),
    ]
}
