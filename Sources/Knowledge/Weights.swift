import Foundation
import Wire

/// The numbers of the scoring: the order of entries, and how sure the first one is.
package struct Weights: Sendable, Equatable {
    /// How much each thing that a line and an entry have in common counts for the order.
    package struct Ranking: Sendable, Equatable {
        /// Meanings shared with the entry's question, and with its answer only.
        package var meaningInQuestion = 1.5
        package var meaningInAnswer = 0.9
        /// Pairs of characters and words.
        package var textInQuestion = 1.0
        package var textInAnswer = 0.6
        /// Single characters.
        package var characterInQuestion = 0.5
        package var characterInAnswer = 0.3
        /// The entry is about the product on air or the product that the line names.
        package var product = 0.5
        /// The line names the product of the entry.
        package var namedProduct = 0.8
        /// The entry is about another product than the one on air or named.
        package var otherProduct = -6.0
        /// The entry is about a product, and none is on air or named.
        package var noProduct = -2.0
        /// Meanings of the entry's question that the line does not have.
        package var silentMeaning = -0.1
        /// Standard deviations of the similarity of embeddings above that of all entries.
        package var similarity = 0.3

        package init() {}

        static let members: [(String, any WritableKeyPath<Ranking, Double> & Sendable)] = [
            ("meaningInQuestion", \.meaningInQuestion), ("meaningInAnswer", \.meaningInAnswer),
            ("textInQuestion", \.textInQuestion), ("textInAnswer", \.textInAnswer),
            ("characterInQuestion", \.characterInQuestion),
            ("characterInAnswer", \.characterInAnswer), ("product", \.product),
            ("namedProduct", \.namedProduct), ("otherProduct", \.otherProduct),
            ("noProduct", \.noProduct), ("silentMeaning", \.silentMeaning),
            ("similarity", \.similarity),
        ]
    }

    /// A logistic regression: a weight for each feature, a bias, and where its bands begin.
    package struct Logistic: Sendable, Equatable {
        package var features: [Double]
        package var bias: Double
        /// From here on, 0 to 1, the first entry is the answer.
        package var answerMin: Double
        /// From here on, 0 to 1, a line that does not ask goes to the host all the same.
        package var handoverMin: Double

        package init(
            features: [Double], bias: Double, answerMin: Double, handoverMin: Double = 0.35
        ) {
            self.features = features
            self.bias = bias
            self.answerMin = answerMin
            self.handoverMin = handoverMin
        }

        /// The probability, 0 to 1, that the first entry is right.
        package func score(_ values: [Double]) -> Double {
            1 / (1 + exp(-zip(features, values).reduce(bias) { $0 + $1.0 * $1.1 }))
        }
    }

    /// Where the numbers come from, in words.
    package var about: [String]
    package var ranking: Ranking
    package var lexical: Logistic
    /// Used when the similarity of embeddings is known.
    package var embedded: Logistic

    package init(
        about: [String], ranking: Ranking = .init(), lexical: Logistic, embedded: Logistic
    ) {
        self.about = about
        self.ranking = ranking
        self.lexical = lexical
        self.embedded = embedded
    }
}

extension Weights {
    /// What is wrong with a text of weights.
    package struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
        package var message: String
        package var description: String { "weights.json: \(message)" }
    }

    /// Reads what ``json`` writes.
    package init(json bytes: [UInt8]) throws(Mistake) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw Mistake(message: "\(error)")
        }
        about = json["about"]?.arrayValue?.compactMap(\.stringValue) ?? []
        ranking = Ranking()
        for (name, path) in Ranking.members {
            guard let value = json["ranking"]?[name]?.doubleValue else {
                throw Mistake(message: "\"ranking\" has no number \"\(name)\"")
            }
            ranking[keyPath: path] = value
        }
        lexical = try Self.logistic(json["lexical"], "lexical", Features.lexicalNames)
        embedded = try Self.logistic(json["embedded"], "embedded", Features.embeddedNames)
    }

    private static func logistic(
        _ json: JSON?, _ name: String, _ features: [String]
    ) throws(Mistake) -> Logistic {
        func number(_ member: String) throws(Mistake) -> Double {
            guard let value = json?[member]?.doubleValue else {
                throw Mistake(message: "\"\(name)\" has no number \"\(member)\"")
            }
            return value
        }
        var weights: [Double] = []
        for feature in features { weights.append(try number(feature)) }
        return Logistic(
            features: weights, bias: try number("bias"), answerMin: try number("answerMin"),
            handoverMin: try number("handoverMin"))
    }

    /// The weights as a text for people and for ``init(json:)``: one number a line.
    package var json: String {
        func quoted(_ text: String) -> String {
            String(decoding: JSON.string(text).encoded(), as: UTF8.self)
        }
        func number(_ name: String, _ value: Double) -> String {
            "        \(quoted(name)): \(String(format: "%.4f", value))"
        }
        func section(_ name: String, _ lines: [String]) -> String {
            "    \(quoted(name)): {\n" + lines.joined(separator: ",\n") + "\n    }"
        }
        func logistic(_ name: String, _ names: [String], _ logistic: Logistic) -> String {
            var lines = zip(names, logistic.features).map { number($0, $1) }
            lines.append(number("bias", logistic.bias))
            lines.append(number("answerMin", logistic.answerMin))
            lines.append(number("handoverMin", logistic.handoverMin))
            return section(name, lines)
        }
        let about = self.about.map { "        " + quoted($0) }.joined(separator: ",\n")
        let parts = [
            "    \"about\": [\n\(about)\n    ]",
            section("ranking", Ranking.members.map { number($0, ranking[keyPath: $1]) }),
            logistic("lexical", Features.lexicalNames, lexical),
            logistic("embedded", Features.embeddedNames, embedded),
        ]
        return "{\n" + parts.joined(separator: ",\n") + "\n}\n"
    }
}
