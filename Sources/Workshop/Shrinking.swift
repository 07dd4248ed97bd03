/// Finds a short list that still fails: delta debugging (Zeller, Hildebrandt, "Simplifying and
/// isolating failure-inducing input", 2002).
enum Shrinking {
    /// Leaves out what can be left out.
    ///
    /// - Parameters:
    ///   - items: A list that fails.
    ///   - runsMax: How many shorter lists are tried at most.
    ///   - fails: Whether a shorter list fails in the same way.
    /// - Returns: A list that fails. Unless the tries have run out, it would not without any one of its
    ///   items.
    static func shortest(
        _ items: [Int], runsMax: Int, fails: ([Int]) async -> Bool
    ) async -> [Int] {
        var items = items
        var parts = 2
        var runs = 0
        while items.count >= 2 {
            let size = (items.count + parts - 1) / parts
            var isShorter = false
            for start in stride(from: 0, to: items.count, by: size) {
                let rest = Array(items[..<start] + items[min(start + size, items.count)...])
                runs += 1
                guard runs <= runsMax else { return items }
                if await fails(rest) {
                    items = rest
                    parts = max(parts - 1, 2)
                    isShorter = true
                    break
                }
            }
            if isShorter { continue }
            if size == 1 { return items }
            parts = min(parts * 2, items.count)
        }
        return items
    }
}
