package import Wire

/// A thing on sale in a show, as far as a panel shows it.
package struct Product: Sendable, Equatable {
    /// Names the product within its shop.
    package var id: String
    /// Title per locale.
    package var title: [String: String]
    /// URL of its picture, absolute or from the server's root.
    package var image: String
    /// ISO 4217 code.
    package var currency: String
    /// In minor units.
    package var priceMinor: Int64
    /// Whether a game keeps the price to itself just now.
    package var isEmbargoed = false

    package init(
        id: String, title: [String: String], image: String, currency: String, priceMinor: Int64
    ) {
        self.id = id
        self.title = title
        self.image = image
        self.currency = currency
        self.priceMinor = priceMinor
    }

    /// Writes the product as protocol.md shows it on a panel.
    ///
    /// - Parameter isPriceHidden: Whether `priceMinor` is null, as it is under an embargo.
    /// - Returns: An object.
    package func json(isPriceHidden: Bool = false) -> JSON {
        let titles = title.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
        return .object(
            JSONObject([
                ("id", .string(id)), ("title", .object(JSONObject(titles))),
                ("image", .string(image)), ("currency", .string(currency)),
                ("priceMinor", isPriceHidden || isEmbargoed ? .null : .integer(priceMinor)),
            ]))
    }

    /// Reads what ``json(isPriceHidden:)`` wrote with the price shown; nil for anything else.
    package init?(json: JSON) {
        guard let object = json.objectValue, let id = object["id"]?.stringValue,
            let titles = object["title"]?.objectValue, let image = object["image"]?.stringValue,
            let currency = object["currency"]?.stringValue,
            let price = object["priceMinor"]?.integerValue
        else { return nil }
        var title: [String: String] = [:]
        for (locale, text) in titles.members { title[locale] = text.stringValue }
        self.init(id: id, title: title, image: image, currency: currency, priceMinor: price)
    }
}
