/// The numbers of a text, each with what it counts: "15天", "15 days" and "十五日" are one.
struct Quantities: Sendable {
    struct Quantity: Hashable, Sendable {
        var number: String
        /// The name of the unit; empty when there is none that is known.
        var unit: String
    }

    private(set) var all: Set<Quantity> = []

    private static let unitNames: [(String, [String])] = [
        (
            "money",
            ["元", "块", "rmb", "yuan", "cny", "usd", "dollar", "dollars", "us$", "$", "¥", "hkd"]
        ),
        ("day", ["天", "日", "day", "days"]), ("month", ["个月", "月", "month", "months"]),
        ("year", ["年", "year", "years"]), ("week", ["周", "个星期", "星期", "week", "weeks"]),
        ("hour", ["小时", "个小时", "hour", "hours", "h"]),
        ("minute", ["分钟", "minute", "minutes", "min"]),
        ("clock", ["点", "时", "am", "pm", "o'clock"]),
        ("percent", ["%", "percent", "成"]), ("discount", ["折"]),
        ("kilogram", ["公斤", "千克", "kg"]), ("jin", ["斤"]), ("gram", ["克", "g"]),
        ("millilitre", ["毫升", "ml"]), ("litre", ["升", "l"]),
        ("centimetre", ["厘米", "公分", "cm"]), ("metre", ["米", "m"]),
        ("degree", ["度", "°", "degrees"]),
    ]
    private static let units: [(text: [UInt32], name: String)] = unitNames.flatMap { name, texts in
        texts.map { (TextFolding.scalars($0), name) }
    }.sorted { $0.0.count > $1.0.count }

    private static let english: [String: Int] = [
        "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
        "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
        "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100, "thousand": 1_000,
        "half": 50, "double": 2, "twice": 2, "once": 1,
    ]

    /// Reads a folded text.
    init(_ folded: [UInt32]) {
        let text = Numerals.digits(in: folded)
        for word in Word.all(in: text) {
            if word.isNumber {
                all.insert(
                    Quantity(
                        number: Self.plain(word.text), unit: Self.unit(around: word.range, text)))
            } else if let number = Self.english[word.text] {
                all.insert(
                    Quantity(
                        number: String(number), unit: Self.unit(around: word.range, text)))
            }
        }
        // Signs that change an amount though they are no numeral.
        for sign in TextFolding.scalars("半双倍") where text.contains(sign) {
            all.insert(Quantity(number: TextFolding.string([sign]), unit: ""))
        }
    }

    /// 3.50 is 3.5, and 007 is 7.
    private static func plain(_ number: String) -> String {
        Double(number).map { $0 == $0.rounded() && $0 < 1e15 ? String(Int($0)) : String($0) }
            ?? number
    }

    private static func unit(around range: Range<Int>, _ text: [UInt32]) -> String {
        if range.lowerBound > 0, [0x24, 0xA5, 0xA3, 0x20AC].contains(text[range.lowerBound - 1]) {
            return "money"
        }
        var start = range.upperBound
        while start < text.count, text[start] == 0x20 { start += 1 }
        let rest = text[start...]
        for (sign, name) in units where rest.starts(with: sign) {
            // "m" is metres, "minutes" is not.
            let end = start + sign.count
            if TextFolding.isLatin(sign[sign.count - 1]), end < text.count,
                TextFolding.isLatin(text[end])
            {
                continue
            }
            return name
        }
        return ""
    }

    var isEmpty: Bool { all.isEmpty }

    /// What is not in the other text. A number without a unit is in it when the number is.
    func subtracting(_ other: Quantities) -> Set<Quantity> {
        let numbers = Set(other.all.map(\.number))
        return all.filter {
            !other.all.contains($0) && !($0.unit.isEmpty && numbers.contains($0.number))
        }
    }
}
