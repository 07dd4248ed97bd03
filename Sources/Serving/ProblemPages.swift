import Foundation
package import Wire

/// Shows errors as pages to people who typed an address; programs get problem JSON (RFC 9457).
package struct ProblemPages: Sendable {
    private let template: String
    /// The pages' own words, by language.
    private let words: [String: [String: String]]

    /// Takes the page and its words from the files of the pages.
    package init(assets: Assets) {
        template = assets.text("problem.html") ?? "{title}"
        var words: [String: [String: String]] = [:]
        for locale in ["en", "zh"] {
            let file = assets.text("locales/\(locale).json") ?? "{}"
            words[locale] = try? JSONDecoder().decode([String: String].self, from: Data(file.utf8))
        }
        self.words = words
    }

    /// The answer as whoever asked can read it: a page in place of a problem where HTML is wished for.
    package func dressed(_ response: HTTPResponse, for request: HTTPRequest) -> HTTPResponse {
        let isProblem = response.headers.contains { $0.1 == "application/problem+json" }
        guard isProblem, request.method == "GET" || request.method == "HEAD",
            Self.wantsPage(request)
        else { return response }
        var page = response
        page.headers.removeAll { $0.0.lowercased() == "content-type" }
        page.headers += [
            ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
            ("Vary", "Accept, Accept-Language"),
        ]
        page.headers += Assets.protection
        page.body = Array(html(of: response, Self.locale(of: request)).utf8)
        return page
    }

    /// Browsers name `text/html` when a person opens an address; programs do not.
    private static func wantsPage(_ request: HTTPRequest) -> Bool {
        (request.header("accept") ?? "").split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map {
                $0.filter { $0 != " " && $0 != "\t" }.lowercased()
            }
            return parts.first == "text/html" && !parts.dropFirst().contains { $0 == "q=0" }
        }
    }

    /// Chinese for whoever names it before English in `Accept-Language`, or says `lang=zh`.
    private static func locale(of request: HTTPRequest) -> String {
        for pair in request.query.split(separator: "&") {
            if pair == "lang=zh" { return "zh" }
            if pair == "lang=en" { return "en" }
        }
        for range in (request.header("accept-language") ?? "").split(separator: ",") {
            let language = range.drop { $0 == " " }.prefix(2).lowercased()
            if language == "zh" || language == "en" { return language }
        }
        return "en"
    }

    private func html(of response: HTTPResponse, _ locale: String) -> String {
        let code = (try? JSON(parsing: response.body))?["code"]?.stringValue ?? ""
        let words = words[locale] ?? [:]
        let key =
            [code, String(response.status)].map { "problem.\($0)" }.first { words[$0] != nil }
            ?? "problem.other"
        // None of them is what somebody sent, so that there is nothing to escape.
        let texts = [
            "lang": locale == "zh" ? "zh-CN" : "en", "title": words[key] ?? "",
            "lead": words[key + ".lead"] ?? "", "home": words["problem.home"] ?? "",
            "status": String(response.status),
        ]
        return ["lang", "title", "lead", "home", "status"].reduce(template) { page, name in
            page.replacingOccurrences(of: "{\(name)}", with: texts[name] ?? "")
        }
    }
}
