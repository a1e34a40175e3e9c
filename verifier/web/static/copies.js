// SPDX-License-Identifier: Apache-2.0
/**
 * Copies of the signed lists, for when there is no network: the root key, the trust
 * list and the status lists, each as it was signed. No record of any document and no
 * claim is ever among them. A copy is verified each time it is used, as the original is.
 */

const STORE = 'tra-publication';

export const Copies = {
  /**
   * @param {string} path
   * @returns {Promise<string | null>}
   */
  async get(path) {
    try {
      const found = await (await caches.open(STORE)).match(`/publication/${path}`);
      return found ? await found.text() : null;
    } catch {
      return null; // Storage may be switched off; there is no copy then.
    }
  },

  /**
   * @param {string} path
   * @param {string} text  verified before
   */
  async put(path, text) {
    try {
      await (await caches.open(STORE)).put(`/publication/${path}`, new Response(text));
    } catch {
      // Full or switched off: the next visit without a network will say so.
    }
  },
};

/**
 * Fetches all status lists there are, so that any document can be checked later.
 *
 * @param {import('./publication.js').Publication} publication
 */
export async function keepStatusLists(publication) {
  const connection = /** @type {any} */ (navigator).connection;
  if (connection?.saveData) return;
  try {
    const trust = await publication.trustList();
    const count = await publication.countStatusLists();
    for (let number = 0; number < count; number++) {
      if (!(await publication.keepStatusList(number, trust))) return;
    }
  } catch {
    // No network, or nothing to rely on: what is kept stays as it is.
  }
}

/** Registers the worker that keeps the pages. */
export function installServiceWorker() {
  if (!('serviceWorker' in navigator)) return;
  const register = () => navigator.serviceWorker.register('/sw.js').catch(() => {});
  // After the page: its own files come first on a slow line.
  if (document.readyState === 'complete') register();
  else window.addEventListener('load', register);
}
