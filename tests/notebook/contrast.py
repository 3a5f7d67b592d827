"""Whether text stands out from what is behind it, as the browser draws it."""

# Gives what is fainter than 4.5 to 1, the ratio that the WCAG ask for.
FAINT = """
(root) => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (top, part, under) => top.map((c, i) => c * part + under[i] * (1 - part));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const [r, g, b, a = 1] = parse(getComputedStyle(element).backgroundColor);
    if (a > 0.99) return [r, g, b];
    return over([r, g, b], a, behind(element.parentElement));
  };
  const faded = (element) => {
    let part = 1;
    for (let each = element; each; each = each.parentElement)
      part *= Number(getComputedStyle(each).opacity);
    return part;
  };
  const faint = [];
  for (const element of root.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || box.width < 2 || element.matches(":disabled, option, style")) continue;
    const ground = behind(element);
    const [r, g, b, a = 1] = parse(getComputedStyle(element).color);
    const [x, y] = [light(over([r, g, b], a * faded(element), ground)), light(ground)];
    const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    if (ratio < 4.5) faint.push(`${element.textContent.slice(0, 60)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}
"""
