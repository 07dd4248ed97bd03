/// A declarative view tree in the normal form of protocol.md, "Panels".
///
/// It is complete in itself: products are resolved, so that a recorded panel needs nothing but
/// the timers of its plugin to be shown again.
package struct Panel: Sendable, Equatable {
    /// What stands at the top; cards and rows hold further elements.
    package var content: [PanelElement]
    /// Whether it belongs to a moment of the picture, and pages show it with its frame
    /// (``PictureMark``).
    package var followsPicture = false

    package init(content: [PanelElement]) { self.content = content }

    /// Every element in reading order, those inside of others included.
    package var elements: [PanelElement] { content.flatMap(\.withChildren) }

    /// The element of an id.
    package func element(_ id: String) -> PanelElement? {
        for element in content {
            if let found = element.element(id) { return found }
        }
        return nil
    }

    /// Whether it shows points, and changes with them.
    package var showsLeaderboard: Bool { elements.contains { $0.kind == .leaderboard } }

    /// The timers that countdowns of this panel show.
    package var timers: Set<String> {
        Set(elements.filter { $0.kind == .countdown }.compactMap(\.id))
    }

    /// Limits of one panel.
    package enum Limit {
        /// Of the whole tree.
        package static let elements = 100
        /// How deep cards, rows and slots may hold each other; 1 is the top.
        package static let depth = 4
        /// Of the encoded normal form.
        package static let bytes = 32 << 10
        /// Of `text`.
        package static let textCharacters = 500
        /// Of labels, names and arguments.
        package static let labelCharacters = 200
        package static let listItems = 100
        package static let options = 2...10
        package static let arguments = 16
        /// Of what a viewer writes into an `input`.
        package static let inputCharacters = 1...200
        package static let seats = 1...20
        package static let columns = 1...6
        /// The most that a progress counts to.
        package static let progress: Int64 = 1_000_000_000
        /// Elements in a slot of one viewer.
        package static let slotElements = 20
        /// Of one patch, encoded.
        package static let patchBytes = 8 << 10
        /// How often one call of a hook may show something on one surface.
        package static let showsPerCall = 10
    }
}
