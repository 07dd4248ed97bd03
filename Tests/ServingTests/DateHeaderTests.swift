import Foundation
import Testing

@testable import Serving

@Suite struct DateHeaderTests {
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String)])
    func `dates are written as RFC 9110 wants them`(seconds: Int64, text: String) {
        #expect(DateHeader.format(unixSeconds: seconds) == text)
    }

    @Test func `every day of four centuries is that of Foundation`() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        // 97 is prime to the lengths of weeks, years and eras.
        for day in stride(from: Int64(0), to: 146_097, by: 97) {
            let seconds = day * 86_400 + day % 86_400
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(DateHeader.format(unixSeconds: seconds) == formatter.string(from: date))
        }
    }

    @Test func `the text changes with the second`() {
        var header = DateHeader()
        let first = header.text(unixMilliseconds: 784_111_777_000)
        #expect(header.text(unixMilliseconds: 784_111_777_999) == first)
        #expect(
            header.text(unixMilliseconds: 784_111_778_000) == "Sun, 06 Nov 1994 08:49:38 GMT")
        #expect(header.text(unixMilliseconds: 784_111_777_000) == first)
    }
}
