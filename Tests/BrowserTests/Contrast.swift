/// Measures how well words stand out from their ground (WCAG 2.2, success criterion 1.4.3).
enum Contrast {
    /// JavaScript that lists the texts below an element whose contrast is under 4.5, or under 3 for
    /// large text. What is disabled may be faint.
    static func script(_ selector: String) -> String {
        """
        (() => {
            const canvas = document.createElement("canvas").getContext("2d",
                { willReadFrequently: true });
            const rgba = (colour) => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
                return [red, green, blue, alpha / 255];
            };
            const over = ([r, g, b, a], under) =>
                [r, g, b].map((part, index) => part * a + under[index] * (1 - a));
            const luminance = (colour) => {
                const [red, green, blue] = colour.map((part) => {
                    const share = part / 255;
                    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            };
            // Every colour that the ground of an element may have: a gradient has several.
            const grounds = (element) => {
                if (!element) return [[18, 11, 9]];
                const style = getComputedStyle(element);
                const stops = style.backgroundImage.match(/(?:rgba?|color)\\([^)]*\\)/g) ?? [];
                const layers = stops.length > 0 ? stops : [style.backgroundColor];
                return layers.flatMap((layer) => {
                    const colour = rgba(layer);
                    if (colour[3] === 1) return [colour.slice(0, 3)];
                    return grounds(element.parentElement).map((under) => over(colour, under));
                });
            };
            const poor = [];
            const root = document.querySelector(\(Page.quoted(selector)));
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const element = walker.currentNode.parentElement;
                const words = walker.currentNode.textContent.trim();
                if (words === "" || !element.checkVisibility() || element.closest(":disabled, .unseen")) {
                    continue;
                }
                const style = getComputedStyle(element);
                const size = parseFloat(style.fontSize);
                const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
                for (const ground of grounds(element)) {
                    const [light, dark] = [luminance(over(rgba(style.color), ground)),
                        luminance(ground)].sort((one, other) => other - one);
                    const contrast = (light + 0.05) / (dark + 0.05);
                    if (contrast < needed) poor.push(`${words}: ${contrast.toFixed(2)}`);
                }
            }
            return poor;
        })()
        """
    }
}
