// SPDX-License-Identifier: Apache-2.0
/** Makes elements and icons. Text is only ever set as text, so nothing in it is markup. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string | null)[]} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** One shape for each outcome, so that it is told apart without colour. */
const ICONS = {
  in_force: ['M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z', 'M14 24.5l7 7 13.5-14.5'],
  not_in_force: ['M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z', 'M10.5 10.5l27 27'],
  altered: ['M15.7 4h16.6L44 15.7v16.6L32.3 44H15.7L4 32.3V15.7Z', 'M17 17l14 14', 'M31 17L17 31'],
  unknown: ['M24 3l21 21-21 21L3 24Z', 'M18.5 19.5a5.5 5.5 0 1 1 8 5c-2 1.1-2.5 2-2.5 4', 'M24 33.5v.2'],
  signature_only: ['M9 4h22l9 9v31H9Z', 'M15 20c3-4 6-4 5 0s-2 7 1 5 3-5 5-4 0 4 3 3', 'M15 34h18'],
  unchecked: ['M24 4a20 20 0 1 0 0 40 20 20 0 0 0 0-40Z', 'M24 13v11l7 6'],
  PASSED: ['M5 25l12 12 26-27'],
  FAILED: ['M9 9l30 30', 'M39 9L9 39'],
  INDETERMINATE: ['M8 24h32'],
};

/** @param {string} name  of an outcome or a check result */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 48 48');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  for (const d of ICONS[/** @type {keyof typeof ICONS} */ (name)] ?? ICONS.unknown) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}
