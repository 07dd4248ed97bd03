import Foundation

/// What keeps a page from being done as it is written.
struct PageProblem: Error, CustomStringConvertible {
    var description: String
}

/// One fenced block of a page, with the words behind its fence.
struct PageStep {
    var words: [String]
    var lines: [String]
    var text: String { lines.joined(separator: "\n") }

    static func all(in page: String) -> [PageStep] {
        var steps: [PageStep] = []
        var open: PageStep?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                if let step = open {
                    steps.append(step)
                    open = nil
                } else {
                    open = PageStep(
                        words: line.dropFirst(3).split(separator: " ").map(String.init), lines: [])
                }
            } else {
                open?.lines.append(line)
            }
        }
        return steps
    }
}

/// A block of lines that stay, go and come.
enum PageChange {
    static func apply(_ change: String, to text: String) throws -> String {
        var all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for hunk in change.components(separatedBy: "\n@@\n") {
            let lines = hunk.split(separator: "\n", omittingEmptySubsequences: false)
            let old = lines.filter { $0.first != "+" }.map { $0.dropFirst() }
            let new = lines.filter { $0.first != "-" }.map { $0.dropFirst() }
            let places = all.indices.filter { all[$0...].starts(with: old) }
            guard let place = places.first, places.count == 1 else {
                throw PageProblem(
                    description: "these lines stand in \(places.count) places:\n"
                        + old.joined(separator: "\n") + "\nof\n\(text)")
            }
            all.replaceSubrange(place..<place + old.count, with: new)
        }
        return all.joined(separator: "\n")
    }
}
