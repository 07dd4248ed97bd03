import Foundation
import Testing
import Wire

/// A playhouse with the gallery on, its host's socket, and a page of a viewer.
struct Gallery: Sendable {
    let server: ServedPlayhouse
    let browser: Chromium
    private let host: String

    /// Starts everything and hands over the viewer's page with the gallery on it.
    static func open(
        language: String = "en", phone: Bool = false, name: String = "Ana",
        _ body: (Gallery, Page) async throws -> Void
    ) async throws {
        try await withPlayhouse(plugins: .gallery) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let viewer = try await server.token(role: "viewer", subject: "ana", name: name)
            let served = server
            try await withChromium(language: language) { browser in
                let gallery = Gallery(server: served, browser: browser, host: host)
                try await gallery.ask(["type": "start", "plugin": "gallery"])
                let page = try await browser.page(
                    served.viewerAddress(token: viewer), name: name, width: phone ? 390 : 1280,
                    height: phone ? 844 : 900, isPhone: phone)
                try await page.waitForRoom()
                try await page.wait(until: Page.element("panel-gallery"))
                try await page.wait(
                    until: "document.querySelectorAll('[data-kind]').length >= 25")
                try await body(gallery, page)
            }
        }
    }

    /// Sends a command to the gallery as the host does.
    func command(_ name: String, _ value: JSON = .null) async throws {
        try await ask([
            "type": "command", "plugin": "gallery", "name": .string(name), "value": value,
        ])
    }

    /// Sends a request of a host over HTTP.
    func ask(_ fields: JSONObject) async throws {
        let address = "http://127.0.0.1:\(server.port)/v1/rooms/\(ServedPlayhouse.room)/requests"
        guard let url = URL(string: address) else { throw BrowserError(address) }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("Bearer \(host)", forHTTPHeaderField: "Authorization")
        var body = fields
        body["id"] = "1"
        request.httpBody = Data(JSON.object(body).encoded())
        let (data, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw BrowserError("\(fields): \(String(decoding: data, as: UTF8.self))")
        }
    }
}
