// SPDX-License-Identifier: Apache-2.0
/** The report the plain form gets: drawn by the server, so only the language switch. */

import { installLanguageSwitch } from './language.js';

for (const place of document.querySelectorAll('[data-host]')) place.textContent = location.host;
installLanguageSwitch(() => {});
