import Foundation
import Testing
import Visiting
import Wire

/// The lottery in real browsers: three viewers, a host and an operator play a lucky bag and a rain of
/// packets.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct LotteryTests {
    /// What is read in one language.
    struct Language: Sendable, CustomTestStringConvertible {
        var code: String
        var say: String
        var isIn: String
        var deleted: String
        var won: String
        var secret: String
        var rain: String
        var grabbed: String
        var share: String
        var testDescription: String { code }
    }

    static let languages = [
        Language(
            code: "zh", say: "发送口令：好运茶", isIn: "已参与，券数：1",
            deleted: "你的发言已被删除", won: "你中奖了", secret: "密钥已公开",
            rain: "红包雨", grabbed: "抢到一个红包", share: "你的红包："),
        Language(
            code: "en", say: "Say this: 好运茶", isIn: "You are in, tickets: 1",
            deleted: "What you said was deleted",
            won: "You have won", secret: "The secret was",
            rain: "Red packet rain", grabbed: "You have a packet", share: "Your packet holds"),
    ]

    private static let panel = "panel-lottery"

    @Test(arguments: languages)
    func `Three viewers, a host and an operator play it through`(_ language: Language) async throws
    {
        try await withPlayhouse(plugins: .lottery) { server in
            let addresses = try await Company.addresses(at: server, language: language.code)
            let director = try await server.token(role: "host", subject: "dan", name: "Dan")
            let port = server.port
            try await withChromium { browser in
                let company = try await Company(browser, addresses)
                let (ana, bo, cy) = (company.ana, company.bo, company.cy)
                let (mei, lu) = (company.mei, company.lu)

                try await mei.click("start-lottery")
                for page in company.viewers {
                    try await page.wait(forText: language.say, in: Self.panel)
                }
                try await ana.say("好运茶")
                try await bo.say(" 好运 茶！")
                try await cy.say("好运茶")
                for page in company.viewers {
                    try await page.wait(forText: language.isIn, in: Self.panel)
                }
                try await ana.keepPicture("lottery-open-phone-\(language.code)")
                // What is taken off the screens is no entry.
                let message = try await mei.message(of: "Cy")
                try await mei.click(
                    selector: """
                        li[data-message="\(message)"] :is([data-act="delete"], [data-test="delete"])
                        """)
                try await cy.wait(forText: language.deleted, in: Self.panel)
                try await mei.keepPicture("lottery-host-\(language.code)")

                try await mei.click("answer-send-close_now")
                for page in [ana, bo] {
                    try await page.wait(forText: language.won, in: Self.panel)
                }
                for page in company.viewers {
                    try await page.wait(forText: language.secret, in: Self.panel)
                }
                #expect(try await !cy.text(Self.panel).contains(language.won))
                // Names are whole on the operator's desk alone.
                try await lu.wait(forText: "Ana (ana)", in: "operator-panel-lottery")
                #expect(try await !cy.text(Self.panel).contains("Ana"))
                let granted = "[...document.querySelectorAll('.line-granted')]"
                try await cy.wait(
                    until: "\(granted).some((line) => line.innerText.includes('A***'))")
                #expect(
                    try await cy.evaluate(
                        "\(granted).some((line) => line.innerText.includes('Ana'))") == false)
                try await ana.keepPicture("lottery-won-phone-\(language.code)")
                try await cy.keepPicture("lottery-lost-\(language.code)")
                try await lu.keepPicture("lottery-operator-\(language.code)")

                let dan = try await RoomClient.join(
                    .init(room: ServedPlayhouse.room, token: director), port: port)
                _ = try await dan.request(
                    "start",
                    [
                        ("plugin", "lottery"),
                        (
                            "config",
                            [
                                "kind": "red_packet", "pool": "cash", "total": 600, "packets": 3,
                                "per_viewer": 1, "seconds": 600,
                            ]
                        ),
                    ])
                for page in company.viewers {
                    try await page.wait(forText: language.rain, in: Self.panel)
                }
                for page in [ana, bo] {
                    try await page.click("answer-send-enter-1")
                    try await page.wait(forText: language.grabbed, in: Self.panel)
                }
                try await ana.keepPicture("packets-phone-\(language.code)")
                // The third is the last: all of them are opened.
                try await cy.click("answer-send-enter-1")
                for page in company.viewers {
                    try await page.wait(forText: language.share, in: Self.panel)
                }
                try await ana.keepPicture("packets-opened-phone-\(language.code)")
                await dan.leave()
                for page in company.everybody { #expect(await page.complaints() == []) }
            }
        }
    }
}

extension Page {
    /// The id of the newest danmaku of somebody.
    fileprivate func message(of name: String) async throws -> String {
        let found = """
            [...document.querySelectorAll('[data-test="chat"] li[data-message]')]
                .findLast((line) => line.innerText.includes(\(Self.quoted(name))))
            """
        try await wait(until: found)
        return try await evaluate("(\(found)).dataset.message").stringValue ?? ""
    }
}
