// SPDX-License-Identifier: Apache-2.0
/**
 * What a report adds for a person beside its verdict, in the words of the server
 * (verifier/notes.py).
 */

import { formatInstant } from './language.js';

/**
 * The claim counts by the register's word, not by its own key, which was stolen.
 *
 * @param {number} theft  seconds since the epoch
 */
export function noteClaimConfirmed(theft) {
  const instant = new Date(theft * 1000).toISOString();
  return {
    id: 'claim_confirmed',
    compromised_from: `${instant.slice(0, 19)}Z`,
    text: {
      th: `กุญแจของคิวอาร์โค้ดนี้ถูกแจ้งว่าอาจรั่วไหลตั้งแต่ ${formatInstant(instant, 'th')} แต่ข้อมูลตรงกับทะเบียนที่หน่วยงานลงลายมือชื่อไว้ จึงนับตามทะเบียน`,
      en: `The key of this QR code was reported as stolen or leaked from ${formatInstant(instant, 'en')} on. What the code says is what the agency's signed register says, and counts by that.`,
    },
  };
}
