/// Cuts endings off English words, as far as it pays for short questions.
enum Stemmer {
    static func stem(_ word: String) -> String {
        var letters = Array(word.utf8)
        guard letters.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        func ends(_ ending: String) -> Bool {
            letters.suffix(ending.utf8.count) == Array(ending.utf8)[...]
        }
        if letters.count > 4, ends("ies") {
            letters.removeLast(3)
            letters.append(UInt8(ascii: "y"))
        } else {
            for ending in ["ing", "ed", "es", "s"]
            where ends(ending) && letters.count - ending.utf8.count >= 3 && !ends("ss") {
                letters.removeLast(ending.utf8.count)
                if letters.count > 3, letters[letters.count - 1] == letters[letters.count - 2],
                    !"aeiouls".utf8.contains(letters[letters.count - 1])
                {
                    letters.removeLast()
                }
                break
            }
        }
        if letters.count > 3, letters.last == UInt8(ascii: "e") { letters.removeLast() }
        return String(decoding: letters, as: UTF8.self)
    }
}
