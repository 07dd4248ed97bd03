import Foundation

/// Looks at the shop folders of shows and takes over what has changed there.
actor KnowledgeWatch {
    private let shops: [ShowKnowledge]
    /// What the files of each shop looked like when they were read, and at the last look.
    private var read: [Stamp]
    private var seen: [Stamp]

    init(_ shops: [ShowKnowledge]) {
        self.shops = shops
        read = shops.map { Stamp(of: $0.folder) }
        seen = read
    }

    /// Looks once a second until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    /// Takes over what has changed since it was read and has not changed since the last look: a file
    /// that is being written is left alone.
    func look() {
        for (index, shop) in shops.enumerated() {
            let stamp = Stamp(of: shop.folder)
            defer { seen[index] = stamp }
            guard stamp != read[index], stamp == seen[index] else { continue }
            read[index] = stamp
            shop.reload()
        }
    }

    /// What can be seen of the files of a shop without reading them.
    private struct Stamp: Equatable {
        private var files: [String] = []

        init(of folder: String) {
            for name in ["kb.jsonl", "products.jsonl"] {
                let attributes = try? FileManager.default.attributesOfItem(
                    atPath: folder + "/" + name)
                let date = attributes?[.modificationDate] as? Date
                files.append(
                    "\(attributes?[.size] ?? 0) \(date?.timeIntervalSinceReferenceDate ?? 0)")
            }
        }
    }
}
