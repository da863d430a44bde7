// What is wrong with the page: texts without enough contrast (WCAG 2.2, 1.4.3) and controls without a name (4.1.2).
(() => {
  const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  /** Any CSS colour as red, green, blue and alpha, over what is already there. */
  function paint(colours) {
    pixel.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      pixel.fillStyle = colour;
      pixel.fillRect(0, 0, 1, 1);
    }
    return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }

  function backgrounds(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.unshift(getComputedStyle(at).backgroundColor);
    }
    return layers;
  }

  function luminance(colour) {
    const [r, g, b] = colour.map((channel) => channel / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(element) {
    const below = backgrounds(element);
    const [darker, lighter] = [paint(below), paint([...below, getComputedStyle(element).color])]
      .map(luminance).sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
  }

  const findings = [];
  for (const element of document.body.querySelectorAll('*')) {
    const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const value = element.matches('input[type=text], select, textarea');
    if ((says || value) && element.checkVisibility() && !element.disabled) {
      const ratio = contrast(element);
      if (ratio < 4.5) {
        findings.push(`contrast ${ratio.toFixed(2)}: ${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 30)}`);
      }
    }
  }
  for (const control of document.querySelectorAll('input, select, textarea, button, a[href]')) {
    const name = control.labels?.[0]?.textContent ?? control.textContent;
    if (!name.trim()) {
      findings.push(`no name: ${control.outerHTML.slice(0, 60)}`);
    }
  }
  return findings;
})()
