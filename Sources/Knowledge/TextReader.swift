/// Takes texts of a shop and of its viewers apart into units.
struct TextReader: Sendable {
    let lexicon: Lexicon
    let names: ProductNames
    /// Only lines of viewers are repaired; a merchant's text counts as it stands.
    var spelling: SpellingBook?

    private static let formWordsMax = 4

    /// Takes apart a text whose scalars are folded and whose numerals are digits.
    func read(_ folded: [UInt32], isLine: Bool) -> Reading {
        var reading = Reading()
        var text = folded
        var words = Word.all(in: text)
        if isLine, let slot = names.slot(in: text, words: words) {
            reading.products.append(slot.product)
            for index in slot.range { text[index] = 0x20 }
            words = Word.all(in: text)
        }
        let named = names.find(in: text, words: words)
        if isLine {
            reading.products += named.products.filter { !reading.products.contains($0) }
        }
        var repaired: [String] = []
        if isLine, let spelling {
            let repairs = spelling.repairs(of: text, words: words)
            reading.repairs = repairs.words
            repaired = repairs.stems
        }
        var isName = [Bool](repeating: false, count: text.count)
        for range in named.ranges {
            for index in range { isName[index] = true }
        }
        let isExplained = readMeanings(of: text, isName: isName, into: &reading)
        for word in reading.repairs {
            let isName = [Bool](repeating: false, count: word.count)
            _ = readMeanings(of: word, isName: isName, into: &reading)
            readCharacters(
                of: word, isName: isName,
                isExplained: [Bool](repeating: true, count: word.count), into: &reading)
        }
        readWords(words, isName: isName, repaired: repaired, into: &reading)
        readCharacters(of: text, isName: isName, isExplained: isExplained, into: &reading)
        return reading
    }

    /// Finds Chinese forms; inside a product's name they mean nothing ("keep-warm cup"). Returns
    /// which scalars they explain.
    private func readMeanings(
        of text: [UInt32], isName: [Bool], into reading: inout Reading
    ) -> [Bool] {
        var isExplained = [Bool](repeating: false, count: text.count)
        let hits = lexicon.chinese.hits(in: text)
        for hit in hits {
            // A single character inside a longer form belongs to that form.
            if hit.range.count == 1,
                hits.contains(where: {
                    $0.range.count > 1 && $0.range.contains(hit.range.lowerBound)
                })
            {
                continue
            }
            if hit.range.allSatisfy({ isName[$0] }) { continue }
            for index in hit.range { isExplained[index] = true }
            for meaning in lexicon.forms[hit.phrase].meanings where meaning != lexicon.null {
                reading.meanings.insert(.meaning(meaning))
            }
        }
        return isExplained
    }

    private func readWords(
        _ words: [Word], isName: [Bool], repaired: [String], into reading: inout Reading
    ) {
        var isExplained = [Bool](repeating: false, count: words.count)
        for start in words.indices {
            for count in 1...max(1, lexicon.englishWordsMax) where start + count <= words.count {
                let form = words[start..<(start + count)].map(\.stem).joined(separator: " ")
                guard let meanings = lexicon.english[form],
                    !words[start..<(start + count)].allSatisfy({ isName[$0.range.lowerBound] })
                else { continue }
                for meaning in meanings { reading.meanings.insert(.meaning(meaning)) }
                for index in start..<(start + count) { isExplained[index] = true }
            }
        }
        for stem in repaired {
            for meaning in lexicon.english[stem] ?? [] {
                reading.meanings.insert(.meaning(meaning))
            }
            reading.text.insert(.word(stem))
        }
        for (index, word) in words.enumerated() {
            if isName[word.range.lowerBound] || lexicon.stopWords.contains(word.text)
                || lexicon.stopWords.contains(word.stem)
            {
                continue
            }
            reading.text.insert(.word(word.stem))
            if !isExplained[index], !word.isNumber, repaired.isEmpty {
                reading.leftovers.append(.word(word.stem))
            }
        }
    }

    private func readCharacters(
        of text: [UInt32], isName: [Bool], isExplained: [Bool], into reading: inout Reading
    ) {
        var isStop = [Bool](repeating: false, count: text.count)
        for hit in lexicon.stops.hits(in: text) {
            for index in hit.range { isStop[index] = true }
        }
        for (index, scalar) in text.enumerated() {
            guard TextFolding.isHan(scalar), !isName[index] else { continue }
            if !isStop[index] {
                reading.characters.insert(.character(scalar))
                if !isExplained[index] { reading.leftovers.append(.character(scalar)) }
            }
            let next = index + 1
            if next < text.count, TextFolding.isHan(text[next]), !isName[next],
                !(isStop[index] && isStop[next])
            {
                reading.text.insert(.pair(scalar, text[next]))
            }
        }
    }
}
