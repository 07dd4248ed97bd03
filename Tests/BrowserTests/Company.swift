import Foundation
import Testing

/// Three viewers, one of them on a phone, a host and an operator, who all read one language.
struct Company: Sendable {
    let ana: Page
    let bo: Page
    let cy: Page
    let mei: Page
    let lu: Page

    var viewers: [Page] { [ana, bo, cy] }
    var everybody: [Page] { viewers + [mei, lu] }

    /// Opens everybody's page and waits until all are in the room.
    init(_ browser: Chromium, _ addresses: [String: String]) async throws {
        ana = try await browser.page(
            addresses["ana"] ?? "", name: "Ana", width: 390, height: 844, isPhone: true)
        bo = try await browser.page(addresses["bo"] ?? "", name: "Bo")
        cy = try await browser.page(addresses["cy"] ?? "", name: "Cy")
        mei = try await browser.page(addresses["mei"] ?? "", name: "Mei")
        lu = try await browser.page(addresses["lu"] ?? "", name: "Lu")
        for page in everybody { try await page.waitForRoom() }
    }

    /// Where each of them finds the room, signed in.
    static func addresses(
        at server: ServedPlayhouse, language: String
    ) async throws -> [String: String] {
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
            addresses[subject] = address.replacing("#", with: "?lang=\(language)#")
        }
        return addresses
    }
}
