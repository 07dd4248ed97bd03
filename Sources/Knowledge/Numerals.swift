/// Chinese numerals as digits.
package enum Numerals {
    private static let digitValues: [UInt32: Int] = table(
        "零〇一二两三四五六七八九",
        [
            0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9,
        ])
    private static let tens: [UInt32: Int] = table("十百千万", [10, 100, 1_000, 10_000])
    private static let units = Set(
        TextFolding.scalars("度斤公分厘米个月天年克元块毫升片包岁寸码折件条号点小次期级日周时秒瓦支瓶盒件成%"))

    private static func table(_ signs: String, _ values: [Int]) -> [UInt32: Int] {
        Dictionary(
            zip(TextFolding.scalars(signs), values), uniquingKeysWith: { first, _ in first })
    }

    /// Writes numerals that stand before a unit with digits.
    package static func digits(in scalars: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            let run = scalars[index...].prefix { digitValues[$0] != nil || tens[$0] != nil }
            guard !run.isEmpty else {
                result.append(scalars[index])
                index += 1
                continue
            }
            if run.count <= 9, run.endIndex < scalars.count, units.contains(scalars[run.endIndex]) {
                result += TextFolding.scalars(String(value(of: run)))
            } else {
                result += run
            }
            index = run.endIndex
        }
        return result
    }

    /// The number that a run of numerals means; 二五 is 25, 二十五 is 25, 一百零五 is 105.
    static func value(of run: some Collection<UInt32>) -> Int {
        guard run.contains(where: { tens[$0] != nil }) else {
            return run.reduce(0) { $0 * 10 + (digitValues[$1] ?? 0) }
        }
        var total = 0
        var section = 0
        var pending = 0
        for sign in run {
            if let digit = digitValues[sign] {
                pending = digit
            } else if let ten = tens[sign] {
                if ten == 10_000 {
                    total = (total + section + pending) * ten
                    section = 0
                } else {
                    section += max(pending, 1) * ten
                }
                pending = 0
            }
        }
        return total + section + pending
    }
}
