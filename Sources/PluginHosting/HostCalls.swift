package import PluginContract
package import Scripting
import Wire

/// Answers what a running hook calls on `room`: the stage's side of the host API.
///
/// Whether a call is allowed and what it returns depends on the manifest, the products given at the
/// opening, and what came with the ``StageCall``; on nothing else, so that a replay answers alike.
package struct HostCalls: Sendable {
    private let capabilities: Set<Capability>
    private let products: [Product]
    private var hook = Hook.start
    private var pools: [String: PoolStanding] = [:]

    /// Paths of all host functions, in the order of ``HostAPI/functions``.
    package static let functions = HostAPI.functions.map { HostFunction(path: $0.path) }

    /// Begins with a manifest's capabilities and the `products` of a ``StageOpening``.
    package init(capabilities: Set<Capability>, products: [UInt8]) {
        self.capabilities = capabilities
        let list = (try? JSON(parsing: products))?.arrayValue ?? []
        self.products = list.compactMap(Product.init)
    }

    /// Gets ready for one call of a hook.
    package mutating func begin(_ call: StageCall) {
        hook = Hook(functionName: call.call.hook) ?? .start
        pools = call.pools
    }

    /// Answers one call of a host function.
    ///
    /// - Parameters:
    ///   - path: Below `room`, such as `panel.show`.
    ///   - arguments: A JSON array.
    /// - Returns: The effect and the value, or why not.
    package mutating func answer(_ path: String, _ arguments: [UInt8]) -> HostAnswer {
        let list: JSON
        do throws(JSONError) {
            list = try JSON(parsing: arguments)
        } catch {
            return .refused("\(path): the arguments cannot be read: \(error)")
        }
        do throws(HostCallError) {
            let arguments = list.arrayValue ?? []
            _ = try HostAPI.check(
                path, hook: hook, capabilities: capabilities, arguments: arguments)
            let effect = try Effect(call: path, arguments: arguments, products: products)
            return try answer(effect)
        } catch {
            return .refused(error.description)
        }
    }

    private mutating func answer(_ effect: Effect) throws(HostCallError) -> HostAnswer {
        switch effect {
        case .prizeReserve(let pool, let count):
            let standing = try standing(of: pool)
            guard standing.available >= count else {
                return .accepted(effect: [], value: JSON.bool(false).encoded())
            }
            pools[pool] = PoolStanding(
                available: standing.available - count, reserved: standing.reserved + count)
            return .accepted(effect: effect.json.encoded(), value: JSON.bool(true).encoded())
        case .prizeGrant(let pool, _, let count):
            let standing = try standing(of: pool)
            guard standing.reserved >= count else {
                throw HostCallError(
                    "prizes.grant: only \(standing.reserved) of pool \"\(pool)\" are reserved;"
                        + " reserve before granting")
            }
            pools[pool]?.reserved -= count
        case .prizeRelease(let pool):
            let standing = try standing(of: pool)
            guard standing.reserved > 0 else { return .accepted(effect: [], value: []) }
            pools[pool] = PoolStanding(
                available: standing.available + standing.reserved, reserved: 0)
        default: break
        }
        return .accepted(effect: effect.json.encoded(), value: [])
    }

    private func standing(of pool: String) throws(HostCallError) -> PoolStanding {
        if let standing = pools[pool] { return standing }
        let known = pools.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
        throw HostCallError(
            "this show has no prize pool \"\(pool)\"; it has \(known.isEmpty ? "none" : known)")
    }
}
