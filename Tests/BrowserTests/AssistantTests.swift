import Foundation
import Testing
import Wire

/// The FAQ assistant in real browsers: three viewers, a host and an operator go through it once.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct AssistantTests {
    /// What is asked and read in one language.
    struct Language: Sendable, CustomTestStringConvertible {
        var code: String
        var question: String
        var answer: String
        var automatic: String
        var unknown: String
        var handedOver: String
        var byStaff: String
        var withdrawn: String
        var resting: String
        var testDescription: String { code }
    }

    static let languages = [
        Language(
            code: "zh", question: "什么时候发货?", answer: "下午3点前付款当天发出", automatic: "自动回答 · 条目 ship-zh",
            unknown: "这个可以带上飞机吗?", handedOver: "已转给主播团队", byStaff: "Lu 回答",
            withdrawn: "已撤回对“什么时候发货?”的回答", resting: "自动回答已暂停"),
        Language(
            code: "en", question: "When do you ship?",
            answer: "Orders paid before 3 pm leave the same day",
            automatic: "Automatic · entry ship-en", unknown: "Can I take it on a plane?",
            handedOver: "Your question is with the host's team", byStaff: "By Lu",
            withdrawn: "The answer to “When do you ship?” was withdrawn",
            resting: "Automatic answers are paused"),
    ]

    private static let panel = "panel-faq-assistant"
    private static let desk = "operator-panel-faq-assistant"

    @Test(arguments: languages)
    func `Three viewers, a host and an operator go through it`(_ language: Language) async throws {
        try await withPlayhouse(plugins: .assistant) { server in
            var addresses: [String: String] = [:]
            for (subject, role) in [
                ("ana", "viewer"), ("bo", "viewer"), ("cy", "viewer"), ("mei", "host"),
                ("lu", "operator"),
            ] {
                let token = try await server.token(
                    role: role, subject: subject, name: subject.capitalized)
                let address =
                    switch role {
                    case "host": server.hostAddress(token: token)
                    case "operator": server.operatorAddress(token: token)
                    default: server.viewerAddress(token: token)
                    }
                addresses[subject] = address.replacing("#", with: "?lang=\(language.code)#")
            }
            let known = addresses
            try await withChromium { browser in
                func page(_ subject: String) async throws -> Page {
                    try await browser.page(known[subject] ?? "", name: subject.capitalized)
                }
                let ana = try await browser.page(
                    known["ana"] ?? "", name: "Ana", width: 390, height: 844, isPhone: true)
                let (bo, cy) = (try await page("bo"), try await page("cy"))
                let (mei, lu) = (try await page("mei"), try await page("lu"))
                let viewers = [ana, bo, cy]
                for page in viewers + [mei, lu] { try await page.waitForRoom() }
                try await mei.click("start-faq-assistant")
                for page in viewers { try await page.wait(until: Page.element(Self.panel)) }

                try await ana.say(language.question)
                for page in viewers {
                    try await page.wait(forText: language.answer, in: Self.panel)
                    try await page.wait(forText: language.automatic, in: Self.panel)
                }

                try await bo.say(language.unknown)
                try await bo.wait(forText: language.handedOver, in: Self.panel)
                #expect(try await !cy.text(Self.panel).contains(language.handedOver))
                try await mei.wait(forText: language.unknown, in: "host-panel-faq-assistant")
                try await lu.wait(forText: language.unknown, in: Self.desk)
                try await lu.evaluate("\(Page.element(Self.desk)).scrollIntoView()")
                try await lu.keepPicture("assistant-operator-\(language.code)")
                try await mei.keepPicture("assistant-host-\(language.code)")
                try await lu.click("answer-send-tap-2-1")
                for page in viewers {
                    try await page.wait(forText: language.byStaff, in: Self.panel)
                }
                try await ana.keepPicture("assistant-phone-\(language.code)")
                try await bo.keepPicture("assistant-desktop-\(language.code)")

                try await lu.click("answer-send-retract-1")
                for page in viewers {
                    try await page.wait(forText: language.withdrawn, in: Self.panel)
                    #expect(try await !page.text(Self.panel).contains(language.answer))
                }
                try await lu.click("answer-send-pause")
                for page in viewers {
                    try await page.wait(forText: language.resting, in: Self.panel)
                }
                try await cy.keepPicture("assistant-withdrawn-\(language.code)")

                // What counts down is seen first, though it came last.
                try await mei.click("start-price-guess")
                for page in viewers {
                    try await page.wait(
                        until: "\(Page.element("panels")).firstElementChild "
                            + "=== \(Page.element("panel-price-guess"))")
                }
                for page in viewers + [mei, lu] { #expect(await page.complaints() == []) }
            }
        }
    }
}
