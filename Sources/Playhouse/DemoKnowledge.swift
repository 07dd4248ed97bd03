import Foundation
import Knowledge

/// What the tea house of the demo has written down for its viewers.
enum DemoKnowledge {
    /// Writes the shop folder where it is missing, so that it can be changed while the demo runs.
    ///
    /// - Throws: When it cannot be written, or what somebody made of it cannot be used.
    static func configuration(in folder: String) throws -> KnowledgeConfiguration {
        let shop = folder + "/knowledge"
        try FileManager.default.createDirectory(atPath: shop, withIntermediateDirectories: true)
        for (name, text) in [("products.jsonl", products), ("kb.jsonl", entries)] {
            let path = shop + "/" + name
            if FileManager.default.fileExists(atPath: path) { continue }
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        return try KnowledgeConfiguration(folder: shop)
    }

    private static let products = """
        {"id":"oolong","slot":1,"name_zh":"冻顶乌龙 150 克","name_en":"Dong Ding oolong, 150 g","category":"tea","nicknames":["乌龙","oolong"]}
        {"id":"longjing","slot":2,"name_zh":"明前龙井 100 克","name_en":"Longjing, first flush, 100 g","category":"tea","nicknames":["龙井","longjing"]}
        {"id":"puer","slot":3,"name_zh":"古树熟普 357 克","name_en":"Ripe pu'er cake, 357 g","category":"tea","nicknames":["普洱","熟普","pu'er"]}
        {"id":"jasmine","slot":4,"name_zh":"茉莉银针 80 克","name_en":"Jasmine silver needle, 80 g","category":"tea","nicknames":["茉莉","jasmine"]}
        {"id":"gaiwan","slot":5,"name_zh":"白瓷盖碗","name_en":"White porcelain gaiwan","category":"teaware","nicknames":["盖碗","gaiwan"]}
        {"id":"kettle","slot":6,"name_zh":"手工铁壶","name_en":"Hand-cast iron kettle","category":"teaware","nicknames":["铁壶","kettle"]}

        """

    private static let entries = """
        {"id":"ship-time","product":null,"category":"shipping","lang":"zh","question":"什么时候发货?","answer":"下午3点前付款当天发出，之后次日发出。"}
        {"id":"ship-time-en","product":null,"category":"shipping","lang":"en","question":"When do you ship?","answer":"Orders paid before 3 pm leave the same day, later ones the next day."}
        {"id":"ship-courier","product":null,"category":"shipping","lang":"zh","question":"发什么快递?","answer":"默认顺丰，偏远地区走邮政。"}
        {"id":"returns","product":null,"category":"returns","lang":"zh","question":"可以退货吗?","answer":"未拆封7天内可退，运费由买家承担；质量问题运费我们承担。"}
        {"id":"returns-en","product":null,"category":"returns","lang":"en","question":"Can I return it?","answer":"Unopened within 7 days. You pay the return postage unless it is faulty."}
        {"id":"invoice","product":null,"category":"invoice","lang":"zh","question":"能开发票吗?","answer":"可以开电子发票，下单后3天内发到邮箱。"}
        {"id":"price","product":null,"category":"price","lang":"zh","question":"现在多少钱?什么价格?","answer":"现在 {price}。"}
        {"id":"coupon","product":null,"category":"coupon","lang":"zh","question":"还有优惠券吗?怎么领?","answer":"还有 {left:coupon} 张，参加直播间的小游戏就能赢。"}
        {"id":"oolong-brew","product":"oolong","category":"usage","lang":"zh","question":"冻顶乌龙怎么泡?","answer":"5克茶用95度水，第一泡40秒，之后每泡加10秒。"}
        {"id":"oolong-brew-en","product":"oolong","category":"usage","lang":"en","question":"How do I brew the oolong?","answer":"5 g at 95 degrees, 40 seconds at first and 10 more each time."}
        {"id":"oolong-store","product":"oolong","category":"storage","lang":"zh","question":"保质期多久?怎么保存?","answer":"密封避光可存24个月。"}
        {"id":"longjing-brew","product":"longjing","category":"usage","lang":"zh","question":"龙井用多少度的水?","answer":"80度的水，不盖盖子。"}
        {"id":"puer-age","product":"puer","category":"spec","lang":"zh","question":"是哪一年的茶?","answer":"2016年春茶，2018年压饼。"}
        {"id":"gaiwan-size","product":"gaiwan","category":"spec","lang":"zh","question":"盖碗多大容量?","answer":"容量120毫升，适合一到三人。"}
        {"id":"kettle-care","product":"kettle","category":"care","lang":"zh","question":"铁壶会生锈吗?怎么保养?","answer":"用完倒干余水，趁热烘干就不会生锈，不要用洗洁精。"}

        """
}
