// SPDX-License-Identifier: Apache-2.0
/**
 * What can be done with a document on the page: show, share, copy its link, print.
 *
 * The link is made from memory, because the address bar holds no claim. It goes nowhere
 * but where the person sends it.
 */

import { el } from './elements.js';
import { WORDS } from './report-texts.js';

/** @typedef {import('./language.js').Lang} Lang */

/**
 * @param {object} options
 * @param {Lang} options.lang
 * @param {string} options.link  with the claim, if there is one
 * @param {boolean} options.holdsClaim
 * @param {(() => void) | null} options.show  opens the display view
 * @param {(text: string) => void} options.say  tells a screen reader
 */
export function drawActions({ lang, link, holdsClaim, show, say }) {
  const said = el('p', { class: 'note copied', hidden: '' });
  const tell = (/** @type {string} */ text) => {
    said.textContent = text;
    said.hidden = false;
    say(text);
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      tell(WORDS.copied[lang]);
    } catch {
      tell(WORDS.notCopied[lang]);
    }
  };
  // Whoever closes the sheet again has shared nothing; that is no error.
  const share = () => navigator.share({ url: link }).catch(() => {});
  return el(
    'section',
    { class: 'actions' },
    show ? button(WORDS.show[lang], 'primary', show) : null,
    'share' in navigator ? button(WORDS.share[lang], '', share) : null,
    button(WORDS.copyLink[lang], '', copy),
    button(WORDS.print[lang], '', () => window.print()),
    said,
    holdsClaim ? el('p', { class: 'note' }, WORDS.sharedHint[lang]) : null,
  );
}

/**
 * @param {string} text
 * @param {string} kind
 * @param {() => void} act
 */
function button(text, kind, act) {
  const made = el('button', { type: 'button', class: `button ${kind}`.trim() }, text);
  made.addEventListener('click', () => act());
  return made;
}
