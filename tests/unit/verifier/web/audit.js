// SPDX-License-Identifier: Apache-2.0
// Looks at a page as an assistive technology and a weak eye would, and returns what is
// wrong with it, as sentences. Evaluated in the page by test_web_pages.py.
() => {
  const found = [];
  const visible = (element) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    !element.closest('[aria-hidden="true"]');
  const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);
  const say = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 120)}`);

  if (!['th', 'en'].includes(document.documentElement.lang)) found.push('no lang on html');
  if (!document.title) found.push('no title');
  for (const landmark of ['header', 'main', 'footer']) {
    if (all(`body > ${landmark}`).length !== 1) found.push(`not one ${landmark}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) found.push('an id is used twice');

  const levels = all('h1, h2, h3, h4, h5').map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) found.push('not one h1');
  levels.forEach((level, at) => {
    if (level > (levels[at - 1] ?? 0) + 1) found.push(`heading level skipped: ${levels}`);
  });

  for (const field of all('input')) {
    if (!field.labels?.length || !field.labels[0].innerText.trim()) say('no label', field);
  }
  for (const control of all('a, button, summary')) {
    if (!(control.innerText.trim() || control.ariaLabel)) say('no name', control);
    const { height } = control.getBoundingClientRect();
    if (height < 24 && !control.classList.contains('skip')) say('target too low', control);
  }
  for (const image of all('img, svg')) if (!image.ariaLabel && !image.alt) say('no text', image);

  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !visible(element)) continue;
    const thai = /[\u0e00-\u0e7f]/.test(node.data);
    if (thai && element.closest('[lang]')?.lang !== 'th') say('Thai not marked so', element);
    const pair = [rgb(getComputedStyle(element).color), ground(element)].map(luminance);
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(2)}`, element);
  }
  return found;
}
