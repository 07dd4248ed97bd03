package import Knowledge

/// Where a show's knowledge comes from, and who helps to find and to word it.
package struct KnowledgeConfiguration: Sendable {
    /// A shop folder (SDK-docs/knowledge.md); looked at again while the show runs.
    package var folder: String
    /// What was read from it.
    package var shop: Shop
    package var embeddings: Helper?
    package var chat: Helper?

    /// An endpoint of somebody else.
    package struct Helper: Sendable {
        package var endpoint: Endpoint
        /// How long one request of a viewer's line may take.
        package var milliseconds: Int

        package init(endpoint: Endpoint, milliseconds: Int) {
            self.endpoint = endpoint
            self.milliseconds = milliseconds
        }
    }

    /// Reads a folder.
    ///
    /// - Throws: ``ShopError`` with file, line and remedy.
    package init(folder: String) throws(ShopError) {
        self.folder = folder
        shop = try ShopReader().shop(folder: folder)
    }

    /// Range of ``Helper/milliseconds``: what a plugin can wait for.
    package static let helperMilliseconds: ClosedRange<Int64> = 50...10_000
}
