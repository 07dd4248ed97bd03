import Testing
import Wire

/// The operator's desk in a real browser.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct OperatorTests {
    @Test func `An operator starts, sets, commands and stops a plugin and sees how it is`()
        async throws
    {
        try await withPlayhouse(plugins: .gallery) { server in
            let token = try await server.token(role: "operator", subject: "lu", name: "Lu")
            let viewer = try await server.token(role: "viewer", subject: "ana", name: "Ana")
            let served = server
            try await withChromium { browser in
                let lu = try await browser.page(served.operatorAddress(token: token), name: "Lu")
                let ana = try await browser.page(
                    served.viewerAddress(token: viewer), name: "Ana")
                for page in [lu, ana] { try await page.waitForRoom() }
                try await lu.wait(forText: "Not started", in: "plugin-status-gallery")
                try await lu.wait(
                    until: "/^[0-9a-f]{12}$/.test(\(Page.element("hash-gallery"))?.textContent)")

                try await lu.type("many", into: "setting-gallery-seconds")
                try await lu.click("start-gallery")
                try await lu.wait(forText: "Seconds", in: "operator-note-gallery")
                try await lu.type("300", into: "setting-gallery-seconds")
                try await lu.click("start-gallery")
                try await lu.wait(forText: "Running", in: "plugin-status-gallery")
                try await ana.wait(until: Page.element("panel-gallery"))
                try await lu.wait(forText: "For operators", in: "operator-panel-gallery")
                // What it is set to is told, what is secret is not.
                try await lu.wait(
                    until: "\(Page.element("setting-gallery-seconds")).placeholder === '300'")
                #expect(
                    try await lu.evaluate(
                        "JSON.stringify(playhouse.states.get('desk:gallery')).includes('oolong')")
                        == false)
                // Viewers are told nothing of it.
                #expect(
                    try await ana.evaluate(
                        "[...playhouse.states.keys()].filter((key) => /^(desk|meter)/.test(key))")
                        == [])

                try await lu.type("bump", into: "command-name-gallery")
                try await lu.click("command-send-gallery")
                try await ana.wait(forText: "Gallery, edition 1", in: "panel-gallery")
                try await lu.click("answer-send-bump")
                try await ana.wait(forText: "Gallery, edition 2", in: "panel-gallery")
                try await lu.wait(until: "document.querySelector('[data-hook=on_start] meter')")

                for _ in 1...5 {
                    try await lu.type("break", into: "command-name-gallery")
                    try await lu.click("command-send-gallery")
                    try await lu.wait(forText: "main.lua:", in: "operator-note-gallery")
                    try await lu.evaluate(
                        "\(Page.element("operator-note-gallery")).textContent = ''")
                }
                try await lu.wait(forText: "Paused", in: "plugin-status-gallery")
                try await lu.wait(forText: "in hook on_command", in: "fault-gallery")
                try await lu.wait(forText: "main.lua:", in: "fault-gallery")
                // Viewers keep what they saw and are told that it rests.
                try await ana.wait(forText: "paused", in: "panel-gallery")
                #expect(
                    try await ana.evaluate(
                        "\(Page.element("panel-gallery")).querySelector('[inert]') !== null")
                        == true)
                try await lu.keepPicture("operator")

                try await lu.click("start-gallery")
                try await lu.wait(forText: "Running", in: "plugin-status-gallery")
                try await ana.wait(forText: "Gallery, edition 0", in: "panel-gallery")
                #expect(try await !ana.text("panel-gallery").contains("paused"))
                try await lu.click("stop-gallery")
                try await lu.wait(forText: "Not started", in: "plugin-status-gallery")
                try await ana.wait(until: "!\(Page.element("panel-gallery"))")
                #expect(await lu.complaints() == [])

                try await lu.click("locale")
                try await lu.wait(forText: "未开始", in: "plugin-status-gallery")
            }
        }
    }

    @Test func `The operator's desk lets nobody in but the staff`() async throws {
        try await withPlayhouse(plugins: .gallery) { server in
            let viewer = try await server.token(role: "viewer", subject: "ana", name: "Ana")
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let served = server
            try await withChromium { browser in
                let ana = try await browser.page(
                    served.operatorAddress(token: viewer), name: "Ana")
                try await ana.wait(until: "\(Page.element("sign-in"))?.hidden === false")
                try await ana.wait(forText: "viewer", in: "sign-in-note")
                let mei = try await browser.page(served.hostAddress(token: host), name: "Mei")
                try await mei.waitForRoom()
                try await mei.click("operator-link")
                try await mei.wait(until: "location.pathname.startsWith('/operator/')")
                try await mei.waitForRoom()
                #expect(try await mei.evaluate("location.hash") == "")
                try await mei.wait(forText: "Not started", in: "plugin-status-gallery")
            }
        }
    }
}
