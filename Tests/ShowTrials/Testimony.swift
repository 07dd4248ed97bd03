import Wire

/// What one person was told during a show, kept by themselves.
struct Testimony: Sendable {
    /// An answer that was acknowledged.
    struct Acknowledgement: Sendable, Hashable {
        var plugin: String
        var collector: String
        /// As JSON.
        var value: String
        var position: Int64
    }

    /// Something that a plugin said to this person alone, by the key of its text.
    struct Claim: Sendable, Hashable {
        var plugin: String
        /// Of the panel at that time, where a plugin plays several games.
        var title: String
        var text: String
        /// The pool or the amount that it speaks of.
        var detail: String
    }

    /// Whether somebody is shown to have won at the end of a run.
    struct Settlement: Sendable, Hashable {
        var plugin: String
        /// From 0, of this plugin.
        var run: Int
        var hasWon: Bool
    }

    let user: String
    /// Offsets and fingerprints of every event.
    var events: [Int64: Int] = [:]
    var lastOffset: Int64 = 0
    var acknowledgements: Set<Acknowledgement> = []
    var claims: Set<Claim> = []
    /// Units that the room says were granted to this person, by plugin and pool.
    var prizes: [String: [String: Int64]] = [:]
    /// Grants of each plugin, as the room tells staff.
    var grantCounts: [String: Int64] = [:]
    var settlements: [Settlement] = []
    var refusals: [String: Int] = [:]
    var requests = 0
    var messages = 0
    /// Times that the connection was lost or cut and another one took over.
    var returns = 0
    /// What this person can tell at once is not so.
    var problems: [String] = []

    init(user: String) { self.user = user }

    /// What tells an event from every other one.
    static func fingerprint(name: String, from: String, data: JSON) -> Int {
        var hasher = Hasher()
        hasher.combine(name)
        hasher.combine(from)
        hasher.combine(data.encodedSorted())
        return hasher.finalize()
    }
}

/// Looks into a panel as it was sent.
struct Screen {
    private let elements: [JSON]

    init(_ panel: JSON?) {
        var all: [JSON] = []
        func add(_ list: JSON?) {
            for element in list?.arrayValue ?? [] {
                all.append(element)
                add(element["elements"])
            }
        }
        add(panel?["elements"])
        elements = all
    }

    var title: String { elements.first { $0["kind"] == "title" }?["text"]?.stringValue ?? "" }

    func element(_ id: String) -> JSON? { elements.first { $0["id"]?.stringValue == id } }

    func first(idPrefix: String) -> JSON? {
        elements.first { $0["id"]?.stringValue?.hasPrefix(idPrefix) == true }
    }

    func all(idPrefix: String) -> [JSON] {
        elements.filter { $0["id"]?.stringValue?.hasPrefix(idPrefix) == true }
    }

    func text(_ key: String) -> JSON? { elements.first { $0["text"]?.stringValue == key } }

    func stat(_ label: String) -> Int64? {
        elements.first { $0["kind"] == "stat" && $0["label"]?.stringValue == label }?["value"]?
            .integerValue
    }
}
