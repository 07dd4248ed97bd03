import Foundation
import Testing
import Wire

/// The quiz in real browsers: three viewers, a host and an operator play it through.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct QuizTests {
    /// What is read in one language.
    struct Language: Sendable, CustomTestStringConvertible {
        var code: String
        var first: String
        var second: String
        /// Of the first question, that of the other language.
        var other: String
        var isIn: String
        var isOut: String
        var missed: String
        var won: String
        var over: String
        var testDescription: String { code }
    }

    static let languages = [
        Language(
            code: "zh", first: "乌龙茶属于哪一类？", second: "图上是哪一种茶？",
            other: "What kind of tea", isIn: "你在比赛中", isOut: "答错了，你已出局",
            missed: "这道题你没有作答", won: "优惠券已发给你", over: "答题结束，1 人获奖"),
        Language(
            code: "en", first: "What kind of tea is oolong?",
            second: "Which tea is in the picture?",
            other: "乌龙茶属于", isIn: "You are in the game", isOut: "Wrong: you are out",
            missed: "You did not answer this one", won: "the coupon is yours",
            over: "The quiz is over, 1 won"),
    ]

    private static let panel = "panel-quiz"

    @Test(arguments: languages)
    func `Three viewers, a host and an operator play it through`(_ language: Language) async throws
    {
        try await withPlayhouse(plugins: .quiz) { server in
            var tokens: [String: String] = [:]
            for (subject, role) in [
                ("ana", "viewer"), ("bo", "viewer"), ("cy", "viewer"), ("mei", "host"),
                ("lu", "operator"),
            ] {
                tokens[subject] = try await server.token(
                    role: role, subject: subject, name: subject.capitalized)
            }
            let known = tokens
            let served = server
            func address(_ subject: String, _ make: (String) -> String) -> String {
                make(known[subject] ?? "").replacing("#", with: "?lang=\(language.code)#")
            }
            let viewer = { (token: String) in served.viewerAddress(token: token) }
            let addresses = [
                address("ana", viewer), address("bo", viewer), address("cy", viewer),
                address("mei", served.hostAddress), address("lu", served.operatorAddress),
            ]
            try await withChromium { browser in
                let ana = try await browser.page(
                    addresses[0], name: "Ana", width: 390, height: 844, isPhone: true)
                let bo = try await browser.page(addresses[1], name: "Bo")
                let cy = try await browser.page(addresses[2], name: "Cy")
                let mei = try await browser.page(addresses[3], name: "Mei")
                let lu = try await browser.page(addresses[4], name: "Lu")
                for page in [ana, bo, cy, mei, lu] { try await page.waitForRoom() }
                try await lu.click("start-quiz")

                for page in [ana, bo, cy] {
                    try await page.wait(forText: language.first, in: Self.panel)
                    #expect(try await !page.text(Self.panel).contains(language.other))
                }
                try await mei.wait(forText: language.first, in: "host-panel-quiz")
                try await ana.choose("b")
                try await bo.choose("a")
                try await cy.choose("b")
                try await ana.wait(forText: language.isIn, in: Self.panel)
                try await ana.keepPicture("quiz-open-phone-\(language.code)")
                try await mei.keepPicture("quiz-host-\(language.code)")
                // Nobody has been told what is right, on any screen.
                for page in [ana, bo, cy, mei, lu] {
                    #expect(
                        try await page.evaluate(
                            """
                            JSON.stringify([...playhouse.states]).includes('"correct"')
                            """) == false)
                }

                // The result stands for three seconds, in which a busy machine may not look.
                for page in [ana, bo, cy] { try await page.noteTexts(in: Self.panel) }
                try await lu.click("answer-send-lock")
                try await ana.wait(forNoted: "answer-state-answer is right.")
                try await bo.wait(forNoted: "answer-state-answer is wrong.")
                try await bo.wait(forNoted: language.isOut)
                try await bo.keepPicture("quiz-out-\(language.code)")

                for page in [ana, bo, cy] {
                    try await page.wait(forText: language.second, in: Self.panel)
                    try await page.wait(until: "document.querySelector('.image-picture')")
                }
                try await ana.choose("a")
                try await bo.choose("a")  // watches, and does not count
                try await lu.keepPicture("quiz-operator-\(language.code)")
                try await lu.click("answer-send-lock")
                try await cy.wait(forNoted: language.missed)

                try await ana.wait(forText: language.won, in: Self.panel)
                for page in [bo, cy] {
                    try await page.wait(forText: language.over, in: Self.panel)
                    #expect(try await !page.text(Self.panel).contains(language.won))
                }
                try await ana.keepPicture("quiz-won-phone-\(language.code)")
                for page in [ana, bo, cy, mei, lu] {
                    #expect(await page.complaints() == [])
                }
            }
        }
    }
}

extension Page {
    /// Presses an option of the question, wherever it stands, and waits until it is recorded.
    func choose(_ option: String) async throws {
        try await click(
            selector: "[data-test=\"answer-send-answer\"][data-value=\"\(option)\"]")
        try await wait(forAnswer: "answer", "accepted")
    }
}
