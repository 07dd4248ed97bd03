import Foundation

/// The text of a file of `Tests/Attacks`, in which giants are written short.
///
/// A line `--% 5000 "do "` stands for 5,000 times what the JSON string says, without a line break before
/// or behind; `%d` in it is the number of the repetition, from 0.
enum AttackText {
    static func expanded(_ text: String) throws -> String {
        var result = ""
        var joins = true
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("--% ") else {
                result += (joins ? "" : "\n") + line
                joins = false
                continue
            }
            let words = line.split(separator: " ", maxSplits: 2)
            let piece = try JSONDecoder().decode(String.self, from: Data(words[2].utf8))
            let isNumbered = piece.contains("%d")
            for index in 0..<(Int(words[1]) ?? 0) {
                result +=
                    isNumbered ? piece.replacingOccurrences(of: "%d", with: "\(index)") : piece
            }
            joins = true
        }
        return result
    }
}
