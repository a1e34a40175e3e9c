// SPDX-License-Identifier: Apache-2.0
// Runs before the page is drawn (a classic script, so that it blocks): sets the
// language, and says whether this browser can check signatures itself. Where it cannot,
// the answer of the server stays visible.
(() => {
  const root = document.documentElement;
  let lang = 'th';
  try {
    if (localStorage.getItem('tra.lang') === 'en') lang = 'en';
  } catch {
    // Storage may be switched off; Thai comes first then.
  }
  root.lang = lang;
  root.dataset.lang = lang;
  root.classList.add('js');
  // Browsers give no crypto.subtle on plain HTTP, except on the machine itself.
  if (window.crypto?.subtle && 'DecompressionStream' in window && 'timeout' in AbortSignal) {
    root.classList.add('can-check');
  }
  // A script that does not load must not leave the page without any answer.
  const giveUp = (event) => {
    if (event.target?.tagName === 'SCRIPT') root.classList.remove('js', 'can-check');
  };
  document.addEventListener('error', giveUp, true);
})();
