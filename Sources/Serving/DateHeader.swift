/// Writes the `Date` of answers (RFC 9110 §6.6.1), anew once a second.
struct DateHeader {
    private var second = Int64.min
    private var text = ""

    /// The date in the format of RFC 9110 §5.6.7, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    mutating func text(unixMilliseconds: Int64) -> String {
        let second = Self.floored(unixMilliseconds, 1_000)
        if second != self.second {
            self.second = second
            text = Self.format(unixSeconds: second)
        }
        return text
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func format(unixSeconds: Int64) -> String {
        let days = floored(unixSeconds, 86_400)
        let rest = Int(unixSeconds - days * 86_400)
        let (year, month, day) = civil(days: days)
        let weekday = weekdays[Int(days - floored(days, 7) * 7)]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekday), \(two(day)) \(months[month - 1]) \(year) "
            + "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    }

    /// The day of the Gregorian calendar so many days after 1 January 1970.
    ///
    /// Years begin in March here, so that the leap day is the last of its year, and are counted in
    /// eras of 400 years, which all have the same length.
    private static func civil(days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468  // since 1 March of the year 0
        let era = floored(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
