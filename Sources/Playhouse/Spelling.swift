/// Finds what somebody may have meant.
enum Spelling {
    /// The word that is fewest typing mistakes away; nil if none is near.
    ///
    /// A mistake is a letter too many, too few or wrong, or two neighbours exchanged. One letter
    /// in three may be a mistake; capitals do not count.
    static func nearest(to word: String, among words: some Collection<String>) -> String? {
        let candidates = words.sorted().map { (word: $0, distance: distance(word, $0)) }
        let best = candidates.min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= max(1, word.count / 3) ? $0.word : nil }
    }

    /// The optimal string alignment distance of two words without regard to case.
    static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one.lowercased()), Array(other.lowercased()))
        var rows = [Array(0...other.count)]
        for (index, letter) in one.enumerated() {
            var row = [index + 1]
            for (place, wanted) in other.enumerated() {
                var best = min(
                    row[place] + 1, rows[index][place + 1] + 1,
                    rows[index][place] + (letter == wanted ? 0 : 1))
                if index > 0, place > 0, letter == other[place - 1], one[index - 1] == wanted {
                    best = min(best, rows[index - 1][place - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[one.count][other.count]
    }
}
