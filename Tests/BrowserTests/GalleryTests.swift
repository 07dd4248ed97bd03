import Foundation
import Testing
import Wire

/// Every element of a panel in a real browser: seen, used by mouse and by keyboard, updated.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct GalleryTests {
    private static let kinds = [
        "title", "text", "card", "row", "slot", "product", "image", "money", "number", "input",
        "button", "choice", "seats", "countdown", "progress", "viewer", "stat", "list",
        "leaderboard",
    ]

    @Test func `Every element is shown, in both languages, with a name for screen readers`()
        async throws
    {
        try await Gallery.open { _, ana in
            for kind in Self.kinds {
                #expect(
                    try await ana.evaluate("document.querySelector('[data-kind=\(kind)]') !== null")
                        == true, "\(kind)")
            }
            try await ana.wait(forText: "Gallery, edition 0", in: "panel-gallery")
            try await ana.wait(forText: "¥128.00", in: "panel-gallery")
            try await ana.wait(forText: "12 / 40", in: "panel-gallery")
            try await ana.wait(
                until: "document.querySelector('.image-picture').naturalWidth > 0")
            #expect(
                try await ana.evaluate("document.querySelector('.image-picture').alt")
                    == "A cup of hot tea")
            // What is hidden from everybody is not on the page at all.
            #expect(
                try await ana.evaluate("document.querySelector('[data-element=secret]')") == .null)
            #expect(try await Self.namelessControls(ana) == [])
            try await ana.keepPicture("gallery-en")
            try await ana.click("locale")
            try await ana.wait(forText: "元素一览，第 0 版", in: "panel-gallery")
            try await ana.wait(forText: "最多选 2 项", in: "panel-gallery")
            #expect(try await Self.namelessControls(ana) == [])
            #expect(await ana.complaints() == [])
        }
    }

    @Test func `Everything can be answered with the keyboard alone`() async throws {
        try await Gallery.open { gallery, ana in
            let inside = "[data-test=panel-gallery] "
            try await ana.tab(to: inside + "[data-test=answer-input-price]")
            try await ana.call("Input.insertText", ["text": "49.5"])
            try await ana.press("Enter")
            try await ana.wait(forAnswer: "price", "accepted")
            try await ana.wait(forText: "¥49.50", in: "panel-gallery")

            try await ana.tab(to: inside + "[data-test=answer-input-pieces]")
            try await ana.call("Input.insertText", ["text": "12"])
            try await ana.press("Enter")
            try await ana.wait(forAnswer: "pieces", "invalid")
            #expect(try await ana.isFocused("[data-test=answer-input-pieces][aria-invalid=true]"))
            try await ana.evaluate("document.activeElement.select()")
            try await ana.call("Input.insertText", ["text": "3"])
            try await ana.press("Enter")
            try await ana.wait(forAnswer: "pieces", "accepted")

            try await ana.tab(to: inside + "[data-test=answer-input-wish]")
            try await ana.call("Input.insertText", ["text": "  一杯热茶 "])
            try await ana.press("Enter")
            try await ana.wait(forAnswer: "wish", "accepted")
            try await ana.wait(forText: "一杯热茶", in: "panel-gallery")

            try await ana.tab(to: inside + "[data-test=answer-send-tea][data-value=oolong]")
            try await ana.press("Space")
            try await ana.wait(forAnswer: "tea", "accepted")

            for option in ["nuts", "2"] {
                try await ana.tab(to: inside + "input[type=checkbox][data-value='\(option)']")
                try await ana.press("Space")
            }
            // Two are enough: the third cannot be ticked.
            #expect(
                try await ana.evaluate(
                    "document.querySelector('input[data-value=cake]').disabled") == true)
            try await ana.tab(to: inside + "[data-test=answer-send-snacks]")
            try await ana.press("Enter")
            try await ana.wait(forAnswer: "snacks", "accepted")

            try await ana.tab(to: inside + "[data-test=answer-send-cheer]")
            try await ana.press("Enter")
            try await ana.wait(
                until: "document.querySelector('[data-kind=leaderboard]').innerText.includes('Ana')"
            )
            try await ana.tab(to: inside + "[data-test=answer-send-seat-2]")
            try await ana.press("Enter")
            try await ana.wait(
                until: """
                    document.querySelector('[data-test=answer-send-seat-2]').dataset.state
                        === 'occupied'
                    """)

            // Once everybody may know, the page says how one's own answer did.
            try await gallery.command("judge")
            try await ana.wait(forAnswer: "tea", "right")
            try await ana.wait(forAnswer: "snacks", "right")
            try await ana.keepPicture("gallery-answered")
            #expect(await ana.complaints() == [])
        }
    }

    @Test func `Focus and what is half typed survive updates, which come as differences`()
        async throws
    {
        try await Gallery.open { gallery, ana in
            try await ana.call(
                "Page.addScriptToEvaluateOnNewDocument",
                [
                    "source": """
                    window.told = [];
                    window.WebSocket = class extends WebSocket {
                        constructor(...parts) {
                            super(...parts);
                            this.addEventListener("message", ({ data }) => {
                                const { type, key } = JSON.parse(data);
                                if (type === "state") window.told.push(key);
                            });
                        }
                    };
                    """
                ])
            try await ana.call("Page.reload")
            try await ana.waitForRoom()
            try await ana.wait(until: "document.querySelectorAll('[data-kind]').length >= 25")
            try await ana.tab(to: "[data-test=answer-input-wish]")
            try await ana.call("Input.insertText", ["text": "half a wi"])
            try await ana.evaluate(
                "window.kept = document.activeElement; kept.setSelectionRange(2, 4)")
            try await ana.evaluate("document.querySelector('input[data-value=cake]').click()")
            for edition in 1...3 {
                try await gallery.command("bump")
                try await ana.wait(forText: "Gallery, edition \(edition)", in: "panel-gallery")
            }
            #expect(
                try await ana.evaluate(
                    """
                    [document.activeElement === kept, kept.isConnected, kept.value,
                        kept.selectionStart, kept.selectionEnd,
                        document.querySelector('input[data-value=cake]').checked]
                    """) == [true, true, "half a wi", 2, 4, true])
            #expect(
                try await ana.evaluate(
                    "told.filter((key) => key === 'update:gallery:viewer').length") == 3)
            #expect(
                try await ana.evaluate("told.includes('panel:gallery:viewer')") == false)
            // Who comes later sees the same.
            try await ana.call("Page.reload")
            try await ana.waitForRoom()
            try await ana.wait(forText: "Gallery, edition 3", in: "panel-gallery")
        }
    }

    @Test func `A slot shows one viewer what nobody else sees`() async throws {
        try await Gallery.open { gallery, ana in
            let token = try await gallery.server.token(role: "viewer", subject: "bo", name: "Bo")
            let bo = try await gallery.browser.page(
                gallery.server.viewerAddress(token: token), name: "Bo")
            try await bo.waitForRoom()
            try await gallery.command("ticket", "ana")
            try await ana.wait(forText: "Your ticket", in: "panel-gallery")
            try await ana.click("answer-send-secret")
            try await ana.wait(forAnswer: "secret", "done")
            try await bo.wait(forText: "You have no ticket yet.", in: "panel-gallery")
            #expect(try await bo.text("panel-gallery").contains("Your ticket") == false)
            // Bo has no such button, and asking for it all the same is refused.
            let refusal = try await bo.evaluate(
                """
                playhouse.request("act", { plugin: "gallery", name: "secret", value: null })
                    .then(() => "taken", ({ code }) => code)
                """)
            #expect(refusal == "NO_SUCH_ACTION")
        }
    }

    @Test(arguments: [
        "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>",
        "\"'><svg onload=window.pwned=1>{name}${window.pwned=1}</p></section>",
        "javascript:window.pwned=1//\u{202E}&lt;b&gt;",
    ])
    func `Texts are shown as texts, whatever they look like`(text: String) async throws {
        try await Gallery.open(name: "<b>Ana</b>") { gallery, ana in
            try await gallery.command("hostile", .string(text))
            let quoted = Page.quoted(text)
            try await ana.wait(
                until: """
                    document.querySelector('[data-kind=title]').textContent.startsWith(
                        \(quoted).slice(0, 6))
                    """)
            let panel = Page.element("panel-gallery")
            let shown = try await ana.evaluate(
                """
                [...\(panel).querySelectorAll(
                    '.group-label, .answer-label, .list-label, .list-name, dt, .viewer b')]
                    .filter((node) => node.textContent !== '').map((node) => node.textContent)
                """)
            let texts = shown.arrayValue ?? []
            #expect(texts.count >= 8)
            for one in texts {
                #expect(
                    one == .string(text) || one.stringValue?.contains("window.pwned=1") == true)
            }
            #expect(try await ana.evaluate("window.pwned === undefined") == true)
            #expect(
                try await ana.evaluate(
                    """
                    \(panel).querySelectorAll('script, b b, [onerror], [onload], a, iframe').length
                    """) == 0)
            try await ana.click("answer-send-constructor")
            try await ana.wait(forText: "__proto__", in: "panel-gallery")
            #expect(await ana.complaints() == [])
        }
    }

    @Test func `A celebration throws no paper at those who asked for less movement`() async throws {
        try await Gallery.open { gallery, ana in
            let bo = try await gallery.browser.page(
                gallery.server.viewerAddress(), name: "Bo", width: 800)
            try await bo.call(
                "Emulation.setEmulatedMedia",
                ["features": [["name": "prefers-reduced-motion", "value": "reduce"]]])
            try await bo.wait(until: Page.element("panel-gallery"))
            for page in [ana, bo] {
                try await page.evaluate(
                    """
                    window.paper = 0;
                    new MutationObserver(() => {
                        window.paper += document.querySelectorAll('.confetti').length;
                    }).observe(document.body, { childList: true });
                    """)
            }
            try await gallery.command("party")
            for page in [ana, bo] {
                try await page.wait(until: "document.querySelector('[data-kind=celebrate]')")
            }
            try await ana.wait(until: "paper > 0")
            #expect(try await bo.evaluate("paper") == 0)
        }
    }

    @Test func `Words stand out from their ground in the dark and in the light`() async throws {
        try await Gallery.open { gallery, ana in
            try await gallery.command("ticket", "ana")
            try await ana.wait(forText: "Your ticket", in: "panel-gallery")
            try await ana.click(selector: "[data-test=answer-send-tea][data-value=puer]")
            try await ana.wait(forAnswer: "tea", "accepted")
            try await gallery.command("judge")
            try await ana.wait(forAnswer: "tea", "wrong")
            for theme in ["dark", "light"] {
                try await ana.evaluate("document.documentElement.dataset.theme = '\(theme)'")
                let poor = try await ana.evaluate(Contrast.script("[data-test=panel-gallery]"))
                #expect(poor == [], "\(theme)")
            }
            let page = try await gallery.browser.page(
                gallery.server.viewerAddress() + "?lang=zh", name: "Bo")
            for (page, theme) in [(ana, "light"), (page, "dark")] {
                try await page.wait(until: Page.element("panel-gallery"))
                try await page.evaluate("document.documentElement.dataset.theme = '\(theme)'")
                try await page.keepPicture("gallery-\(theme)", of: "panel-gallery", width: 420)
            }
        }
    }

    @Test func `The gallery fits a phone`() async throws {
        try await Gallery.open(language: "zh", phone: true) { _, ana in
            #expect(
                try await ana.evaluate(
                    """
                    (() => {
                        const panel = \(Page.element("panel-gallery"));
                        return [...panel.querySelectorAll("*")].filter((node) =>
                            !node.closest(".unseen") && node.getBoundingClientRect().right
                                > document.documentElement.clientWidth + 1).length;
                    })()
                    """) == 0)
            try await ana.keepPicture("gallery-phone")
        }
    }

    /// Controls of the page that a screen reader could only call by their role.
    private static func namelessControls(_ page: Page) async throws -> [String] {
        try await page.call("Accessibility.enable")
        let tree = try await page.call("Accessibility.getFullAXTree")
        let roles: Set = [
            "button", "textbox", "checkbox", "combobox", "link", "progressbar", "image", "timer",
            "spinbutton",
        ]
        return (tree["nodes"]?.arrayValue ?? []).compactMap { node in
            guard node["ignored"] != true, let role = node["role"]?["value"]?.stringValue,
                roles.contains(role), (node["name"]?["value"]?.stringValue ?? "").isEmpty
            else { return nil }
            return "\(role) \(node["backendDOMNodeId"]?.integerValue ?? 0)"
        }
    }
}
