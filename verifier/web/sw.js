// SPDX-License-Identifier: Apache-2.0
// Keeps the pages themselves, so that they open without a network. It keeps no answer
// about any document and asks for nothing on its own but the files named below.
// Signed lists are kept by the pages, which verify them (static/copies.js).
'use strict';

const VERSION = '__VERSION__';
/** Each page that needs no server, and all files it needs. */
const PATHS = '__PATHS__';
const SHELL = `tra-shell-${VERSION}`;
/** What a document page loads on use. */
const ON_USE = /(display-view|qr-code)\.js$/;
/** The scanner is large: it is kept from its first use on. */
const SCANNER = 'tra-scanner';
/** After this long a network that is there in name only is given up. */
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    self.clients.matchAll({ includeUncontrolled: true, type: 'window' })
      .then((pages) => pages.map((page) => shellOf(new URL(page.url).pathname)))
      // What is open, and the page that codes open; the rest comes with the next page.
      .then((shells) => keep([...shells, '/shell'], shells.includes('/shell') ? null : ON_USE))
      .then(() => self.skipWaiting()),
  );
});

/** Keeps pages with their files; those it has already are left as they are. */
async function keep(shells, without) {
  const cache = await caches.open(SHELL);
  const wanted = new Set(shells.filter(Boolean).flatMap((shell) => PATHS[shell]));
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll([...wanted].filter((path) => !kept.has(path) && !without?.test(path)));
}

self.addEventListener('activate', (event) => {
  const outdated = (name) => name.startsWith('tra-shell-') && name !== SHELL;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(outdated).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    const shell = shellOf(pathname);
    if (!shell) return;
    event.respondWith(answer(request, shell));
    // Somebody looks at a second page: now all of them are kept.
    event.waitUntil(keep(Object.keys(PATHS)).catch(() => {}));
  } else if (pathname.startsWith('/static/')) {
    event.respondWith(answer(request, pathname));
  } else if (pathname.startsWith('/scanner/')) {
    event.respondWith(answerScanner(request, pathname));
  }
});

/** The kept page that stands for an address. */
function shellOf(pathname) {
  if (/^\/v\//i.test(pathname)) return '/shell';
  // A short code needs the register; the front page says so.
  if (/^\/c(\/|$)/i.test(pathname)) return '/';
  return pathname === '/' || pathname === '/scan' ? pathname : null;
}

/** The network first, so that nothing is older than it need be. */
async function answer(request, path) {
  const kept = await caches.open(SHELL).then((cache) => cache.match(path));
  if (!kept) return fetch(request);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(kept), PATIENCE_MS);
    fetch(request)
      .then((response) => resolve(response.status >= 500 ? kept : response), () => resolve(kept))
      .finally(() => clearTimeout(timer));
  });
}

async function answerScanner(request, path) {
  const cache = await caches.open(SCANNER);
  const kept = await cache.match(path);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(path, response.clone());
    return response.ok || !kept ? response : kept;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
