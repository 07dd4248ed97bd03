import Cryptography
import PluginContract
package import Wire

/// Everything about a draw that is needed to do it again: what an operator hands to whoever doubts.
///
/// Of a commitment that was revealed without a draw (a price, right answers) ``entrants`` is null, and
/// what only draws have is empty.
///
/// One JSON object. It does not prove that this commitment is the one that was shown when the draw
/// opened: whoever checks compares it with what was on the screen then, or in the public event.
package struct DrawBundle: Sendable, Equatable {
    package static let format = "playhouse-draw-1"

    package var show: String
    package var plugin: String
    /// What the plugin calls the draw.
    package var name: String
    /// Among the commitments of the plugin in the show, from 1.
    package var number: Int64
    package var commitment: String
    /// The text that was committed to: JSON with sorted names.
    package var rules: String
    /// 64 hexadecimal digits.
    package var secret: String
    /// As the bundle has it, which may be in no order that can be.
    package var entrants: JSON
    package var entrantsHash: String
    package var input: String
    /// Places that were asked for.
    package var count: Int64
    /// Sides of the rolls; 0 for none.
    package var sides: Int64
    package var ranking: [String]
    package var rolls: [Int64]
    /// Sequences of the records that committed, of a draw fixed the list, asked, revealed.
    package var records: [Int64]
    /// How many earlier draws of the plugin in the show were given up after their commitment.
    package var abandonedBefore: Int64

    /// Whether there was a draw, and not only something that was committed to.
    package var isDraw: Bool { !entrants.isNull }

    private static func steps(isDraw: Bool) -> [String] {
        isDraw ? ["committed", "frozen", "asked", "revealed"] : ["committed", "asked", "revealed"]
    }

    package init(
        show: String, plugin: String, name: String, number: Int64, commitment: String,
        rules: String, secret: String, entrants: JSON, entrantsHash: String, input: String,
        count: Int64, sides: Int64, ranking: [String], rolls: [Int64], records: [Int64],
        abandonedBefore: Int64
    ) {
        self.show = show
        self.plugin = plugin
        self.name = name
        self.number = number
        self.commitment = commitment
        self.rules = rules
        self.secret = secret
        self.entrants = entrants
        self.entrantsHash = entrantsHash
        self.input = input
        self.count = count
        self.sides = sides
        self.ranking = ranking
        self.rolls = rolls
        self.records = records
        self.abandonedBefore = abandonedBefore
    }

    /// The bundle as it is written.
    package var json: JSON {
        [
            "format": .string(Self.format), "show": .string(show), "plugin": .string(plugin),
            "name": .string(name), "number": .integer(number),
            "commitment": .string(commitment), "rules": .string(rules),
            "secret": .string(secret), "entrants": entrants,
            "entrants_hash": .string(entrantsHash), "input": .string(input),
            "count": .integer(count), "sides": .integer(sides),
            "ranking": .array(ranking.map { .string($0) }),
            "rolls": .array(rolls.map { .integer($0) }),
            "records": .object(
                JSONObject(zip(Self.steps(isDraw: isDraw), records).map { ($0, .integer($1)) })),
            "abandoned_before": .integer(abandonedBefore),
        ]
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: ``Unreadable`` for anything else.
    package init(json: JSON) throws(Unreadable) {
        guard json["format"]?.stringValue == Self.format else {
            throw Unreadable("it is no bundle of format \"\(Self.format)\"")
        }
        func text(_ name: String) throws(Unreadable) -> String {
            guard let text = json[name]?.stringValue else {
                throw Unreadable("\"\(name)\" is no text")
            }
            return text
        }
        func integer(_ name: String, in object: JSON) throws(Unreadable) -> Int64 {
            guard let number = object[name]?.integerValue else {
                throw Unreadable("\"\(name)\" is no integer")
            }
            return number
        }
        show = try text("show")
        plugin = try text("plugin")
        name = try text("name")
        number = try integer("number", in: json)
        commitment = try text("commitment")
        rules = try text("rules")
        secret = try text("secret")
        entrants = json["entrants"] ?? .null
        entrantsHash = try text("entrants_hash")
        input = try text("input")
        count = try integer("count", in: json)
        sides = try integer("sides", in: json)
        let ids = json["ranking"]?.arrayValue ?? []
        ranking = ids.compactMap(\.stringValue)
        let numbers = json["rolls"]?.arrayValue ?? []
        rolls = numbers.compactMap(\.integerValue)
        guard json["ranking"]?.arrayValue != nil, ranking.count == ids.count else {
            throw Unreadable("\"ranking\" is no list of texts")
        }
        guard json["rolls"]?.arrayValue != nil, rolls.count == numbers.count else {
            throw Unreadable("\"rolls\" is no list of integers")
        }
        let places = json["records"] ?? .null
        records = try Self.steps(isDraw: !entrants.isNull).map { step throws(Unreadable) in
            try integer(step, in: places)
        }
        abandonedBefore = try integer("abandoned_before", in: json)
    }

    /// Why a text is no bundle.
    package struct Unreadable: Error, CustomStringConvertible {
        package var description: String
        init(_ description: String) { self.description = description }
    }
}

extension DrawBundle {
    /// What does not hold.
    package enum Problem: String, Sendable, CaseIterable {
        /// It is another commitment than the one that was seen.
        case otherCommitment
        /// Secret or rules are not those that were committed to.
        case commitment
        /// Not sorted, somebody twice, a number of tickets that cannot be.
        case entrants
        /// The list is not the one that was published.
        case entrantsHash
        /// The list is another one than was seen.
        case otherEntrants
        case ranking, rolls
        /// The secret was used before list or input were fixed.
        case order

        /// What is said about it.
        package var sentence: String {
            switch self {
            case .otherCommitment: "the commitment is not the one that was shown"
            case .commitment: "secret and rules are not those that were committed to"
            case .entrants: "the list of entrants is not in order, or has somebody twice"
            case .entrantsHash: "the list of entrants is not the one whose hash was published"
            case .otherEntrants: "the hash of the list is not the one that was shown"
            case .ranking: "the places are not those that follow from secret, list and input"
            case .rolls: "the numbers are not those that follow from secret, list and input"
            case .order: "the records are not in the order that makes a draw fair"
            }
        }
    }

    /// Where nobody was drawn there is nobody to be found.
    private var problemsWithoutDraw: [Problem] {
        var problems: [Problem] = []
        if !entrantsHash.isEmpty { problems.append(.entrantsHash) }
        if !ranking.isEmpty || count != 0 { problems.append(.ranking) }
        if !rolls.isEmpty || sides != 0 { problems.append(.rolls) }
        return problems
    }

    /// Does the draw again and compares.
    ///
    /// - Parameters:
    ///   - shown: What was shown at the opening, if it was noted.
    ///   - shownHash: What was shown at the close, if it was noted.
    /// - Returns: Everything that does not hold; nothing for a good draw.
    package func problems(
        commitment shown: String? = nil, entrantsHash shownHash: String? = nil
    ) -> [Problem] {
        var problems: [Problem] = []
        if let shown, shown.lowercased() != commitment { problems.append(.otherCommitment) }
        if let shownHash, shownHash.lowercased() != entrantsHash {
            problems.append(.otherEntrants)
        }
        let secret = Digest.bytes(hexadecimal: secret)
        if secret?.count != 32
            || secret.map({ Commitment.text(secret: $0, rules: rules) }) != commitment
        {
            problems.append(.commitment)
        }
        // A list may be fixed together with the commitment; the secret comes in a record of its own.
        if records != records.sorted() || records.suffix(2).first == records.last {
            problems.append(.order)
        }
        if !isDraw { return problems + problemsWithoutDraw }
        guard let list = EntrantList(json: entrants) else { return problems + [.entrants] }
        if Draw.hash(of: list) != entrantsHash { problems.append(.entrantsHash) }
        let draw = Draw(secret: secret ?? [], rules: rules, entrants: list, input: input)
        if draw.ranking(count: Int(clamping: count)) != ranking { problems.append(.ranking) }
        let rolled = sides > 0 ? draw.rolls(of: ranking, sides: sides) : []
        if rolled != rolls { problems.append(.rolls) }
        return problems
    }
}
