import Foundation
import Testing
import Wire

/// The co-host seats in real browsers: three viewers, a host and an operator go through it once.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct CoHostTests {
    /// What is read in one language.
    struct Language: Sendable, CustomTestStringConvertible {
        var code: String
        var consent: String
        var place: String
        var seated: String
        var rejected: String
        var locked: String
        var cut: String
        var audit: String
        var over: String
        var testDescription: String { code }
    }

    static let languages = [
        Language(
            code: "zh", consent: "并会被录制", place: "排在第 2 位，共 3 人", seated: "2 号麦已为您留好",
            rejected: "这次没有轮到您", locked: "这个麦位已锁", cut: "您的画面已被切断",
            audit: "Mei 切断 Cy（1 号麦）", over: "连麦已结束"),
        Language(
            code: "en", consent: "the show is recorded", place: "you are number 2 of 3",
            seated: "Seat 2 is yours", rejected: "Not this time", locked: "This seat is locked",
            cut: "You were cut off air", audit: "Mei cut Cy off seat 1", over: "Co-hosting is over"),
    ]

    private static let panel = "panel-co-host"
    private static let desk = "host-panel-co-host"

    @Test(arguments: languages)
    func `Three viewers, a host and an operator go through it`(_ language: Language) async throws {
        try await withPlayhouse(plugins: .coHost) { server in
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
                for page in [ana, bo, cy, mei, lu] { try await page.waitForRoom() }
                try await mei.click("start-co-host")

                for page in [ana, bo, cy] {
                    try await page.wait(forText: language.consent, in: Self.panel)
                }
                try await ana.click("answer-send-seat-2")
                try await mei.wait(until: Page.element("answer-send-accept-1"))
                try await bo.click("answer-send-apply")
                try await mei.wait(until: Page.element("answer-send-accept-2"))
                try await cy.click("answer-send-apply")
                try await mei.wait(until: Page.element("answer-send-accept-3"))
                try await bo.wait(forText: language.place, in: Self.panel)
                try await mei.keepPicture("co-host-desk-\(language.code)")

                try await mei.click("answer-send-accept-1")
                try await ana.wait(forText: language.seated, in: Self.panel)
                try await mei.click("answer-send-reject-2")
                try await bo.wait(forText: language.rejected, in: Self.panel)
                // To invite somebody who waits is to accept.
                try await mei.type("Cy", into: "answer-input-invite")
                try await mei.click("answer-send-invite")
                for page in [ana, bo, cy] {
                    try await page.wait(until: Self.seat(1, in: Self.panel, is: "reserved"))
                }

                try await mei.click(
                    selector: "[data-test=answer-send-layout][data-value=two_side]")
                try await mei.click("answer-send-go_live-1")
                for page in [ana, bo, cy] {
                    try await page.wait(
                        until: """
                            \(Page.element(Self.panel)).querySelector(".seats").dataset.layout
                                === "two_side"
                            """)
                }
                try await ana.keepPicture("co-host-seats-phone-\(language.code)")
                try await bo.keepPicture("co-host-seats-desktop-\(language.code)")

                try await mei.click("answer-send-select-1")
                try await mei.click("answer-send-cut-1-3")
                try await cy.wait(forText: language.cut, in: Self.panel)
                try await bo.wait(until: Self.seat(1, in: Self.panel, is: "locked"))
                try await bo.click("answer-send-seat-1")
                try await bo.wait(forText: language.locked, in: Self.panel)
                try await lu.wait(forText: language.audit, in: "operator-panel-co-host")
                try await lu.keepPicture("co-host-operator-\(language.code)")

                try await lu.click("answer-send-finish")
                for page in [ana, bo, cy] {
                    try await page.wait(forText: language.over, in: Self.panel)
                }
                for page in [ana, bo, cy, mei, lu] { #expect(await page.complaints() == []) }
            }
        }
    }

    /// Whether a seat of a panel is in a state.
    private static func seat(_ number: Int, in panel: String, is state: String) -> String {
        """
        \(Page.element(panel)).querySelector(".seats > :nth-child(\(number)) > .seat").dataset.state
            === "\(state)"
        """
    }
}
