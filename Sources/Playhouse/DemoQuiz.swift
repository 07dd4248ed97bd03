import Wire

/// The quiz of the demo: three questions about tea, for points, so that everybody plays to the end.
/// A question comes with the frame on which it was asked.
enum DemoQuiz {
    static let configuration: JSONObject = [
        "mode": "points", "seconds": 12, "winners": 3, "picture": true,
        "questions": .array(questions),
    ]

    private static let questions: [JSON] = [
        question(
            "oolong", "乌龙茶属于哪一类？", "What kind of tea is oolong?", correct: "b",
            [
                ("绿茶", "Green"), ("半发酵茶", "Half fermented"), ("红茶", "Black"),
            ]),
        question(
            "longjing", "龙井用多少度的水最合适？", "How hot should the water for longjing be?",
            correct: "a", [("80 度", "80 °C"), ("95 度", "95 °C"), ("100 度", "100 °C")]),
        question(
            "gaiwan", "盖碗由几部分组成？", "How many parts has a gaiwan?", correct: "c",
            [("一", "One"), ("两", "Two"), ("三", "Three")]),
    ]

    private static func question(
        _ id: String, _ zh: String, _ en: String, correct: String, _ options: [(String, String)]
    ) -> JSON {
        let list = zip(["a", "b", "c"], options).map { id, texts -> JSON in
            [
                "id": .string(id),
                "text": ["zh": .string(texts.0), "en": .string(texts.1)],
            ]
        }
        return [
            "id": .string(id), "text": ["zh": .string(zh), "en": .string(en)],
            "correct": .string(correct), "options": .array(list),
        ]
    }
}
