/// One thing that a text can have in common with another.
enum Unit: Hashable, Sendable {
    /// A meaning of the lexicon.
    case meaning(Int)
    /// A Chinese character that is no stop word.
    case character(UInt32)
    /// Two neighbouring Chinese characters.
    case pair(UInt32, UInt32)
    /// An English word without its ending, or a number.
    case word(String)
}

/// A text taken apart: what it is about, in units, and what nothing explains.
struct Reading: Sendable {
    var meanings: Set<Unit> = []
    /// Pairs and words.
    var text: Set<Unit> = []
    var characters: Set<Unit> = []
    /// Characters and words that are neither stop words nor part of a form or a product's name, in
    /// order, with repetitions.
    var leftovers: [Unit] = []
    /// Products that are named, as indices into the shop's products.
    var products: [Int] = []
    /// Words that were probably meant.
    var repairs: [[UInt32]] = []
}
