import Cryptography
import Fairness
package import PluginContract
package import Scripting
import Wire

/// Answers what a running hook calls on `room`: the stage's side of the host API.
///
/// Whether a call is allowed and what it returns depends on the manifest, on what the opening gave,
/// on what came with the ``StageCall``, and on what earlier calls of this opening asked for; on
/// nothing else, so that a replay answers alike.
package struct HostCalls: Sendable {
    private let capabilities: Set<Capability>
    private let surfaces: Set<PanelSurface>
    private var products: [Product]
    private var onAir: String?
    private var memory: HostMemory
    /// As it was before the call that runs; nil as long as that changed nothing.
    private var memoryBefore: HostMemory?
    /// The function that runs.
    private var hookName = ""
    private var pools: [String: PoolStanding] = [:]
    private var present: Int64 = 0
    private var picture: Int64?
    /// The hash of the next secret, until the call has committed to it.
    private var sealed: String?
    /// Whether the call moved prizes, changed what is on air or ended the run: what follows it must
    /// be judged anew.
    private(set) var endsBatch = false

    /// How often the call showed something, by surface.
    private var shows: [PanelSurface: Int] = [:]

    /// All host functions, in the order of ``HostAPI/functions``.
    package static let functions = HostFunctions(HostAPI.functions.map(\.path))

    /// Begins with a manifest's capabilities and what the stage was given.
    package init(capabilities: Set<Capability>, opening: StageOpening) {
        self.capabilities = capabilities
        products = Self.json(opening.products).arrayValue?.compactMap(Product.init) ?? []
        let host = Self.json(opening.host)
        let names = host["surfaces"]?.arrayValue?.compactMap(\.stringValue)
        surfaces = Set(names?.compactMap(PanelSurface.init) ?? PanelSurface.allCases)
        memory = host["memory"].flatMap(HostMemory.init) ?? HostMemory()
    }

    /// The ``StageOpening/host`` of an opening.
    static func opening(surfaces: Set<PanelSurface>, memory: HostMemory) -> [UInt8] {
        let names = surfaces.map(\.rawValue).sorted().map { JSON.string($0) }
        let json: JSON = ["surfaces": .array(names), "memory": memory.json]
        return json.encoded()
    }

    /// What an argument may be is up to the budgets and to each function; a list of entrants is long.
    private static let argumentLimits = JSONLimits(bytesMax: 8 << 20, membersMax: 200_000)

    private static func json(_ bytes: [UInt8]) -> JSON {
        let limits = JSONLimits(depthMax: 64, bytesMax: 8 << 20, membersMax: 1_000_000)
        return (try? JSON(parsing: bytes, limits: limits)) ?? .null
    }

    /// Gets ready for one call of a hook.
    package mutating func begin(_ call: StageCall) {
        hookName = call.call.hook
        pools = call.pools
        present = call.present ?? 0
        picture = call.picture
        sealed = call.sealed
        onAir = call.shelf?.onAir
        let embargoed = call.shelf?.embargoed ?? []
        for index in products.indices {
            products[index].isEmbargoed = embargoed.contains(products[index].id)
        }
        endsBatch = false
        if !shows.isEmpty { shows = [:] }
        memoryBefore = nil
        // Spent by the call whether it succeeds or not, as its request is.
        if hookName == Hook.revealed.functionName,
            let name = Self.json(call.call.arguments)[0]?.stringValue
        {
            memory.commitments.close(name)
        }
    }

    /// Ends the call: what it asked for stands, or has never been.
    package mutating func end(_ outcome: ScriptOutcome) {
        if case .done = outcome { return }
        if let memoryBefore { memory = memoryBefore }
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
            list = try JSON(parsing: arguments, limits: Self.argumentLimits)
        } catch {
            return .refused("\(path): the arguments cannot be read: \(error)")
        }
        do throws(HostCallError) {
            let arguments = list.arrayValue ?? []
            let function = try HostAPI.check(
                path, hook: Hook(functionName: hookName) ?? .start, capabilities: capabilities,
                arguments: arguments)
            if function.isRead {
                let value = try read(path, arguments)
                return .accepted(effect: [], value: value.isNull ? [] : value.encoded())
            }
            return try answer(Effect(call: path, arguments: arguments, products: products))
        } catch {
            return .refused(error.description)
        }
    }

    private func read(_ path: String, _ arguments: [JSON]) throws(HostCallError) -> JSON {
        let text = arguments.first?.stringValue ?? ""
        switch path {
        case "prizes.left": return .integer(try standing(of: text).available)
        case "prizes.granted":
            let user = arguments.dropFirst().first.flatMap(Viewer.init)?.user ?? ""
            return .integer(memory.granted[text]?[user] ?? 0)
        case "show.id": return .string(memory.show)
        case "presence.count": return .integer(present)
        case "panel.picture": return picture.map { .double(Double($0) / 1_000) } ?? .null
        case "products.list": return .array(products.map { $0.json() })
        case "products.get": return products.first { $0.id == text }?.json() ?? .null
        case "products.on_air": return onAir.map { .string($0) } ?? .null
        case "leaderboard.top":
            let count = arguments.first?.doubleValue ?? 10
            return .array(memory.leaderboard.top(Int(count)).map(\.json))
        case "leaderboard.points":
            let user = arguments.first.flatMap(Viewer.init)?.user ?? ""
            return .integer(memory.leaderboard.points(of: user))
        case "kv.get": return memory.values[text] ?? .null
        case "seats.list": return memory.seating.json
        case "fairness.hash":
            let value = arguments.first ?? .null
            let bytes = value.stringValue.map { Array($0.utf8) } ?? value.encodedSorted()
            return .string(Digest.hex(Digest.sha256(bytes)))
        case "fairness.abandoned": return .integer(memory.commitments.abandonedCount)
        default: throw HostCallError("\(path) cannot be read")
        }
    }

    private mutating func answer(_ effect: Effect) throws(HostCallError) -> HostAnswer {
        var effect = effect
        var value = JSON.null
        switch effect {
        case .panelShow(let surface, _), .panelHide(let surface):
            guard surfaces.contains(surface) else {
                throw HostCallError(
                    "surface \"\(surface.rawValue)\" is not declared in plugin.json")
            }
            shows[surface, default: 0] += 1
            guard shows[surface, default: 0] <= Panel.Limit.showsPerCall else {
                throw HostCallError(
                    "surface \"\(surface.rawValue)\" was changed more than"
                        + " \(Panel.Limit.showsPerCall) times in one call; show it once, at the end"
                )
            }
        // The calls that follow are told of another product on air.
        case .finish, .productPin, .productUnpin: endsBatch = true
        case .prizeReserve(let pool, let count):
            endsBatch = true
            let standing = try standing(of: pool)
            guard standing.available >= count else {
                return .accepted(effect: [], value: JSON.bool(false).encoded())
            }
            pools[pool] = PoolStanding(
                available: standing.available - count, reserved: standing.reserved + count)
            value = true
        case .prizeGrant(let pool, _, let count):
            endsBatch = true
            let standing = try standing(of: pool)
            guard standing.reserved >= count else {
                throw HostCallError(
                    "prizes.grant: only \(standing.reserved) of pool \"\(pool)\" are reserved;"
                        + " reserve before granting")
            }
            pools[pool]?.reserved -= count
        case .prizeRelease(let pool):
            endsBatch = true
            let standing = try standing(of: pool)
            guard standing.reserved > 0 else { return .accepted(effect: [], value: []) }
            pools[pool] = PoolStanding(
                available: standing.available + standing.reserved, reserved: 0)
        case .request(var request):
            request.id = memory.requestCount + 1
            effect = .request(request)
            if request.service.isOfTheHouse {
                // The reveal comes before anything else.
                endsBatch = true
            } else {
                value = .integer(request.id)
            }
        case .fairnessCommit(let name, let rules, _, _):
            endsBatch = true
            guard let hash = sealed else {
                throw HostCallError("fairness.commit: a call can make one commitment")
            }
            let commitment = Commitment.text(secretHash: hash, rules: rules)
            effect = .fairnessCommit(
                name: name, rules: rules, number: memory.commitments.count + 1,
                commitment: commitment)
            value = .string(commitment)
        case .fairnessFreeze(let name, let entrants, _):
            let hash = Draw.hash(of: entrants)
            effect = .fairnessFreeze(name: name, entrants, hash: hash)
            value = [
                "hash": .string(hash), "count": .integer(Int64(entrants.entrants.count)),
                "tickets": .integer(entrants.ticketCount),
            ]
        default: break
        }
        if let problem = memory.problem(with: effect) { throw HostCallError(problem) }
        if HostMemory.isChanged(by: effect) {
            if memoryBefore == nil { memoryBefore = memory }
            memory.apply(effect)
        }
        if case .fairnessCommit = effect { sealed = nil }
        return .accepted(effect: effect.json.encoded(), value: value.isNull ? [] : value.encoded())
    }

    private func standing(of pool: String) throws(HostCallError) -> PoolStanding {
        if let standing = pools[pool] { return standing }
        let known = pools.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
        throw HostCallError(
            "this show has no prize pool \"\(pool)\"; it has \(known.isEmpty ? "none" : known)")
    }
}
