import Clockwork

/// What shoppers call things: forms of meanings, words without a topic.
///
/// A text of lines `name = form, form, …`; a line that begins with a space goes on with the line
/// before; `#` begins a comment. Forms of `stop` carry no topic; forms of `null` mean nothing and keep single characters
/// inside them from meaning something.
package struct Lexicon: Sendable {
    /// The names of the meanings; a meaning is an index into them.
    package private(set) var names: [String] = []
    /// Chinese forms, as folded scalars, and what each means.
    private(set) var forms: [(scalars: [UInt32], meanings: [Int])] = []
    private(set) var chinese = PhraseTable()
    /// English forms, as stems joined by spaces.
    private(set) var english: [String: [Int]] = [:]
    private(set) var englishWordsMax = 1
    private(set) var stops = PhraseTable()
    private(set) var stopWords: Set<String> = []

    private static let nullName = "null"

    /// Reads the text; `forms` may be dropped at random to see how much hangs on them.
    package init(
        text: String, folding: TextFolding, droppedShare: Double = 0, seed: UInt64 = 0
    ) {
        for (name, list) in Self.lines(of: text) {
            let isStop = name == "stop"
            let meaning = names.count
            if !isStop { names.append(name) }
            for form in list.split(separator: ",") {
                let scalars = folding.fold(String(form)).trimmed
                guard !scalars.isEmpty else { continue }
                let isHan = scalars.contains(where: TextFolding.isHan)
                if isStop {
                    if isHan { _ = stops.add(scalars, number: 0) } else { addStop(scalars) }
                    continue
                }
                if Self.draw(scalars, seed: seed) < droppedShare { continue }
                if isHan { add(scalars, meaning) } else { addEnglish(scalars, meaning) }
            }
        }
        null = names.firstIndex(of: Self.nullName)
    }

    /// The meaning that is none.
    private(set) var null: Int?

    /// A number from 0 up to 1 that hangs on a form and the seed alone, so that a change of one line
    /// leaves what is dropped from the others.
    private static func draw(_ form: [UInt32], seed: UInt64) -> Double {
        // FNV-1a.
        var hash = form.reduce(0xCBF2_9CE4_8422_2325 ^ seed) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        hash &+= seed
        var random = SeededRandom(seed: hash)
        return Double(random.next() >> 11) / Double(UInt64(1) << 53)
    }

    private static func lines(of text: String) -> [(name: String, list: String)] {
        var lines: [(name: String, list: String)] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix(" ") {
                if !lines.isEmpty { lines[lines.count - 1].list += line }
            } else if let sign = line.firstIndex(of: "=") {
                let name = line[..<sign].filter { $0 != " " }
                lines.append((String(name), String(line[line.index(after: sign)...])))
            }
        }
        return lines
    }

    private mutating func add(_ scalars: [UInt32], _ meaning: Int) {
        let number = chinese.add(scalars, number: forms.count)
        if number == forms.count {
            forms.append((scalars, [meaning]))
        } else if !forms[number].meanings.contains(meaning) {
            forms[number].meanings.append(meaning)
        }
    }

    private mutating func addEnglish(_ scalars: [UInt32], _ meaning: Int) {
        let stems = Word.all(in: scalars).map(\.stem)
        guard !stems.isEmpty else { return }
        englishWordsMax = max(englishWordsMax, stems.count)
        var meanings = english[stems.joined(separator: " ")] ?? []
        if !meanings.contains(meaning) { meanings.append(meaning) }
        english[stems.joined(separator: " ")] = meanings
    }

    private mutating func addStop(_ scalars: [UInt32]) {
        for word in Word.all(in: scalars) {
            stopWords.insert(word.text)
            stopWords.insert(word.stem)
        }
    }
}

extension [UInt32] {
    /// Without spaces at both ends.
    var trimmed: [UInt32] {
        var slice = self[...]
        while slice.first == 0x20 { slice.removeFirst() }
        while slice.last == 0x20 { slice.removeLast() }
        return Array(slice)
    }
}
