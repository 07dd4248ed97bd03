import Foundation
import Testing

/// The price guess in real browsers: three viewers, a host and an operator play a round.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct PriceGuessPagesTests {
    /// What is read in one language.
    struct Language: Sendable, CustomTestStringConvertible {
        var code: String
        var ask: String
        var price: String
        var won: String
        var winner: String
        var testDescription: String { code }
    }

    static let languages = [
        Language(
            code: "zh", ask: "这件多少钱？猜一猜", price: "真实价格", won: "恭喜你赢得这一轮",
            winner: "Bo 猜中了"),
        Language(
            code: "en", ask: "What does it cost?", price: "The price is", won: "you won this round",
            winner: "Bo got it"),
    ]

    private static let panel = "panel-price-guess"

    @Test(arguments: languages)
    func `Three viewers, a host and an operator play it through`(_ language: Language) async throws
    {
        try await withPlayhouse { server in
            let addresses = try await Company.addresses(at: server, language: language.code)
            try await withChromium { browser in
                let company = try await Company(browser, addresses)
                let (ana, bo, cy) = (company.ana, company.bo, company.cy)
                try await company.lu.click("start-price-guess")
                for page in company.viewers {
                    try await page.wait(forText: language.ask, in: Self.panel)
                    // Nobody reads the price before the lock.
                    #expect(try await !page.text(Self.panel).contains("128"))
                }
                try await ana.guess("100")
                try await bo.guess("120")
                try await cy.guess("150")
                try await company.mei.wait(forText: "Cy", in: "host-panel-price-guess")
                try await ana.keepPicture("price-guess-open-phone-\(language.code)")
                try await company.mei.keepPicture("price-guess-host-\(language.code)")

                try await company.mei.click("answer-send-lock_now")
                for page in company.viewers {
                    try await page.wait(forText: language.price, in: Self.panel)
                    try await page.wait(forText: language.winner, in: Self.panel)
                    try await page.wait(forText: "128", in: Self.panel)
                }
                try await bo.wait(forText: language.won, in: Self.panel)
                for page in [ana, cy] {
                    #expect(try await !page.text(Self.panel).contains(language.won))
                }
                try await bo.keepPicture("price-guess-won-\(language.code)")
                try await company.lu.keepPicture("price-guess-operator-\(language.code)")
                for page in company.everybody { #expect(await page.complaints() == []) }
            }
        }
    }
}
