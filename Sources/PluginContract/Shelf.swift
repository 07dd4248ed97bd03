package import Wire

/// What the other plugins of a show have made of its products, as a call begins.
package struct Shelf: Sendable, Equatable {
    /// Id of the product on air, whoever pinned it.
    package var onAir: String?
    /// Ids of products whose price another plugin keeps to itself, in their order.
    package var embargoed: [String]

    package init(onAir: String? = nil, embargoed: [String] = []) {
        self.onAir = onAir
        self.embargoed = embargoed
    }

    /// `{"onAir","embargoed"}`.
    package var json: JSON {
        [
            "onAir": onAir.map { .string($0) } ?? .null,
            "embargoed": .array(embargoed.map { .string($0) }),
        ]
    }

    /// Reads what ``json`` wrote; nil for anything else.
    package init?(json: JSON) {
        guard let embargoed = json["embargoed"]?.arrayValue else { return nil }
        self.init(
            onAir: json["onAir"]?.stringValue, embargoed: embargoed.compactMap(\.stringValue))
    }
}
